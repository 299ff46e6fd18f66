"""What cohorts do as they age, in ten measures, each with its 95 % interval.

Definitions: definitions.md §3. Shares have Wilson's interval; money and ratios that of
the ratio estimator, with customers as independent units. Everything an interval is made
of is a sum over customers, so that cohorts add up to their average.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import ibis
import numpy as np

from retention_core import ages
from retention_core.ages import Ages
from retention_core.errors import RetentionError
from retention_core.intervals import ratio, wilson

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd
    from numpy.typing import NDArray

    from retention_core.orders import Orders
    from retention_core.periods import Grain

Measure = Literal[
    "retention",
    "active_customers",
    "repeat_by",
    "on_or_after",
    "revenue",
    "revenue_per_customer",
    "cumulative_revenue_per_customer",
    "revenue_per_active_customer",
    "average_order_value",
    "orders",
]
Relative = Literal["first", "before"]
Kind = Literal["share", "count", "ratio", "total"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
COUNTED = {
    "retention": "active_customers",
    "active_customers": "active_customers",
    "repeat_by": "repeated",
    "on_or_after": "later",
}
"""The measures that count customers, and what they count."""
DIGITS = 9
SUMS = ("top", "bottom", "top_squared", "bottom_squared", "top_times_bottom")


@dataclass(frozen=True)
class _Sum:
    """What is added up, per what; as a total; from the first order on."""

    of: Literal["orders", "revenue"]
    per: Literal["customer", "active", "orders"] = "customer"
    total: bool = False
    cumulative: bool = False


ADDED = {
    "revenue": _Sum("revenue", total=True),
    "revenue_per_customer": _Sum("revenue"),
    "cumulative_revenue_per_customer": _Sum("revenue", cumulative=True),
    "revenue_per_active_customer": _Sum("revenue", per="active"),
    "average_order_value": _Sum("revenue", per="orders"),
    "orders": _Sum("orders", total=True),
}


class UnknownMeasureError(RetentionError, ValueError):
    """No such measure, or not as a share of another period's."""

    code = "unknown_measure"
    template = (
        "{measure!r} relative to {relative_to!r} is no measure; there are {found}."
    )

    def __str__(self) -> str:
        return self.template.format(**self.fields)


def relatives(measure: str) -> tuple[Relative, ...]:
    """Periods that a measure can be a share of.

    A second order by then is a share of the cohort already, and what is per order or
    per active customer has another denominator in every period: neither has any.
    """
    if measure == "repeat_by" or (
        measure in ADDED and ADDED[measure].per != "customer"
    ):
        return ()
    return ("first", "before")


def measured(
    orders: Orders,
    measure: str = "retention",
    *,
    grain: Grain = "month",
    by: str | None = None,
    windows: tuple[int, ...] | None = None,
    relative_to: Relative | None = None,
) -> pd.DataFrame:
    """One measure of every cohort at every observed age, with its 95 % interval.

    Parameters
    ----------
    measure
        ``retention, repeat_by, on_or_after`` (shares of the cohort),
        ``active_customers, orders`` (counts), ``revenue, revenue_per_customer,
        cumulative_revenue_per_customer, revenue_per_active_customer,
        average_order_value`` (in the shop's currency).
    grain, by
        As of :func:`retention_core.cohorts.retention`.
    windows
        ``None``: ages are calendar periods. Days since the first order such as
        ``(30, 60, 90)``: age 0 is the first day, age k the days after ``windows[k−2]``
        up to ``windows[k−1]``; a cohort has a cell only once every customer has been
        seen so long. A second order on the first day counts for ``repeat_by``.
    relative_to
        ``None``, or the figure as a share of the cohort's own in its period 0
        (``"first"``: net revenue retention) or in the period before (``"before"``).

    Returns
    -------
    DataFrame
        ``[by,] cohort, period, cohort_size, active_customers, value, low, high,
        complete``; then how it came about: ``kind`` (share, count, ratio, total) and
        the sums over customers ``top, bottom`` (value = top / bottom; of a count or
        total = top), ``top_squared, bottom_squared, top_times_bottom``. A row an
        observed cell. ``value`` is null where there is nothing to divide by; ``low,
        high`` also with one customer only, or where no two differ. The interval of
        what is not below zero ends at zero.

    Raises
    ------
    UnknownMeasureError
        No such measure, or it has no such relative (:func:`relatives`).
    """
    known = MEASURES if relative_to is None else [*filter(relatives, MEASURES)]
    if measure not in known or relative_to not in (None, "first", "before"):
        raise UnknownMeasureError(
            measure=measure, relative_to=relative_to, found=list(known)
        )
    counted = Ages(grain, by, None if windows is None else tuple(windows))
    if measure in COUNTED:
        cells = _customers(orders, measure, counted, relative_to)
    else:
        cells = _sums(orders, ADDED[measure], counted, relative_to)
    cells = cells.assign(**_estimates(cells, cells["cohort_size"]))
    names = ["cohort_size", "active_customers", "value", "low", "high", "complete"]
    return cells[[*counted.keys, "period", *names, "kind", *SUMS]]


