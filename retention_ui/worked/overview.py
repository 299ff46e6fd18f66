"""Worked examples of the overview's figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from retention_core import periods
from retention_ui import queries
from retention_ui.parts import common

if TYPE_CHECKING:
    from retention_ui.page import Page
    from retention_ui.worked import Example


def complete_to(page: Page) -> dict[str, str]:
    """Return up to when the data goes, and the last month that is over."""
    last = periods.last_complete(page.facts.as_of, "month")
    return {
        "date": page.formats.date(page.facts.as_of),
        "month": page.formats.period(last),
    }


def customers(page: Page) -> dict[str, str] | None:
    """Return the customers of the last twelve months and of all time."""
    return _yearly(page, "customers") | {
        "all": page.formats.count(page.facts.customers)
    }


def orders(page: Page) -> dict[str, str]:
    """Return the orders of the last twelve months."""
    return _yearly(page, "orders")


def revenue(page: Page) -> dict[str, str]:
    """Return the net revenue of the last twelve months."""
    return _yearly(page, "revenue")


def average_order_value(page: Page) -> dict[str, str] | None:
    """Divide the revenue of the last twelve months by their orders."""
    figures = _figures(page)
    if not figures["orders"]:
        return None
    return {
        "revenue": page.formats.money(figures["revenue"]),
        "orders": page.formats.count(figures["orders"]),
        "value": page.formats.money(figures["average_order_value"]),
    }


def guests(page: Page) -> dict[str, str] | None:
    """Return the share of orders that name nobody."""
    facts = page.facts
    if not facts.orders:
        return None
    return {
        "guests": page.formats.count(facts.guest_orders),
        "orders": page.formats.count(facts.orders),
        "share": page.formats.share(facts.guest_orders / facts.orders, 1),
    }


def active_customers(page: Page) -> dict[str, str] | None:
    """Return who is active at the end of the last finished month."""
    value = _figures(page)["active_customers"]
    if pd.isna(value):
        return None
    return {
        "value": page.formats.count(value),
        "days": page.formats.days(common.window_days(page)),
        "month": complete_to(page)["month"],
    }


def repeat_rate(page: Page) -> dict[str, str] | None:
    """Return the share of all customers so far who have ordered twice."""
    value = _figures(page)["repeat_rate"]
    if pd.isna(value):
        return None
    return {"value": page.formats.share(value, 1), "month": complete_to(page)["month"]}


def _figures(page: Page) -> dict[str, float]:
    days = common.window_days(page)
    found: pd.DataFrame = queries.ask(page.shop, "glance", window_days=days).figures
    return dict(zip(found["figure"], found["value"].astype(float), strict=True))


def _yearly(page: Page, figure: str) -> dict[str, str]:
    value = _figures(page)[figure]
    written = page.formats.money if figure == "revenue" else page.formats.count
    return {"value": written(value), "month": complete_to(page)["month"]}


EXAMPLES: dict[str, Example] = {
    "complete_to": complete_to,
    "customers": customers,
    "guests": guests,
    "orders": orders,
    "revenue": revenue,
    "average_order_value": average_order_value,
    "active_customers": active_customers,
    "repeat_rate": repeat_rate,
}
