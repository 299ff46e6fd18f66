"""Text files: DuckDB's reader where it is provably right, Python's elsewhere."""

from __future__ import annotations

import csv
from collections import deque
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

import duckdb

from retention_core.ingest import cells
from retention_core.ingest.dialect import BY_SPACES, NO_QUOTE, SAMPLE, Dialect, sniff
from retention_core.ingest.errors import (
    CellTooLargeError,
    EmptyFileError,
    TooManyColumnsError,
)
from retention_core.ingest.limits import bounds
from retention_core.ingest.progress import EVERY, watched
from retention_core.ingest.sql import literal
from retention_core.ingest.survey import BLANKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import TextIO

    from retention_core.ingest.cells import Row
    from retention_core.ingest.progress import OnRows
    from retention_core.ingest.survey import Survey

_END = "\0end\0"
_TELLING = 3  # so many cells in each of several lines are no accident
_REGULAR = 20  # so many rows of one length, and a shorter last one is no whole row


@dataclass(frozen=True)
class TextFile:
    """A text file in UTF-8, surveyed, on the way to a relation of ``con``."""

    path: Path
    name: str
    facts: Survey
    con: duckdb.DuckDBPyConnection
    folder: Path
    on_rows: OnRows | None = None

    def open(self) -> TextIO:
        """Open for the csv module: line ends as they are, cut characters dropped."""
        return self.path.open(encoding="utf-8-sig", errors="replace", newline="")


@dataclass(frozen=True)
class Relation:
    """A view with ``row``, ``c0`` …; see :class:`RawSheet` for the rest."""

    view: str
    columns: int
    cut_off: int | None = None
    lengths: dict[int, int] = field(default_factory=dict)


def read_text(file: TextFile) -> tuple[Dialect, Relation]:
    """Find the dialect and read all records, each under its number.

    Raises
    ------
    TooManyColumnsError, CellTooLargeError, EmptyFileError
    """
    with file.open() as lines:
        sample = lines.read(SAMPLE)
    form = sniff(sample)
    return form, _fast(file, form, sample) or _slow(file, form)


def _fast(file: TextFile, form: Dialect, sample: str) -> Relation | None:
    """DuckDB's reader, if every line is one record of as many cells as the first.

    It skips blank lines, takes broken quotes in its own way and says nothing: only
    where it finds as many records as there are lines (blank ones at the end apart)
    is every line its own record.
    """
    columns = _columns(file, form, sample)
    if columns is None:
        return None
    target = file.folder / "records.parquet"
    names = cells.column_names(columns)
    trimmed = ", ".join(cells.trimmed(each, file.facts.blanks) for each in names)
    types = ", ".join(f"'{each}': 'VARCHAR'" for each in names)
    copy = (
        f"COPY (SELECT {trimmed} FROM read_csv({literal(str(file.path))}, "
        f"columns={{{types}}}, header=false, auto_detect=false, nullstr='', "
        f"delim={literal(form.delimiter)}, quote='\"', escape='\"', "
        "comment='', strict_mode=true, compression='none')) "
        f"TO {literal(str(target))} "
        "(FORMAT parquet, COMPRESSION lz4_raw, DICTIONARY_SIZE_LIMIT 10000)"
    )
    try:
        with watched(file.con, "parse", file.facts.lines, file.on_rows):
            written = file.con.execute(copy).fetchone()
    except duckdb.InvalidInputException:  # what the reader says of awkward files
        return None
    _, blank_lines = _tail(file)
    if written is None or written[0] != file.facts.lines - blank_lines:
        return None
    view = cells.create_view(
        file.con,
        f"SELECT file_row_number + 1 AS row, {', '.join(names)} "
        f"FROM read_parquet({literal(str(target))}, file_row_number=true)",
    )
    return Relation(view, columns)


def _columns(file: TextFile, form: Dialect, sample: str) -> int | None:
    """The number of columns, or ``None`` if the fast way is not safe."""
    simple = form == Dialect(form.delimiter) and form.delimiter not in BY_SPACES
    if not (file.facts.plain and file.facts.utf8 and simple):
        return None
    last, _ = _tail(file)
    if not last.strip(BLANKS + form.delimiter + form.quote):
        return None  # blank rows of delimiters at the end are to be left out
    if not _keeps_order(file.con):
        return None
    first = next(iter(form.records(sample.splitlines(keepends=True))))
    limit = bounds().columns
    if len(first) > limit:
        raise TooManyColumnsError(
            file=file.name, row=1, columns=len(first), limit=limit
        )
    return len(first) or None


def _keeps_order(con: duckdb.DuckDBPyConnection) -> bool:
    setting = "SELECT current_setting('preserve_insertion_order')"
    return con.execute(setting).fetchall() == [(True,)]


