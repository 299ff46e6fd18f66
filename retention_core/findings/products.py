"""Pairs worth bundling, and products that are due for reorder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retention_core import baskets, engine, reorder
from retention_core.findings.candidate import Candidate, Looked
from retention_core.intervals import CLEAR

if TYPE_CHECKING:
    import pandas as pd

    from retention_core.orders import Orders

LEAST_SEEN, ONE_IN = 5, 500
"""Baskets that a pair must be in to be worth it: five, one in 500, one a month."""
A_MONTH, A_YEAR = 30.4375, 365.25
MOST_ORDERS = 1_000_000
"""Of millions of orders both take longer than all else: they have their pages."""
STRONG = 1.5
KEPT = 8


@dataclass(frozen=True)
class Sold:
    """In how many of ``n_baskets`` each product lies: ``product, baskets``."""

    n_baskets: int
    products: pd.DataFrame


def looked(orders: Orders) -> list[Looked]:
    """Ask both of what was sold."""
    counted = _sold(orders)
    if counted is None:
        return [Looked("pairs", 0), Looked("reorder", 0)]
    return [pairs(orders, counted), due(orders, counted)]


def _sold(orders: Orders) -> Sold | None:
    """Count baskets as :func:`retention_core.baskets.size`; not of too many orders."""
    bought = orders.purchases
    if int(orders.run(bought.agg(n=bought.count()))["n"][0]) > MOST_ORDERS:
        return None
    lines = orders.table
    sold = lines.filter(lines.refunded_at.isnull() & lines["product"].notnull())
    items = sold.select("order_id", "product").distinct()
    items = items.semi_join(bought, "order_id")
    with engine.held(items, orders.backend) as held:
        each = held.group_by("product").agg(baskets=held.count())
        whole = held.agg(n=held.order_id.nunique())
        return Sold(int(orders.run(whole)["n"][0]), orders.run(each))


def pairs(orders: Orders, sold: Sold) -> Looked:
    """Products bought together more often than by chance, often enough to bundle.

    Counted as looked at: every two products that could be in so many baskets. Products
    in every fifth basket are left out, they go with everything.
    """
    n = sold.n_baskets
    often = max(LEAST_SEEN, n // ONE_IN, int(orders.span_days / A_MONTH))
    counts = sold.products["baskets"]
    everywhere = counts >= baskets.EVERYWHERE * n
    able = int(((counts >= often) & ~everywhere).sum())
    if able < 2:
        return Looked("pairs", 0)
    left_out = sold.products.loc[everywhere, "product"].tolist()
    found = baskets.pairs(orders, min_count=often, leave_out=left_out)
    strong = found[(found["p_value"] <= CLEAR) & (found["lift"] >= STRONG)]
    strong = strong.sort_values("leverage", ascending=False).head(KEPT)
    a_year = n * _price(orders) * A_YEAR / orders.span_days
    kept = [_pair(row, a_year) for row in _rows(strong)]
    return Looked("pairs", able * (able - 1) // 2, kept)


def _price(orders: Orders) -> float:
    """What a line brings on average."""
    sold = orders.table.filter(orders.table.refunded_at.isnull())
    return float(orders.run(sold.agg(price=sold.amount.mean()))["price"][0])


def _pair(row: dict[str, Any], a_year: float) -> Candidate:
    names = ("count", "confidence", "reverse_confidence", "lift")
    return Candidate(
        kind="pair",
        subject=(str(row["antecedent"]), str(row["consequent"])),
        numbers={name: float(row[name]) for name in names},
        p_value=float(row["p_value"]),
        worth=float(row["leverage"]) * a_year,
    )


def due(orders: Orders, sold: Sold) -> Looked:
    """Products bought again by the calendar, and how many customers are due for one.

    As many tests as there are products: at least as many as were done.
    """
    known = reorder.regulars(orders)
    if known.empty:
        return Looked("reorder", len(sold.products))
    waiting = reorder.due(orders, known=known)
    counts = orders.run(waiting.group_by("product").agg(due=waiting.count()))
    frame = known.merge(counts, on="product").sort_values("product")
    found = [
        Candidate(
            kind="reorder",
            subject=(str(row["product"]),),
            numbers={
                "customers": int(row["due"]),
                "days": float(row["interval_days"]),
            },
            p_value=float(row["p_value"]),
            worth=float(row["due"]),
        )
        for row in _rows(frame)
    ]
    return Looked("reorder", len(sold.products), found)


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]
