"""The last such stretch of time, to hold a forecast against."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

import ibis
import numpy as np

from retention_core.clv.forecast import MONTH_DAYS

if TYPE_CHECKING:
    from retention_core.clv.forecast import Terms
    from retention_core.orders import Orders


class Before(NamedTuple):
    """What came in, in the currency.

    Attributes
    ----------
    total
        From all purchases, guests' included.
    existing
        From customers who had bought before: what a forecast then was about.
    """

    total: float
    existing: float


def brought_before(orders: Orders, terms: Terms) -> Before | None:
    """What the last so many months brought, by the forecast's terms.

    The horizon is that of ``terms``, counted back from ``as_of``: net revenue of its
    purchases times the margin, each month of 30.4375 days discounted as the forecast's.

    Returns
    -------
    ``None`` where the history does not reach back so far.
    """
    days = round(float(terms.ends[-1]))
    then = orders.as_of - dt.timedelta(days=days)
    if then < orders.first_day:
        return None
    day = orders.purchases.ordered_at.date()
    bought = orders.purchases.mutate(day=day)
    known = bought.filter((day <= ibis.literal(then)) & bought.customer_id.notnull())
    firsts = known.select(known_id="customer_id").distinct()
    later = bought.filter(bought.day > ibis.literal(then))
    joined = later.left_join(firsts, later.customer_id == firsts.known_id)
    after = joined.day.delta(ibis.literal(then), unit="day")
    months = joined.group_by(month=(after / MONTH_DAYS).ceil().cast("int64"))
    old = joined.known_id.notnull()
    found = orders.run(
        months.agg(
            total=joined.amount.sum(),
            existing=joined.amount.sum(where=old).fill_null(0.0),
        )
    )
    place = np.clip(found["month"].to_numpy(np.int64), 1, terms.months) - 1
    worth = terms.margin * terms.discounts[place]
    names = ("total", "existing")
    return Before(*(float(found[name].to_numpy() @ worth) for name in names))
