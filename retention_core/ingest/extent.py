"""How far the sheets of a workbook reach, read from their XML without a parser.

A parser lays out the whole area between the first and the last cell: two cells in
opposite corners of a tiny file take all memory there is.
"""

from __future__ import annotations

import re
import struct
from collections import defaultdict
from typing import TYPE_CHECKING

from retention_core.errors import RetentionError
from retention_core.ingest.errors import (
    BrokenWorkbookError,
    SheetTooLargeError,
    TooManySheetsError,
)
from retention_core.ingest.limits import bounds
from retention_core.ingest.parts import check_strings, drain, pieces
from retention_core.ingest.progress import EVERY
from retention_core.ingest.records import binary_sheets, reaches

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator

    from retention_core.ingest.progress import OnRows

_MAX_BOOK_BYTES = 20_000_000  # the list of sheets
_XML = (".xml", ".rels", ".vml")

# A pattern that begins with a letter is looked for in half the time.
_PLACE = rb"r(?<=\sr)\s*=\s*[\"']"
_ROW_NUMBER = re.compile(_PLACE + rb"\$?[A-Za-z]{0,3}\$?(\d+)")
_DIMENSION = re.compile(rb"<(?:\w+:)?dimension\s+ref=[\"']\w+:[A-Z]{1,3}(\d{1,7})[\"']")
_COLUMN_LETTERS = re.compile(_PLACE + rb"\$?([A-Za-z]{1,3})\$?\d")


def check_xlsx(
    archive: zipfile.ZipFile, name: str, on_rows: OnRows | None = None
) -> None:
    """Refuse a workbook with a sheet that reaches too far, or that is not what it says.

    Every part is read to its end, so that its size is true, whoever opens it.

    Raises
    ------
    SheetTooLargeError, TooManySheetsError, InflatesTooMuchError, BrokenWorkbookError
    """
    titles = sheet_titles(archive, name, "xl/workbook.xml")
    for part in archive.infolist():
        member = part.filename.lower()
        if not member.endswith(_XML) and member not in titles:
            drain(archive, part, name)
            continue
        if member.endswith("sharedstrings.xml"):
            check_strings(part, name)
        title = titles.get(member, part.filename)
        claimed = told = 0
        for rows, piece in _check_sheet(archive, part, title, name):
            claimed = claimed or _claimed(piece)
            if on_rows and claimed and rows - told >= EVERY:
                told = rows
                on_rows("check", min(rows, claimed), claimed)


def _claimed(piece: bytes) -> int:
    """The last row by the sheet's own word, which may lie: for the progress only."""
    found = _DIMENSION.search(piece)
    return int(found[1]) if found else 0


def _check_sheet(
    archive: zipfile.ZipFile, part: zipfile.ZipInfo, title: str, name: str
) -> Iterator[tuple[int, bytes]]:
    """Refuse a sheet that reaches too far; the rows so far, with each piece of it."""
    rows = columns = 0
    is_sheet = part.filename.lower().startswith("xl/worksheets/")
    for piece in pieces(archive, part, b"<row" if is_sheet else b"<", name):
        if b"row" not in piece:
            continue
        rows = max(rows, _last_row(piece))
        columns = max(columns, _last_column(piece))
        check_extent(rows, columns, title, name)
        yield rows, piece


def sheet_titles(archive: zipfile.ZipFile, name: str, workbook: str) -> dict[str, str]:
    """The sheets' names by the parts (in lower case) that hold them.

    Raises
    ------
    TooManySheetsError, BrokenWorkbookError
    """
    folder, _, file = workbook.rpartition("/")
    links = {
        link["Id"]: link["Target"]
        for link in _tags(archive, f"{folder}/_rels/{file}.rels", "Relationship", name)
    }
    sheets = _sheets(archive, name, workbook)
    check_sheets(len(sheets), name)
    return {
        _place(links.get(link, "")).lower(): title for link, title in sheets if link
    }


