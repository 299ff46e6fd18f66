"""How far the sheets of a workbook reach, read from their XML without a parser.

A parser lays out the whole area between the first and the last cell: two cells in
opposite corners of a tiny file take all memory there is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from retention_core.ingest.errors import BrokenWorkbookError, SheetTooLargeError

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator

MAX_CELLS = 20_000_000
_CHUNK = 1 << 20
_MAX_ROW_BYTES = 64 << 20

_PLACE = rb"\sr\s*=\s*[\"']"
_ROW_NUMBER = re.compile(_PLACE + rb"\$?[A-Za-z]{0,3}\$?(\d+)")
_COLUMN_LETTERS = re.compile(_PLACE + rb"\$?([A-Za-z]{1,3})\$?\d")


def check_xlsx(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse a workbook with a sheet that reaches too far.

    Raises
    ------
    SheetTooLargeError, BrokenWorkbookError
    """
    titles = _titles(archive)
    for member in archive.namelist():
        if not re.fullmatch(r"xl/worksheets/[^/]+\.xml", member):
            continue
        rows = columns = 0
        for part in _parts(archive, member, b"<row", name):
            rows = max(rows, _last_row(part))
            columns = max(columns, _last_column(part))
            _check(rows, columns, titles.get(member, member), name)


def _titles(archive: zipfile.ZipFile) -> dict[str, str]:
    """The sheets' names by the parts of the archive that hold them."""
    links = {
        link["Id"]: link["Target"]
        for link in _tags(archive, "xl/_rels/workbook.xml.rels", "Relationship")
    }
    return {
        "xl/" + links.get(sheet["r:id"], "").removeprefix("/xl/"): sheet["name"]
        for sheet in _tags(archive, "xl/workbook.xml", "sheet")
    }


def _tags(archive: zipfile.ZipFile, member: str, tag: str) -> list[dict[str, str]]:
    """The attributes of each such tag."""
    if member not in archive.namelist():
        return []
    text = archive.read(member).decode("utf-8", "replace")
    return [
        defaultdict(str, re.findall(r'([\w:]+)\s*=\s*"([^"]*)"', inside))
        for inside in re.findall(rf"<(?:\w+:)?{tag}\s([^>]*)>", text)
    ]


def _last_row(part: bytes) -> int:
    return max(map(int, set(_ROW_NUMBER.findall(part))), default=0)


def _last_column(part: bytes) -> int:
    """By the cells' references, or by their number where these have none."""
    named = max(map(_column_number, set(_COLUMN_LETTERS.findall(part))), default=0)
    counted = max((row.count(b"<c") for row in part.split(b"<row")[1:]), default=0)
    return max(named, counted)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


_ROW, _CELL = b"<table:table-row", b"table-cell"
_TABLE = re.compile(rb"<table:table\s[^>]*?table:name=\"([^\"]*)")
_REPEATED_ROWS = re.compile(rb"[^>]*?number-rows-repeated=\"(\d+)")
_REPEATED_CELLS = re.compile(rb"number-columns-repeated=\"(\d+)")


def check_ods(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse a spreadsheet with a table that reaches too far.

    Rows and cells may be written once and repeated; only those with content count.

    Raises
    ------
    SheetTooLargeError, BrokenWorkbookError
    """
    extent = _Extent()
    for part in _parts(archive, "content.xml", _ROW, name):
        before, *rows = part.split(_ROW)
        extent.meet_table(before)
        for row in rows:
            extent.meet_row(row)
            _check(extent.rows, extent.columns, extent.title, name)
            extent.meet_table(row)


class _Extent:
    """How far the table at hand reaches."""

    title = ""
    at = rows = columns = 0

    def meet_table(self, text: bytes) -> None:
        for found in _TABLE.finditer(text):
            self.title = found[1].decode("utf-8", "replace")
            self.at = self.rows = self.columns = 0

    def meet_row(self, text: bytes) -> None:
        repeated = _REPEATED_ROWS.match(text)
        self.at += int(repeated[1]) if repeated else 1
        last = max(text.rfind(b"office:value"), text.rfind(b"<text:p"))
        if last < 0:
            return
        filled = text[: text.find(b">", last)]
        repeats = [int(number) - 1 for number in _REPEATED_CELLS.findall(filled)]
        self.rows = self.at
        self.columns = max(self.columns, filled.count(_CELL) + sum(repeats))


def _check(rows: int, columns: int, sheet: str, name: str) -> None:
    if rows * columns > MAX_CELLS:
        raise SheetTooLargeError(
            file=name, sheet=sheet, rows=rows, columns=columns, limit=MAX_CELLS
        )


def _parts(
    archive: zipfile.ZipFile, member: str, mark: bytes, name: str
) -> Iterator[bytes]:
    """The XML in pieces that begin with ``mark``, so that none cuts a row in two."""
    rest = b""
    with archive.open(member) as file:
        while chunk := file.read(_CHUNK):
            if b"<!DOCTYPE" in chunk or b"<!ENTITY" in chunk:
                raise BrokenWorkbookError(file=name, detail="DOCTYPE")
            part, found, tail = (rest + chunk).rpartition(mark)
            if part:
                yield part
            rest = found + tail
            if len(rest) > _MAX_ROW_BYTES:
                raise BrokenWorkbookError(file=name, detail="row")
    yield rest
