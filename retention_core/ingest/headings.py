"""Rows that stand above others and say, in one cell, what these are of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from retention_core.ingest.evidence import like_clocks
from retention_core.ingest.headers import is_number
from retention_core.ingest.meanings import meanings
from retention_core.ingest.people import LADDER
from retention_core.ingest.words import VALUES

if TYPE_CHECKING:
    from retention_core.ingest.profile import Column, Sample

    Row = tuple[str | None, ...]

TOTAL = rf"^({'|'.join(VALUES['total_row'])})([\s:].*)?$"
_LEAST = 2  # headings from which a file is one of groups
_APART = 0.9  # of the headings have names of their own
_THING = 0.55  # a header as sure as this says that the groups are of something else
_OTHERS = ("product", "sku", "category", "store", "country", "channel")


def column(sample: Sample, day: Column | None) -> Column | None:
    """The column whose cell stands alone above rows that have a day.

    Numbers may stand beside it, which are the sums of its group. ``None``: the rows
    without a day are not all headings or totals, or lie in each other.
    """
    if day is None or day.filled > 1 - _LEAST / max(len(sample.rows), 1):
        return None
    places = [_alone(row) for row in sample.rows[: sample.near] if not row[day.index]]
    found = {place for place in places if place is not None}
    if len(found) != 1 or None in places:
        return None
    (place,) = found
    names: list[str] = []
    before = True
    for row in sample.rows[: sample.near]:
        cell = row[place]
        heading = None
        if cell is not None and not row[day.index] and not is_total(cell):
            heading = cell
        if heading is not None:
            if names and before:
                return None  # a heading right below a heading
            names.append(heading)
        elif not names and row[day.index]:
            return None
        before = heading is not None
    several = len(set(names)) >= max(_LEAST, _APART * len(names))
    chosen = sample.columns[place]
    return chosen if several and not like_clocks(chosen) else None


def _alone(row: Row) -> int | None:
    """The place of the only cell of words."""
    words = [
        n for n, cell in enumerate(row) if cell is not None and not is_number(cell)
    ]
    return words[0] if len(words) == 1 else None


def is_total(cell: str) -> bool:
    """Whether a cell begins with a word for a total."""
    return re.match(TOTAL, cell.casefold()) is not None


def may_be_customers(mapping: dict[str, str], heading: Column) -> bool:
    """Whether the groups may be of customers: nothing else says who bought."""
    known = {mapping[field] for field in LADDER if field in mapping}
    told = meanings(heading.name)
    other = max(told.get(each, 0.0) for each in _OTHERS)
    return known <= {heading.name} and (
        other < _THING or _says_customer(heading) or bool(known)
    )


def is_sure(heading: Column) -> bool:
    """Whether the header says that the groups are of customers."""
    return _says_customer(heading)


def _says_customer(heading: Column) -> bool:
    told = meanings(heading.name)
    return max(told.get(field, 0.0) for field in LADDER) >= _THING


def rule(heading: Column, field: str) -> dict[str, Any]:
    """How rows are laid out under their headings, as a known system's file says it."""
    return {"column": heading.index + 1, "field": field, "total": TOTAL}
