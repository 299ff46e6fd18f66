"""The parts of a zip file: as many, as large and as far apart as they say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from retention_core.ingest.errors import (
    BrokenWorkbookError,
    InflatesTooMuchError,
    TooManyPartsError,
    ZipBombError,
)
from retention_core.ingest.limits import LARGE, bounds

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator

_CHUNK = 1 << 20
_MAX_ROW_BYTES = 64 << 20

_HEADER = 30
_DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.I)


def check_parts(archive: zipfile.ZipFile, name: str, most: int) -> None:
    """Refuse by the directory alone what would fill the disk or the memory.

    Raises
    ------
    TooManyPartsError, InflatesTooMuchError, ZipBombError, BrokenWorkbookError
    """
    members = archive.infolist()
    allowed = bounds()
    if len(members) > most:
        raise TooManyPartsError(file=name, parts=len(members), limit=most)
    if sum(each.file_size for each in members) > allowed.inflated:
        raise InflatesTooMuchError(file=name, limit_mb=allowed.inflated_mb)
    for each in members:
        most_bytes = max(LARGE, allowed.ratio * each.compress_size)
        if each.file_size > most_bytes:
            ratio = each.file_size // max(1, each.compress_size)
            raise ZipBombError(file=name, part=each.filename, ratio=ratio)
    _check_apart(archive, members, name)


def _check_apart(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], name: str
) -> None:
    """Parts that lie on one another make a small file as large as one likes."""
    end = archive.start_dir
    for each in sorted(members, key=lambda part: part.header_offset, reverse=True):
        if each.header_offset + _HEADER + each.compress_size > end:
            raise BrokenWorkbookError(file=name, detail="overlapping parts")
        end = each.header_offset


def pieces(
    archive: zipfile.ZipFile, part: zipfile.ZipInfo, mark: bytes, name: str
) -> Iterator[bytes]:
    """The XML in pieces that begin with ``mark``, so that none cuts a row in two.

    Reading to the end checks size and sum of what the directory says of the part.

    Raises
    ------
    BrokenWorkbookError
    """
    rest = b""
    met = False
    with archive.open(part) as file:
        while chunk := file.read(_CHUNK):
            text = rest + chunk
            met = met or mark in text
            # Another name space may stand before the row's name.
            piece, found, tail = text.rpartition(mark if met else b"<")
            if piece:
                yield _harmless(piece, name)
            rest = found + tail
            if len(rest) > _MAX_ROW_BYTES:
                raise BrokenWorkbookError(file=name, detail="row")
    yield _harmless(rest, name)


def _harmless(piece: bytes, name: str) -> bytes:
    if _DECLARES.search(piece):
        raise BrokenWorkbookError(file=name, detail="DOCTYPE")
    if piece[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in piece[:4]:
        raise BrokenWorkbookError(file=name, detail="UTF-16")
    return piece


def drain(archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> None:
    """Read a part to its end, for its size and sum."""
    with archive.open(part) as file:
        while file.read(_CHUNK):
            pass
    if part.filename.lower().endswith("sharedstrings.bin"):
        check_strings(part, name)


def check_strings(part: zipfile.ZipInfo, name: str) -> None:
    """Refuse texts that are too many to be held at once.

    Raises
    ------
    InflatesTooMuchError
    """
    limit = bounds().strings_mb
    if part.file_size > limit * 1_000_000:
        raise InflatesTooMuchError(file=name, limit_mb=limit)
