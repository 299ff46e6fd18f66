"""Equal lines that are all used: how many more there are than different ones.

Each way makes ``equals`` (sheet, rows, amount): what is beyond the first of its kind.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from retention_core.ingest import staging
from retention_core.ingest.reconcile import content

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from retention_core.ingest.model import Detection, RawSheet


def none(con: DuckDBPyConnection) -> None:
    """There are none: they count once."""
    con.execute("CREATE TABLE equals (sheet USMALLINT, rows BIGINT, amount DOUBLE)")


def count(con: DuckDBPyConnection, columns: list[str]) -> None:
    """Compare what the lines that are used say.

    A line cannot take anything away from the total of its order: its amount is 0.
    """
    money = "any_value(amount)"
    if "total" in columns:
        money = f"CASE WHEN any_value(total) IS NULL THEN {money} ELSE 0 END"
    con.execute(
        "CREATE TABLE equals AS SELECT max(sheet) AS sheet, count(*) - 1 AS rows, "
        f"(count(*) - 1) * {money} AS amount FROM kept GROUP BY {content(columns)} "
        "HAVING count(*) > 1"
    )


def count_cells(
    con: DuckDBPyConnection,
    sheet: RawSheet,
    detection: Detection,
    number: int,
) -> None:
    """Compare the cells of a sheet whose rows are all used, as they stand.

    To read the dates and amounts of a large file once more would take far longer; of
    the equal rows the amount is read.
    """
    names = {*detection.mapping.values(), *chain(*detection.together.values())}
    places = sorted(map(detection.columns.index, names))
    same = f"hash({', '.join(f'c{place}' for place in places)})"
    con.execute(
        "CREATE TABLE equal_rows AS SELECT max(row) AS row, count(*) - 1 AS more "
        f"FROM {sheet.relation} WHERE row >= {detection.first_row} GROUP BY {same} "
        "HAVING count(*) > 1"
    )
    con.execute(
        f"CREATE VIEW equal_cells AS SELECT raw.* FROM {sheet.relation} AS raw "
        "SEMI JOIN equal_rows USING (row)"
    )
    few = replace(sheet, relation="equal_cells")
    con.execute(
        f"CREATE TABLE equals AS SELECT {number}::USMALLINT AS sheet, more AS rows, "
        "more * money AS amount FROM equal_rows JOIN "
        f"({staging.money(few, detection)}) USING (row)"
    )
