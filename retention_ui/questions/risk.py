"""Who is at risk, and who has gone quiet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retention_core import attention, churn

if TYPE_CHECKING:
    from collections.abc import Callable

    import ibis.expr.types as ir
    import pandas as pd

    from retention_core.orders import Orders

HALF = 0.5


def risk(
    orders: Orders, *, window_days: int | None = None, limit: int | None = None
) -> pd.DataFrame:
    """List customers: those that rule and score disagree on first, then by revenue."""
    table = churn.risk(orders, window_days=window_days)
    hidden = _hidden(table).fill_null(False)
    listed = table.order_by([hidden.desc(), table.revenue.desc(), "customer_id"])
    return orders.run(listed if limit is None else listed.limit(limit))


def undecided(orders: Orders, *, window_days: int | None = None) -> int:
    """Count the customers who are active by the rule, yet more likely gone than not."""
    table = churn.risk(orders, window_days=window_days)
    counted = table.filter(_hidden(table)).agg(n=lambda t: t.count())
    return int(orders.run(counted)["n"][0])


def quiet(orders: Orders, *, window_days: int) -> tuple[int, float]:
    """Count the good customers who have gone quiet, and what they brought."""
    found = attention.quiet(orders, window_days=window_days)
    return found.customers, found.revenue


def quiet_customers(
    orders: Orders, *, window_days: int, limit: int | None = None
) -> pd.DataFrame:
    """List the good customers who have gone quiet, the most valuable first."""
    table = attention.quiet(orders, window_days=window_days).table
    return orders.run(table if limit is None else table.limit(limit))


def _hidden(table: ir.Table) -> ir.BooleanValue:
    return (table.recency_rule == "active") & (table.churn_score > HALF)


QUESTIONS: dict[str, Callable[..., Any]] = {
    "risk": risk,
    "undecided": undecided,
    "quiet": quiet,
    "quiet_customers": quiet_customers,
}
