"""What the states of orders say: words nobody knows may hide rows that are no sale."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

from retention_core.ingest.meanings import fold, normalise
from retention_core.ingest.model import Question
from retention_core.ingest.words import STATES, VALUES

if TYPE_CHECKING:
    from retention_core.ingest.profile import Column, Sample

_MOST = 25  # different words of a state; more are remarks
_FEW = 0.5  # of the rows: what most orders end as is a sale
_KINDS = ("cancelled", "refunded", "unpaid", "test")


@cache
def _known() -> frozenset[str]:
    words = [*STATES["sale"], *(word for each in VALUES.values() for word in each)]
    return frozenset(fold(normalise(word)) for word in words)


@cache
def _decisive() -> frozenset[str]:
    kinds = ("cancelled", "refunded", "unpaid")
    words = [word for kind in kinds for word in VALUES.get(kind, [])]
    return frozenset(fold(normalise(word)) for word in words)


def unknown(column: Column) -> dict[str, int]:
    """The words of a state that nobody knows, with their rows, the rarest first.

    The word that most rows bear is how orders usually end.
    """
    if column.distinct > _MOST or not column.cells:
        return {}
    counts = Counter(column.cells)
    usual = _FEW * len(column.cells)
    strange = {
        word: rows
        for word, rows in counts.items()
        if fold(normalise(word)) not in _known()
        and word != column.name
        and rows < usual
    }
    return dict(sorted(strange.items(), key=lambda pair: pair[1]))


def question(column: Column, *, of_rows: bool = False) -> Question | None:
    """Ask once whether the rows with unknown words count.

    ``of_rows``: the column tells kinds of rows, of which one may be of refunds.
    """
    words = unknown(column)
    if not words:
        return None
    fields = {"column": column.name, "words": words, "examples": list(words)[:3]}
    choices = ["sale", "refund", "cancelled"] if of_rows else ["sale", "cancelled"]
    return Question("status", fields, choices)


def spelt(column: Column) -> dict[str, list[str]]:
    """By kind, the cells that are a word for it in another dress."""
    found: dict[str, list[str]] = {}
    for cell in dict.fromkeys(column.cells):
        for kind in _KINDS:
            if fold(normalise(cell)) in _of_kind(kind):
                found.setdefault(kind, []).append(cell.strip().casefold())
    return found


@cache
def _of_kind(kind: str) -> frozenset[str]:
    return frozenset(fold(normalise(word)) for word in VALUES.get(kind, []))


@cache
def _nobodies() -> frozenset[str]:
    return frozenset(fold(normalise(word)) for word in VALUES.get("nobody", []))


def nobodies(sample: Sample, mapping: dict[str, str]) -> list[str]:
    """Keys that stand for nobody: a word for it, or a number that always bears one."""
    fields = ("customer_id", "email", "phone")
    key = next((mapping[field] for field in fields if field in mapping), None)
    if key is None:
        return []
    place = sample.named(key).index
    cells = set(sample.named(key).cells)
    found = {cell for cell in cells if cell == "0" or _is_nobody(cell)}
    name = mapping.get("customer_name")
    if name is not None:
        said: dict[str, set[bool]] = {}
        for row in sample.rows:
            number, called = row[place], row[sample.named(name).index]
            if number is not None and called is not None:
                said.setdefault(number, set()).add(_is_nobody(called))
        found |= {number for number, each in said.items() if each == {True}}
    return sorted(found)


def _is_nobody(cell: str) -> bool:
    return fold(normalise(cell)) in _nobodies()


def unnamed(sample: Sample, taken: set[str]) -> Column | None:
    """A column that says of some rows that they were called off, whatever its name."""
    for column in sample.columns:
        if column.name in taken or not 2 <= column.distinct <= _MOST:
            continue
        words = {fold(normalise(cell)) for cell in column.cells}
        if words & _decisive() and len(words & _known()) >= len(words) / 2:
            return column
    return None
