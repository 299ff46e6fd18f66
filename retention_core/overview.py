"""The shop in a handful of figures, each beside what it was before."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd

from retention_core import churn, periods

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from numpy.typing import NDArray

    from retention_core.orders import Orders
    from retention_core.periods import Grain

YEARLY = ("customers", "orders", "revenue", "average_order_value")
PERIODIC = (
    "active_customers",
    "strict_retention_rate",
    "churn_rate",
    "lost",
    "repeat_rate",
)
A_YEAR = {"week": 52, "month": 12, "quarter": 4, "year": 1}


def figures(
    orders: Orders,
    *,
    grain: Grain = "month",
    window_days: int | None = None,
    series: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The key figures as of the last complete period, with comparisons.

    Parameters
    ----------
    grain
        The period that the second group of figures is about.
    window_days
        Silence after which a customer is lost; from the data if not given.
    series
        What :func:`trend` gave for the same grain and window, where it is known.

    Returns
    -------
    DataFrame
        ``figure, value, previous, year_ago``. Over the *twelve months* to the end of
        the last complete period, guests included but for the first: ``customers``
        (with an order), ``orders``, ``revenue`` (net, refunds included),
        ``average_order_value`` (revenue / orders); their ``previous`` and
        ``year_ago`` are both the twelve months before. Of the *last complete period*:
        ``active_customers`` (at its end), ``strict_retention_rate``, ``churn_rate``,
        ``lost``, ``repeat_rate`` (share of all customers so far with a second order);
        ``previous`` is the period before, ``year_ago`` the one a year earlier. Null
        where the data does not reach back so far, or holds no full window before that
        period. With no complete period at all the twelve months end at ``as_of``.
    """
    if series is None:
        series = trend(orders, grain=grain, window_days=window_days, of=PERIODIC)
    rows = [*_yearly(orders, grain)]
    for figure in PERIODIC:
        known = series.loc[series["figure"] == figure, "value"].to_numpy()
        now, then, year_ago = (_from_end(known, n) for n in (1, 2, A_YEAR[grain] + 1))
        rows.append((figure, now, then, year_ago))
    return pd.DataFrame(rows, columns=["figure", "value", "previous", "year_ago"])


