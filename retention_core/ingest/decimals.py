"""Which sign stands before the cents, for each column by its own evidence."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from retention_core.ingest import numerals
from retention_core.ingest.coins import SIGNS, WITHOUT_CENTS
from retention_core.ingest.headers import normalise

if TYPE_CHECKING:
    from retention_core.ingest.profile import Column, Sample

MONEY = (
    *("amount", "order_total", "unit_price", "refund_amount", "discount"),
    *("order_discount", "shipping", "tax", "cost", "price"),
)
COUNTS = ("quantity", "refund_quantity")
_CLEARLY = 0.95
_MOST, _FEW = 0.8, 0.2
_ROWS = 1000


@dataclass(frozen=True)
class Decimals:
    """``sign`` for the file, ``own`` for columns that differ; ``sure`` of all."""

    sign: str = "."
    sure: bool = True
    own: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Votes:
    """Cells of a column that can be read one way only, and those that are open."""

    point: int
    comma: int
    open: tuple[str, ...]
    whole: tuple[str, ...]

    @property
    def says(self) -> str | None:
        """The sign that the cells agree on."""
        told = self.point + self.comma
        if not told or max(self.point, self.comma) < _CLEARLY * told:
            return None
        return "." if self.point > self.comma else ","

    @property
    def is_open(self) -> bool:
        """Whether cells are left that may be either."""
        return bool(self.open) and self.says is None


def of(sample: Sample, mapping: dict[str, str]) -> Decimals:
    """Decide for the columns of money and pieces.

    A column goes by its own cells, then by what kind of numbers it holds, then by
    price × quantity, then by the other columns. ``1,234`` with no point anywhere are
    thousands.
    """
    money = _columns(sample, mapping, MONEY)
    votes = {column.name: _votes(column) for column in money}
    own = {name: each.says for name, each in votes.items() if each.says}
    for column in money:
        each = votes[column.name]
        if each.is_open and not (each.point or each.comma):
            sign = _by_kind(column, each) or _by_product(sample, mapping, column)
            own |= {column.name: sign} if sign else {}
    said = Counter(own.values())
    sign = said.most_common(1)[0][0] if said else "."
    left = [name for name, each in votes.items() if each.is_open and name not in own]
    mixed = len(said) > 1 or any(votes[n].point or votes[n].comma for n in left)
    sure = not left or bool(own and not mixed)
    if not sure:
        inside = {each for name in left for cell in votes[name].open for each in cell}
        sure = not mixed and "." not in inside
        sign = sign if own or sure else ","
    for column in _columns(sample, mapping, COUNTS):
        says = _votes(column).says
        own |= {column.name: says} if says else {}
    return Decimals(sign, sure, {name: s for name, s in own.items() if s != sign})


def _columns(
    sample: Sample, mapping: dict[str, str], fields: tuple[str, ...]
) -> list[Column]:
    names = {mapping[each] for each in fields if each in mapping}
    return [column for column in sample.columns if column.name in names]


def _votes(column: Column) -> _Votes:
    cells = set(column.cells)
    found = {cell: numerals.readings(cell) for cell in cells}
    return _Votes(
        point=sum(signs == "." for signs in found.values()),
        comma=sum(signs == "," for signs in found.values()),
        open=tuple(cell for cell, signs in found.items() if len(signs) == 2),
        whole=tuple(cell for cell in cells if cell.isdigit()),
    )


def _by_kind(column: Column, votes: _Votes) -> str | None:
    """Thousands, where there are no cents or zeros would not have been written."""
    around = {word for cell in votes.open for word in numerals.dress(cell).split()}
    around |= set(column.name.casefold().split()) | set(normalise(column.name).split())
    coins = {SIGNS.get(word, word.upper()) for word in around}
    if coins & WITHOUT_CENTS:
        return _as_groups(votes)
    # Who writes 950 and not 950,000 does not write 1,500 for one and a half.
    zero = any(cell.rstrip().endswith("0") for cell in votes.open)
    short = any(0 < len(cell.lstrip("0")) <= 3 for cell in votes.whole)
    return _as_groups(votes) if zero and short else None


def _as_groups(votes: _Votes) -> str | None:
    """The sign that is not between the digits; ``None`` where both are."""
    inside = {sign for cell in votes.open for sign in ".," if sign in cell}
    if len(inside) != 1:
        return None
    return "," if inside == {"."} else "."


def _by_product(sample: Sample, mapping: dict[str, str], column: Column) -> str | None:
    """The sign with which price × quantity is the total."""
    names = [mapping.get(each) for each in ("unit_price", "quantity")]
    total = mapping.get("amount") or mapping.get("order_total")
    if None in names or total is None or column.name not in (names[0], total):
        return None
    price, count, whole = (sample.named(str(name)).index for name in (*names, total))
    agreed = dict.fromkeys(".,", 0)
    told = 0
    for row in sample.rows[:_ROWS]:
        cells = [row[index] for index in (price, count, whole)]
        if None in cells:
            continue
        fits = {sign: _fits(cells, sign) for sign in ".,"}
        # 1,234 × 2 = 2,468 holds either way and tells nothing.
        told += fits["."] != fits[","]
        for sign in ".,":
            agreed[sign] += fits[sign] and not fits["," if sign == "." else "."]
    for sign, other in (".,", ",."):
        if told > 1 and agreed[sign] >= _MOST * told and agreed[other] <= _FEW * told:
            return sign
    return None


def _fits(cells: list[str | None], sign: str) -> bool:
    price, count, whole = (numerals.parse(cell or "", sign) for cell in cells)
    if price is None or count is None or whole is None or not whole:
        return False
    return abs(price * count - whole) <= max(0.02, 0.001 * abs(whole))
