"""Which columns of money add up to which, row by row or order by order."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from retention_core.ingest.evidence import Numbers

_MOST = 0.95
_ENOUGH = 3
_LONGEST = 3
CENT = 0.011  # sums of money agree to the cent
_ROUNDED = 0.0051
_TELLING = 4
_NEARLY, _CLEARLY = 0.9, 0.2
_RATES = (
    *(0.05, 0.055, 0.06, 0.07, 0.077, 0.08, 0.081, 0.09, 0.1, 0.11, 0.12, 0.13, 0.14),
    *(0.15, 0.16, 0.17, 0.18, 0.19, 0.2, 0.21, 0.22, 0.23, 0.24, 0.25, 0.255, 0.27),
    *(0.021, 0.025, 0.026, 0.03, 0.04, 0.0),
)


@dataclass(frozen=True)
class Part:
    """A column that may be contained: ``sign`` +1 (shipping, tax) or −1 (discount)."""

    name: str
    sign: int
    cells: Numbers

    @property
    def speaks(self) -> bool:
        """Whether it is anything but nought in a few rows."""
        return sum(bool(cell) for cell in self.cells) >= 2


def product(first: Numbers, second: Numbers) -> Numbers:
    """The product, ``None`` where either is."""
    return [
        None if a is None or b is None else a * b
        for a, b in zip(first, second, strict=True)
    ]


def equal(first: Numbers, second: Iterable[float | None]) -> bool:
    """Whether they are the same to the cent in nearly all rows that have both."""
    several = agreed = 0
    for a, b in zip(first, second, strict=True):
        if a is None or b is None:
            continue
        several += 1
        agreed += abs(a - b) <= max(CENT, 0.0002 * abs(a))
    return several >= min(_ENOUGH, len(first)) and agreed >= _MOST * several > 0


def explained(
    whole: Numbers, base: Numbers, parts: Sequence[Part]
) -> list[Part] | None:
    """The fewest parts that with ``base`` make ``whole``; ``None``: none do.

    A part that is nought everywhere explains nothing. Discounts may be written with
    either sign.
    """
    speaking = [part for part in parts if part.speaks]
    for count in range(min(_LONGEST, len(speaking)) + 1):
        for chosen in combinations(speaking, count):
            added = [
                None
                if cell is None
                else cell + sum(p.sign * abs(p.cells[i] or 0.0) for p in chosen)
                for i, cell in enumerate(base)
            ]
            if equal(whole, added):
                return list(chosen)
    return None


def taxed(whole: Numbers, tax: Numbers) -> bool | None:
    """Whether ``whole`` contains the tax, by the rate that it comes to.

    ``None`` where both readings, or neither, come to usual rates.
    """
    pairs = [
        (abs(a), abs(b))
        for a, b in zip(whole, tax, strict=True)
        # Below that a cent more or less hides the rate.
        if a and b and abs(a) >= _TELLING
    ]
    if len(pairs) < _ENOUGH:
        return None
    for tolerance in (_ROUNDED, CENT):
        inside = sum(_usual(a - b, b, tolerance) for a, b in pairs) / len(pairs)
        outside = sum(_usual(a, b, tolerance) for a, b in pairs) / len(pairs)
        if max(inside, outside) >= _NEARLY and abs(inside - outside) >= _CLEARLY:
            return inside > outside
    return None


def _usual(net: float, tax: float, tolerance: float) -> bool:
    return any(rate and abs(net * rate - tax) <= tolerance for rate in _RATES)


def steady(money: Numbers, pieces: Numbers, things: Sequence[str | None]) -> float:
    """Share of the rows whose price of a piece is the usual one of their product.

    Among products that were sold more than once; 0 where there are too few.
    """
    prices: dict[str, list[float]] = {}
    for whole, count, thing in zip(money, pieces, things, strict=True):
        if whole and count and thing:
            prices.setdefault(thing, []).append(round(whole / count, 2))
    telling = [each for each in prices.values() if len(each) > 2]
    several = sum(map(len, telling))
    if several < 2 * _ENOUGH:
        return 0.0
    return sum(max(map(each.count, set(each))) for each in telling) / several