def trend(
    orders: Orders,
    *,
    grain: Grain = "month",
    window_days: int | None = None,
    of: tuple[str, ...] = (*YEARLY, *PERIODIC),
    moved: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Each figure of each complete period, for a small line beside it.

    ``moved`` is what :func:`retention_core.churn.movement` gave for the same grain and
    window, where it is known.

    Returns
    -------
    DataFrame
        ``figure, period_start, value``. The names of :func:`figures`; customers,
        orders, revenue and average order value here are those of the single period.
    """
    calendar = periods.starts(orders.first_day, orders.as_of, grain)
    known = [day for day in calendar if periods.complete(day, grain, orders.as_of)]
    index = pd.Index(np.array(known, dtype="datetime64[s]"), name="period_start")
    parts = []
    if set(of) & set(YEARLY):
        parts.append(_sales(orders, grain, index))
    if set(of) & (set(PERIODIC) - {"repeat_rate"}):
        if moved is None:
            moved = churn.movement(orders, grain=grain, window_days=window_days)
        parts.append(_moved(moved).reindex(index))
    if "repeat_rate" in of:
        parts.append(_repeating(orders, grain, calendar).reindex(index))
    wide = pd.concat(parts, axis=1)[[*of]] if parts else pd.DataFrame(index=index)
    long = wide.reset_index().melt("period_start", var_name="figure")
    return long[["figure", "period_start", "value"]].astype({"value": "float64"})


def _from_end(values: NDArray[np.float64], steps: int) -> float:
    return float(values[-steps]) if len(values) >= steps else float("nan")


def _sales(orders: Orders, grain: Grain, index: pd.Index) -> pd.DataFrame:
    """Customers, orders, revenue, average order value by period."""
    bought, lines = orders.purchases, orders.table
    start = periods.start_of(bought.ordered_at.date(), grain)
    sold = orders.run(_sold(bought, start))
    start = periods.start_of(lines.ordered_at.date(), grain)
    taken = orders.run(lines.group_by(key=start).agg(revenue=lines.amount.sum()))
    return _per_order(sold, taken, index)


def _sold(bought: ir.Table, key: ir.Value) -> ir.Table:
    """Customers and orders by ``key``; a customer counts once before orders do."""
    each = bought.group_by("customer_id", key=key).agg(orders=ibis._.count())
    return each.group_by("key").agg(
        customers=each.customer_id.count(), orders=each.orders.sum()
    )


def _per_order(
    sold: pd.DataFrame, taken: pd.DataFrame, index: pd.Index
) -> pd.DataFrame:
    """Sales by the keys of ``index``; no order is 0, its average value null."""
    frame = sold.set_index("key").join(taken.set_index("key"), how="outer")
    frame = frame.reindex(index).astype("float64").fillna(0.0)
    whole = frame["orders"].where(frame["orders"] > 0)
    frame["average_order_value"] = frame["revenue"] / whole
    return frame


def _yearly(orders: Orders, grain: Grain) -> list[tuple[str, float, float, float]]:
    """Figures of the last twelve months and of the twelve before."""
    last = periods.last_complete(orders.as_of, grain)
    reached = last >= periods.first_day(orders.first_day, grain)
    after = orders.as_of + dt.timedelta(days=1)
    end = pd.Timestamp(periods.following(last, grain) if reached else after)
    start, before = (end - pd.DateOffset(years=years) for years in (1, 2))
    bought, lines = orders.purchases, orders.table

    def in_the_year(table: ir.Table) -> ir.Table:
        inside = (table.ordered_at >= before) & (table.ordered_at < end)
        return table.filter(inside).mutate(now=table.ordered_at >= start)

    bought, lines = in_the_year(bought), in_the_year(lines)
    sold = orders.run(_sold(bought, bought.now))
    taken = orders.run(lines.group_by(key=lines.now).agg(revenue=lines.amount.sum()))
    found = _per_order(sold, taken, pd.Index([True, False]))
    covered = before.date() >= periods.first_day(orders.first_day, "month")
    rows = []
    for figure in YEARLY:
        now, then = (float(found[figure].loc[key]) for key in (True, False))
        then = then if covered else float("nan")
        rows.append((figure, now, then, then))
    return rows


def _moved(moved: pd.DataFrame) -> pd.DataFrame:
    """What the movement says, where a whole window lies before the period."""
    moved = moved.rename(columns={"ending": "active_customers"})
    full: pd.DataFrame = moved.loc[moved["full_start"]]
    names = [name for name in PERIODIC if name != "repeat_rate"]
    return full.set_index("period_start")[names]


def _repeating(orders: Orders, grain: Grain, calendar: list[dt.date]) -> pd.DataFrame:
    """Share of all customers so far with a second order, at the end of each period."""
    bought = orders.purchases.filter(orders.purchases.customer_id.notnull())
    start = periods.start_of(bought.ordered_at.date(), grain)
    each = bought.group_by("customer_id", start=start).agg(orders=ibis._.count())
    so_far = ibis.cumulative_window(group_by=each.customer_id, order_by=each.start)
    summed = each.mutate(total=each.orders.sum().over(so_far))
    earlier = summed.total - summed.orders
    second = (summed.total > 1) & (earlier <= 1)
    counts = orders.run(
        summed.group_by("start").agg(
            customers=(earlier == 0).cast("int64").sum(),
            repeating=second.cast("int64").sum(),
        )
    )
    index = pd.Index(np.array(calendar, dtype="datetime64[s]"), name="period_start")
    counts = counts.set_index("start").reindex(index, fill_value=0).cumsum()
    share = counts["repeating"] / counts["customers"].where(counts["customers"] > 0)
    return share.to_frame("repeat_rate")
