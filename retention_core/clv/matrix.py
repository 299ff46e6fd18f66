"""The field's matrices: customers by orders so far and days since the last one."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd

from retention_core.clv import models

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from retention_core.clv.fitting import Fit

# Lower ends of the groups; the last one is open above.
ORDERS_FROM = (1, 2, 3, 4, 5, 7, 10)
DAYS_FROM = (0, 31, 61)
LATE_DAYS_FROM = (181, 366)
ORDERS, DAYS = ["orders_from", "orders_to"], ["days_from", "days_to"]
KEYS = [*ORDERS, *DAYS]
MEASURES = ["probability_alive", "probability_in_window", "expected_purchases"]
MEANS = ["frequency", "recency", "silence"]


def frequency_recency(customers: ir.Table, *, window_days: int) -> ir.Table:
    """Customers by orders so far and days since the last, with what is expected.

    Parameters
    ----------
    customers
        As of :func:`clv.scores.held`.
    window_days
        Who has been silent for so long counts as lost: a group of days begins here.

    Returns
    -------
    Ibis table
        ``orders_from, orders_to, days_from, days_to`` (purchase days and days since
        the last, both ends within; null: open above), ``customers``; means over them
        of ``probability_alive, probability_in_window, expected_purchases`` and of
        ``frequency, recency, silence`` (days since the last); ``clv`` (sum). Only
        groups that hold somebody.
    """
    edges = {each for each in DAYS_FROM if each < window_days}
    edges |= {window_days}
    edges |= {each for each in LATE_DAYS_FROM if each > window_days}
    known = customers.mutate(silence=customers["T"] - customers.recency)
    grouped = known.mutate(
        **_group("orders", known.frequency + 1, ORDERS_FROM),
        **_group("days", known.silence, sorted(edges)),
    )
    means = {name: grouped[name].mean() for name in (*MEASURES, *MEANS)}
    return (
        grouped.group_by(KEYS)
        .agg(customers=grouped.count(), clv=grouped.clv.sum(), **means)
        .order_by(["days_from", "orders_from"])
    )


def filled(
    cells: pd.DataFrame, fit: Fit, *, months_days: float, window_days: int, oldest: int
) -> pd.DataFrame:
    """Add the groups that hold nobody, with what the model would say of one in them.

    Somebody with the mean frequency and the mean recency of the group's column, silent
    for the mean silence of its row. Left out where that is longer ago than the shop
    has been known for: nobody can be there.

    Parameters
    ----------
    cells
        What :func:`frequency_recency` gave.
    months_days, window_days
        Horizons of ``expected_purchases`` and of ``probability_in_window``, in days.
    oldest
        Days from the shop's first day to today.

    Returns
    -------
    ``cells`` with further rows, whose ``customers`` and ``clv`` are 0.
    """
    columns, rows = (_means(cells, edges) for edges in (ORDERS, DAYS))
    empty = _empty(cells, columns, rows)
    if empty.empty:
        return cells
    x = np.round(empty["frequency"].to_numpy(np.float64))
    t_x = np.where(x > 0, empty["recency"].to_numpy(np.float64), 0.0)
    age = t_x + empty["silence"].to_numpy(np.float64)
    told = empty.assign(
        customers=0,
        clv=0.0,
        probability_alive=models.probability_alive(fit, x, t_x, age),
        probability_in_window=models.probability_active(fit, window_days, x, t_x, age),
        expected_purchases=models.expected_purchases(fit, months_days, x, t_x, age),
    )
    possible = told.loc[age <= oldest, list(cells.columns)]
    if possible.empty:
        return cells
    both: pd.DataFrame = pd.concat([cells, possible]).sort_values(
        ["days_from", "orders_from"], ignore_index=True
    )
    return both


def _means(cells: pd.DataFrame, edges: list[str]) -> pd.DataFrame:
    """Means over the customers of each column, or row, of the matrix."""
    sums = cells[MEANS].mul(cells["customers"], axis=0)
    sums = sums.assign(customers=cells["customers"])
    keys = [cells[edge].astype("Int64") for edge in edges]
    found = sums.groupby(keys, dropna=False).sum()
    means: pd.DataFrame = found[MEANS].div(found["customers"], axis=0)
    return means.reset_index()


def _empty(
    cells: pd.DataFrame, columns: pd.DataFrame, rows: pd.DataFrame
) -> pd.DataFrame:
    """Every pair of a column and a row that holds nobody."""
    taken = set(zip(cells["orders_from"], cells["days_from"], strict=True))
    pairs = [
        {name: column[name] for name in (*ORDERS, "frequency", "recency")}
        | {name: row[name] for name in (*DAYS, "silence")}
        for column, row in product(columns.to_dict("records"), rows.to_dict("records"))
        if (column["orders_from"], row["days_from"]) not in taken
    ]
    return pd.DataFrame(pairs, columns=[*KEYS, *MEANS])


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
