"""Revenue of new customers, of returning ones and of guests."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd

from retention_core import periods
from retention_core.intervals import ratio

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from retention_core.orders import Orders
    from retention_core.periods import Grain

KINDS = ("new", "returning")
MONTHS = 12


@dataclass(frozen=True)
class Returning:
    """Share of the revenue of known customers that returning ones bring.

    Attributes
    ----------
    share, low, high
        0–1, with the 95 % interval of the ratio estimator over customers.
    guests
        Share of all revenue that nobody's name stands on, 0–1; not in the above.
    previous
        The same share over as many months before; NaN where the file does not reach
        back a year further than that, so that old customers would look new.
    first, last
        First and last day that it is about.
    """

    share: float
    low: float
    high: float
    guests: float
    previous: float
    first: dt.date
    last: dt.date


def new_and_returning(orders: Orders, *, grain: Grain = "month") -> pd.DataFrame:
    """Revenue of first orders, of later orders of known customers, and of guests.

    *New* is what customers buy on the day of their first order, *returning* all that
    known customers bring besides; a refund stands on the day of its order. A refund
    that matches no order counts as returning: its order lies before the file.

    Parameters
    ----------
    grain
        Length of a period: week, month, quarter or year.

    Returns
    -------
    DataFrame
        A row a period from the first day to ``as_of``: ``period_start; new_customers,
        returning_customers`` (whoever does both in it counts in both); ``new_orders,
        returning_orders, guest_orders``; ``new_revenue, returning_revenue,
        guest_revenue`` (net; together the order table's revenue);
        ``new_average_order_value, returning_average_order_value`` (revenue / orders,
        null without orders); ``returning_revenue_share`` = returning / (new +
        returning), null where these bring nothing; ``guest_revenue_share`` of all
        revenue; ``complete``. Without an order counts and revenue are 0.
    """
    bought = kinds_of(orders)
    start = periods.start_of(bought.day, grain)
    counted = bought.group_by("kind", start=start).agg(
        customers=bought.customer_id.nunique(),
        orders=bought.count(),
        amount=bought.amount.sum(),
    )
    lines = orders.table
    start = periods.start_of(lines.ordered_at.date(), grain)
    taken = lines.group_by(start=start, guest=lines.customer_id.isnull()).agg(
        revenue=lines.amount.sum()
    )
    starts = periods.starts(orders.first_day, orders.as_of, grain)
    index = pd.Index(np.array(starts, dtype="datetime64[s]"), name="period_start")
    frame = _wide(orders.run(counted), orders.run(taken), index)
    known = frame["new_revenue"] + frame["returning_revenue"]
    every = known + frame["guest_revenue"]
    for kind in KINDS:
        of = frame[f"{kind}_orders"]
        value = frame[f"{kind}_revenue"] / of.where(of > 0)
        frame[f"{kind}_average_order_value"] = value
    back = frame["returning_revenue"]
    frame["returning_revenue_share"] = back / known.where(known > 0)
    frame["guest_revenue_share"] = frame["guest_revenue"] / every.where(every > 0)
    complete = [periods.complete(day, grain, orders.as_of) for day in starts]
    return frame.assign(complete=complete).reset_index()


def returning(orders: Orders) -> Returning | None:
    """Share of revenue from returning customers over the last twelve complete months.

    Definitions as of :func:`new_and_returning`; fewer months where the file has no
    more. ``None`` without a complete month, or where known customers bring nothing.
    """
    since, until = last_months(orders)
    if since >= until:
        return None
    earlier = _months_before(since)
    known = _months_before(earlier) >= periods.first_day(orders.first_day, "month")
    sums = orders.run(_sums(orders, earlier, since, until)).fillna(0.0).iloc[0]
    if sums["known"] <= 0:
        return None
    low, high = ratio(
        *(sums[name] for name in ("back", "known", "backs", "knowns", "products", "n"))
    )
    every = sums["known"] + sums["guests"]
    previous = sums["back_before"] / sums["known_before"] if known else float("nan")
    return Returning(
        share=float(sums["back"] / sums["known"]),
        low=float(np.clip(low, 0, 1)),
        high=float(np.clip(high, 0, 1)),
        guests=float(sums["guests"] / every) if every > 0 else float("nan"),
        previous=float(previous),
        first=since,
        last=until - dt.timedelta(days=1),
    )


def last_months(orders: Orders) -> tuple[dt.date, dt.date]:
    """First day of the last twelve complete months, and the day after them."""
    until = periods.following(periods.last_complete(orders.as_of, "month"), "month")
    first = periods.first_day(orders.first_day, "month")
    return max(_months_before(until), first), until


def _months_before(day: dt.date) -> dt.date:
    return periods.following(day, "month", -MONTHS)


def kinds_of(orders: Orders) -> ir.Table:
    """``order_id, customer_id, day, amount, kind``: a row a purchase."""
    bought = orders.purchases
    days = bought.select("order_id", "customer_id", "amount", day=_day(bought))
    first = days.filter(days.customer_id.notnull()).group_by("customer_id")
    firsts = first.agg(first=days.day.min()).rename(known="customer_id")
    joined = days.left_join(firsts, days.customer_id == firsts.known)
    kind = ibis.cases(
        (joined.known.isnull(), "guest"),
        (joined.day == joined["first"], "new"),
        else_="returning",
    )
    return joined.mutate(kind=kind).drop("known", "first")


def _day(table: ir.Table) -> ir.DateValue:
    return table.ordered_at.date()


def _wide(counted: pd.DataFrame, taken: pd.DataFrame, index: pd.Index) -> pd.DataFrame:
    """Counts and revenue by period, a column for each kind."""
    found = {}
    for kind in (*KINDS, "guest"):
        own = counted[counted["kind"] == kind].set_index("start").reindex(index)
        found[kind] = own[["customers", "orders", "amount"]].fillna(0)
    guest = taken["guest"].astype(bool)
    of_guests, of_known = (
        part.set_index("start")["revenue"].reindex(index).fillna(0.0)
        for part in (taken[guest], taken[~guest])
    )
    new = found["new"]["amount"].astype("float64")
    columns = {f"{kind}_customers": found[kind]["customers"] for kind in KINDS}
    columns |= {f"{kind}_orders": each["orders"] for kind, each in found.items()}
    counts = pd.DataFrame(columns).astype("int64")
    return counts.assign(
        new_revenue=new, returning_revenue=of_known - new, guest_revenue=of_guests
    )


def _sums(orders: Orders, earlier: dt.date, since: dt.date, until: dt.date) -> ir.Table:
    """One row: revenue of known customers and of returning ones, with the squares.

    From ``since`` to before ``until``; the sums also from ``earlier`` to ``since``.
    """
    lines, bought = orders.table, kinds_of(orders)
    day = _day(lines)
    late, early = (day >= since) & (day < until), (day >= earlier) & (day < since)
    every = lines.group_by("customer_id").agg(
        known=lines.amount.sum(where=late).fill_null(0.0),
        known_before=lines.amount.sum(where=early).fill_null(0.0),
        lines=lines.count(where=late),
    )
    fresh = bought.filter(bought.kind == "new")
    first = fresh.group_by(buyer=fresh.customer_id).agg(
        new=fresh.amount.sum(), first=fresh.day.min()
    )
    both = every.left_join(first, every.customer_id == first.buyer)
    new = both.new.fill_null(0.0)
    late, early = (
        ((both["first"] >= a) & (both["first"] < b)).fill_null(False)
        for a, b in ((since, until), (earlier, since))
    )
    back = both.known - ibis.ifelse(late, new, 0.0)
    back_before = both.known_before - ibis.ifelse(early, new, 0.0)
    named = both.customer_id.notnull()
    return both.agg(
        n=both.count(where=named & (both.lines > 0)),
        known=both.known.sum(where=named),
        back=back.sum(where=named),
        knowns=(both.known * both.known).sum(where=named),
        backs=(back * back).sum(where=named),
        products=(both.known * back).sum(where=named),
        guests=both.known.sum(where=~named),
        known_before=both.known_before.sum(where=named),
        back_before=back_before.sum(where=named),
    )
