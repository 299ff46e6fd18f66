"""Spells of activity: between which period boundaries a customer counted as active."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import ibis
import numpy as np
import pandas as pd

from retention_core import periods

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from numpy.typing import NDArray

    from retention_core.orders import Orders
    from retention_core.periods import Grain

COUNTS = [
    "starting",
    "new",
    "reactivated",
    "lost",
    "ending",
    "new_and_lapsed",
    "lapsed",
]

Span = tuple[int, int]
"""The first and the last of some periods, by their place in the calendar."""


def counted(orders: Orders, grain: Grain, days: int) -> pd.DataFrame:
    """Customers won and lost in each period, with the revenue behind them.

    Boundary i is the start of period i, the last one the day after ``as_of``; a
    customer is active there if a purchase day lies in the ``days`` before it.

    Returns
    -------
    DataFrame
        ``period_start``, the ``COUNTS`` of definitions.md §4 and ``lapsed`` (had
        bought before, not active at the start), ``revenue`` of all active at the
        start in the days before it, ``lost_revenue`` of those of them that are lost.
        Empty without known customers.
    """
    calendar = periods.starts(orders.first_day, orders.as_of, grain)
    found = orders.run(_events(orders, grain, days))
    calendar = [] if found.empty else calendar
    n = len(calendar)
    begun, begun_first = (_at(found, "lo", flag, n) for flag in ("begins", "new"))
    ended, debuts = _at(found, "hi", "ends", n), _at(found, "lo", "first", n)
    active = np.cumsum(begun - np.concatenate([[0.0], ended[:-1]]))
    before, within = slice(0, n), slice(1, n + 1)
    counts = (
        active[before],
        begun_first[within],
        (begun - begun_first)[within],
        ended[before],
        active[within],
        (debuts - begun_first)[within],
        (np.cumsum(debuts) - active)[before],
    )
    frame = pd.DataFrame(dict(zip(COUNTS, counts, strict=True))).round()
    starts = np.array(calendar, dtype="datetime64[s]")
    lost_revenue = _at(found, "hi", "ends", n, of="trailing")[before]
    return frame.astype("int64").assign(
        period_start=starts,
        revenue=_revenue_before(orders, starts, days),
        lost_revenue=lost_revenue,
    )


def with_rates(frame: pd.DataFrame) -> pd.DataFrame:
    """Add the shares of definitions.md §4, null where they would divide by 0."""
    starting = frame["starting"].where(frame["starting"] > 0)
    lost = frame["lost"].where(frame["lost"] > 0)
    lapsed = frame["lapsed"].where(frame["lapsed"] > 0)
    revenue = frame["revenue"].where((frame["revenue"] > 0) & starting.notna())
    return frame.assign(
        retention_rate=(frame["ending"] - frame["new"]) / starting,
        strict_retention_rate=(frame["starting"] - frame["lost"]) / starting,
        churn_rate=frame["lost"] / starting,
        revenue_churn_rate=frame["lost_revenue"] / revenue,
        quick_ratio=(frame["new"] + frame["reactivated"]) / lost,
        reactivation_rate=frame["reactivated"] / lapsed,
    )


def overlap(lo: ir.IntegerValue, hi: ir.IntegerValue, span: Span) -> ir.IntegerValue:
    """How many boundaries of ``span`` lie from ``lo`` to ``hi``."""
    first, last = span
    return ibis.greatest(ibis.least(hi, last) - ibis.greatest(lo, first) + 1, 0)


def _reach(
    orders: Orders, grain: Grain, days: int, span: Span | None = None
) -> ir.Table:
    """``customer_id, lo, hi, top``: a row a customer and period with a purchase.

    A purchase on day d keeps its customer active at the instants s with
    ``d < s ≤ d + days``: boundaries ``lo`` to ``hi`` (none, if ``hi < lo``). Of a
    period's purchases all have one ``lo`` and the latest has the highest ``hi``;
    ``top`` is the revenue of those that reach as far; ``revenue``, with ``span``, is
    what all of them add to the revenue before its boundaries.
    """
    bought = orders.purchases.filter(orders.purchases.customer_id.notnull())
    bought = bought.mutate(day=bought.ordered_at.date())
    calendar = periods.starts(orders.first_day, orders.as_of, grain)
    origin, last = ibis.literal(calendar[0]), len(calendar)

    def position(day: ir.DateValue) -> ir.IntegerValue:
        start = periods.start_of(day, grain)
        return periods.boundaries_between(origin, start, grain)

    beyond = bought.day >= orders.as_of + dt.timedelta(days=1 - days)
    end = (bought.day + ibis.interval(days=days)).cast("date")
    each = bought.group_by(
        bought.customer_id,
        lo=position(bought.day) + 1,
        hi=beyond.ifelse(last, position(end)),
    ).agg(amount=bought.amount.sum())
    times = ibis.literal(0) if span is None else overlap(each.lo, each.hi, span)
    each = each.mutate(revenue=each.amount * times)
    return each.group_by("customer_id", "lo").agg(
        hi=each.hi.max(),
        top=each.amount.argmax(each.hi),
        revenue=each.revenue.sum(),
    )


def _events(orders: Orders, grain: Grain, days: int) -> ir.Table:
    """Where spells of activity begin (at ``lo``) and end (at ``hi``), counted.

    ``trailing`` is the revenue of the days before a spell's end.
    """
    rows = flagged(orders, grain, days)
    keys = ["lo", "hi", "first", "begins", "new", "ends"]
    return rows.group_by(keys).agg(
        customers=ibis._.count(), trailing=rows.trailing.sum()
    )


def flagged(
    orders: Orders, grain: Grain, days: int, span: Span | None = None
) -> ir.Table:
    """The rows of :func:`_reach`, each with what begins and ends there.

    A row speaks for the boundaries from its own ``lo`` ``until`` just before the next
    row's: it knows from its neighbours what was before and comes after. ``now``: it
    is active at the end of the data.
    """
    last = len(periods.starts(orders.first_day, orders.as_of, grain))
    reach = _reach(orders, grain, days, span)
    order = ibis.window(group_by=reach.customer_id, order_by=reach.lo)
    seen = reach.mutate(
        before=reach.hi.lag().over(order),
        next_lo=reach.lo.lead().over(order),
        next_hi=reach.hi.lead().over(order),
        # Days of up to three months may lie ``days`` before days of one month.
        **{f"hi_{k}": reach.hi.lag(k).over(order) for k in (1, 2)},
        **{f"top_{k}": reach.top.lag(k).over(order) for k in (1, 2)},
    )
    silent_after = (seen.next_lo > seen.hi + 1) | (
        (seen.next_lo == seen.hi + 1) & (seen.next_hi == seen.hi)
    )
    active, first = seen.hi >= seen.lo, seen.before.isnull()
    earlier = [(seen[f"hi_{k}"] == seen.hi).ifelse(seen[f"top_{k}"], 0) for k in (1, 2)]
    rows = seen.select(
        "customer_id",
        "lo",
        "hi",
        "revenue",
        until=ibis.least(seen.hi, seen.next_lo.fill_null(last + 1) - 1),
        first=first,
        active=active,
        begins=active & (first | (seen.before < seen.lo - 1)),
        ends=active & (seen.next_lo.isnull() & (seen.hi < last) | silent_after),
        now=active & (seen.hi == last) & seen.next_lo.isnull(),
        trailing=seen.top + earlier[0] + earlier[1],
    )
    return rows.mutate(new=rows["first"] & rows.begins)


def _at(
    events: pd.DataFrame, boundary: str, flag: str, n: int, of: str = "customers"
) -> NDArray[Any]:
    """Sum of a column over the flagged events by boundary, 0 … n + 1."""
    chosen = events[events[flag].fillna(value=False).astype(bool)]
    weights = chosen[of].to_numpy(dtype="float64")
    return np.bincount(chosen[boundary].to_numpy(), weights=weights, minlength=n + 2)


def _revenue_before(
    orders: Orders, starts: NDArray[np.datetime64], days: int
) -> NDArray[np.float64]:
    """Revenue of known customers' purchases in the ``days`` before each start."""
    bought = orders.purchases.filter(orders.purchases.customer_id.notnull())
    daily = bought.group_by(day=bought.ordered_at.date()).agg(
        amount=bought.amount.sum()
    )
    found = orders.run(daily.order_by("day"))
    running = np.concatenate([[0.0], found["amount"].cumsum()])
    known = found["day"].to_numpy(dtype="datetime64[s]")
    window = np.timedelta64(days, "D")
    until, since = (np.searchsorted(known, at) for at in (starts, starts - window))
    return np.asarray(running[until] - running[since])
