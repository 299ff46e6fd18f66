"""Rows of text cells on their way to a relation that DuckDB reads."""

from __future__ import annotations

import itertools
import tempfile
import uuid
import weakref
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING

from retention_core.ingest.errors import TooManyColumnsError
from retention_core.ingest.limits import bounds
from retention_core.ingest.sql import literal
from retention_core.ingest.survey import BLANKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import duckdb
    import pyarrow as pa  # type: ignore[import-untyped]

    Row = tuple[int, Sequence[str | None]]

HEAD = 50
_BATCH_CELLS = 200_000


def scratch(con: duckdb.DuckDBPyConnection) -> Path:
    """A new folder that lives as long as the connection."""
    folder = Path(tempfile.mkdtemp(prefix="kept-"))
    weakref.finalize(con, rmtree, folder, ignore_errors=True)
    return folder


def column_names(columns: int) -> list[str]:
    """Names ``c0``, ``c1`` and so on."""
    return [f"c{index}" for index in range(columns)]


def trimmed(column: str, blanks: str) -> str:
    """SQL that trims a column, at hardly a cost where no cell needs it.

    ``blanks`` are those that occur besides spaces: trimming all cells of all kinds of
    blanks takes ten times longer than reading them.
    """
    needs = [f"{column} < '!'", f"suffix({column}, ' ')"]
    for each in blanks:
        needs.append(f"prefix({column}, {literal(each)})")
        needs.append(f"suffix({column}, {literal(each)})")
    trim = f"nullif(trim({column}, {literal(' ' + blanks)}), '')"
    return f"CASE WHEN {' OR '.join(needs)} THEN {trim} ELSE {column} END AS {column}"


def clean(cell: str) -> str | None:
    """A cell without the blanks around it; nothing is ``None``."""
    return cell.strip(BLANKS) or None


def create_view(con: duckdb.DuckDBPyConnection, query: str) -> str:
    """Name a query."""
    name = f"raw_{uuid.uuid4().hex}"
    con.execute(f"CREATE VIEW {name} AS {query}")
    return name


def create_rows_view(con: duckdb.DuckDBPyConnection, paths: list[Path]) -> str:
    """Name what :func:`write_rows` wrote."""
    sources = ", ".join(literal(str(path)) for path in paths)
    return create_view(
        con, f"SELECT * FROM read_parquet([{sources}], union_by_name=true)"
    )


def head(
    con: duckdb.DuckDBPyConnection, view: str
) -> tuple[tuple[int, tuple[str | None, ...]], ...]:
    """The first rows under their numbers."""
    rows = con.execute(f"FROM {view} LIMIT {HEAD}").fetchall()
    return tuple((number, tuple(cells)) for number, *cells in rows)


def write_rows(rows: Iterable[Row], folder: Path, name: str) -> tuple[list[Path], int]:
    """Write rows to Parquet files of growing width; return these and the width.

    Blank rows at the end are left out. ``name`` is the file's, for messages.

    Raises
    ------
    TooManyColumnsError
        A row has more cells than ``KEPT_LIMIT_COLUMNS``.
    """
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    paths: list[Path] = []
    writer: pq.ParquetWriter | None = None
    width = 0
    try:
        for batch in _batches(_without_blank_end(rows), name):
            widest = max(len(cells) for _, cells in batch)
            if writer is None or widest > width:
                if writer is not None:
                    writer.close()
                width = max(width, widest)
                paths.append(folder / f"rows-{len(paths)}.parquet")
                writer = pq.ParquetWriter(paths[-1], _schema(width))
            writer.write_table(_table(batch, width))
    finally:
        if writer is not None:
            writer.close()
    return paths, width


def _without_blank_end(rows: Iterable[Row]) -> Iterable[Row]:
    blank: list[Row] = []
    for row in rows:
        if not any(row[1]):
            blank.append(row)
            continue
        yield from blank
        blank.clear()
        yield row


def _batches(rows: Iterable[Row], name: str) -> Iterable[list[Row]]:
    batch: list[Row] = []
    size, most = 0, bounds().columns
    for row in rows:
        if len(row[1]) > most:
            raise TooManyColumnsError(
                file=name, row=row[0], columns=len(row[1]), limit=most
            )
        batch.append(row)
        size += len(row[1]) + 1
        if size >= _BATCH_CELLS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _schema(width: int) -> pa.Schema:
    import pyarrow as pa

    fields = [pa.field(each, pa.string()) for each in column_names(width)]
    return pa.schema([pa.field("row", pa.int64()), *fields])


def _table(batch: list[Row], width: int) -> pa.Table:
    import pyarrow as pa

    columns = itertools.zip_longest(*(cells for _, cells in batch))
    arrays = [pa.array(each, pa.string()) for each in columns]
    arrays += [pa.nulls(len(batch), pa.string())] * (width - len(arrays))
    numbers = pa.array([number for number, _ in batch], pa.int64())
    return pa.Table.from_arrays([numbers, *arrays], schema=_schema(width))
