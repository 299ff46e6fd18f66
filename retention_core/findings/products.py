"""Pairs worth bundling, and products that are due for reorder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retention_core import baskets, reorder
from retention_core.findings.candidate import Candidate, Looked
from retention_core.intervals import CLEAR

if TYPE_CHECKING:
    import pandas as pd

    from retention_core.orders import Orders

LEAST_SEEN, ONE_IN = 5, 500
"""Baskets that a pair must be in to be worth it: five, one in 500, one a month."""
A_MONTH = 30.4375
MOST_ORDERS = 1_000_000
"""Of millions of orders pairs take longer than all else: they have their page."""
STRONG = 1.5
KEPT = 8
NAMED = 3


def pairs(orders: Orders) -> Looked:
    """Products bought together more often than by chance, often enough to bundle.

    Counted as looked at: every two products that could be in so many baskets. Products
    in every fifth basket are left out, they go with everything.
    """
    size = baskets.size(orders)
    if size.n_products < 2 or size.n_baskets > MOST_ORDERS:
        return Looked("pairs", 0)
    often = max(LEAST_SEEN, size.n_baskets // ONE_IN, int(orders.span_days / A_MONTH))
    seen = baskets.ubiquitous(orders, share=often / size.n_baskets)
    everywhere = baskets.EVERYWHERE
    left_out = seen.loc[seen["share"] >= everywhere, "product"].tolist()
    able = len(seen) - len(left_out)
    tests = able * (able - 1) // 2
    if not tests:
        return Looked("pairs", 0)
    found = baskets.pairs(orders, min_count=often, leave_out=left_out)
    strong = found[(found["p_value"] <= CLEAR) & (found["lift"] >= STRONG)]
    strong = strong.sort_values("leverage", ascending=False).head(KEPT)
    a_line = orders.table.filter(orders.table.refunded_at.isnull()).amount.mean()
    price = float(orders.run(a_line.name("price").as_table())["price"][0])
    kept = [_pair(row, size.n_baskets * price, orders) for row in _rows(strong)]
    return Looked("pairs", tests, kept)


def _pair(row: dict[str, Any], lines_worth: float, orders: Orders) -> Candidate:
    names = ("count", "confidence", "reverse_confidence", "lift")
    numbers = {name: float(row[name]) for name in names}
    extra = float(row["leverage"]) * lines_worth
    numbers["a_month"] = numbers["count"] * A_MONTH / orders.span_days
    return Candidate(
        kind="pair",
        subject=(str(row["antecedent"]), str(row["consequent"])),
        numbers=numbers,
        p_value=float(row["p_value"]),
        worth=extra * 365 / orders.span_days,
    )


def due(orders: Orders) -> Looked:
    """Products bought again by the calendar, and how many customers are due for one.

    The candidates hold each product; :func:`together` makes one of those that stand.
    """
    frame = reorder.products(orders)
    regular = frame[frame["regular"].astype(bool) & (frame["due"] > 0)]
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
        for row in _rows(regular)
    ]
    return Looked("reorder", len(frame), found)


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]
