"""What each customer did at each age: in calendar periods, or days since the first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import numpy as np

from retention_core import periods
from retention_core.slices import first_value

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd
    from numpy.typing import NDArray

    from retention_core.orders import Orders
    from retention_core.periods import Grain


@dataclass(frozen=True)
class Ages:
    """How customers are put into cohorts, and how their age is counted.

    Attributes
    ----------
    grain
        Length of the period of the first order, and of an age.
    by
        Split cohorts by this dimension, as of the first order, or not.
    windows
        ``None``: an age is the number of period boundaries. Days such as ``(30, 60)``:
        age 0 is the day of the first order, age k holds the days after ``windows[k−2]``
        up to ``windows[k−1]`` (age 1: from the day after the first order).
    """

    grain: Grain = "month"
    by: str | None = None
    windows: tuple[int, ...] | None = None

    @property
    def keys(self) -> list[str]:
        """What tells one cohort from another."""
        return ["cohort"] if self.by is None else [self.by, "cohort"]


def activity(orders: Orders, ages: Ages, *, money: bool = False) -> ir.Table:
    """Everything that customers did, by age.

    Returns
    -------
    Ibis table
        ``customer_id, [by,] cohort, period, orders[, revenue]``: a row a customer and
        age with an order; with ``money`` also where only a refund stands. Ages past
        the last window are kept, one higher than it.
    """
    counted = _ordered(orders, ages)
    first = counted.group_by("customer_id").agg(first=counted.unit.min())
    if ages.by is not None:
        slices = first_value(orders, ages.by).rename({ages.by: "value"})
        first = first.join(slices, "customer_id")
    rows = (_with_revenue(orders, counted, ages) if money else counted).join(
        first, "customer_id"
    )
    if ages.windows is None:
        period = periods.boundaries_between(rows["first"], rows.unit, ages.grain)
        return rows.mutate(cohort=rows["first"], period=period).drop("first", "unit")
    days = rows.unit.delta(rows["first"], unit="day")
    rows = rows.mutate(
        cohort=periods.start_of(rows["first"], ages.grain),
        period=_window_of(days, ages.windows),
    )
    names = [name for name in ("orders", "revenue") if name in rows.columns]
    groups = rows.group_by("customer_id", *ages.keys, "period")
    return groups.agg(**{name: rows[name].sum() for name in names})


def observed(orders: Orders, ages: Ages, counts: pd.DataFrame) -> pd.DataFrame:
    """Every observed cell of the cohorts in ``counts``, with its size.

    Parameters
    ----------
    counts
        ``[by,] cohort, period, active_customers``; those of period 0 are the cohorts.

    Returns
    -------
    DataFrame
        ``[by,] cohort, cohort_size, period, complete``. In calendar periods a cohort's
        cells go up to the period of ``as_of``. In windows a cell is there only when
        every customer of the cohort has been seen for all its days.
    """
    born = counts.loc[counts["period"] == 0, [*ages.keys, "active_customers"]]
    born = born.rename(columns={"active_customers": "cohort_size"})
    born = born.sort_values(ages.keys, ignore_index=True)
    lengths, done = _lengths(orders, ages, born)
    cells = born.loc[born.index.repeat(lengths)].reset_index(drop=True)
    period = np.arange(lengths.sum()) - np.repeat(lengths.cumsum() - lengths, lengths)
    complete = period < np.repeat(done, lengths)
    return cells.assign(period=period.astype("int64"), complete=complete)


def filled(cells: pd.DataFrame, counts: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Cells with what was counted in them; nothing counted is 0."""
    keys = [key for key in counts.columns if key in cells.columns]
    found = cells.merge(counts[[*keys, *names]], on=keys, how="left")
    kinds = {name: counts[name].dtype for name in names}
    return found.fillna(dict.fromkeys(names, 0)).astype(kinds)


def running(cells: pd.DataFrame, ages: Ages, name: str) -> pd.Series:
    """Running sum over the ages of each cohort."""
    return cells.groupby(ages.keys, dropna=False)[name].cumsum()


