"""What can be asked of an order table, by name. Called through ``queries`` only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from retention_core import (
    attention,
    baskets,
    churn,
    cohorts,
    margin,
    overview,
    slices,
    survival,
)
from retention_core.clv import tables
from retention_core.intervals import wilson
from retention_ui import forecasts, pairs

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    import ibis.expr.types as ir

    from retention_core.orders import Orders
    from retention_core.periods import Grain
    from retention_ui.filters import Slice

# These see every customer, whoever is looked at: one window serves the whole product.
WHOLE = ("facts", "values", "window")
VALUES_LISTED = 50
HALF = 0.5
CLEAR = 0.05


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
    return cohorts.left_truncated(cohorts.retention(orders, grain=grain))


def cells(
    orders: Orders,
    *,
    measure: str = "retention",
    grain: Grain = "month",
    by: str | None = None,
) -> pd.DataFrame:
    """Return the cohort table that holds ``measure``; retention with its interval."""
    frame = CELLS.get(measure, cohorts.value)(orders, grain=grain, by=by)
    if "retention" not in frame:
        return frame
    low, high = wilson(frame["active_customers"], frame["cohort_size"])
    return frame.assign(low=low, high=high)


def risk(
    orders: Orders, *, window_days: int | None = None, limit: int | None = None
) -> pd.DataFrame:
    """List customers: those that rule and score disagree on first, then by revenue."""
    table = churn.risk(orders, window_days=window_days)
    hidden = _hidden(table).fill_null(False)
    listed = table.order_by([hidden.desc(), table.revenue.desc(), "customer_id"])
    return orders.run(listed if limit is None else listed.limit(limit))


def known_customers(orders: Orders) -> int:
    """Count the customers with a purchase who are known."""
    bought = orders.purchases
    return int(orders.run(bought.agg(n=bought.customer_id.nunique()))["n"][0])


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


def standing_out(orders: Orders, *, grain: Grain = "month") -> pd.DataFrame:
    """List the slices that differ from the rest beyond chance, clearest first."""
    frames = []
    for by in slices.dimensions(orders):
        found = attention.compare(orders, by=by, grain=grain)
        frames.append(found[found["q_value"] <= CLEAR].assign(by=by))
    every = pd.concat(frames) if frames else pd.DataFrame(columns=["by", "q_value"])
    return every.sort_values("q_value", ignore_index=True)


def _hidden(table: ir.Table) -> ir.BooleanValue:
    return (table.recency_rule == "active") & (table.churn_score > HALF)


CELLS: dict[str, Callable[..., pd.DataFrame]] = {
    "retention": cohorts.retention,
    "active_customers": cohorts.retention,
    "repeat_by": cohorts.returned,
    "on_or_after": cohorts.returned,
}
QUESTIONS: dict[str, Callable[..., Any]] = {
    "facts": facts,
    "values": values,
    "figures": overview.figures,
    "trend": overview.trend,
    "quiet": quiet,
    "quiet_customers": quiet_customers,
    "standing_out": standing_out,
    "truncated": truncated,
    "cells": cells,
    "window": churn.window,
    "movement": churn.movement,
    "risk": risk,
    "undecided": undecided,
    "known_customers": known_customers,
    "next_purchase": survival.next_purchase,
    "gaps": survival.gaps,
    "forecast": forecasts.forecast,
    "forecast_rows": forecasts.rows,
    "history": tables.history,
    "simple": forecasts.simple,
    "margin": margin.gross,
    "backtest": forecasts.backtest,
    "pairs": pairs.pairs,
    "all_pairs": baskets.pairs,
    "basket_size": baskets.size,
    "ubiquitous": baskets.ubiquitous,
}
