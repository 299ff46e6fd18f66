"""Binary workbooks (XLSB): what their records say of sheets and how far they go."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

_CHUNK = 4 << 20
_ROW, _LAST_CELL = 0, 11
_SHEET = 156
_MORE = 0x80
_LONGEST = 1 << 20  # no cell is longer


def records(file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Kind and first bytes (at most 4 of a cell) of each record.

    Raises
    ------
    ValueError
        The records do not come out even.
    """
    data, at = file.read(_CHUNK), 0
    while data:
        safe = len(data) - 8 - _LONGEST
        while at < safe:
            kind, at, length = _head(data, at)
            if length > _LONGEST:
                raise ValueError("record")
            yield kind, data[at : at + 4]
            at += length
        more = file.read(_CHUNK)
        if not more:
            yield from _last(data, at)
            return
        data, at = data[at:] + more, 0


def _last(data: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at < len(data):
        try:
            kind, at, length = _head(data, at)
        except IndexError as error:
            raise ValueError("record") from error
        if at + length > len(data):
            raise ValueError("record")
        yield kind, data[at : at + 4]
        at += length


def _head(data: bytes, at: int) -> tuple[int, int, int]:
    """Kind, where the content begins, its length: 7 bits a byte, the lowest first."""
    kind = data[at]
    at += 1
    if kind & _MORE:
        kind = kind & 0x7F | (data[at] & 0x7F) << 7
        at += 1
    length = data[at]
    at += 1
    shift = 7
    while length >> (shift - 7) & _MORE:
        length = length & (1 << shift) - 1 | data[at] << shift
        at += 1
        shift += 7
        if shift > 28:
            break
    return kind, at, length


def reaches(file: IO[bytes]) -> Iterator[tuple[int, int]]:
    """Rows and columns so far, at each that is further than all before.

    Raises
    ------
    ValueError
        The records do not come out even.
    """
    rows = columns = 0
    row = column = b""
    number = struct.Struct("<I").unpack
    for kind, place in records(file):
        if kind > _LAST_CELL or len(place) < 4:
            continue
        if kind == _ROW:
            row = place
            continue
        column = place
        (at,) = number(column)
        if at >= columns or row:
            below = number(row)[0] + 1 if row else rows
            row = b""
            if below > rows or at >= columns:
                rows, columns = max(rows, below), max(columns, at + 1)
                yield rows, columns


def binary_sheets(content: bytes) -> list[tuple[str, str]]:
    """Link and title of each sheet, from the list of sheets.

    Raises
    ------
    ValueError
        The records do not come out even.
    """
    found = []
    at = 0
    while at < len(content):
        try:
            kind, at, length = _head(content, at)
        except IndexError as error:
            raise ValueError("record") from error
        if kind == _SHEET:
            found.append(_named(content[at : at + length]))
        at += length
    return found


def _named(sheet: bytes) -> tuple[str, str]:
    link, end = _text(sheet, 8)
    title, _ = _text(sheet, end)
    return link, title


def _text(content: bytes, at: int) -> tuple[str, int]:
    (length,) = struct.unpack_from("<I", content, at)
    if length == 0xFFFFFFFF:
        return "", at + 4
    end = at + 4 + 2 * length
    return content[at + 4 : end].decode("utf-16-le", "replace"), end
