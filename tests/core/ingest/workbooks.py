"""Workbooks written byte by byte, the sound and the vicious."""

from __future__ import annotations

import struct
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
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


def _zipped(path: Path, parts: dict[str, str]) -> Path:
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
