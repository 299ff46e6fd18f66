"""What the cells of each column look like, from a sample of the rows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retention_core.ingest import values
from retention_core.ingest.headers import is_date, is_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from duckdb import DuckDBPyConnection

    from retention_core.ingest.headers import Header
    from retention_core.ingest.model import RawSheet

_ROWS = 4_000
_CELLS = 200_000
_COMPACT = re.compile(
    r"^(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])"
    r"([ T]?[0-2]\d[0-5]\d([0-5]\d)?)?$"
)


@dataclass(frozen=True)
class Column:
    """One column of the sample: shares are of its filled cells, between 0 and 1."""

    index: int
    name: str
    cells: list[str]
    filled: float
    distinct: int
    number: float
    whole: float
    date: float
    email: float

    @property
    def unique(self) -> float:
        """Different values over filled cells."""
        return self.distinct / len(self.cells) if self.cells else 0.0

    @property
    def examples(self) -> list[str]:
        """Up to three different values."""
        return list(dict.fromkeys(self.cells[:200]))[:3]


@dataclass(frozen=True)
class Sample:
    """A sheet's sample: whole rows, the columns, and how many rows there are.

    The first ``near`` rows stand below each other in the file. ``different`` counts
    the different values of a column in the whole file, within a few per cent.
    """

    rows: list[tuple[str | None, ...]]
    columns: list[Column]
    total: int
    near: int
    different: Callable[[Column], int]

    def named(self, name: str) -> Column:
        """The column called ``name``."""
        return next(column for column in self.columns if column.name == name)


def sample(con: DuckDBPyConnection, sheet: RawSheet, header: Header) -> Sample:
    """Take the first rows and some from everywhere."""
    below = f"FROM {sheet.relation} WHERE row >= {header.first}"
    total = con.execute(f"SELECT count(*) {below}").fetchall()[0][0]
    width = min(sheet.columns, 500)
    limit = max(50, min(_ROWS, _CELLS // max(width, 1)))
    step = max(1, 2 * total // limit)
    wanted = ", ".join(values.text(f"c{index}") for index in range(width))
    rows = con.execute(
        f"SELECT {wanted} {below} AND (row < {header.first + limit // 2} "
        f"OR row % {step} = 0) LIMIT {limit}"
    ).fetchall()
    columns = [
        _column(index, header.names[index], [row[index] for row in rows])
        for index in range(width)
    ]
    near = len(rows) if total <= limit // 2 else limit // 2

    def different(column: Column) -> int:
        asked = f"SELECT approx_count_distinct(c{column.index}) {below}"
        return int(con.execute(asked).fetchall()[0][0])

    return Sample(rows, columns, int(total), min(near, len(rows)), different)


def _column(index: int, name: str, cells: list[str | None]) -> Column:
    filled = [cell for cell in cells if cell is not None]
    distinct = set(filled)
    count = max(len(distinct), 1)
    return Column(
        index=index,
        name=name,
        cells=filled,
        filled=len(filled) / max(len(cells), 1),
        distinct=len(distinct),
        number=sum(map(is_number, distinct)) / count,
        whole=sum(map(_is_whole, distinct)) / count,
        date=sum(map(_is_date, distinct)) / count,
        email=sum("@" in cell for cell in distinct) / count,
    )


def _is_whole(cell: str) -> bool:
    # What stands around the digits may be a currency, or letters of a number: R-1001.
    return bool(re.fullmatch(r"[^\d.,]*\d+(\.0+)?[^\d.,]*", cell))


def _is_date(cell: str) -> bool:
    return is_date(cell) or bool(_COMPACT.match(cell))
