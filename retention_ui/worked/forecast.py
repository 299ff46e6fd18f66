"""Worked examples of the forecast's figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_ui import queries
from retention_ui.forecasts import TooLittle
from retention_ui.parts import common

if TYPE_CHECKING:
    from retention_core.clv import Backtest
    from retention_ui.forecasts import Outlook
    from retention_ui.page import Page
    from retention_ui.worked import Example

USUAL = {
    "months": 12,
    "margin": 1.0,
    "annual_discount_rate": 0.1,
    "model": "bg/nbd",
}
"""What the forecast page asks for before anybody changes it."""


def expected_purchases(page: Page) -> dict[str, str] | None:
    """Return the most valuable customer's forecast in its two factors."""
    found = _outlook(page)
    if found is None:
        return None
    first = found.customers.iloc[0]
    return {
        "customer": page.formats.md(first["customer_id"]),
        "orders": page.formats.ratio(float(first["expected_purchases"])),
        "months": page.formats.count(found.months),
    }


def customer_lifetime_value(page: Page) -> dict[str, str] | None:
    """Return the most valuable customer's expected value."""
    found = _outlook(page)
    if found is None:
        return None
    first = found.customers.iloc[0]
    value, clv = float(first["expected_order_value"]), float(first["clv"])
    return (expected_purchases(page) or {}) | {
        "value": page.formats.money(value),
        "clv": page.formats.money(clv),
    }


def customer_equity(page: Page) -> dict[str, str] | None:
    """Return the forecast's total with its interval."""
    found = _outlook(page)
    if found is None:
        return None
    return {
        "customers": page.formats.count(found.n_customers),
        "months": page.formats.count(found.months),
        "total": page.formats.money(found.total, "about"),
        "low": page.formats.money(found.low, "about"),
        "high": page.formats.money(found.high, "about"),
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


def backtest(page: Page) -> dict[str, str] | None:
    """Return what the held-back part of the history was forecast to bring."""
    found = _tested(page)
    if found is None:
        return None
    return {
        "date": page.formats.date(found.cutoff),
        "days": page.formats.days(found.holdout_days),
        "forecast": page.formats.count(round(found.forecast)),
        "actual": page.formats.count(round(found.actual)),
        "miss": page.formats.share(found.forecast / found.actual - 1, 1),
    }


def top_tenth(page: Page) -> dict[str, str] | None:
    """Return the share of later spend by those the model put first."""
    found = _tested(page)
    if found is None:
        return None
    shares = found.baselines.set_index("rule")["top_tenth_share"]
    return {
        "model": page.formats.share(float(shares["model"]), 1),
        "spend": page.formats.share(float(shares["past_spend"]), 1),
    }


def _outlook(page: Page) -> Outlook | None:
    days = common.window_days(page)
    found = queries.ask(page.shop, "forecast", window_days=days, **USUAL)
    return None if isinstance(found, TooLittle) else found


def _tested(page: Page) -> Backtest | None:
    found = queries.ask(page.shop, "backtest", model=USUAL["model"])
    return None if isinstance(found, TooLittle) or not found.actual else found


EXAMPLES: dict[str, Example] = {
    "expected_purchases": expected_purchases,
    "customer_lifetime_value": customer_lifetime_value,
    "customer_equity": customer_equity,
    "backtest": backtest,
    "top_tenth": top_tenth,
    "simple_value": simple_value,
}
