"""Groups of customers beside each other: each by age, and every pair compared."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from retention_core import measures
from retention_core.contrasts import Sample, fisher, holm, newcombe, welch
from retention_core.intervals import ENOUGH_CUSTOMERS, ratio, wilson

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from retention_core.orders import Orders
    from retention_core.periods import Grain

Measure = Literal["retention", "repeat_by", "cumulative_revenue_per_customer"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
SHARES: tuple[Measure, ...] = ("retention", "repeat_by")
MOST_GROUPS = 9
SIDES = ["group", "customers", "value"]
COUNTS = ["total", "customers"]


def difference(
    orders: Orders,
    *,
    by: str,
    measure: Measure = "retention",
    grain: Grain = "month",
    age: int = 1,
    min_customers: int = ENOUGH_CUSTOMERS,
) -> pd.DataFrame:
    """Compare every pair of groups of customers at one age.

    Parameters
    ----------
    by
        What parts the customers (:func:`retention_core.slices.first_value`).
    measure
        ``"retention"``, ``"repeat_by"`` (a second order by then) or
        ``"cumulative_revenue_per_customer"`` (net revenue up to then).
    age
        Periods after the first order.
    min_customers
        Smaller groups are left out; of the others the nine largest are compared.

    Returns
    -------
    DataFrame
        As of :func:`pairs`. Empty with fewer than two groups.
    """
    found = by_age(orders, by=by, measure=measure, grain=grain)
    return pairs(found, measure=measure, age=age, min_customers=min_customers)


def by_age(
    orders: Orders, *, by: str, measure: Measure = "retention", grain: Grain = "month"
) -> pd.DataFrame:
    """Each group of customers at every age; parameters as of :func:`difference`.

    Returns
    -------
    DataFrame
        As of :func:`summed`.
    """
    cells = measures.measured(orders, measure, grain=grain, by=by)
    return summed(cells, by=by, measure=measure)


def summed(cells: pd.DataFrame, *, by: str, measure: Measure) -> pd.DataFrame:
    """Add up the cohorts of each group, from complete cells only.

    Parameters
    ----------
    cells
        What :func:`retention_core.measures.measured` gave of ``measure``, split ``by``
        a dimension.

    Returns
    -------
    DataFrame
        ``group, period, customers`` (of the cohorts that have finished that age),
        ``total`` (customers who came back, or money), ``squares`` (the sum over the
        customers of its square), ``value`` (total / customers: a share 0–1, or money),
        ``low, high`` (95 %: Wilson for shares, t for money; null where one customer
        or no two that differ leave the spread unknown). Largest group first; customers
        without a value are in no group.
    """
    known = cells[cells["complete"] & cells[by].notna()]
    names = {by: "group", "cohort_size": "customers", "top": "total"}
    known = known.rename(columns={**names, "top_squared": "squares"})
    groups = known.groupby(["group", "period"], as_index=False)
    found = groups[["customers", "total", "squares"]].sum()
    size, total = found["customers"], found["total"]
    found["value"] = total / size
    if measure in SHARES:
        found["low"], found["high"] = wilson(total, size)
    else:
        sums = (found["squares"], size, total)
        found["low"], found["high"] = ratio(total, size, *sums, size)
    sizes = found.groupby("group")["customers"].transform("max")
    found = found.assign(size=-sizes).sort_values(["size", "group", "period"])
    return found.drop(columns="size").reset_index(drop=True)


def pairs(
    found: pd.DataFrame,
    *,
    measure: Measure,
    age: int,
    min_customers: int = ENOUGH_CUSTOMERS,
) -> pd.DataFrame:
    """Compare every pair of groups at one age, corrected for how many pairs there are.

    Parameters
    ----------
    found
        What :func:`by_age` or :func:`summed` gave for ``measure``.
    age, min_customers
        As of :func:`difference`.

    Returns
    -------
    DataFrame
        ``group, other`` (the smaller of the two), ``customers, other_customers, value,
        other_value, difference`` (``value`` − ``other_value``), ``low, high`` (its 95 %
        interval: Newcombe 1998 method 10 for shares, Welch 1947 for money),
        ``p_value`` (Fisher's exact test, or Welch's), ``adjusted_p_value`` (Holm 1979
        over all pairs of the table). Smallest p value first.
    """
    least = max(min_customers, 2)
    large = found[(found["period"] == age) & (found["customers"] >= least)]
    large = large.sort_values(["customers", "group"], ascending=[False, True])
    large = large.head(MOST_GROUPS)
    sides = list(combinations(range(len(large)), 2))
    one, other = (large.iloc[[pair[side] for pair in sides]] for side in (0, 1))
    named = {"group": "other", "customers": "other_customers", "value": "other_value"}
    beside = other[SIDES].rename(columns=named).reset_index(drop=True)
    compared = one[SIDES].reset_index(drop=True).join(beside)
    names = [name for pair in named.items() for name in pair]
    compared = compared[names]
    compared["difference"] = compared["value"] - compared["other_value"]
    tested = _of_shares if measure in SHARES else _of_money
    compared["low"], compared["high"], compared["p_value"] = tested(one, other)
    compared["adjusted_p_value"] = holm(compared["p_value"])
    order = ["p_value", "group", "other"]
    return compared.sort_values(order, ignore_index=True)


def _sample(found: pd.DataFrame) -> Sample:
    """Mean, variance and size of each row's customers."""
    size = found["customers"].to_numpy(float)
    mean = found["value"].to_numpy(float)
    apart = found["squares"].to_numpy(float) - size * mean**2
    freedom = np.where(size > 1, size - 1, np.nan)
    return Sample(mean, np.maximum(apart, 0.0) / freedom, size)


def _of_shares(
    one: pd.DataFrame, other: pd.DataFrame
) -> tuple[NDArray[np.float64], NDArray[np.float64], list[float]]:
    counts = [each[name].to_numpy() for each in (one, other) for name in COUNTS]
    low, high = newcombe(*counts)
    return low, high, [fisher(*map(int, table)) for table in zip(*counts, strict=True)]


def _of_money(
    one: pd.DataFrame, other: pd.DataFrame
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    found = welch(_sample(one), _sample(other))
    return found.low, found.high, found.p_value
