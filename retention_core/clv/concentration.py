"""How much of an amount few customers hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from retention_core.orders import Orders

STEPS = 100


def concentration(orders: Orders) -> pd.DataFrame:
    """Share of revenue that the best share of customers brings.

    Returns
    -------
    Frame with ``share_of_customers`` (0 to 1 in steps of 1 %, or of one customer where
    there are fewer than 100; best first) and ``share_of_revenue`` (their share of the
    net revenue of known customers; NaN where that is not above 0). One row, (0, 0),
    where there is no known customer.
    """
    bought = orders.purchases
    known = bought.filter(bought.customer_id.notnull())
    spent = known.group_by("customer_id").agg(amount=known.amount.sum())
    held = lorenz(orders, spent.amount)
    return held.rename(columns={"share": "share_of_revenue"})


def lorenz(orders: Orders, amounts: ir.FloatingColumn) -> pd.DataFrame:
    """Lorenz curve of one amount a customer, the largest first.

    Parameters
    ----------
    amounts
        A column with a row for each customer, in the engine of ``orders``.

    Returns
    -------
    Frame with ``share_of_customers`` as of :func:`concentration` and ``share`` (what
    they hold of the sum; NaN where that is not above 0).
    """
    each = amounts.name("amount").as_table()
    ranked = each.mutate(step=ibis.ntile(STEPS).over(order_by=each.amount.desc()))
    steps = orders.run(
        ranked.group_by("step")
        .agg(customers=ranked.count(), amount=ranked.amount.sum())
        .order_by("step")
    )
    customers = _running_share(steps["customers"].to_numpy(np.float64))
    share = _running_share(steps["amount"].to_numpy(np.float64))
    return pd.DataFrame({"share_of_customers": customers, "share": share})


def held_by(curve: pd.DataFrame, share: float) -> float:
    """What the first ``share`` of the customers of a :func:`lorenz` curve hold."""
    return float(np.interp(share, curve["share_of_customers"], curve["share"]))


def gini(frame: pd.DataFrame) -> float:
    """Gini coefficient of a :func:`concentration` frame: 0 all alike, 1 one has all.

    Customers of one step count as alike, which lowers it by less than 0.01.
    """
    x, y = (frame[c].to_numpy() for c in ("share_of_customers", "share_of_revenue"))
    return float(2 * np.trapezoid(y, x) - 1)


def _running_share(amounts: np.ndarray) -> np.ndarray:
    total = amounts.sum()
    if amounts.size and total <= 0:
        total = np.nan
    return np.concatenate([[0.0], np.cumsum(amounts) / total])
