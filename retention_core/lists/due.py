"""Customers who are about to run out of something."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from retention_core import reorder
from retention_core.lists.asked import Asked, listed

if TYPE_CHECKING:
    import ibis.expr.types as ir

OWN = {
    "last_bought": "date",
    "quantity": "float64",
    "interval_days": "float64",
    "due_on": "date",
    "days_late": "int64",
    "due_products": "int64",
}


def due_reorder(asked: Asked) -> ir.Table:
    """Those of :func:`retention_core.reorder.due`, each for one product.

    Where several are due: the one on which the customer has spent most, net, so far;
    of equals the first by name. ``act_on``: the day to remind, two thirds of the
    interval after the purchase, or now where that has passed. Own columns:
    ``last_bought, quantity, interval_days, due_on, days_late`` as there;
    ``due_products``, how many are due.
    """
    if asked.regulars.empty:
        return asked.nobody(**OWN)
    orders = asked.orders
    due = reorder.due(orders, known=asked.regulars)
    keys = ["customer_id", "product"]
    lines = orders.table.semi_join(due, keys)
    spent = lines.group_by(keys).agg(spent=lines.amount.sum())
    both = due.left_join(spent, keys).select(*due.columns, "spent")
    best = ibis.window(
        group_by=both.customer_id,
        order_by=[both.spent.fill_null(0).round(2).desc(), both["product"].asc()],
    )
    ranked = both.mutate(
        place=ibis.row_number().over(best),
        due_products=both.count().over(ibis.window(group_by=both.customer_id)),
    )
    first = ranked.filter(ranked["place"] == 0)
    names = [*OWN, "remind_on", "product"]
    joined = asked.people.join(first.select("customer_id", *names), "customer_id")
    act_on = ibis.greatest(joined.remind_on, ibis.literal(asked.tomorrow))
    return listed(joined, *OWN, act_on=act_on, product=joined["product"])
