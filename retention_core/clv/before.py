"""The last such stretch of time, to hold a forecast against."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import ibis
import numpy as np

from retention_core.clv.forecast import MONTH_DAYS

if TYPE_CHECKING:
    from retention_core.clv.forecast import Terms
    from retention_core.orders import Orders


def brought_since(orders: Orders, terms: Terms) -> float | None:
    """What the customers of a horizon ago have brought since, by the forecast's terms.

    The horizon is that of ``terms``, counted back from ``as_of``; the customers are
    those known by then, so that new ones count as little as in the forecast. Net
    revenue of their purchases times the margin, each month of 30.4375 days discounted
    as the forecast's.

    Returns
    -------
    In the currency; ``None`` where the history does not reach back so far.
    """
    days = round(float(terms.ends[-1]))
    then = orders.as_of - dt.timedelta(days=days)
    if then < orders.first_day:
        return None
    bought = orders.purchase_days
    known = bought.filter(bought.day <= ibis.literal(then)).select("customer_id")
    later = bought.filter(bought.day > ibis.literal(then))
    later = later.semi_join(known.distinct(), "customer_id")
    after = later.day.delta(ibis.literal(then), unit="day")
    month = (after / MONTH_DAYS).ceil().cast("int64")
    by_month = later.group_by(month=month).agg(revenue=later.amount.sum())
    found = orders.run(by_month)
    at = np.clip(found["month"].to_numpy(np.int64), 1, terms.months) - 1
    revenue = found["revenue"].to_numpy(np.float64)
    return terms.margin * float(revenue @ terms.discounts[at])
