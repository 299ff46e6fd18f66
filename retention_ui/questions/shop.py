"""What a dataset is: counted once, shown everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retention_core import slices

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from retention_core.orders import Orders

VALUES_LISTED = 50


@dataclass(frozen=True)
class Facts:
    """What a dataset is, in a few numbers."""

    first_day: dt.date
    as_of: dt.date
    currency: str | None
    time_zone: str | None
    orders: int
    customers: int
    guest_orders: int
    products: int
    revenue: float


def facts(orders: Orders) -> Facts:
    """Count orders, customers, guests' orders and products."""
    bought, lines = orders.purchases, orders.table
    counted = bought.agg(
        orders=bought.count(),
        customers=bought.customer_id.nunique(),
        guests=bought.customer_id.isnull().sum(),
    )
    summed = lines.agg(products=lines["product"].nunique(), revenue=lines.amount.sum())
    row = orders.run(counted.cross_join(summed)).fillna(0).iloc[0]
    return Facts(
        first_day=orders.first_day,
        as_of=orders.as_of,
        currency=orders.currency,
        time_zone=orders.time_zone,
        orders=int(row["orders"]),
        customers=int(row["customers"]),
        guest_orders=int(row["guests"]),
        products=int(row["products"]),
        revenue=float(row["revenue"]),
    )


def values(orders: Orders) -> dict[str, list[str]]:
    """List the values of each dimension that customers differ in, largest first.

    A dimension without at least two values is left out.
    """
    found = {}
    for by in slices.dimensions(orders):
        firsts = slices.first_value(orders, by)
        known = firsts.filter(firsts.value.notnull())
        sizes = known.group_by("value").agg(customers=known.count())
        largest = sizes.order_by([sizes.customers.desc(), sizes.value.asc()])
        names = orders.run(largest.limit(VALUES_LISTED))["value"].tolist()
        if len(names) > 1:
            found[by] = names
    return found


def known_customers(orders: Orders) -> int:
    """Count the customers with a purchase who are known."""
    bought = orders.purchases
    return int(orders.run(bought.agg(n=bought.customer_id.nunique()))["n"][0])


QUESTIONS: dict[str, Callable[..., Any]] = {
    "facts": facts,
    "values": values,
    "known_customers": known_customers,
}