def average(frame: pd.DataFrame) -> pd.DataFrame:
    """All cohorts as one, from complete cells only, with its 95 % interval.

    Sums are added up before they are divided: weighted by size, never a mean of
    percentages. Of what is a count or a total it is an average cohort's.

    Parameters
    ----------
    frame
        What :func:`measured` gave. Split by a dimension, each group has its own.

    Returns
    -------
    DataFrame
        ``[by,] period, cohorts`` (how many are complete at that age), ``cohort_size,
        active_customers`` (summed over them), ``value, low, high``.
    """
    known = frame[frame["complete"]]
    groups = [*frame.columns[: frame.columns.get_loc("cohort")], "period"]
    added = ["cohort_size", "active_customers", *SUMS]
    parts = known.groupby([*groups, "kind"], dropna=False, as_index=False)
    summed = parts[added].sum()
    cohorts = parts.size()["size"]
    found = summed.assign(cohorts=cohorts, **_estimates(summed, summed["cohort_size"]))
    each = np.where(found["kind"].isin(["count", "total"]), cohorts, 1)
    for name in ("value", "low", "high"):
        found[name] = found[name] / each
    names = ["cohorts", "cohort_size", "active_customers", "value", "low", "high"]
    return found[[*groups, *names]]


def _customers(
    orders: Orders, measure: str, counted: Ages, relative_to: Relative | None
) -> pd.DataFrame:
    """Cells of a measure that counts customers."""
    if measure in ("retention", "active_customers"):
        if relative_to == "before":
            return _sums(orders, None, counted, relative_to)
        cells = ages.active(orders, counted)
    else:
        cells = ages.ever(orders, counted)
    top = cells[COUNTED[measure]]
    bottom = cells["cohort_size"]
    if relative_to == "before":
        # Whoever orders then or later does so in or after the period before as well.
        bottom = _before(cells.assign(top=top), counted, "top")
    kind = "count" if measure == "active_customers" and not relative_to else "share"
    same = {"top_squared": top, "bottom_squared": bottom, "top_times_bottom": top}
    return cells.assign(kind=kind, top=top, bottom=bottom, **same)


def _sums(
    orders: Orders, added: _Sum | None, counted: Ages, relative_to: Relative | None
) -> pd.DataFrame:
    """Cells with the sums of a ratio; of active customers where nothing is added up."""
    money = added is not None and added.of == "revenue"
    rows = ages.activity(orders, counted, money=money)
    active = ibis.ifelse(rows.orders > 0, 1, 0)
    top = active if added is None else rows[added.of]
    # Money sent back whole leaves 1e-17 of it: nothing to divide by.
    top = top.cast("float64").round(DIGITS)
    rows = rows.mutate(top=top, active=active.cast("float64"))
    rows = _with_squares(rows, added or _Sum("orders"), relative_to)
    sums = {"active_customers": rows.count(where=rows.orders > 0)}
    sums |= {name: rows[name].sum() for name in SUMS}
    counts = orders.run(rows.group_by(*counted.keys, "period").agg(**sums))
    cells = ages.observed(orders, counted, counts)
    cells = ages.filled(cells, counts, ["active_customers", *SUMS])
    return _divided(cells, added or _Sum("orders"), counted, relative_to)


