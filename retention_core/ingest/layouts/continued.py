"""Rows of an order below its first that leave blank what the first says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_core.ingest import systems

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duckdb import DuckDBPyConnection

    from retention_core.ingest.model import Detection

FILLED_DOWN = (
    "customer_id",
    "email",
    "phone",
    "customer_name",
    "ordered_at",
    "order_time",
    "currency",
    "status",
    "cancelled_at",
    "store",
    "country",
    "channel",
    "campaign",
    "tags",
)
_GOODS = ("product", "sku")
_PIECES = ("quantity", "unit_price")


def first(detection: Detection, fields: Iterable[str]) -> str:
    """SQL of whether a row is the first of its order, by what stands there only."""
    fields = set(fields)
    day = ["ordered_at IS NOT NULL"] if "ordered_at" in fields else []
    money = [field for field in detection.of_order if field in fields]
    if money:
        day.append(f"coalesce({', '.join(money)}) IS NOT NULL")
    return " AND ".join(day) or "true"


def are_in(
    con: DuckDBPyConnection, query: str, detection: Detection, fields: Iterable[str]
) -> bool:
    """Whether a known system's file has such rows."""
    fields = set(fields)
    if "order_id" not in fields or not fields & {*detection.of_order}:
        return False
    head = first(detection, fields)
    found = con.execute(
        f"SELECT 1 FROM ({query}) WHERE kind IS NULL AND NOT ({head}) LIMIT 1"
    ).fetchall()
    return bool(found)


def filled(
    con: DuckDBPyConnection,
    query: str,
    detection: Detection,
    fields: Iterable[str],
    is_total: str,
) -> str:
    """SQL in which the rows of an order have what stands on its first only.

    A row without a number and a day belongs to the order above it, if it says what was
    sold and is no row of totals (``is_total``). Money is never filled down.
    ``filled`` is the row that the day was taken from, where filling mended a file.
    """
    fields = list(fields)
    down = [field for field in FILLED_DOWN if field in fields]
    above = "last_value(order_id IGNORE NULLS) OVER (ORDER BY row, line)"
    bare = " AND ".join(f"{field} IS NULL" for field in down)
    own = [f for f in _GOODS if f in fields] or [f for f in _PIECES if f in fields]
    bare += f" AND coalesce({', '.join([*own, 'NULL'])}) IS NOT NULL"
    head = first(detection, fields)
    con.execute(
        "CREATE OR REPLACE TABLE raw_cells AS SELECT *, "
        f"{head} AND kind IS NULL AS heads FROM (SELECT * REPLACE ("
        f"CASE WHEN order_id IS NULL AND {bare} AND NOT {is_total} "
        f"THEN {above} ELSE order_id END AS order_id) FROM ({query}))"
    )
    replaced = ", ".join(
        f"CASE WHEN below.heads THEN below.{field} "
        f"ELSE coalesce(below.{field}, top.{field}) END AS {field}"
        for field in down
    )
    # Where the layout of a system leaves cells blank, filling them mends nothing.
    mended = "NULL AS filled"
    if not systems.of(detection):
        mended = "CASE WHEN below.ordered_at IS NULL THEN top.row END AS filled"
    return (
        f"SELECT below.* EXCLUDE (heads) REPLACE ({replaced}, {mended}) "
        "FROM raw_cells AS below ASOF LEFT JOIN "
        "(SELECT * FROM raw_cells WHERE heads) AS top "
        "ON below.order_id = top.order_id AND below.row >= top.row"
    )
