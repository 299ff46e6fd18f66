"""How much of the revenue comes from how few customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd

if TYPE_CHECKING:
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
    days = orders.purchase_days
    spent = days.group_by("customer_id").agg(revenue=days.amount.sum())
    best_first = ibis.window(order_by=[spent.revenue.desc(), spent.customer_id])
    ranked = spent.mutate(step=ibis.ntile(STEPS).over(best_first))
    steps = orders.run(
        ranked.group_by("step")
        .agg(customers=ranked.count(), revenue=ranked.revenue.sum())
        .order_by("step")
    )
    customers = _running_share(steps["customers"].to_numpy(np.float64))
    revenue = _running_share(steps["revenue"].to_numpy(np.float64))
    return pd.DataFrame({"share_of_customers": customers, "share_of_revenue": revenue})


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
