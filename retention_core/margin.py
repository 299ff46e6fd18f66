"""What is left of the revenue after the cost of what was sold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from retention_core.orders import Orders


@dataclass(frozen=True)
class GrossMargin:
    """Gross margin of the sales whose cost is known.

    Attributes
    ----------
    share
        1 − cost / revenue; below 0 where goods were sold under cost.
    covered
        Share of the revenue of all sales that these bring, 0–1.
    """

    share: float
    covered: float


def gross(orders: Orders) -> GrossMargin | None:
    """Share of revenue left after the cost of goods, from the list of products.

    A line costs its quantity times the cost of its product, found by SKU, else by
    name; where a name has several costs, by their mean. Refunds are left out: whether
    the goods came back is not known. ``None`` without a list of products with costs, or
    where no sale that brought money is of one of these.
    """
    listed = orders.products
    if listed is None or "cost" not in listed.columns:
        return None
    lines = orders.table
    sold = lines.filter(lines.refunded_at.isnull()).select(
        "quantity", "amount", sku=lines["sku"].lower(), name=lines["product"].lower()
    )
    by_sku = _costs(listed, "sku").rename(cost_of_sku="cost")
    by_name = _costs(listed, "product").rename(cost_of_name="cost")
    priced = sold.left_join(by_sku, sold.sku == by_sku.key).drop("key")
    priced = priced.left_join(by_name, priced.name == by_name.key)
    cost = priced.cost_of_sku.fill_null(priced.cost_of_name)
    known = cost.notnull()
    found = orders.run(
        priced.agg(
            revenue=priced.amount.sum(),
            known=priced.amount.sum(where=known),
            cost=(priced.quantity * cost).sum(),
        )
    )
    row = found.fillna(0.0).iloc[0]
    if row["known"] <= 0:
        return None
    return GrossMargin(
        share=float(1 - row["cost"] / row["known"]),
        covered=float(row["known"] / row["revenue"]),
    )


def _costs(listed: ir.Table, column: str) -> ir.Table:
    """``key, cost``: a row a key."""
    known = listed.filter(listed[column].notnull() & listed.cost.notnull())
    return known.group_by(key=known[column].lower()).agg(cost=known.cost.mean())