def active(orders: Orders, ages: Ages) -> pd.DataFrame:
    """Observed cells with ``active_customers``, those with an order at that age."""
    rows = activity(orders, ages)
    groups = rows.group_by(*ages.keys, "period")
    counts = orders.run(groups.agg(active_customers=rows.count()))
    return filled(observed(orders, ages, counts), counts, ["active_customers"])


def ever(orders: Orders, ages: Ages) -> pd.DataFrame:
    """Observed cells of :func:`active` with who ever came back.

    ``repeated``: customers with a second order by that age. ``later``: those with an
    order at that age or later, up to ``as_of``.
    """
    rows = activity(orders, ages)
    again = (rows.period > 0) | (rows.orders > 1)
    people = rows.group_by("customer_id", *ages.keys).agg(
        second=rows.period.min(where=again), last=rows.period.max()
    )
    alike = people.group_by(*ages.keys, "second", "last")
    found = orders.run(alike.agg(customers=people.count()))
    cells = active(orders, ages)
    for name in ("second", "last"):
        known = found[[*ages.keys, name, "customers"]].rename(columns={name: "period"})
        known = known.dropna(subset=["period"]).astype({"period": "int64"})
        groups = known.groupby([*ages.keys, "period"], dropna=False)
        summed = groups.agg(**{name: ("customers", "sum")}).reset_index()
        cells = filled(cells, summed, [name])
    gone = running(cells, ages, "last") - cells["last"]
    return cells.assign(
        repeated=running(cells, ages, "second"), later=cells["cohort_size"] - gone
    ).drop(columns=["second", "last"])


def _ordered(orders: Orders, ages: Ages) -> ir.Table:
    """``customer_id, unit, orders``: orders by calendar period, or by day."""
    bought = orders.purchases.filter(orders.purchases.customer_id.notnull())
    unit = _unit(bought.ordered_at, ages)
    return bought.group_by("customer_id", unit=unit).agg(orders=bought.count())


def _with_revenue(orders: Orders, counted: ir.Table, ages: Ages) -> ir.Table:
    """Orders and revenue; lines before the first purchase, all refunds, left out."""
    bought = orders.purchases
    first = bought.group_by("customer_id").agg(first_at=bought.ordered_at.min())
    lines = orders.table.join(first, "customer_id")
    lines = lines.filter(lines.ordered_at >= lines.first_at)
    unit = _unit(lines.ordered_at, ages)
    spent = lines.group_by("customer_id", unit=unit).agg(revenue=lines.amount.sum())
    both = ibis.union(
        counted.mutate(orders=counted.orders.cast("int64"), revenue=ibis.literal(0.0)),
        spent.select(
            "customer_id",
            "unit",
            orders=ibis.literal(0).cast("int64"),
            revenue=spent.revenue.cast("float64"),
        ),
    )
    groups = both.group_by("customer_id", "unit")
    return groups.agg(orders=both.orders.sum(), revenue=both.revenue.sum())


def _unit(at: ir.TimestampValue, ages: Ages) -> ir.DateValue:
    return at.date() if ages.windows else periods.start_of(at.date(), ages.grain)


def _window_of(days: ir.IntegerValue, windows: tuple[int, ...]) -> ir.IntegerValue:
    """How many of 0 and the windows lie before ``days``."""
    steps = [(days <= edge, age) for age, edge in enumerate((0, *windows))]
    return ibis.cases(*steps, else_=len(windows) + 1).cast("int64")


def _lengths(
    orders: Orders, ages: Ages, born: pd.DataFrame
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many ages of each cohort are observed, and how many are complete."""
    if ages.windows is None:
        calendar = periods.starts(orders.first_day, orders.as_of, ages.grain)
        finished = sum(
            periods.complete(start, ages.grain, orders.as_of) for start in calendar
        )
        starts = np.array(calendar, dtype="datetime64[s]")
        at = np.searchsorted(starts, born["cohort"]).astype("int64")
        return len(calendar) - at, finished - at
    day = dt.timedelta(days=1)
    ends = [
        periods.following(start.date(), ages.grain) - day for start in born["cohort"]
    ]
    seen = np.array([(orders.as_of - end).days for end in ends], dtype="int64")
    edges = np.array((0, *ages.windows))
    lengths = np.searchsorted(edges, seen, side="right").astype("int64")
    return lengths, lengths
