"""What customers bring in their first, second, third year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd

from retention_core.intervals import ratio, wilson

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from numpy.typing import NDArray

    from retention_core.orders import Orders

A_YEAR = 365
TENURE = (
    *("year", "customers", "active_customers", "share", "low", "high"),
    *("orders_per_customer", "revenue_per_customer", "revenue_low", "revenue_high"),
    *("revenue_per_active_customer", "active_low", "active_high"),
    *("previous_revenue_per_customer", "change", "change_low", "change_high"),
)


def years(orders: Orders, *, most: int = 5) -> pd.DataFrame:
    """What customers bring in the first, second, third … year since their first order.

    Years of 365 days since the customer's own first purchase day. A customer counts in
    a year only if all of it has been seen (first day + 365 · year ≤ ``as_of``), so
    later years hold fewer, older customers: ``change`` compares the same customers.

    Parameters
    ----------
    most
        The last year looked at.

    Returns
    -------
    DataFrame
        A row a year that two customers or more were watched through: ``year,
        customers, active_customers`` (with an order in it), ``share, low, high``
        (active, Wilson 95 %), ``orders_per_customer, revenue_per_customer`` with
        ``revenue_low, revenue_high`` (t interval, those without an order are 0),
        ``revenue_per_active_customer`` with ``active_low, active_high``; from the
        second year on ``previous_revenue_per_customer`` (the same customers, the year
        before), ``change`` (this year's less that) with ``change_low, change_high``
        (paired t interval). Net revenue of the orders.
    """
    last = min((orders.as_of - orders.first_day).days // A_YEAR, most)
    if last < 1:
        return _tenure_frame([])
    years = range(1, last + 1)
    row = orders.run(_years(orders, last)).fillna(0.0).iloc[0]
    return _tenure_frame([_year(row, year) for year in years if row[f"n{year}"] > 1])


def _years(orders: Orders, last: int) -> ir.Table:
    """One row: sums over customers for each year that they were watched through."""
    bought = orders.purchases.filter(orders.purchases.customer_id.notnull())
    bought = bought.select("customer_id", "amount", day=bought.ordered_at.date())
    first = bought.group_by("customer_id").agg(first=bought.day.min())
    joined = bought.join(first, "customer_id")
    days = joined.day.delta(joined["first"], unit="day")
    columns = {}
    for year in range(1, last + 1):
        within = (days >= A_YEAR * (year - 1)) & (days < A_YEAR * year)
        columns[f"r{year}"] = joined.amount.sum(where=within).fill_null(0.0)
        columns[f"o{year}"] = joined.count(where=within)
    people = joined.group_by("customer_id", "first").agg(**columns)
    watched = ibis.literal(orders.as_of).delta(people["first"], unit="day")
    sums: dict[str, ir.Value] = {}
    for year in range(1, last + 1):
        seen = watched >= A_YEAR * year
        now, active = people[f"r{year}"], people[f"o{year}"] > 0
        before = people[f"r{year - 1}"] if year > 1 else now
        sums |= {
            f"n{year}": people.count(where=seen),
            f"active{year}": people.count(where=seen & active),
            f"orders{year}": people[f"o{year}"].sum(where=seen),
            f"sum{year}": now.sum(where=seen),
            f"squares{year}": (now * now).sum(where=seen),
            f"before{year}": before.sum(where=seen),
            f"paired{year}": ((now - before) * (now - before)).sum(where=seen),
        }
    return people.agg(**sums)


def _year(row: pd.Series, year: int) -> dict[str, float]:
    n, active, orders, total, squares, before, paired = (
        float(row[f"{name}{year}"])
        for name in ("n", "active", "orders", "sum", "squares", "before", "paired")
    )
    low, high = wilson(active, n)
    revenue_low, revenue_high = _mean_interval(total, squares, n)
    active_low, active_high = _mean_interval(total, squares, active)
    found = {
        "year": year,
        "customers": n,
        "active_customers": active,
        "share": active / n,
        "low": float(low),
        "high": float(high),
        "orders_per_customer": orders / n,
        "revenue_per_customer": total / n,
        "revenue_low": float(revenue_low),
        "revenue_high": float(revenue_high),
        "revenue_per_active_customer": total / active if active else np.nan,
        "active_low": float(active_low),
        "active_high": float(active_high),
    }
    if year > 1:
        change_low, change_high = _mean_interval(total - before, paired, n)
        found |= {
            "previous_revenue_per_customer": before / n,
            "change": (total - before) / n,
            "change_low": float(change_low),
            "change_high": float(change_high),
        }
    return found


def _mean_interval(
    total: float, squares: float, n: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """95 % t interval of a mean, from the sum of the values and of their squares."""
    return ratio(total, n, squares, n, total, n)


def _tenure_frame(rows: list[dict[str, float]]) -> pd.DataFrame:
    counts = dict.fromkeys(("year", "customers", "active_customers"), "int64")
    return pd.DataFrame(rows, columns=[*TENURE]).astype(counts)
