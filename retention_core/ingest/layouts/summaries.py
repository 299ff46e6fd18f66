"""Rows that say something of an order whose items stand on rows of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retention_core.ingest import systems
from retention_core.ingest.layouts.continued import FILLED_DOWN

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from retention_core.ingest.model import Detection

_LINE = "(kind IS NULL OR kind = 'refund')"


def are_in(system: dict[str, Any]) -> bool:
    """Whether a system has such rows."""
    blocks = system.get("kinds", [])
    return "summary" in system or any("summary" in block for block in blocks)


def said(con: DuckDBPyConnection, query: str, detection: Detection, number: int) -> str:
    """SQL in which lines have what the summary of their order says.

    A summary without lines is a line itself; else ``kind`` is ``order_summary``.
    """
    rules = systems.of(detection).get("summary", {})
    if "when" in rules:
        query = _packs(con, query, number)
    if "order_id" not in detection.mapping:
        alone = "CASE WHEN kind = 'summary' THEN NULL ELSE kind END AS kind"
        hidden = "EXCLUDE (bare)" if "blank" in rules else ""
        return f"SELECT * {hidden} REPLACE ({alone}) FROM ({query})"
    if "blank" in rules:
        others = f"count(*) FILTER ({_LINE} AND NOT bare) OVER (PARTITION BY order_id)"
        blank = f"{_LINE} AND bare AND order_id IS NOT NULL AND {others} > 0"
        query = (
            "SELECT * EXCLUDE (bare) REPLACE ("
            f"CASE WHEN {blank} THEN 'summary' ELSE kind END AS kind) FROM ({query})"
        )
    return _told(query, detection)


def _packs(con: DuckDBPyConnection, query: str, number: int) -> str:
    """The rows below a summary that counts them belong to its order."""
    table = f"packs_{number}"
    con.execute(
        f"CREATE OR REPLACE TABLE {table} AS "
        f"SELECT *, row_number() OVER (ORDER BY row, line) AS nth FROM ({query})"
    )
    mine = "p.pack IS NULL AND top.nth IS NOT NULL AND p.nth - top.nth <= top.pack"
    return (
        "SELECT p.* EXCLUDE (pack, nth) REPLACE ("
        f"CASE WHEN {mine} THEN coalesce(top.order_id, p.order_id) ELSE p.order_id END "
        "AS order_id, CASE WHEN p.pack IS NOT NULL THEN 'summary' ELSE p.kind END "
        f"AS kind) FROM {table} AS p ASOF LEFT JOIN (SELECT nth, pack, order_id "
        f"FROM {table} WHERE pack IS NOT NULL) AS top ON p.nth >= top.nth"
    )


def _told(query: str, detection: Detection) -> str:
    """Words where a line has none; what is of the order, from the summary alone."""
    order = "OVER (PARTITION BY order_id)"
    counted = (
        f"SELECT *, order_id IS NOT NULL AND count(*) FILTER ({_LINE}) {order} > 0 "
        "AS itemised, order_id IS NOT NULL AND count(*) FILTER (kind = 'summary') "
        f"{order} > 0 AS summed FROM ({query})"
    )
    replaced = [
        "CASE WHEN kind = 'summary' THEN CASE WHEN itemised THEN 'order_summary' END "
        "ELSE kind END AS kind"
    ]
    for field in detection.mapping:
        top = f"max({field}) FILTER (kind = 'summary') {order}"
        line = f"{_LINE} AND summed"
        if field in detection.of_order:
            replaced.append(f"CASE WHEN {line} THEN {top} ELSE {field} END AS {field}")
        elif field in FILLED_DOWN:
            replaced.append(
                f"CASE WHEN {line} THEN coalesce({field}, {top}) ELSE {field} END "
                f"AS {field}"
            )
    return (
        f"SELECT * EXCLUDE (itemised, summed) REPLACE ({', '.join(replaced)}) "
        f"FROM ({counted})"
    )
