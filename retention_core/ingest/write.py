"""What ingest leaves behind: order lines, customers, products, as Parquet."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from retention_core.columns import COLUMNS, DIMENSIONS, LINES, METADATA_KEY
from retention_core.ingest import values

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from duckdb import DuckDBPyConnection

_KINDS = {"string": "VARCHAR", "timestamp": "TIMESTAMP", "float64": "DOUBLE"}


def copy(
    con: DuckDBPyConnection,
    query: str,
    path: Path,
    metadata: dict[str, Any] | None = None,
) -> None:
    """Write the answer of ``query`` to a Parquet file."""
    words = values.literal(json.dumps(metadata or {}))
    con.execute(
        f"COPY ({query}) TO {values.literal(str(path))} "
        "(FORMAT parquet, DICTIONARY_SIZE_LIMIT 10000, "
        f"KV_METADATA {{{METADATA_KEY}: {words}}})"
    )


def days_of_orders(con: DuckDBPyConnection) -> list[dt.date]:
    """The days that ``final`` has lines on, sorted."""
    found = con.execute(
        "SELECT DISTINCT ordered_at::DATE AS day FROM final ORDER BY day"
    ).fetchall()
    return [row[0] for row in found]


def order_lines(con: DuckDBPyConnection, path: Path, metadata: dict[str, Any]) -> None:
    """Write ``final``, names and categories filled in from ``products``.

    The view ``order_lines`` reads what was written: from here on nothing is parsed
    twice.
    """
    have = {name for name, *_ in con.execute("DESCRIBE final").fetchall()}
    cells = {
        name: f"f.{name}" if name in have else f"NULL::{_KINDS[kind]}"
        for name, kind in COLUMNS.items()
    }
    cells |= {name: f"f.{name}" for name in DIMENSIONS if name in have}
    source = "final AS f"
    tables = {name for (name,) in con.execute("SHOW TABLES").fetchall()}
    if "products" in tables:
        for name, key in (("by_sku", cells["sku"]), ("by_name", cells["product"])):
            source += f" LEFT JOIN products AS {name} ON {name}.key = lower({key})"
        names = f"{cells['product']}, by_sku.product, by_name.product"
        if "sku" not in have:  # the column of products held their numbers
            names = f"by_name.product, {cells['product']}"
        cells["category"] = (
            f"coalesce({cells['category']}, by_sku.category, by_name.category)"
        )
        cells["product"] = f"coalesce({names}, {cells['sku']})"
    else:
        cells["product"] = f"coalesce({cells['product']}, {cells['sku']})"
    wanted = ", ".join(f"{cell} AS {name}" for name, cell in cells.items())
    copy(con, f"SELECT {wanted} FROM {source}", path, metadata)
    written = values.literal(str(path))
    con.execute(f"CREATE VIEW {LINES} AS SELECT * FROM read_parquet({written})")


def purchases(con: DuckDBPyConnection, path: Path) -> None:
    """Write the one view that every count comes from: grouping lines is dear."""
    import ibis

    from retention_core.orders import purchases_of

    lines = ibis.table(COLUMNS, name=LINES)
    copy(con, ibis.to_sql(purchases_of(lines), dialect="duckdb"), path)
    written = values.literal(str(path))
    con.execute(f"CREATE VIEW purchases AS SELECT * FROM read_parquet({written})")


def firsts(con: DuckDBPyConnection, path: Path) -> None:
    """Write what each customer's first order was: every slice begins with it."""
    import ibis

    from retention_core.slices import LINE_COLUMNS, first_values

    have = [name for name, *_ in con.execute(f"DESCRIBE {LINES}").fetchall()]
    extra = [name for name in have if name not in COLUMNS]
    kinds = COLUMNS | dict.fromkeys(extra, "string")
    bought = {name: COLUMNS[name] for name in ("order_id", "customer_id", "ordered_at")}
    found = first_values(
        ibis.table(kinds, name=LINES),
        ibis.table(bought, name="purchases"),
        [*LINE_COLUMNS, *extra],
    )
    copy(con, ibis.to_sql(found, dialect="duckdb"), path)
