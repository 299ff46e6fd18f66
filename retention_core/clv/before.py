"""The last such stretch of time, to hold a forecast against."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

import ibis

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
    customers
        How many these were, whether they bought again or not.
    """

    total: float
    existing: float
    customers: int


def brought_before(orders: Orders, terms: Terms) -> Before | None:
    """What the last so many months brought, beside a forecast of as many.

    The horizon is that of ``terms``, counted back from ``as_of``: net revenue of its
    purchases times the margin. Not discounted: it stands in the shop's books.

    Returns
    -------
    ``None`` where the history does not reach back so far.
    """
    then = orders.as_of - dt.timedelta(days=round(float(terms.ends[-1])))
    if then < orders.first_day:
        return None
    bought = orders.purchases.mutate(day=orders.purchases.ordered_at.date())
    is_new = bought.day > ibis.literal(then)
    known = bought.filter(~is_new & bought.customer_id.notnull())
    firsts = known.select(known_id="customer_id").distinct()
    later = bought.filter(is_new)
    joined = later.left_join(firsts, later.customer_id == firsts.known_id)
    sums = joined.agg(
        total=joined.amount.sum(),
        existing=joined.amount.sum(where=joined.known_id.notnull()),
    )
    counted = firsts.agg(customers=firsts.count())
    found = orders.run(sums.cross_join(counted)).fillna(0.0).iloc[0]
    return Before(
        terms.margin * float(found["total"]),
        terms.margin * float(found["existing"]),
        int(found["customers"]),
    )