def _tail(file: TextFile) -> tuple[str, int]:
    """The last line that is not blank, and how many blank ones follow it."""
    with file.path.open("rb") as content:
        content.seek(max(0, file.path.stat().st_size - SAMPLE))
        tail = content.read()
    text = tail.rstrip(b"\r\n")
    last = text.rpartition(b"\n")[2].decode("utf-8", "replace")
    return last, max(0, tail[len(text) :].count(b"\n") - 1)


def _slow(file: TextFile, form: Dialect) -> Relation:
    with file.open() as lines:
        records = _Records(file, form, lines)
        rows = _told(records, file)
        paths, columns = cells.write_rows(rows, file.folder, file.name)
    if not paths:
        raise EmptyFileError(file=file.name)
    view = cells.create_rows_view(file.con, paths)
    return Relation(view, columns, records.cut_off, records.first_lengths)


def _told(records: Iterable[Row], file: TextFile) -> Iterator[Row]:
    """Say of how many lines the records have been taken."""
    for number, cells_of in records:
        if file.on_rows and number % EVERY == 0:
            file.on_rows("parse", number, file.facts.lines)
        yield number, cells_of


class _Records:
    """The records of a file; ``cut_off`` is known when all were taken.

    A quote that is no quote (``12" plate``) makes one record of several lines. Where
    each of these lines alone has as many cells as the records before, they are taken
    for what they are.
    """

    def __init__(self, file: TextFile, form: Dialect, lines: TextIO) -> None:
        self.cut_off: int | None = None
        self.first_lengths: dict[int, int] = {}
        self._file = file
        self._form = form
        self._taken: list[str] = []
        self._lines = chain(_shown(lines, form), [_END])
        self._lengths: deque[int] = deque(maxlen=_REGULAR)

    def __iter__(self) -> Iterator[Row]:
        for number, record in enumerate(self._all(), 1):
            if record and record[-1].endswith(_END):
                self._note_end(number, record)
                record[-1] = record[-1].removesuffix(_END)
                if self.cut_off != number:
                    return
            if number <= cells.HEAD:
                self.first_lengths[number] = len(record)
            yield number, [cell.strip(BLANKS) or None for cell in record]
            self._lengths.append(len(record))

    def _all(self) -> Iterator[list[str]]:
        number, done = 0, False
        while not done:
            done = True
            records = self._form.records(self._noted())
            try:
                for record in records:
                    several = self._swallowed() if len(self._taken) > 1 else []
                    for each in several or [record]:
                        number += 1
                        yield each
                    self._taken.clear()
            except csv.Error as error:
                several = self._swallowed()
                if not several:
                    raise CellTooLargeError(
                        file=self._file.name,
                        row=number + 1,
                        limit=csv.field_size_limit(),
                    ) from error
                number += len(several)
                yield from several
                self._taken.clear()
                done = False

    def _noted(self) -> Iterator[str]:
        """The lines, those of the record at hand kept."""
        for line in self._lines:
            self._taken.append(line)
            yield line

    def _swallowed(self) -> list[list[str]]:
        """The lines at hand as records of their own, if each of them is one."""
        usual = set(self._lengths)
        width = max(usual, default=0)
        if len(usual) != 1 or width < _TELLING or self._form.delimiter in BY_SPACES:
            return []
        last = self._taken[-1] == _END
        lines = self._taken[:-1] if last else self._taken
        if self._is_record(lines, width):
            return []
        records = [self._alone(line, width) for line in lines]
        whole = [each for each in records if each is not None]
        if len(whole) < 2 or len(whole) < len(lines):
            return []
        return [*whole, [_END]] if last else whole

    def _is_record(self, lines: list[str], width: int) -> bool:
        """Whether they are one record of so many cells, each quote in its place."""
        try:
            found = list(self._form.records(lines, strict=True))
        except csv.Error:
            return False
        return [len(each) for each in found] == [width]

    def _alone(self, line: str, width: int) -> list[str] | None:
        """A line as a record of so many cells; its quotes may be signs."""
        record = next(iter(self._form.records([line])), [])
        if len(record) == width:
            return record
        quote = self._form.quote
        for plain in Dialect(self._form.delimiter, NO_QUOTE).records([line]):
            if len(plain) == width:
                return [
                    each.strip().removeprefix(quote).removesuffix(quote)
                    for each in plain
                ]
        return None

    def _note_end(self, number: int, record: list[str]) -> None:
        """A quote that swallowed the end mark, or a last row shorter than all."""
        if record != [_END]:
            self.cut_off = number
        elif self._file.facts.ends_open and self._lengths:
            last = self._lengths.pop()
            if len(set(self._lengths)) == 1 and last < self._lengths[0]:
                self.cut_off = number - 1


def _shown(lines: TextIO, form: Dialect) -> TextIO:
    """The lines that a spreadsheet program shows."""
    if form.hint:
        lines.readline()
    return lines