def check_xlsb(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse a binary workbook with a sheet that reaches too far.

    Raises
    ------
    SheetTooLargeError, TooManySheetsError, InflatesTooMuchError, BrokenWorkbookError
    """
    try:
        titles = sheet_titles(archive, name, "xl/workbook.bin")
        for part in archive.infolist():
            member = part.filename.lower()
            if member in titles or member.startswith("xl/worksheets/sheet"):
                title = titles.get(member, part.filename)
                with archive.open(part) as file:
                    for rows, columns in reaches(file):
                        check_extent(rows, columns, title, name)
            else:
                drain(archive, part, name)
    except (ValueError, struct.error) as error:
        if isinstance(error, RetentionError):
            raise
        raise BrokenWorkbookError(file=name, detail=str(error)) from error


def check_sheets(sheets: int, name: str) -> None:
    """Refuse a workbook of too many sheets: each may be the same part once more.

    Raises
    ------
    TooManySheetsError
    """
    if sheets > bounds().sheets:
        raise TooManySheetsError(file=name, sheets=sheets, limit=bounds().sheets)


def _place(target: str) -> str:
    return target[1:] if target.startswith("/") else f"xl/{target}"


def _sheets(
    archive: zipfile.ZipFile, name: str, workbook: str
) -> list[tuple[str, str]]:
    """Link and title of each sheet."""
    if workbook.endswith(".bin"):
        return binary_sheets(archive.read(workbook))
    found = _tags(archive, workbook, "sheet", name)
    return [(sheet["r:id"], sheet["name"]) for sheet in found]


def _tags(
    archive: zipfile.ZipFile, member: str, tag: str, name: str
) -> list[dict[str, str]]:
    """The attributes of each such tag."""
    places = {each.filename.lower(): each for each in archive.infolist()}
    if member not in places:
        return []
    if places[member].file_size > _MAX_BOOK_BYTES:
        raise BrokenWorkbookError(file=name, detail=member)
    text = archive.read(places[member]).decode("utf-8", "replace")
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
_TABLE = re.compile(rb"<table:table(?=[\s>])(?:[^>]*?table:name\s*=\s*[\"']([^\"']*))?")
_REPEATED_ROWS = re.compile(rb"[^>]*?number-rows-repeated\s*=\s*[\"']\s*(\d+)")
_REPEATED_CELLS = re.compile(rb"number-columns-repeated\s*=\s*[\"']\s*(\d+)")


def check_ods(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse a spreadsheet with a table that reaches too far.

    Rows and cells may be written once and repeated; only those with content count.

    Raises
    ------
    SheetTooLargeError, BrokenWorkbookError
    """
    for part in archive.infolist():
        member = part.filename.lower()
        if member == "content.xml":
            _check_content(archive, part, name)
        elif member.endswith(_XML):
            for _ in pieces(archive, part, b"<", name):
                pass
        else:
            drain(archive, part, name)


def _check_content(archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> None:
    extent = _Extent()
    for piece in pieces(archive, part, _ROW, name):
        before, *rows = piece.split(_ROW)
        extent.meet_table(before)
        for row in rows:
            extent.meet_row(row)
            check_extent(extent.rows, extent.columns, extent.title, name)
            extent.meet_table(row)
        check_sheets(extent.tables, name)


class _Extent:
    """How far the table at hand reaches."""

    title = ""
    tables = 0
    at = rows = columns = 0

    def meet_table(self, text: bytes) -> None:
        for found in _TABLE.finditer(text):
            self.title = (found[1] or b"").decode("utf-8", "replace")
            self.tables += 1
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


def check_extent(rows: int, columns: int, sheet: str, name: str) -> None:
    """Refuse an area of too many cells.

    Raises
    ------
    SheetTooLargeError
    """
    limit = bounds().cells
    if rows * columns > limit:
        raise SheetTooLargeError(
            file=name, sheet=sheet, rows=rows, columns=columns, limit=limit
        )
