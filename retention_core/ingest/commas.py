"""Decimal commas in a file that separates by commas, unquoted: numbers torn in two."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_FRONT = re.compile(r"^\s*[-+(]?[^\w,.]{0,3}\d{1,9}$")
_BACK = re.compile(r"^\d\d(?!\d)[^\w,.]{0,3}(?:[A-Z]{3})?\)?\s*$")
_MOST = 0.9
_ENOUGH = 8  # rows that agree on the places


def torn(records: Sequence[Sequence[str]], width: int) -> tuple[int, ...]:
    """Where in the rows below a header of ``width`` cells a number was torn in two.

    Places of the parts before the comma, in a row that is longer by as many cells;
    none where the rows allow no reading, or more than one.
    """
    lengths = Counter(map(len, records))
    if not lengths:
        return ()
    longest = max(lengths)
    rows = [each for each in records if len(each) == longest]
    more = longest - width
    common = sum(count for length, count in lengths.items() if length > width)
    if more < 1 or len(rows) < _ENOUGH or common < _MOST * len(records):
        return ()
    places = [
        place
        for place in range(longest - 1)
        if all(is_torn(row, place) for row in rows)
    ]
    if len(places) > 12:
        return ()
    found = [
        each
        for each in combinations(places, more)
        if all(b - a > 1 for a, b in pairwise(each))
    ]
    return found[0] if len(found) == 1 else ()


def is_torn(row: Sequence[str], place: int) -> bool:
    """Whether two neighbouring cells are a number with two decimals."""
    return bool(_FRONT.match(row[place]) and _BACK.match(row[place + 1]))


def joined(row: list[str], places: tuple[int, ...], length: int) -> list[str]:
    """The row with its numbers whole, if it has ``length`` cells and such numbers."""
    if len(row) != length or not all(is_torn(row, place) for place in places):
        return row
    found: list[str] = []
    for place, cell in enumerate(row):
        if place - 1 in places:
            found[-1] += f",{cell}"
        else:
            found.append(cell)
    return found
