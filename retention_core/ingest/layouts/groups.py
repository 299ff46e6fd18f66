"""Reports in which a row of its own above a group says what the group is of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_core.ingest import values

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from retention_core.ingest.model import Detection


def named(
    con: DuckDBPyConnection, query: str, detection: Detection, number: int
) -> str:
    """SQL in which the rows of a group have its name; its own rows are no sales."""
    import pandas as pd

    rules = detection.groups
    pattern = values.literal(rules.get("total", "^$"))
    total = f"coalesce(regexp_matches(lower(group_cell), {pattern}), false)"
    day = "ordered_at IS NULL" if "ordered_at" in detection.mapping else "true"
    table = f"grouped_{number}"
    con.execute(
        f"CREATE OR REPLACE TABLE {table} AS SELECT *, CASE "
        f"WHEN {day} AND {total} THEN 'total_row' "
        f"WHEN {day} AND group_cell IS NOT NULL THEN 'group_row' END AS marks "
        f"FROM ({query})"
    )
    marks = con.execute(
        f"SELECT row, group_cell, marks = 'total_row' FROM {table} "
        "WHERE marks IS NOT NULL ORDER BY row"
    ).fetchall()
    frame = pd.DataFrame(_names(marks), columns=["row", "name"])
    frame = frame.astype({"row": "int64", "name": "string"})
    con.register("group_names", frame)
    con.execute(f"CREATE OR REPLACE TABLE {table}_names AS SELECT * FROM group_names")
    con.unregister("group_names")
    field = rules["field"]
    return (
        f"SELECT g.* EXCLUDE (group_cell, marks) REPLACE ("
        f"coalesce(g.{field}, n.name) AS {field}, coalesce(marks, kind) AS kind) "
        f"FROM {table} AS g ASOF LEFT JOIN {table}_names AS n ON g.row >= n.row"
    )


def _names(marks: list[tuple[int, str, bool]]) -> list[tuple[int, str | None]]:
    """From which row on which group is open; groups may lie in groups."""
    found: list[tuple[int, str | None]] = []
    opened: list[str] = []
    for row, text, total in marks:
        if not total:
            opened.append(text)
        else:
            closed = next(
                (
                    place
                    for place in reversed(range(len(opened)))
                    if text.casefold().endswith(opened[place].casefold())
                ),
                0,
            )
            del opened[closed:]
        found.append((row, opened[-1] if opened else None))
    return found