def _with_squares(
    rows: ir.Table, added: _Sum, relative_to: Relative | None
) -> ir.Table:
    """Add what each customer's age adds to the sums of the ratio.

    A running amount ``c`` need not be known at ages without activity: its square grows
    by ``2cv + v²`` where ``v`` is added to it, and so it is summed up afterwards.
    """
    own, top = {"group_by": rows.customer_id}, rows.top
    since = ibis.cumulative_window(**own, order_by=rows.period)
    so_far = top.sum().over(since) - top if added.cumulative else ibis.literal(0.0)
    if relative_to == "first":
        begun = ibis.ifelse(rows.period == 0, top, 0.0)
        bottom = begun.sum().over(ibis.window(**own))
    elif relative_to == "before":
        in_turn = ibis.window(**own, order_by=rows.period)
        follows = rows.period.lag().over(in_turn) == rows.period - 1
        bottom = ibis.ifelse(follows, top.lag().over(in_turn), 0.0)
        bottom = so_far if added.cumulative else bottom
    else:
        per = {"customer": ibis.literal(1.0), "active": rows.active}
        bottom = per.get(added.per, rows.orders.cast("float64"))
    return rows.mutate(
        bottom=bottom,
        top_squared=top * top + 2 * so_far * top,
        bottom_squared=bottom * bottom,
        top_times_bottom=top * bottom,
    )


def _divided(
    cells: pd.DataFrame, added: _Sum, counted: Ages, relative_to: Relative | None
) -> pd.DataFrame:
    """Cells whose sums are those of the ratio that was asked for."""
    if added.cumulative:
        grown = ["top", "top_squared"] + ["top_times_bottom"] * (
            relative_to != "before"
        )
        for name in grown:
            cells[name] = ages.running(cells, counted, name)
    if relative_to == "first":
        at_first = cells.groupby(counted.keys, dropna=False)
        bottom, squared = at_first["top"], at_first["top_squared"]
        cells["bottom"] = bottom.transform("first")
        cells["bottom_squared"] = squared.transform("first")
    elif relative_to == "before":
        cells["bottom"] = _before(cells, counted, "top")
        cells["bottom_squared"] = _before(cells, counted, "top_squared")
        if added.cumulative:
            cells["top_times_bottom"] += cells["bottom_squared"].fillna(0.0)
    elif added.per == "customer":
        size = cells["cohort_size"].astype("float64")
        cells["bottom"] = cells["bottom_squared"] = size
        cells["top_times_bottom"] = cells["top"]
    total = added.total and relative_to is None
    return cells.assign(kind="total" if total else "ratio")


def _before(cells: pd.DataFrame, counted: Ages, name: str) -> pd.Series:
    """Value of the period before, null in the first."""
    return cells.groupby(counted.keys, dropna=False)[name].shift()


def _estimates(cells: pd.DataFrame, size: pd.Series) -> dict[str, NDArray[np.float64]]:
    """``value, low, high`` from the sums."""
    top, bottom, *squares = (cells[name].to_numpy("float64") for name in SUMS)
    share = cells["kind"].isin(["share", "count"]).to_numpy()
    scaled = cells["kind"].isin(["count", "total"]).to_numpy()
    whole = np.where(bottom > 0, bottom, np.nan)
    value, scale = top / whole, np.where(scaled, whole, 1.0)
    of_share = wilson(np.where(share, top, np.nan), bottom)
    of_ratio = ratio(top, bottom, squares[0], squares[1], squares[2], size)
    low, high = (
        np.where(share, *both) for both in zip(of_share, of_ratio, strict=True)
    )
    low = np.where(value >= 0, np.maximum(low, 0.0), low)
    ends = {"low": low * scale, "high": high * scale}
    return {"value": np.where(scaled, top, value), **ends}
