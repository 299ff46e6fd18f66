"""Worked examples of the forecast's figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_ui import queries
from retention_ui.figures.frames import records
from retention_ui.forecasts import TooLittle
from retention_ui.parts import bringers, common, forecast
from retention_ui.parts.forecast import USUAL

if TYPE_CHECKING:
    from retention_ui.figures.frames import Row
    from retention_ui.page import Page
    from retention_ui.worked import Example


def expected_purchases(page: Page) -> dict[str, str] | None:
    """Return the most valuable customer's forecast in its two factors."""
    first = _first(page)
    if first is None:
        return None
    return {
        "customer": page.formats.md(first["customer_id"]),
        "orders": page.formats.ratio(float(first["expected_purchases"])),
        "months": page.formats.count(USUAL.months),
    }


def customer_lifetime_value(page: Page) -> dict[str, str] | None:
    """Return the most valuable customer's expected value."""
    first = _first(page)
    if first is None:
        return None
    value, clv = float(first["expected_order_value"]), float(first["clv"])
    return (expected_purchases(page) or {}) | {
        "value": page.formats.money(value),
        "clv": page.formats.money(clv),
    }


def customer_equity(page: Page) -> dict[str, str] | None:
    """Return the forecast's total with its interval."""
    fits = forecast.fitted(page, USUAL)
    if isinstance(fits, TooLittle):
        return None
    found = forecast.outlook(page, fits, USUAL)
    return {
        "customers": page.formats.count(fits.timing.n_customers),
        "months": page.formats.count(found.months),
        "total": page.formats.money(found.total["total"], "about"),
        "low": page.formats.money(found.total["low_80"], "about"),
        "high": page.formats.money(found.total["high_80"], "about"),
    }


def simple_value(page: Page) -> dict[str, str] | None:
    """Return the simple lifetime value with its factors."""
    days = common.window_days(page)
    found = queries.ask(page.shop, "simple", margin=1.0, window_days=days)
    if isinstance(found, TooLittle):
        return None
    return {
        "order": page.formats.money(found.average_order_value),
        "orders": page.formats.ratio(found.orders_per_year),
        "years": page.formats.ratio(found.lifespan_years),
        "value": page.formats.money(found.value),
    }


def _first(page: Page) -> Row | None:
    """Return the most valuable customer's forecast."""
    fits = forecast.fitted(page, USUAL)
    if isinstance(fits, TooLittle) or not page.shop.lists:
        return None
    return records(bringers.found(page, fits, USUAL).customers.head(1))[0]


EXAMPLES: dict[str, Example] = {
    "expected_purchases": expected_purchases,
    "customer_lifetime_value": customer_lifetime_value,
    "customer_equity": customer_equity,
    "simple_value": simple_value,
}
