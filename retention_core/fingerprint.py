"""Whether two order tables say the same, however their rows are sorted."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import ibis

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from retention_core.orders import Orders

# Finer than any coin; what is added up in another order differs far below it.
_DIGITS = 6


def fingerprint(orders: Orders) -> str:
    """Return a SHA-256 of all that stands in lines, customers, products, contacts.

    Equal for equal rows in any order, for one program and engine; files and ledger do
    not count, the day that the data is complete to, currency and time zone do.
    """
    said: dict[str, Any] = {
        "as_of": orders.as_of.isoformat(),
        "currency": orders.currency,
        "time_zone": orders.time_zone,
    }
    for name in ("table", "customers", "products", "contacts"):
        table: ir.Table | None = getattr(orders, name)
        if table is not None:
            columns = sorted(table.columns)
            said[name] = [columns, *_summed(orders, table, columns)]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _summed(orders: Orders, table: ir.Table, columns: list[str]) -> list[str]:
    """Return the number of rows, and the sum of a hash of each."""
    row = ibis.struct({name: _told(table[name]) for name in columns})
    found = orders.run(
        table.agg(
            rows=table.count().cast("string"),
            # As text: no sum of so many large numbers fits a float.
            told=row.hash().cast("decimal(38, 0)").sum().cast("string"),
        )
    )
    return [str(found["rows"][0]), str(found["told"][0])]


def _told(column: ir.Column) -> ir.Column:
    if column.type().is_floating():
        # Minus nothing is nothing.
        return column.round(_DIGITS) + 0.0
    return column
