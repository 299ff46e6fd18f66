"""Workbooks written byte by byte, the sound and the vicious."""

from __future__ import annotations

import datetime as dt
import struct
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def xlsx(path: Path, sheet_data: str, prolog: str = "") -> Path:
    """An Excel workbook of one sheet from the XML inside ``sheetData``."""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="Orders" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": "<Relationships "
        f'xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'{prolog}<worksheet xmlns="{_MAIN}"><sheetData>'
        f"{sheet_data}</sheetData></worksheet>",
    }
    return _zipped(path, parts)


def corners(path: Path) -> Path:
    """Cells at A1 and XFD1048576 and nowhere else: calamine aborts the process."""
    return xlsx(
        path,
        '<row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
    )


def ods(path: Path, rows: str, manifest: str = "") -> Path:
    """An OpenDocument spreadsheet of one sheet from the XML of its rows."""
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    parts = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": f"<manifest>{manifest}</manifest>",
        "content.xml": f'<office:document-content xmlns:office="{urn}:office:1.0" '
        f'xmlns:table="{urn}:table:1.0" xmlns:text="{urn}:text:1.0"><office:body>'
        f'<office:spreadsheet><table:table table:name="Orders">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>",
    }
    return _zipped(path, parts)


def _zipped(path: Path, parts: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def xls(path: Path, rows: Sequence[Sequence[str | float]]) -> Path:
    """An Excel 97 workbook of one sheet."""
    begin = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    end = _record(0x000A, b"")
    name = b"Orders"
    place = len(begin) + 4 + 8 + len(name) + len(end)
    sheet = struct.pack("<IHBB", place, 0, len(name), 0) + name
    cells = b"".join(
        _cell(row, column, value)
        for row, values in enumerate(rows)
        for column, value in enumerate(values)
    )
    inner = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    stream = begin + _record(0x0085, sheet) + end + inner + cells + end
    return ole2(path, "Workbook", stream)


def _cell(row: int, column: int, value: str | float) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(value, str):
        text = value.encode("latin-1")
        return _record(0x0204, place + struct.pack("<HB", len(text), 0) + text)
    return _record(0x0203, place + struct.pack("<d", value))


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def ole2(path: Path, stream_name: str, stream: bytes) -> Path:
    """A compound file with one stream of at most 120 sectors."""
    stream = stream.ljust(4096, b"\0")
    stream += b"\0" * (-len(stream) % 512)
    sectors = len(stream) // 512
    free, last = 0xFFFFFFFF, 0xFFFFFFFE
    # Sector 0 is the allocation table, sector 1 the directory, then the stream.
    table = [0xFFFFFFFD, last, *range(3, sectors + 2), last]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, last, 0, last, 0)
    header += struct.pack("<109I", 0, *[free] * 108)
    directory = _entry("Root Entry", 5, 1, last, 0)
    directory += _entry(stream_name, 2, free, 2, len(stream))
    directory += _entry("", 0, free, 0, 0) * 2
    content = struct.pack("<128I", *table, *[free] * (128 - len(table)))
    path.write_bytes(header + content + directory + stream)
    return path


def _entry(name: str, kind: int, below: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    length = len(text) + 2 if name else 0
    entry = text.ljust(64, b"\0") + struct.pack("<HBB", length, kind, 1)
    entry += struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, below)
    return entry + b"\0" * 36 + struct.pack("<IQ", start, size)


def xlsb(
    path: Path,
    sheets: dict[str, Sequence[Sequence[str | float | dt.date | None]]],
    *,
    epoch_1904: bool = False,
    cells: bytes = b"",
) -> Path:
    """A binary workbook; ``cells`` are further records below each sheet's rows.

    Dates are written as their serial number in a cell of built-in format 14.
    """
    first = dt.date(1904, 1, 1) if epoch_1904 else dt.date(1899, 12, 30)
    book = _brt(131) + _brt(153, struct.pack("<II", epoch_1904, 0) + _wide(""))
    book += _brt(143)
    links = ""
    parts: dict[str, str | bytes] = {}
    for number, (title, rows) in enumerate(sheets.items(), 1):
        place = struct.pack("<II", 0, number)
        book += _brt(156, place + _wide(f"rId{number}") + _wide(title))
        links += (
            f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet" '
            f'Target="worksheets/sheet{number}.bin"/>'
        )
        parts[f"xl/worksheets/sheet{number}.bin"] = _brt_sheet(rows, first, cells)
    links += f'<Relationship Id="rIdS" Type="{_OFFICE}/styles" Target="styles.bin"/>'
    formats = [_brt(47, struct.pack("<HHHHQ", 0, kind, 0, 0, 0)) for kind in (0, 14)]
    parts |= {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" '
        'Target="xl/workbook.bin"/></Relationships>',
        "xl/workbook.bin": book + _brt(144) + _brt(132),
        "xl/_rels/workbook.bin.rels": "<Relationships "
        f'xmlns="{_PACKAGE}/relationships">{links}</Relationships>',
        "xl/styles.bin": _brt(278)
        + _brt(617, struct.pack("<I", 2))
        + b"".join(formats)
        + _brt(618)
        + _brt(279),
    }
    return _zipped(path, parts)


def _brt_sheet(
    rows: Sequence[Sequence[str | float | dt.date | None]], first: dt.date, more: bytes
) -> bytes:
    content = _brt(129) + _brt(148, struct.pack("<IIII", 0, len(rows), 0, 9))
    content += _brt(145)
    for number, values in enumerate(rows):
        content += brt_row(number)
        for column, value in enumerate(values):
            content += b"" if value is None else brt_cell(column, value, first)
    return content + more + _brt(146) + _brt(130)


def brt_row(number: int) -> bytes:
    """The record that begins a row, counted from 0."""
    return _brt(0, struct.pack("<IIHHBI", number, 0, 300, 0, 0, 0))


def brt_cell(column: int, value: str | float | dt.date, first: dt.date) -> bytes:
    """The record of a cell: text, date or number."""
    if isinstance(value, str):
        return _brt(6, struct.pack("<II", column, 0) + _wide(value))
    if isinstance(value, dt.date):
        days = float((value - first).days)
        return _brt(5, struct.pack("<IId", column, 1, days))
    return _brt(5, struct.pack("<IId", column, 0, value))


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _brt(kind: int, content: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
    size = len(content)
    while size > 127:
        head += bytes([size & 127 | 128])
        size >>= 7
    return head + bytes([size]) + content
