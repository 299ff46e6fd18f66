"""Which products are bought again more regularly than by chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from retention_core.intervals import CLEAR
from retention_core.reorder import chance

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from retention_core.orders import Orders

LEAST_SHAPE = 2.0
"""Regular enough to remind by: half the variance that chance would have, or less."""
OWN_RHYTHM = 0.8
"""In so many of its buyers' orders, a product comes as the orders come."""
NONE, MOST = 1e-12, 1e6
SUMS = (
    "customers_again",
    "intervals",
    "squares",
    "logs",
    "log_squares",
    "own_squares",
    "logs_per_unit",
    "log_squares_per_unit",
    "own_squares_per_unit",
    "smooth",
    "smooth_per_unit",
    "between",
    "varied",
    "observed",
    "expected",
    "variance",
)


def counted(habits: ir.Table, *, min_repeat: int) -> ir.Table:
    """Count customers and intervals of each product that enough have bought again.

    ``habits``: a row a customer and product, on how many ``days`` it was bought.
    """
    again = habits.days > 1
    counts = habits.group_by("product").agg(
        customers=habits.count(),
        repeat_customers=again.cast("int64").sum(),
        intervals=(habits.days - 1).sum(),
        open_intervals=habits.count(),
    )
    return counts.filter(counts.repeat_customers >= min_repeat)


def summed(habits: ir.Table) -> ir.Table:
    """Add up customers: a row a product and number of ``parts`` (their intervals)."""
    n, m = habits.intervals.cast("float64"), habits.between
    expected, variance = _bose(n, m)
    weight = (m > 1).ifelse(m * (m - 1) * (n - 1) / (n * (n + 1)) / variance, 0.0)
    weight = (n > 1).ifelse(weight, 0.0)
    two = n > 1
    each = habits.select(
        "product",
        "logs",
        "log_squares",
        "logs_per_unit",
        "log_squares_per_unit",
        "between",
        "varied",
        parts=n,
        squares=n * n,
        own_squares=habits.logs * habits.logs / n,
        own_squares_per_unit=habits.logs_per_unit * habits.logs_per_unit / n,
        smooth=two.ifelse(habits.smooth - n * habits.days.ln(), 0.0),
        smooth_per_unit=two.ifelse(
            habits.smooth_per_unit - n * habits.days_per_unit.ln(), 0.0
        ),
        observed=weight * habits.pairs,
        expected=weight * expected,
        variance=weight * weight * variance,
    )
    sums = {name: each[name].sum() for name in SUMS if name in each.columns}
    return each.group_by("product", "parts").agg(
        customers_again=each.count(), intervals=each.parts.sum(), **sums
    )


def _bose(n: ir.FloatingValue, m: ir.FloatingValue) -> tuple[ir.Value, ir.Value]:
    """Mean and variance of Σ x(x − 1), ``m`` orders in ``n`` intervals by chance.

    All ways of parting them are as likely (Bose–Einstein), so that factorial moments
    are ``E[x^(r)] = m^(r) r! / n^[r]``, falling and rising powers.
    """
    m2 = m * (m - 1)
    m3 = m2 * (m - 2)
    m4 = m3 * (m - 3)
    n2 = n * (n + 1)
    n3 = n2 * (n + 2)
    n4 = n3 * (n + 3)
    mean = 2 * m2 / (n + 1)
    alone = n * (24 * m4 / n4 + 24 * m3 / n3 + 4 * m2 / n2)
    crossed = n * (n - 1) * 4 * m4 / n4
    # A positive number where nothing can vary: nobody divides by it, engines may.
    spread = alone + crossed - mean * mean
    return mean, (spread > 0).ifelse(spread, 1.0)


def judged(orders: Orders, counts: ir.Table, habits: ir.Table) -> pd.DataFrame:
    """Tell of each product whether it is regular, and how customers differ.

    A row a product of ``counts``: ``per_unit, regularity, p_value, q_value, regular``;
    ``mean_log``, of the intervals in days or days a unit; ``trust``, the variance
    between customers over that within them: what one interval of a customer weighs
    beside all others' (0 where customers do not differ).
    """
    sums = orders.run(summed(habits))
    found = orders.run(counts)
    by = sums.groupby("product")[[*SUMS]].sum()
    by = by.reindex(found["product"])
    per_unit = (by["varied"] > 0) & (
        _spread(by, "_per_unit") <= _spread(by, "") * (1 + 1e-9)
    )
    tests = _tested(sums[sums["parts"] > 1], per_unit, by)
    found = found.assign(per_unit=per_unit.to_numpy()).merge(
        tests.rename_axis("product").reset_index(), on="product"
    )
    p_value = found["p_value"].to_numpy()
    found["q_value"] = false_discovery_control(p_value) if len(found) else p_value
    found["regular"] = (found["q_value"] <= CLEAR) & (
        found["regularity"] >= LEAST_SHAPE
    )
    return found


def _spread(by: pd.DataFrame, ending: str) -> pd.Series:
    """Sum of squares of the logarithms about their mean."""
    return by["log_squares" + ending] - by["logs" + ending] ** 2 / by["intervals"]


def _tested(sums: pd.DataFrame, per_unit: pd.Series, by: pd.DataFrame) -> pd.DataFrame:
    """``regularity, p_value, mean_log, doubt`` of each product."""
    parts = {str(product): mine for product, mine in sums.groupby("product")}
    nobody = sums[:0]
    rows = []
    for (product, row), divided in zip(by.iterrows(), per_unit, strict=True):
        ending = "_per_unit" if divided else ""
        mine = parts.get(str(product), nobody)
        n = mine["parts"].to_numpy(np.float64)
        customers = mine["customers_again"].to_numpy(np.float64)
        total = float(mine["smooth" + ending].sum())
        p_value = chance.of_days(n, customers, total)
        if row["varied"]:  # the better of two ways was taken
            p_value = min(1.0, 2 * p_value)
        if row["intervals"] < OWN_RHYTHM * (row["intervals"] + row["between"]):
            sides = (row["observed"], row["expected"], row["variance"])
            p_value = max(p_value, chance.of_orders(*sides))
        rows.append(
            {
                "regularity": chance.shape(n, customers, total),
                "p_value": p_value,
                "mean_log": row["logs" + ending] / row["intervals"],
                "trust": _trust(row, ending),
            }
        )
    return pd.DataFrame(
        rows,
        index=by.index,
        columns=["regularity", "p_value", "mean_log", "trust"],
    )


def _trust(row: pd.Series, ending: str) -> float:
    """Variance between customers over that within them (analysis of variance).

    Of the logarithms of intervals; Searle, Casella & McCulloch (1992), Variance
    Components, section 3.6.
    """
    n, k = row["intervals"], row["customers_again"]
    mean = row["logs" + ending] ** 2 / n
    own = row["own_squares" + ending]
    size = n - row["squares"] / n
    if n <= k or size <= 0:
        return 0.0
    within = (row["log_squares" + ending] - own) / (n - k)
    among = (own - mean - (k - 1) * within) / size
    return float(min(among / max(within, NONE), MOST)) if among > 0 else 0.0
