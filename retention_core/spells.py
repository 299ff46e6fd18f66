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


def events(orders: Orders, grain: Grain, days: int) -> ir.Table:
    """Starts and ends of the customers' active spells, counted by boundary.

    A spell is a run of boundaries without a gap. ``trailing`` is the revenue of the
    window before a spell's last boundary.
    """
    table = _covered(orders, grain, days)
    table = table.mutate(real=table.hi >= table.lo)
    everything = ibis.window(group_by=table.customer_id, order_by=[table.lo, table.hi])
    order = ibis.window(
        group_by=[table.customer_id, table.real], order_by=[table.lo, table.hi]
    )
    same_reach = ibis.window(group_by=[table.customer_id, table.real, table.hi])
    seen = table.mutate(
        rank=ibis.row_number().over(everything),
        first_lo=table.lo.min().over(ibis.window(group_by=table.customer_id)),
        before=table.hi.lag().over(order),
        after=table.lo.lead().over(order),
        reaching=table.amount.sum().over(same_reach),
    )
    flagged = seen.select(
        "lo",
        "hi",
        "amount",
        "real",
        first=seen["rank"] == 0,
        new=seen.lo == seen.first_lo,
        begins=seen.real & (seen.before.isnull() | (seen.lo > seen.before + 1)),
        ends=seen.real & (seen.after.isnull() | (seen.after > seen.hi + 1)),
        trailing=seen.reaching,
    )
    keys = ["lo", "hi", "real", "first", "new", "begins", "ends"]
    return flagged.group_by(keys).agg(
        customers=ibis._.count(),
        amount=flagged.amount.sum(),
        trailing=flagged.trailing.sum(),
    )


def counted(events: pd.DataFrame, n: int) -> pd.DataFrame:
    """Customers and revenue of n periods from spells counted by boundary."""
    lo, hi = events["lo"].to_numpy(), events["hi"].to_numpy()

    def at(boundary: NDArray[np.int64], flag: pd.Series, of: str) -> NDArray[Any]:
        """Sum of a column by boundary, 0 … n + 1."""
        chosen = flag.to_numpy(dtype=bool)
        weights = events.loc[chosen, of].to_numpy()
        return np.bincount(boundary[chosen], weights=weights, minlength=n + 2)

    begins, ends, real = events["begins"], events["ends"], events["real"]
    begun = at(lo, begins, "customers")
    new = at(lo, begins & events["new"], "customers")
    ended = at(hi, ends, "customers")
    over = np.concatenate([[0.0], ended[:-1]])
    active = np.cumsum(begun - over)
    spent = at(lo, real, "amount")
    past = np.concatenate([[0.0], at(hi, real, "amount")[:-1]])
    before, within = slice(0, n), slice(1, n + 1)
    counts = {
        "starting": active[before],
        "new": new[within],
        "reactivated": (begun - new)[within],
        "lost": ended[before],
        "ending": active[within],
        "new_and_lapsed": (at(lo, events["first"], "customers") - new)[within],
    }
    frame = pd.DataFrame(counts).round().astype("int64")
    return frame.assign(
        revenue=np.cumsum(spent - past)[before],
        lost_revenue=at(hi, ends, "trailing")[before],
    )


def _covered(orders: Orders, grain: Grain, days: int) -> ir.Table:
    """The period boundaries at which each purchase day keeps its customer active.

    Boundary i is the start of period i, the last one the day after ``as_of``. A
    purchase on day d reaches the instants s with ``d < s ≤ d + w``: boundaries
    ``lo`` to ``hi`` (none, if ``hi < lo``). Days that reach the same are one row.
    """
    bought = orders.purchase_days
    calendar = periods.starts(orders.first_day, orders.as_of, grain)
    origin, last = ibis.literal(calendar[0]), len(calendar)

    def position(day: ir.DateValue) -> ir.IntegerValue:
        start = periods.start_of(day, grain)
        return periods.boundaries_between(origin, start, grain)

    beyond = bought.day >= orders.as_of + dt.timedelta(days=1 - days)
    reach = (bought.day + ibis.interval(days=days)).cast("date")
    return bought.group_by(
        bought.customer_id,
        lo=position(bought.day) + 1,
        hi=beyond.ifelse(last, position(reach)),
    ).agg(amount=bought.amount.sum())
