"""Columns told by their values alone, where a header is missing or says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_core.ingest import sums
from retention_core.ingest.coins import CODES
from retention_core.ingest.evidence import (
    like_codes,
    like_people,
    like_phones,
    like_words,
)
from retention_core.ingest.meanings import EXACT, denied, meanings, normalise

if TYPE_CHECKING:
    from retention_core.ingest.evidence import Evidence
    from retention_core.ingest.profile import Column

_FEW = 50
_BELOW = 2  # rows below a first from which a code is seen to go on


def free(evidence: Evidence, taken: set[str], kind: str) -> list[Column]:
    """Columns with cells whose names say nothing, or nothing against this kind."""
    return [
        column
        for column in evidence.sample.columns
        if column.cells
        and column.name not in taken
        and max(meanings(column.name).values(), default=0.0) < EXACT
        and not denied(normalise(column.name), kind)
    ]


def numbers_of_orders(
    evidence: Evidence, taken: set[str], day: Column | None
) -> list[Column]:
    """Ids that repeat on neighbours and on one day only; then ids that never repeat."""
    if day is None:
        return []
    repeated, single = [], []
    for column in free(evidence, taken, "number"):
        if not like_codes(column) or column.distinct < 3 or column.filled < 0.5:
            continue
        if column.date > 0.3 or column.email > 0.3 or like_phones(column):
            continue
        one_day = _one_day(evidence, day, column)
        back = evidence.returning(column)
        if column.unique >= 0.98:
            if not evidence.is_counter(column):
                single.append(column)
        elif one_day is not None and one_day >= 0.98 and back < 0.02:
            repeated.append(column)
    return repeated or single


def fuller(evidence: Evidence, number: Column, taken: set[str]) -> list[Column]:
    """Codes that go with a number one to one, and on below it where it is blank."""
    found = []
    for column in evidence.sample.columns:
        wanted = column.filled > number.filled and column.name not in taken
        if wanted and like_codes(column) and _goes_on(evidence, number, column):
            found.append(column)
    return found


def _goes_on(evidence: Evidence, number: Column, code: Column) -> bool:
    pairs: set[tuple[str, str]] = set()
    below, last = 0, None
    for row in evidence.sample.rows[: evidence.sample.near]:
        key, value = row[number.index], row[code.index]
        if value is None:
            continue
        if key is not None:
            pairs.add((key, value))
        elif value != last:
            return False
        else:
            below += 1
        last = value
    alone = len({key for key, _ in pairs}) == len({each for _, each in pairs})
    return below >= _BELOW and alone and len({key for key, _ in pairs}) == len(pairs)


def _one_day(evidence: Evidence, day: Column, column: Column) -> float | None:
    """Share of the repeated values that stand on one day only."""
    days: dict[str, list[str]] = {}
    for row in evidence.sample.rows:
        value, at = row[column.index], row[day.index]
        if value is not None and at is not None:
            days.setdefault(value, []).append(at[:10])
    several = [each for each in days.values() if len(each) > 1]
    if not several:
        return None
    return sum(len(set(each)) == 1 for each in several) / len(several)


def products(evidence: Evidence, taken: set[str], order: Column | None) -> list[Column]:
    """Words that come back, and differ within an order of several lines."""
    found = []
    for column in free(evidence, taken, "product"):
        if not like_words(column) or like_people(column) or column.distinct < 2:
            continue
        if denied(normalise(column.name), "person") or column.unique > 0.9:
            continue
        within = evidence.constant_in(column, order) if order is not None else None
        varied = within is not None and within < 0.7
        if varied or (within is None and column.distinct >= 3):
            found.append(column)
    return found


def currency(evidence: Evidence, taken: set[str]) -> Column | None:
    """The only column that holds nothing but codes of currencies."""
    found = [
        column
        for column in evidence.sample.columns
        if column.name not in taken
        and column.cells
        and all(cell.upper() in CODES for cell in set(column.cells))
    ]
    return found[0] if len(found) == 1 else None


def pieces(evidence: Evidence, mapping: dict[str, str]) -> None:
    """Add quantity and price of a piece where they and a third column multiply."""
    if {"quantity", "unit_price"} <= mapping.keys():
        return
    taken = {v for k, v in mapping.items() if k not in ("amount", "order_total")}
    numeric = [
        column
        for column in evidence.sample.columns
        if column.number >= 0.9 and column.date < 0.6 and column.name not in taken
    ]
    counts = _named(evidence, mapping, "quantity") or [
        c
        for c in numeric
        if c.whole >= 0.9
        and c.distinct <= _FEW
        and not denied(normalise(c.name), "quantity")
    ]
    prices = _named(evidence, mapping, "unit_price") or [
        c for c in numeric if not denied(normalise(c.name), "money")
    ]
    for count in counts:
        if not any(value not in (None, 1.0) for value in evidence.numbers(count)):
            continue
        for price in prices:
            if _multiply(evidence, count, price, numeric):
                mapping.setdefault("quantity", count.name)
                mapping.setdefault("unit_price", price.name)
                _not_twice(mapping)
                return


def _named(evidence: Evidence, mapping: dict[str, str], field: str) -> list[Column]:
    return [evidence.sample.named(mapping[field])] if field in mapping else []


def _not_twice(mapping: dict[str, str]) -> None:
    """What is the price of a piece is not the amount as well."""
    for field in ("amount", "order_total"):
        if mapping.get(field) in (mapping["unit_price"], mapping["quantity"]):
            mapping.pop(field)


def _multiply(
    evidence: Evidence, count: Column, price: Column, numeric: list[Column]
) -> bool:
    if count is price:
        return False
    pieces = evidence.numbers(count)
    if sum(each not in (None, 0.0, 1.0) for each in pieces) < 2:
        return False
    product = sums.product(pieces, evidence.numbers(price))
    wholes = [each for each in numeric if each not in (count, price)]
    return any(
        each.cells != price.cells and sums.equal(evidence.numbers(each), product)
        for each in wholes
    )


def money(
    evidence: Evidence, mapping: dict[str, str], *, spoken: bool = False
) -> list[Column]:
    """Numbers that may be money: what is no id, count, rate or running balance.

    ``spoken``: those too whose name says that they are another kind of money.
    """
    taken = set(mapping.values())
    columns = free(evidence, taken, "money")
    if spoken:
        columns = [c for c in evidence.sample.columns if c.name not in taken]
    likely = [
        column
        for column in columns
        if column.number >= 0.8
        and column.date < 0.5
        and column.distinct > (1 if spoken else 2)
        and not like_phones(column)
        and not evidence.is_counter(column)
    ]
    cents = [column for column in likely if column.whole < 0.9]
    found = cents or [c for c in likely if _dressed(c) or not _is_id(evidence, c)]
    found = [c for c in found if not evidence.is_running(c, found)]
    found.sort(key=lambda column: -sum(abs(v or 0.0) for v in evidence.numbers(column)))
    return _product_of(evidence, mapping, found) or found


def quantity(evidence: Evidence, mapping: dict[str, str], whole: Column) -> str | None:
    """A column of small numbers with which the money grows."""
    cells = evidence.numbers(whole)
    order = mapping.get("order_id")
    group = evidence.sample.named(order) if order else None
    for column in reversed(free(evidence, set(mapping.values()), "quantity")):
        counts = evidence.numbers(column)
        filled = [each for each in counts if each is not None]
        small = column.whole >= 0.95 and column.distinct <= _FEW and 1.0 in filled
        if not small or column is whole or min(filled) < -_FEW:
            continue
        if group is not None and evidence.is_place_in(column, group):
            continue
        if _grows(counts, cells):
            return column.name
    return None


def _grows(counts: list[float | None], cells: list[float | None]) -> bool:
    """Whether two cost more than one."""
    pairs = [(n, v) for n, v in zip(counts, cells, strict=True) if n and v]
    single = [v for n, v in pairs if n == 1]
    more = [v for n, v in pairs if n > 1]
    if len(single) < 3 or len(more) < 3:
        return False
    return sum(more) / len(more) > 1.2 * sum(single) / len(single)


def _dressed(column: Column) -> bool:
    return any(cell.strip("0123456789.,-") != "" for cell in column.cells[:20])


def _is_id(evidence: Evidence, column: Column) -> bool:
    lengths = {len(cell) for cell in column.cells[:200]}
    return len(lengths) == 1 and column.distinct > 9


def _product_of(
    evidence: Evidence, mapping: dict[str, str], found: list[Column]
) -> list[Column]:
    """The one that quantity × price make."""
    if not {"quantity", "unit_price"} <= mapping.keys():
        return []
    count, price = (
        evidence.sample.named(mapping[f]) for f in ("quantity", "unit_price")
    )
    product = sums.product(evidence.numbers(count), evidence.numbers(price))
    return [c for c in found if sums.equal(evidence.numbers(c), product)]
