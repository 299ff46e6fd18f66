"""What a folder holds, in the few figures by which versions are told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_core.orders import open_orders
from retention_ui import incoming
from retention_ui.keeping.model import Totals

if TYPE_CHECKING:
    from pathlib import Path


def of(folder: Path) -> Totals:
    """Return rows of order lines, orders, net revenue and names of a built dataset."""
    orders = open_orders(folder, memory_limit="500MB", threads=1)
    lines, purchases = orders.table, orders.purchases
    try:
        sums = orders.run(lines.agg(rows=lines.count(), amount=lines.amount.sum()))
        counted = orders.run(purchases.agg(orders=purchases.count()))
    finally:
        orders.backend.disconnect()
    return Totals(
        rows=int(sums["rows"].iloc[0]),
        orders=int(counted["orders"].iloc[0]),
        amount=round(float(sums["amount"].iloc[0]), 2),
        currency=orders.currency,
        as_of=orders.as_of,
        files=tuple(incoming.names(folder).values()),
    )
