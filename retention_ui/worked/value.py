"""Worked examples of how value unfolds, and of new and returning customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_core import unfolding
from retention_core.intervals import ENOUGH_CUSTOMERS
from retention_ui import queries

if TYPE_CHECKING:
    import pandas as pd

    from retention_ui.page import Page
    from retention_ui.worked import Example

MONTHS = 12


def returning_revenue(page: Page) -> dict[str, str] | None:
    """Return the share of the last twelve finished months."""
    found = queries.ask(page.shop, "returning")
    if found is None:
        return None
    return {
        "first": page.formats.period(found.first),
        "last": page.formats.period(found.last),
        "share": page.formats.share(found.share, 1),
        "interval": page.formats.interval(found.low, found.high, 1),
        "guests": page.formats.share(found.guests, 1),
    }


def life_cycle(page: Page) -> dict[str, str] | None:
    """Return how many get to the second and third order, and when."""
    frame = queries.ask(page.shop, "timeline").set_index("order")
    if frame.empty or frame["median_days"].loc[[2, 3]].isna().any():
        return None
    share, days = page.formats.share, page.formats.days
    return {
        "second": share(frame["share"].loc[2], 1),
        "second_days": days(frame["median_days"].loc[2]),
        "third": share(frame["share"].loc[3], 1),
        "third_days": days(frame["median_days"].loc[3]),
    }


def tenure(page: Page) -> dict[str, str] | None:
    """Return what customers bring in their first year."""
    frame = queries.ask(page.shop, "tenure")
    if frame.empty or frame["customers"].iloc[0] < ENOUGH_CUSTOMERS:
        return None
    first = frame.iloc[0]
    return {
        "customers": page.formats.count(first["customers"]),
        "revenue": page.formats.money(first["revenue_per_customer"]),
    }


def value_so_far(page: Page) -> dict[str, str] | None:
    """Return what customers bring with the first order, and in a year."""
    found = queries.ask(page.shop, "value_by_day")
    seen = unfolding.watched(found, as_of=page.facts.as_of, months=MONTHS)
    curve = unfolding.curve(found, cohorts=seen, months=MONTHS)
    if curve.empty:
        return None
    return {
        "customers": page.formats.count(curve["customers"].iloc[0]),
        "first": page.formats.money(float(curve["value"].iloc[0])),
        "last": page.formats.money(float(curve["value"].iloc[-1])),
        "months": page.formats.count(MONTHS),
    }


def price_paid(page: Page) -> dict[str, str] | None:
    """Return what new customers pay for the same products."""
    row = _paid(page, "price_index")
    if row is None:
        return None
    return {
        "index": page.formats.share(row["new"], 1),
        "interval": page.formats.interval(row["new_low"], row["new_high"], 1),
    }


def discount_use(page: Page) -> dict[str, str] | None:
    """Return who uses discounts, and how much they take off."""
    orders, part = _paid(page, "discounted_orders"), _paid(page, "discount_share")
    if orders is None or part is None:
        return None
    share = page.formats.share
    return {
        "new": share(orders["new"], 1),
        "new_share": share(part["new"], 1),
        "returning": share(orders["returning"], 1),
        "returning_share": share(part["returning"], 1),
    }


def _paid(page: Page, measure: str) -> pd.Series | None:
    frame = queries.ask(page.shop, "paid").set_index("measure")
    return frame.loc[measure] if measure in frame.index else None


EXAMPLES: dict[str, Example] = {
    "life_cycle": life_cycle,
    "value_so_far": value_so_far,
    "tenure": tenure,
    "returning_revenue": returning_revenue,
    "price_paid": price_paid,
    "discount_use": discount_use,
}
