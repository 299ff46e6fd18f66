"""Worked examples of window, movement and timing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from retention_core.survival import horizon, median_of_returned
from retention_ui import queries
from retention_ui.figures.frames import records
from retention_ui.parts import common

if TYPE_CHECKING:
    from retention_core.timing import UsualGap
    from retention_ui.page import Page
    from retention_ui.worked import Example

LATER = 90


def window(page: Page) -> dict[str, str] | None:
    """Return the window in use, and the chance that it leaves."""
    days = common.window_days(page)
    curve = queries.ask(page.shop.everybody(), "window").curve
    left = curve.loc[curve["days"] <= days, "return_later"]
    if left.empty:
        return None
    return {
        "days": page.formats.days(days),
        "share": page.formats.share(left.iloc[-1]),
    }


def moved(page: Page, rate: str = "starting") -> dict[str, str] | None:
    """Return the counts of the last finished month with a full window, and a rate."""
    days = common.window_days(page)
    found = queries.ask(page.shop, "movement", grain="month", window_days=days)
    done = found[found["complete"] & found["full_start"] & found[rate].notna()]
    if done.empty:
        return None
    last: dict[str, Any] = records(done)[-1]
    counts = {
        "starting": "starting",
        "new": "new",
        "back": "reactivated",
        "lost": "lost",
        "ending": "ending",
        "lapsed": "lapsed",
    }
    return {
        "period": page.formats.period(last["period_start"]),
        "days": page.formats.days(days),
        "rate": page.formats.share(last[rate], 1),
        "churn": page.formats.share(last["churn_rate"], 1),
        "ratio": page.formats.ratio(last["quick_ratio"]),
        **{word: page.formats.count(last[name]) for word, name in counts.items()},
    }


def time_to_next_order(page: Page) -> dict[str, str] | None:
    """Return when half of those who come back have, and how many by 90 days."""
    curve = queries.ask(page.shop, "curves").after[1]
    days = median_of_returned(curve)
    later = curve.loc[curve["days"] == LATER, "returned"]
    until = horizon(curve, curve["at_risk"].max()) if len(curve) else None
    if days is None or until is None or later.empty:
        return None
    return {
        "days": page.formats.days(days),
        "until": page.formats.days(until),
        "share": page.formats.share(later.iloc[0]),
    }


def usual_interval(page: Page) -> dict[str, str] | None:
    """Return the quartiles of the customers' own intervals."""
    found = _usual(page)
    if not found.repeat_customers:
        return None
    return {
        "median": page.formats.days(found.median),
        "lower": page.formats.count(found.lower),
        "upper": page.formats.days(found.upper),
    }


def one_time_buyers(page: Page) -> dict[str, str] | None:
    """Return how many have ordered once, and who of them may come back."""
    found, formats = _usual(page), page.formats
    if not found.customers:
        return None
    return {
        "once": formats.count(found.once),
        "customers": formats.count(found.customers),
        "share": formats.share(found.share_once, 1),
        "interval": formats.interval(found.low, found.high, 1),
        "active": formats.count(found.once_active),
    }


def log_rank(page: Page) -> dict[str, str] | None:
    """Test the first dimension that customers can be split by."""
    by = next(iter(page.groups), None)
    if by is None:
        return None
    test = queries.ask(page.shop, "waits_by_slice", by=by, after=1).test
    if not test.degrees_of_freedom:
        return None
    return {
        "dimension": common.named(page, by).lower(),
        "p": page.formats.p_value(test.p_value),
    }


def _usual(page: Page) -> UsualGap:
    days = common.window_days(page)
    found: UsualGap = queries.ask(page.shop, "usual_gap", window_days=days)
    return found


EXAMPLES: dict[str, Example] = {
    "window": window,
    "lost_customers": moved,
    "new_customers": moved,
    "came_back": moved,
    "movement": moved,
    "customer_retention_rate": partial(moved, rate="retention_rate"),
    "strict_retention": partial(moved, rate="strict_retention_rate"),
    "churn_rate": partial(moved, rate="churn_rate"),
    "revenue_churn": partial(moved, rate="revenue_churn_rate"),
    "quick_ratio": partial(moved, rate="quick_ratio"),
    "reactivation_rate": partial(moved, rate="reactivation_rate"),
    "time_to_next_order": time_to_next_order,
    "usual_interval": usual_interval,
    "one_time_buyers": one_time_buyers,
    "log_rank": log_rank,
}
