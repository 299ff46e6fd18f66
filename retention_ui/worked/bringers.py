"""Worked examples of who brings the value to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_ui.figures.frames import records
from retention_ui.forecasts import TooLittle
from retention_ui.parts import bringers, forecast
from retention_ui.parts.forecast import USUAL

if TYPE_CHECKING:
    from retention_ui.page import Page
    from retention_ui.questions.bringers import Brought
    from retention_ui.worked import Example


def concentration(page: Page) -> dict[str, str] | None:
    """Return what the first tenth and the first half hold."""
    found = _found(page)
    if found is None:
        return None
    return {
        "tenth": page.formats.share(found.held_by(0.1)),
        "half": page.formats.share(found.held_by(0.5)),
        "revenue": page.formats.share(found.held_by(0.1, "share_of_revenue")),
    }


def probability_alive(page: Page) -> dict[str, str] | None:
    """Return the most valuable customer's history, and its chance."""
    found = _found(page)
    if found is None or found.customers.empty:
        return None
    first = records(found.customers.head(1))[0]
    return {
        "customer": page.formats.md(first["customer_id"]),
        "orders": page.formats.count(first["orders"]),
        "days": page.formats.days(first["days_since_last_order"]),
        "share": page.formats.share(first["probability_alive"], 1),
    }


def value_distribution(page: Page) -> dict[str, str] | None:
    """Return median and mean of what customers are worth."""
    found = _found(page)
    if found is None:
        return None
    return {
        "customers": page.formats.count(found.n_customers),
        "median": page.formats.money(found.distribution.median),
        "mean": page.formats.money(found.distribution.mean),
    }


def _found(page: Page) -> Brought | None:
    fits = forecast.fitted(page, USUAL)
    if isinstance(fits, TooLittle):
        return None
    return bringers.found(page, fits, USUAL)


EXAMPLES: dict[str, Example] = {
    "concentration": concentration,
    "probability_alive": probability_alive,
    "value_distribution": value_distribution,
}
