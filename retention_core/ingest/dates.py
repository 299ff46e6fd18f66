"""Whether the day or the month stands first, decided for a whole column."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from retention_core.ingest import values
from retention_core.ingest.model import Question

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from retention_core.ingest.headers import Header
    from retention_core.ingest.model import RawSheet
    from retention_core.ingest.profile import Column

_ORDERED = re.compile(r"^\d{1,2}[./ -]+\d{1,2}[./ -]+(\d{4}|\d{2})(?!\d)")
_PARTS = r"^(\d{1,2})([./ -])+(\d{1,2})[./ -]+(?:\d{4}|\d{2})(?:[^\d]|$)"


def day_first(
    con: DuckDBPyConnection, sheet: RawSheet, header: Header, column: Column
) -> tuple[bool | None, Question | None]:
    """Decide by the numbers above twelve; ask where there is none.

    Returns
    -------
    tuple
        ``None`` where the dates need no order; else whether the day is first, with a
        question if the cells do not decide it.
    """
    if not any(_ORDERED.match(cell) for cell in column.cells):
        return None, None
    cell = values.text(f"c{column.index}")
    first, second = (
        f"TRY_CAST(regexp_extract(cell, '{_PARTS}', {part}) AS INTEGER)"
        for part in (1, 3)
    )
    above, below, points, differ = con.execute(
        f"SELECT count(*) FILTER ({first} > 12), count(*) FILTER ({second} > 12), "
        f"count(*) FILTER (regexp_extract(cell, '{_PARTS}', 2) = '.'), "
        f"count(*) FILTER ({first} <> {second}) "
        f"FROM (SELECT {cell} AS cell FROM {sheet.relation} "
        f"WHERE row >= {header.first})"
    ).fetchall()[0]
    if above != below:
        return above > below, None
    if points:
        return True, None  # nobody writes 12.31.2024
    if not differ:
        return False, None
    return _asked(con, sheet, header, column)


def _asked(
    con: DuckDBPyConnection, sheet: RawSheet, header: Header, column: Column
) -> tuple[bool, Question]:
    """Put both readings side by side; propose the one with fewer oddities."""
    facts = {}
    for order in (True, False):
        stamp = values.timestamp("cell", order)
        cell = values.text(f"c{column.index}")
        future, backwards, days = con.execute(
            f"SELECT count(*) FILTER (moment > now()::TIMESTAMP), "
            f"count(*) FILTER (moment < before), count(DISTINCT isodow(moment)) FROM ("
            f"SELECT moment, lag(moment) OVER (ORDER BY row) AS before FROM ("
            f"SELECT row, {stamp} AS moment FROM (SELECT row, {cell} AS cell "
            f"FROM {sheet.relation} WHERE row >= {header.first})))"
        ).fetchall()[0]
        facts[order] = {"future": future, "backwards": backwards, "weekdays": days}

    def oddity(order: bool) -> tuple[int, int, int]:
        each = facts[order]
        return each["future"], each["backwards"], each["weekdays"]

    proposal = oddity(True) <= oddity(False)
    fields = {
        "column": column.name,
        "examples": column.examples,
        "if_day_first": facts[True],
        "if_month_first": facts[False],
    }
    return proposal, Question("day_first", fields, [proposal, not proposal])
