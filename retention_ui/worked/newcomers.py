"""Worked examples of what a new customer is worth and may cost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from retention_core.clv.newcomers import payback as earned_back
from retention_ui.forecasts import TooLittle
from retention_ui.parts import forecast, newcomers

if TYPE_CHECKING:
    from retention_core.clv.newcomers import Newcomer, Payback
    from retention_ui.page import Page
    from retention_ui.worked import Example

MONTHS = 12


def newcomer_value(page: Page) -> dict[str, str] | None:
    """Return what a new customer is worth, in its parts."""
    found = _found(page)
    if found is None:
        return None
    last, formats = found.monthly.iloc[-1], page.formats
    return {
        "first": formats.money(found.first.mean),
        "orders": formats.ratio(float(last["expected_purchases"])),
        "order": formats.money(found.order_value),
        "months": formats.count(found.terms.months),
        "value": formats.money(found.value),
        "low": formats.money(float(last["low"])),
        "high": formats.money(float(last["high"])),
    }


def acquisition_cost(page: Page) -> dict[str, str] | None:
    """Return what a new customer may cost to be earned back within a year."""
    found = _found(page)
    if found is None:
        return None
    values = found.monthly.set_index("month")["value"]
    return {
        "months": page.formats.count(MONTHS),
        "value": page.formats.money(float(values[MONTHS])),
    }


def value_to_cost(page: Page) -> dict[str, str] | None:
    """Return how many times over a cost of half the worth is earned."""
    found = _found(page)
    paid = _half(found)
    if found is None or paid is None:
        return None
    return {
        "cost": page.formats.money(paid.cost),
        "value": page.formats.money(found.value),
        "ratio": page.formats.ratio(paid.ratio),
        "months": page.formats.count(found.terms.months),
    }


def payback(page: Page) -> dict[str, str] | None:
    """Return the month by whose end a cost of half the worth is earned back."""
    paid = _half(_found(page))
    if paid is None or paid.month is None:
        return None
    cost, month = page.formats.money(paid.cost), page.formats.count(paid.month)
    return {"cost": cost, "month": month}


def _half(found: Newcomer | None) -> Payback | None:
    """A newcomer beside a round cost of about half the worth, if there is one."""
    cost = 0.0 if found is None else float(f"{found.value / 2:.1g}")
    if found is None or cost <= 0:
        return None
    return earned_back(found.monthly, cost)


def _found(page: Page) -> Newcomer | None:
    asked = replace(forecast.USUAL, months=newcomers.USUAL_MONTHS)
    fits = forecast.fitted(page, asked)
    return (
        None if isinstance(fits, TooLittle) else newcomers.newcomer(page, fits, asked)
    )


EXAMPLES: dict[str, Example] = {
    "newcomer_value": newcomer_value,
    "acquisition_cost": acquisition_cost,
    "value_to_cost": value_to_cost,
    "payback": payback,
}
