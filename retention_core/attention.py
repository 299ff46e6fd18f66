"""Whom to look after: slices of customers that differ from the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from retention_core import engine, periods
from retention_core.ages import Ages, activity
from retention_core.contrasts import fisher
from retention_core.intervals import ENOUGH_CUSTOMERS, wilson
from retention_core.slices import first_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from retention_core.orders import Orders
    from retention_core.periods import Grain


def compare(
    orders: Orders,
    *,
    by: str,
    grain: Grain = "month",
    age: int = 1,
    min_customers: int = ENOUGH_CUSTOMERS,
) -> pd.DataFrame:
    """Retention at one age, each slice of customers beside all others.

    Parameters
    ----------
    by
        A dimension, as of the first order (:func:`retention_core.slices.first_value`).
    age
        Periods after the first order.
    min_customers
        Smaller slices are left out of the table, not of the rest.

    Returns
    -------
    DataFrame
        ``slice, customers, returned, share, low, high`` (Wilson 95 %), ``rest_share``
        (all other customers), ``p_value`` (two-sided Fisher exact against them),
        ``q_value`` (Benjamini & Hochberg 1995, over the slices shown; clear at most
        0.05: ``intervals.CLEAR``); best first.
        From complete cells only; customers without a value are in no slice.
    """
    return compare_each(
        orders, by=[by], grain=grain, age=age, min_customers=min_customers
    ).drop(columns="by")


def compare_each(
    orders: Orders,
    *,
    by: Sequence[str],
    grain: Grain = "month",
    age: int = 1,
    min_customers: int = ENOUGH_CUSTOMERS,
) -> pd.DataFrame:
    """:func:`compare` by several dimensions, in one pass over the orders.

    The dimension stands in a first column, ``by``; q-values are of each by itself.
    """
    with engine.held(_returned(orders, grain, age), orders.backend) as base:
        frames = []
        for each in by:
            known = base.join(first_value(orders, each), "customer_id")
            known = known.filter(known.value.notnull())
            counts = known.group_by(slice=known.value.cast("string")).agg(
                customers=known.count(), returned=known.returned.sum()
            )
            counted = orders.run(counts.order_by("slice")).set_index("slice")
            frame = beside_rest(counted, min_customers=min_customers)
            frame.insert(0, "by", each)
            frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def _returned(orders: Orders, grain: Grain, age: int) -> ir.Table:
    """``customer_id, returned``: of the cohorts that have finished that age."""
    rows = activity(orders, Ages(grain))
    last = periods.last_complete(orders.as_of, grain)
    finished = periods.following(last, grain, -age)
    rows = rows.filter(rows.cohort <= ibis.literal(finished))
    return rows.group_by("customer_id").agg(
        returned=(rows.period == age).cast("int64").max()
    )


def beside_rest(
    counts: pd.DataFrame, *, min_customers: int = ENOUGH_CUSTOMERS
) -> pd.DataFrame:
    """Each slice beside all others, from counts of customers.

    Parameters
    ----------
    counts
        ``customers, returned`` by slice (the index).
    min_customers
        As of :func:`compare`, whose table this gives.
    """
    customers, returned = counts["customers"], counts["returned"]
    rest, rest_returned = customers.sum() - customers, returned.sum() - returned
    low, high = wilson(returned, customers)
    found = pd.DataFrame(
        {
            "customers": customers,
            "returned": returned,
            "share": returned / customers,
            "low": low,
            "high": high,
            "rest_share": rest_returned / rest.where(rest > 0),
        }
    )
    large = customers >= min_customers
    tables = zip(returned, customers, rest_returned, rest, large, strict=True)
    p_values = np.array([fisher(*table) for *table, wanted in tables if wanted])
    found = found[large].assign(
        p_value=p_values,
        q_value=false_discovery_control(p_values) if len(p_values) else p_values,
    )
    found = found.rename_axis("slice").reset_index()
    return found.sort_values(["share", "slice"], ascending=[False, True]).reset_index(
        drop=True
    )
