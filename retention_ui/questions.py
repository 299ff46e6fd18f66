"""What can be asked of an order table, by name. Called through ``queries`` only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retention_core import churn, cohorts, slices, survival

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    import pandas as pd

    from retention_core.orders import Orders
    from retention_core.periods import Grain
    from retention_ui.filters import Slice

# These see every customer, whoever is looked at: one window serves the whole product.
WHOLE = ("facts", "values", "window")
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


def answer(
    orders: Orders, question: str, chosen: Slice, parameters: Mapping[str, Any]
) -> Any:  # noqa: ANN401 each question has its own kind of answer
    """Answer a question about the customers that are looked at."""
    if chosen.by is not None and question not in WHOLE:
        orders = slices.only(orders, chosen.by, chosen.value)
    return QUESTIONS[question](orders, **parameters)


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


def truncated(orders: Orders, *, grain: Grain = "month") -> bool:
    """Whether the first cohort may hold older customers."""
    frame = cohorts.retention(orders, grain=grain)
    return bool(cohorts.left_truncated(frame))


def risk(
    orders: Orders, *, window_days: int | None = None, limit: int | None = None
) -> pd.DataFrame:
    """List customers by churn score, worst first; ``limit=None`` lists all."""
    table = churn.risk(orders, window_days=window_days)
    worst = table.order_by([table.churn_score.desc(), table.revenue.desc()])
    return orders.run(worst if limit is None else worst.limit(limit))


QUESTIONS: dict[str, Callable[..., Any]] = {
    "facts": facts,
    "values": values,
    "truncated": truncated,
    "retention": cohorts.retention,
    "value": cohorts.value,
    "returned": cohorts.returned,
    "window": churn.window,
    "movement": churn.movement,
    "risk": risk,
    "next_purchase": survival.next_purchase,
    "gaps": survival.gaps,
}
