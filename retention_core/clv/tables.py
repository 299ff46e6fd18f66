"""Small tables around a forecast: revenue so far, groups of customers, tenths."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd

from retention_core import periods

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from retention_core.orders import Orders

# Lower ends of the groups; the last one is open above.
ORDERS_FROM = (1, 2, 3, 4, 5, 7, 10)
DAYS_FROM = (0, 31, 61)
LATE_DAYS_FROM = (181, 366)


def history(orders: Orders) -> pd.DataFrame:
    """Net revenue by month, first orders apart from repeat orders.

    Returns
    -------
    DataFrame
        ``month`` (first day), ``first_revenue`` (of a customer's first purchase day,
        and of guests, whom nobody can tell from new customers), ``repeat_revenue``
        (all else, unmatched refunds included), ``complete``. A month without orders
        is 0.
    """
    bought, lines = orders.purchases, orders.table
    first_day = (
        bought.ordered_at.date().min().over(ibis.window(group_by=bought.customer_id))
    )
    marked = bought.mutate(day=bought.ordered_at.date(), first_day=first_day)
    is_first = marked.customer_id.isnull() | (marked.day == marked.first_day)
    firsts = marked.filter(is_first)
    month = periods.start_of(firsts.day, "month")
    first = firsts.group_by(month=month).agg(first_revenue=firsts.amount.sum())
    month = periods.start_of(lines.ordered_at.date(), "month")
    every = lines.group_by(month=month).agg(revenue=lines.amount.sum())
    starts = periods.starts(orders.first_day, orders.as_of, "month")
    index = pd.Index(np.array(starts, dtype="datetime64[s]"), name="month")
    frame = pd.concat(
        [orders.run(each).set_index("month").reindex(index) for each in (first, every)],
        axis=1,
    ).fillna(0.0)
    return pd.DataFrame(
        {
            "first_revenue": frame["first_revenue"],
            "repeat_revenue": frame["revenue"] - frame["first_revenue"],
            "complete": [
                periods.complete(day, "month", orders.as_of) for day in starts
            ],
        }
    ).reset_index()


def frequency_recency(customers: ir.Table, *, window_days: int) -> ir.Table:
    """Customers by orders so far and days since the last, with their chances.

    Parameters
    ----------
    customers
        ``customer_id, orders, days_since_last_order, probability_active, clv``.
    window_days
        Who has been silent for so long counts as lost: a group of days begins here.

    Returns
    -------
    Ibis table
        ``orders_from, orders_to, days_from, days_to`` (both ends within; null: open
        above), ``customers``, ``probability_active`` (mean), ``clv`` (sum); only
        groups that hold somebody.
    """
    edges = {each for each in DAYS_FROM if each < window_days}
    edges |= {window_days}
    edges |= {each for each in LATE_DAYS_FROM if each > window_days}
    grouped = customers.mutate(
        **_group("orders", customers.orders, ORDERS_FROM),
        **_group("days", customers.days_since_last_order, sorted(edges)),
    )
    keys = ["orders_from", "orders_to", "days_from", "days_to"]
    return (
        grouped.group_by(keys)
        .agg(
            customers=grouped.count(),
            probability_active=grouped.probability_active.mean(),
            clv=grouped.clv.sum(),
        )
        .order_by(["days_from", "orders_from"])
    )


def tenths(customers: ir.Table) -> ir.Table:
    """Share of the forecast value that each tenth of the customers holds.

    ``customers`` has ``clv``. Gives ``tenth`` (1: the most valuable) and ``share``.
    """
    tenth = ibis.ntile(10).over(order_by=customers.clv.desc()) + 1
    summed = customers.select("clv", tenth=tenth).group_by("tenth")
    totals = summed.agg(clv=ibis._.clv.sum())
    whole = totals.clv.sum().over(ibis.window())
    return totals.select("tenth", share=totals.clv / whole).order_by("tenth")


def _group(
    name: str, value: ir.IntegerValue, starts: Sequence[int]
) -> dict[str, ir.Value]:
    """Lower and upper end of the group that ``value`` lies in."""
    ends = [*(start - 1 for start in starts[1:]), None]
    low = [(value >= start, ibis.literal(start)) for start in reversed(starts)]
    high = [
        (value >= start, ibis.literal(end, type="int64"))
        for start, end in reversed(list(zip(starts, ends, strict=True)))
    ]
    return {f"{name}_from": ibis.cases(*low), f"{name}_to": ibis.cases(*high)}
