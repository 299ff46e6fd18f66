"""Worked examples of a single customer: the one who has brought most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_ui import queries
from retention_ui.figures.frames import records

if TYPE_CHECKING:
    import pandas as pd

    from retention_core.customer import Customer
    from retention_ui.page import Page
    from retention_ui.worked import Example


def usual_gap(page: Page) -> dict[str, str] | None:
    """Return how often the customer orders."""
    first = _first(page)
    if first is None:
        return None
    one: Customer | None = queries.ask(page.shop, "customer", customer_id=first)
    if one is None or one.usual_gap_days is None:
        return None
    days = one.orders["ordered_at"].dt.normalize().nunique()
    return {
        "customer": page.formats.md(first),
        "days": page.formats.days(days),
        "gap": page.formats.days(one.usual_gap_days),
        "silence": page.formats.days(one.days_since_last_order),
    }


def to_offer_next(page: Page) -> dict[str, str] | None:
    """Return what is likeliest to be in the customer's next order."""
    first = _first(page)
    if first is None or not page.facts.products:
        return None
    learned = queries.ask(page.shop, "next_product")
    asked = {"customers": [first], "n": 1, "model": learned}
    found: pd.DataFrame = queries.ask(page.shop, "recommended", **asked)
    if found.empty:
        return None
    return {
        "customer": page.formats.md(first),
        "product": page.formats.md(found["product"].iloc[0]),
    }


def _first(page: Page) -> str | None:
    """The customer with whom the page begins."""
    if not page.facts.customers or not page.shop.lists:
        return None
    found = records(queries.ask(page.shop, "customer_first", limit=1))
    return str(found[0]["customer_id"]) if found else None


EXAMPLES: dict[str, Example] = {
    "usual_gap": usual_gap,
    "to_offer_next": to_offer_next,
}
