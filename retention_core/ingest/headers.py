"""Where the header stands, and what its words mean."""

from __future__ import annotations

import re
from dataclasses import dataclass

from retention_core.ingest import numerals
from retention_core.ingest.meanings import meanings, normalise, vocabulary

__all__ = ["Header", "find_header", "is_date", "is_number", "meanings", "normalise"]
__all__ += ["unique", "vocabulary"]

HEADER_WITHIN = 30
_SIGNS = r"USD|EUR|GBP|CHF|RM|Rp|Rs\.?|[A-Z]{1,2}\$|kr\.?|S?Fr\.?|TL|лв\.?|Ft|lei"
_UNITS = (
    r"[A-Z]{3}|kr\.?|zł|руб\.?|р\.?|TL|Kč|Ft|lei|лв\.?|din|円|元|원|圆|đ|kn|Fr\.?|,-"
)
_NUMBER = re.compile(
    rf"^[^\w]*(?:[A-Z]{{3}}\s|{_SIGNS})?[^\w]*"
    rf"\d[\d.,'’\s]*(?:e[+-]?\d+)?[^\w]*(?:{_UNITS})?[^\w]*$"
)
_DATE = re.compile(
    r"^(?:[^\W\d]{2,10}[.,]? )?(\d{4}[-/.年년]\s?\d{1,2}[-/.月월]\s?\d{1,2}"
    r"|\d{1,2}[-/.]\s?\d{1,2}[-/.]\s?(\d{4}|\d{2})"
    r"|(明治|大正|昭和|平成|令和|[MTSHR])\s?(\d{1,2}|元)[年./-]\s?\d{1,2}[月./-]\s?\d{1,2}"
    r"|\d{1,2}[- .]+(de )?[^\W\d]{3,10}[- .,]+(de )?(\d{4}|\d{2})"
    r"|([^\W\d]{3,9}[, ]+)?[^\W\d]{3,10}[- .]+\d{1,2}[-, ]+(\d{4}|\d{2}))(?!\d)"
)


@dataclass(frozen=True)
class Header:
    """``row`` is ``None`` without a header; ``first`` is the first row of data."""

    row: int | None
    first: int
    names: list[str]


def is_number(cell: str) -> bool:
    """Whether a cell looks like a number, dressed as money or not."""
    return bool(_NUMBER.match(cell)) or numerals.is_money(cell)


def is_date(cell: str) -> bool:
    """Whether a cell looks like a date written with signs or words."""
    return bool(_DATE.match(cell.strip()))


def find_header(head: tuple[tuple[int, tuple[str | None, ...]], ...]) -> Header:
    """Find the header in the first rows; there may be words above it, or none."""
    width = max((len(cells) for _, cells in head), default=0)
    if not head:
        return Header(None, 1, [])
    place = _by_words(head)
    if place is None:
        place = _by_shape(head)
    if place is None:
        return Header(
            None, _first_data(head), [f"Column {n + 1}" for n in range(width)]
        )
    row, cells = head[place]
    names = list(cells) + [None] * (width - len(cells))
    first = row + 1
    if _is_second_header(head, place):
        below = head[place + 1]
        first = below[0] + 1
        names = [name or other for name, other in zip(names, below[1], strict=False)]
    return Header(row, first, unique(names))


def unique(names: list[str | None]) -> list[str]:
    """Names for columns: blank ones by number, repeated ones counted."""
    found: list[str] = []
    for place, name in enumerate(names, start=1):
        bare = " ".join((name or "").replace("\ufeff", "").split())
        bare = bare or f"Column {place}"
        candidate, count = bare, 1
        while candidate in found:
            count += 1
            candidate = f"{bare} ({count})"
        found.append(candidate)
    return found


Head = tuple[tuple[int, tuple[str | None, ...]], ...]


def _filled(cells: tuple[str | None, ...]) -> list[str]:
    return [cell for cell in cells if cell and cell.strip()]


def _by_words(head: Head) -> int | None:
    """The row with the most words that headers use, if it has no data in it."""
    best, most = None, 1
    for place, (_, cells) in enumerate(head[:HEADER_WITHIN]):
        filled = _filled(cells)
        if any(is_date(cell) for cell in filled) or sum(map(is_number, filled)) > 1:
            continue
        hits = sum(normalise(cell) in vocabulary() for cell in filled)
        if hits > most:
            best, most = place, hits
    return best


def _by_shape(head: Head) -> int | None:
    """A row of plain words above a row with numbers or dates."""
    usual = sorted(len(_filled(cells)) for _, cells in head)[len(head) // 2]
    for place, (_, cells) in enumerate(head[: HEADER_WITHIN - 1]):
        filled = _filled(cells)
        below = _filled(head[place + 1][1]) if place + 1 < len(head) else []
        if len(filled) < max(2, usual / 2) or any(map(_is_value, filled)):
            continue
        return place if any(map(_is_value, below)) else None
    return None


def _is_value(cell: str) -> bool:
    return is_number(cell) or is_date(cell) or "@" in cell


def _is_second_header(head: Head, place: int) -> bool:
    """Words below the header where every later row has numbers or dates."""
    later = [_filled(cells) for _, cells in head[place + 2 : place + 12]]
    if not later or place + 1 >= len(head):
        return False
    below = _filled(head[place + 1][1])
    values = [sum(map(_is_value, cells)) for cells in later]
    return bool(below) and not any(map(_is_value, below)) and min(values) >= 2


def _first_data(head: Head) -> int:
    return next((row for row, cells in head if _filled(cells)), head[0][0])
