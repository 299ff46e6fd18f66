"""Customers by the period of their first order, and what they did from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np

from retention_core import periods
from retention_core.intervals import wilson
from retention_core.slices import first_value

if TYPE_CHECKING:
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
    active = _with_cohort(orders, _active(orders, grain), grain, by)
    keys = _keys(by)
    counts = orders.run(active.group_by(*keys, "period").agg(active_customers=_count()))
    cells = _filled(_cells(orders, counts, grain), counts, ["active_customers"])
    cells["retention"] = cells["active_customers"] / cells["cohort_size"]
    names = ["cohort_size", "active_customers", "retention", "complete"]
    return cells[[*keys, "period", *names]]


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
    keys = _keys(by)
    active = _with_cohort(orders, _active(orders, grain), grain, by)
    counts = orders.run(
        active.group_by(*keys, "period").agg(
            active_customers=_count(), orders=active.orders.sum()
        )
    )
    lines = _with_cohort(orders, _revenue(orders, grain), grain, by)
    sums = lines.group_by(*keys, "period").agg(revenue=lines.revenue.sum())
    cells = _cells(orders, counts, grain)
    cells = _filled(cells, counts, ["active_customers", "orders"])
    cells = _filled(cells, orders.run(sums), ["revenue"])
    size, revenue = cells["cohort_size"], cells["revenue"]
    running = _running(cells, keys, "revenue")
    cells["average_order_value"] = _ratio(revenue, cells["orders"])
    cells["revenue_per_customer"] = revenue / size
    cells["cumulative_revenue_per_customer"] = running / size
    cells["revenue_per_active_customer"] = _ratio(revenue, cells["active_customers"])
    return cells[[*keys, "period", *VALUE]]


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
    keys = _keys(by)
    active = _with_cohort(orders, _active(orders, grain), grain, by)
    again = (active.period > 0) | (active.orders > 1)
    people = active.group_by("customer_id", *keys).agg(
        second=active.period.min(where=again), last=active.period.max()
    )
    counts = orders.run(active.group_by(*keys, "period").agg(active_customers=_count()))
    ever = orders.run(people.group_by(*keys, "second", "last").agg(customers=_count()))
    cells = _filled(_cells(orders, counts, grain), counts, ["active_customers"])
    for name in ("second", "last"):
        known = ever[[*keys, name, "customers"]].rename(columns={name: "period"})
        known = known.dropna(subset=["period"]).astype({"period": "int64"})
        groups = known.groupby([*keys, "period"], dropna=False)
        summed = groups.agg(**{name: ("customers", "sum")}).reset_index()
        cells = _filled(cells, summed, [name])
    size = cells["cohort_size"]
    cells["repeat_by"] = _running(cells, keys, "second") / size
    gone = _running(cells, keys, "last") - cells["last"]
    cells["on_or_after"] = (size - gone) / size
    names = ["cohort_size", "active_customers", "repeat_by", "on_or_after", "complete"]
    return cells[[*keys, "period", *names]]


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
    parts = {name: known[name] * known[WEIGHTS[name]] for name in measures}
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


def _keys(by: str | None) -> list[str]:
    return ["cohort"] if by is None else [by, "cohort"]


def _count() -> ir.Deferred:
    return ibis._.count()


def _ratio(part: pd.Series, whole: pd.Series) -> pd.Series:
    return part / whole.where(whole != 0)


def _running(cells: pd.DataFrame, keys: list[str], name: str) -> pd.Series:
    """Running sum over the periods of each cohort."""
    return cells.groupby(keys, dropna=False)[name].cumsum()


def _active(orders: Orders, grain: Grain) -> ir.Table:
    """``customer_id, start, orders``: a row a customer and period with a purchase."""
    bought = orders.purchases.filter(orders.purchases.customer_id.notnull())
    start = periods.start_of(bought.ordered_at.date(), grain)
    return bought.group_by("customer_id", start=start).agg(orders=_count())


def _revenue(orders: Orders, grain: Grain) -> ir.Table:
    """``customer_id, start, revenue``: all lines not before the first purchase."""
    bought = orders.purchases
    first = bought.group_by("customer_id").agg(first_at=bought.ordered_at.min())
    lines = orders.table.join(first, "customer_id")
    lines = lines.filter(lines.ordered_at >= lines.first_at)
    start = periods.start_of(lines.ordered_at.date(), grain)
    return lines.group_by("customer_id", start=start).agg(revenue=lines.amount.sum())


def _with_cohort(
    orders: Orders, table: ir.Table, grain: Grain, by: str | None
) -> ir.Table:
    """Add each customer's cohort (and slice), and the period's age in it."""
    active = _active(orders, grain)
    first = active.group_by("customer_id").agg(cohort=active.start.min())
    if by is not None:
        slices = first_value(orders, by).rename({by: "value"})
        first = first.join(slices, "customer_id")
    joined = table.join(first, "customer_id")
    period = periods.boundaries_between(joined.cohort, joined.start, grain)
    return joined.mutate(period=period)


def _cells(orders: Orders, counts: pd.DataFrame, grain: Grain) -> pd.DataFrame:
    """Every observed cell: each cohort's periods up to that of ``as_of``."""
    calendar = periods.starts(orders.first_day, orders.as_of, grain)
    finished = sum(periods.complete(start, grain, orders.as_of) for start in calendar)
    born = counts[counts["period"] == 0].drop(
        columns=["period", "orders"], errors="ignore"
    )
    born = born.rename(columns={"active_customers": "cohort_size"})
    keys = [name for name in born.columns if name != "cohort_size"]
    born = born.sort_values(keys, ignore_index=True)
    at = np.searchsorted(np.array(calendar, dtype="datetime64[s]"), born["cohort"])
    lengths = len(calendar) - at
    cells = born.loc[born.index.repeat(lengths)].reset_index(drop=True)
    period = np.arange(lengths.sum()) - np.repeat(lengths.cumsum() - lengths, lengths)
    return cells.assign(
        period=period.astype("int64"),
        complete=np.repeat(at, lengths) + period < finished,
    )


def _filled(
    cells: pd.DataFrame, counts: pd.DataFrame, names: list[str]
) -> pd.DataFrame:
    """Cells with what was counted in them; nothing counted is 0."""
    keys = [key for key in counts.columns if key in cells.columns]
    filled = cells.merge(counts[[*keys, *names]], on=keys, how="left")
    kinds = {name: counts[name].dtype for name in names}
    return filled.fillna(dict.fromkeys(names, 0)).astype(kinds)
