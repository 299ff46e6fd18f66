"""The distinct values of columns: what is worked out once and looked up by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from retention_core.clv.special import Floats

ROOM = 4  # places in a lookup table for each row, beyond which sorting is cheaper
SMALL = 64


@dataclass(frozen=True)
class Distinct:
    """The distinct values of one column and where each row finds its own."""

    levels: np.ndarray
    rows: np.ndarray

    @classmethod
    def of(cls, column: np.ndarray) -> Distinct:
        """The levels of ``column``, sorted."""
        if not _countable(column):
            levels, rows = np.unique(column, return_inverse=True)
            return cls(levels, rows)
        # Sorting millions of rows would take longer than what is asked of them.
        codes = column.astype(np.intp)
        seen = np.flatnonzero(np.bincount(codes))
        place = np.zeros(int(seen[-1]) + 1, np.intp)
        place[seen] = np.arange(seen.size)
        return cls(seen.astype(column.dtype), place[codes])

    def in_unit(self, length: float) -> Distinct:
        """The same counted in units of ``length``, above 0."""
        return Distinct(self.levels / length, self.rows)

    def each(self, values: Floats) -> Floats:
        """Values of the levels, by row."""
        return np.asarray(values[self.rows])


@dataclass(frozen=True)
class Pairs:
    """The pairs of two columns that occur: which level of each, and each row's own."""

    first: np.ndarray
    second: np.ndarray
    rows: np.ndarray

    @classmethod
    def of(cls, first: Distinct, second: Distinct) -> Pairs:
        """By the first column and then the second."""
        width = max(second.levels.size, 1)
        pairs = Distinct.of(first.rows * width + second.rows)
        return cls(pairs.levels // width, pairs.levels % width, pairs.rows)


def distinct_pairs(x: Floats, T: Floats) -> tuple[Floats, Floats, np.ndarray]:
    """Distinct (x, T), and where each row finds its own."""
    by_x, by_T = Distinct.of(x), Distinct.of(T)  # noqa: N806 the field's symbol
    pairs = Pairs.of(by_x, by_T)
    return by_x.levels[pairs.first], by_T.levels[pairs.second], pairs.rows


def _countable(column: np.ndarray) -> bool:
    """Whether these are whole numbers, and the largest not far beyond their count."""
    if not column.size:
        return False
    within = column.min() >= 0 and column.max() < ROOM * column.size + SMALL
    return bool(within) and bool((column == np.floor(column)).all())
