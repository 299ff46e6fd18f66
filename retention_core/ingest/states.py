"""What the states of orders say: words nobody knows may hide rows that are no sale."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

from retention_core.ingest.meanings import fold, meanings, normalise
from retention_core.ingest.model import Question
from retention_core.ingest.words import STATES, VALUES

if TYPE_CHECKING:
    from retention_core.ingest.profile import Column, Sample

_MOST = 25  # different words of a state; more are remarks
_FEW = 0.5  # of the rows: what most orders end as is a sale
_NAMED, _ALL = 0.5, 0.99
_PAYMENT = re.compile(
    r"pay|paid|zahl|bezahl|paiement|pago|pagamento|pagato|betal|оплат|płatno|platb|ödeme"
    r"|支払|入金|付款|支付|결제"
)
_KINDS = ("cancelled", "refunded", "unpaid", "test")


@cache
def _known() -> frozenset[str]:
    words = [*STATES["sale"], *(word for each in VALUES.values() for word in each)]
    return frozenset(fold(normalise(word)) for word in words)


def _unclear(column: Column) -> frozenset[str]:
    """Words that may say something of the money, the parcel or the person.

    In a column of payments they are clear.
    """
    if _PAYMENT.search(normalise(column.name)):
        return frozenset()
    return _of_kind("unclear")


@cache
def _decisive() -> frozenset[str]:
    return _final() | _of_kind("unpaid")


@cache
def _final() -> frozenset[str]:
    """Words for what is no sale in whichever column they stand."""
    return _of_kind("cancelled") | _of_kind("refunded")


def unknown(column: Column) -> dict[str, int]:
    """The words of a state that nobody knows, with their rows, the rarest first.

    The word that most rows bear is how orders usually end.
    """
    if column.distinct > _MOST or not column.cells:
        return {}
    counts = Counter(column.cells)
    usual = _FEW * len(column.cells)
    unclear = _unclear(column) if column.distinct > 1 else frozenset()
    strange = {
        word: rows
        for word, rows in counts.items()
        if word != column.name
        and (
            fold(normalise(word)) in unclear
            or (fold(normalise(word)) not in _known() and rows < usual)
        )
    }
    return dict(sorted(strange.items(), key=lambda pair: pair[1]))


def question(*columns: Column, of_rows: bool = False) -> Question | None:
    """Ask once whether the rows with unknown words count.

    ``of_rows``: the column tells kinds of rows, of which one may be of refunds.
    """
    words = {word: rows for each in columns for word, rows in unknown(each).items()}
    if not words:
        return None
    name = next(each.name for each in columns if unknown(each))
    fields = {"column": name, "words": words, "examples": list(words)[:3]}
    choices = ["sale", "refund", "cancelled"] if of_rows else ["sale", "cancelled"]
    return Question("status", fields, choices)


def beside(sample: Sample, mapping: dict[str, str]) -> list[Column]:
    """The column of the state, and others that say that money went back, or called off.

    A shop tells of the order, its payment and its return in columns of their own.
    """
    if "status" not in mapping:
        return []
    taken = set(mapping.values())
    others = [
        column
        for column in sample.columns
        if column.name not in taken and _tells(column, _final())
    ]
    return [sample.named(mapping["status"]), *others]


def _tells(column: Column, telling: frozenset[str]) -> bool:
    """Whether it is of states, some of which are among the telling ones."""
    if not 2 <= column.distinct <= _MOST:
        return False
    words = {fold(normalise(cell)) for cell in column.cells}
    return bool(words & telling) and len(words & _known()) >= len(words) / 2


def spelt(
    sample: Sample, mapping: dict[str, str], together: dict[str, list[str]]
) -> dict[str, list[str]]:
    """By kind, the cells of states that are a word for it in another dress."""
    names = together.get("status", [mapping["status"]])
    unclear = {
        cell
        for name in names
        for cell in sample.named(name).cells
        if fold(normalise(cell)) in _unclear(sample.named(name))
    }
    found: dict[str, list[str]] = {}
    for cell in dict.fromkeys(
        cell for name in names for cell in sample.named(name).cells
    ):
        for kind in _KINDS:
            if cell not in unclear and fold(normalise(cell)) in _of_kind(kind):
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
        if column.name not in taken and _tells(column, _decisive()):
            return column
    return next((c for c in sample.columns if c.name not in taken and _coded(c)), None)


def _coded(column: Column) -> bool:
    """Whether its name says that it is of states, which it writes as numbers."""
    named = meanings(column.name).get("status", 0.0) >= _NAMED
    return named and 2 <= column.distinct <= _MOST and column.whole >= _ALL
