"""Customers by the period of their first order, and what they did from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from retention_core import ages, periods
from retention_core.ages import Ages
from retention_core.intervals import wilson

if TYPE_CHECKING:
    import datetime as dt

    import ibis.expr.types as ir
    import pandas as pd

    from retention_core.orders import Orders
    from retention_core.periods import Grain

WEIGHTS = {
    "retention": "cohort_size",
    "repeat_by": "cohort_size",
    "on_or_after": "cohort_size",
    "revenue_per_customer": "cohort_size",
    "cumulative_revenue_per_customer": "cohort_size",
    "average_order_value": "orders",
    "revenue_per_active_customer": "active_customers",
}
"""What each measure is per: the average over cohorts is weighted by it."""
OF_REVENUE = ("average_order_value", "revenue_per_active_customer")

VALUE = (
    "cohort_size",
    "active_customers",
    "revenue",
    "orders",
    "average_order_value",
    "revenue_per_customer",
    "cumulative_revenue_per_customer",
    "revenue_per_active_customer",
    "complete",
)
LISTED = (
    "customer_id",
    "first_order",
    "came_back",
    "orders",
    "revenue",
    "last_order",
    "revenue_so_far",
)
TRUNCATED = 1.5
COMPARED = 3


def retention(
    orders: Orders, *, grain: Grain = "month", by: str | None = None
) -> pd.DataFrame:
    """Share of each cohort with an order in its k-th period: R(c, k) = n(c, k)/n(c, 0).

    Parameters
    ----------
    grain
        Length of a period: week, month, quarter or year.
    by
        Split cohorts by this dimension, as of the first order
        (:func:`retention_core.slices.first_value`); customers without a value are a
        group of their own, null.

    Returns
    -------
    DataFrame
        ``[by,] cohort`` (first day), ``period`` (from 0), ``cohort_size,
        active_customers, retention`` (0–1), ``complete`` (whether the period had
        ended by ``as_of``). A row an observed cell: 0 where nobody ordered, no row
        for a period still to come. Empty without known customers.
    """
    counted = Ages(grain, by)
    cells = ages.active(orders, counted)
    cells["retention"] = cells["active_customers"] / cells["cohort_size"]
    names = ["cohort_size", "active_customers", "retention", "complete"]
    return cells[[*counted.keys, "period", *names]]


def value(
    orders: Orders, *, grain: Grain = "month", by: str | None = None
) -> pd.DataFrame:
    """What each cohort brought in its k-th period, and until then.

    Revenue is net, refunds included, and stands on the order's day. A refund without
    an order counts unless it comes before the customer's first purchase. Parameters
    as of :func:`retention`.

    Returns
    -------
    DataFrame
        ``[by,] cohort, period, cohort_size, active_customers, revenue, orders,
        average_order_value`` (revenue / orders), ``revenue_per_customer,
        cumulative_revenue_per_customer`` (the historical lifetime value: running sum,
        per customer of the cohort), ``revenue_per_active_customer, complete``. Null
        where there is no order or customer to divide by.
    """
    counted = Ages(grain, by)
    rows = ages.activity(orders, counted, money=True)
    sums = rows.group_by(*counted.keys, "period").agg(
        active_customers=rows.count(where=rows.orders > 0),
        orders=rows.orders.sum(),
        revenue=rows.revenue.sum(),
    )
    counts = orders.run(sums)
    cells = ages.observed(orders, counted, counts)
    cells = ages.filled(cells, counts, ["active_customers", "orders", "revenue"])
    size, revenue = cells["cohort_size"], cells["revenue"]
    running = ages.running(cells, counted, "revenue")
    cells["average_order_value"] = _ratio(revenue, cells["orders"])
    cells["revenue_per_customer"] = revenue / size
    cells["cumulative_revenue_per_customer"] = running / size
    cells["revenue_per_active_customer"] = _ratio(revenue, cells["active_customers"])
    return cells[[*counted.keys, "period", *VALUE]]


def returned(
    orders: Orders, *, grain: Grain = "month", by: str | None = None
) -> pd.DataFrame:
    """Who ever came back: within k periods, and in the k-th period or later.

    Parameters as of :func:`retention`.

    Returns
    -------
    DataFrame
        ``[by,] cohort, period, cohort_size, active_customers, repeat_by`` (share with
        a second order within ``period`` periods of the first), ``on_or_after`` (share
        with an order in ``period`` or later, up to ``as_of``: it can only grow when
        more data comes), ``complete``.
    """
    counted = Ages(grain, by)
    cells = ages.ever(orders, counted)
    cells["repeat_by"] = cells["repeated"] / cells["cohort_size"]
    cells["on_or_after"] = cells["later"] / cells["cohort_size"]
    names = ["cohort_size", "active_customers", "repeat_by", "on_or_after", "complete"]
    return cells[[*counted.keys, "period", *names]]


def average(frame: pd.DataFrame) -> pd.DataFrame:
    """All cohorts as one, from complete cells only, each weighted by its size.

    Parameters
    ----------
    frame
        What :func:`retention`, :func:`value` or :func:`returned` gave. Split by a
        dimension, each group has an average of its own.

    Returns
    -------
    DataFrame
        ``[by,] period, cohort_size`` (sum over the cohorts observed so long), the
        frame's counts summed and its measures averaged; for retention also ``low,
        high``, the 95 % Wilson interval.
    """
    known = frame[frame["complete"]]
    groups = [*frame.columns[: frame.columns.get_loc("cohort")], "period"]
    measures = [name for name in frame.columns if name in WEIGHTS]
    dropped = {*groups, *measures, "cohort", "complete"}
    counts = [name for name in frame.columns if name not in dropped]
    parts = {
        # A cell without an order has no average of its own, and yet its revenue.
        name: known["revenue"] if name in OF_REVENUE else known[name] * known[weight]
        for name, weight in WEIGHTS.items()
        if name in measures
    }
    sums = known.assign(**parts).groupby(groups, dropna=False, as_index=False)
    result = sums[[*counts, *measures]].sum()
    for name in measures:
        result[name] = _ratio(result[name], result[WEIGHTS[name]])
    if "retention" in measures:
        low, high = wilson(result["active_customers"], result["cohort_size"])
        result = result.assign(low=low, high=high)
    return result


def left_truncated(frame: pd.DataFrame) -> bool:
    """Whether the first cohort may hold customers from before the file begins.

    So when it is more than 1.5 times the median of the next three finished cohorts;
    never with fewer than three.
    """
    born = frame[(frame["period"] == 0) & frame["complete"]]
    sizes = born.groupby("cohort")["cohort_size"].sum().sort_index()
    if len(sizes) <= COMPARED:
        return False
    after = sizes.iloc[1 : COMPARED + 1].median()
    return bool(sizes.iloc[0] > TRUNCATED * after)


def customers(
    orders: Orders,
    *,
    cohort: dt.date,
    period: int,
    grain: Grain = "month",
    windows: tuple[int, ...] | None = None,
) -> ir.Table:
    """Every customer of a cohort, and whether they came back at one age.

    Parameters
    ----------
    cohort
        First day of the period of the first order.
    period
        Age, counted as :class:`retention_core.ages.Ages` says for ``grain`` and
        ``windows``.

    Returns
    -------
    Ibis table
        ``customer_id, first_order`` (date), ``came_back`` (whether they ordered at
        that age), ``orders, revenue`` (at that age; 0 without any), ``last_order,
        revenue_so_far``; who came back first, then by ``revenue_so_far``. Empty
        without such a cohort.
    """
    began = orders.purchases.group_by("customer_id").agg(
        day=orders.purchases.ordered_at.min().date()
    )
    start = ibis.literal(cohort).cast("date")
    members = began.filter(periods.start_of(began.day, grain) == start)
    own = orders.cut(lambda rows: rows.semi_join(members, "customer_id"))
    rows = ages.activity(own, Ages(grain, windows=windows), money=True)
    at_age = rows.period == period
    found = rows.group_by("customer_id").agg(
        orders=rows.orders.sum(where=at_age).fill_null(0),
        revenue=rows.revenue.sum(where=at_age).fill_null(0.0),
        revenue_so_far=rows.revenue.sum(),
    )
    bought = own.purchases
    days = bought.group_by("customer_id").agg(
        first_order=bought.ordered_at.min().date(),
        last_order=bought.ordered_at.max().date(),
    )
    listed = found.join(days, "customer_id").mutate(came_back=ibis._.orders > 0)
    order = [ibis.desc("came_back"), ibis.desc("revenue_so_far"), "customer_id"]
    return listed.select(*LISTED).order_by(order)


def _ratio(part: pd.Series, whole: pd.Series) -> pd.Series:
    return part / whole.where(whole != 0)
