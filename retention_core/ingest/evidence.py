"""What a sample's columns say of each other: repeats, neighbours, days and sums."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from retention_core.ingest import numerals
from retention_core.ingest.sums import CENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from retention_core.ingest.profile import Column, Sample

    Numbers = list[float | None]

_ENOUGH = 0.95
PERSON = re.compile(
    r"^[^\W\d_]+([.'’-]?[^\W\d_]+)*((, ?|\. ?| )[^\W\d_]+([.'’-][^\W\d_]+)*){1,4}\.?$"
)
_CODE = re.compile(r"^[#A-Za-z]{0,6}[-_./ ]?(?=[\w./#*-]*\d)[\w./#*-]{2,40}$")
_CLOCK = re.compile(r"^\d{1,2}[:.h]\d{2}([:.]\d{2})?( ?[ap]\.?m\.?)?$", re.IGNORECASE)


@dataclass
class Evidence:
    """The sample of one sheet, with its numbers read once."""

    sample: Sample
    day: Column | None = None
    _read: dict[int, Numbers] = field(default_factory=dict)
    _sign: str | None = None

    @property
    def sign(self) -> str:
        """The decimal sign that the sheet's numbers agree on."""
        if self._sign is None:
            likely = [c for c in self.sample.columns if c.number > 0.5 > c.date]
            said = Counter(sign for c in likely if (sign := _sign(c)))
            self._sign = said.most_common(1)[0][0] if said else "."
        return self._sign

    def numbers(self, column: Column) -> Numbers:
        """The column's numbers, a row each; ``None`` where there is none."""
        if column.index not in self._read:
            sign = _sign(column) or self.sign
            cells = (row[column.index] for row in self.sample.rows)
            self._read[column.index] = [
                None if cell is None else numerals.parse(cell, sign) for cell in cells
            ]
        return self._read[column.index]

    def together(self, column: Column) -> float:
        """Share of the filled rows that say the same as the row above."""
        cells = self.near(column)
        pairs = list(pairwise(cells))
        return sum(a == b for a, b in pairs) / max(len(pairs), 1)

    def near(self, column: Column) -> list[str]:
        """The filled cells of the rows that stand below each other in the file."""
        rows = self.sample.rows[: self.sample.near]
        return [cell for row in rows if (cell := row[column.index]) is not None]

    def returning(self, column: Column) -> float:
        """Share of the values that come back: after others, or on another day.

        A file that is sorted by its customers has each of them in one piece.
        """
        cells = self.near(column)
        runs = Counter(
            cell
            for place, cell in enumerate(cells)
            if not place or cells[place - 1] != cell
        )
        again = {cell for cell, count in runs.items() if count > 1}
        return len(again | self._on_several_days(column)) / max(len(runs), 1)

    def _on_several_days(self, column: Column) -> set[str]:
        if self.day is None:
            return set()
        days: dict[str, set[str]] = {}
        for row in self.sample.rows[: self.sample.near]:
            value, at = row[column.index], row[self.day.index]
            if value is not None and at is not None:
                days.setdefault(value, set()).add(at[:10])
        return {value for value, several in days.items() if len(several) > 1}

    def constant_in(
        self, column: Column, group: Column, least: int = 1
    ) -> float | None:
        """Share of the groups of several rows with one value.

        ``None`` where there are fewer than ``least`` such groups.
        """
        found: dict[tuple[str, str], set[str]] = {}
        sizes: Counter[tuple[str, str]] = Counter()
        for key, row in zip(self.keys(group), self.sample.rows, strict=True):
            cell = row[column.index]
            if key is not None and cell is not None:
                found.setdefault(key, set()).add(cell)
                sizes[key] += 1
        several = [values for key, values in found.items() if sizes[key] > 1]
        if len(several) < least:
            return None
        return sum(len(values) == 1 for values in several) / len(several)

    def keys(self, number: Column) -> list[tuple[str, str] | None]:
        """The order of each row: its number, and its day where a till starts again."""
        found: list[tuple[str, str] | None] = []
        latest: dict[str, str] = {}
        for row in self.sample.rows:
            name = row[number.index]
            if name is None:
                found.append(None)
                continue
            day = row[self.day.index] if self.day and self.day is not number else None
            latest[name] = day[:10] if day else latest.get(name, "")
            found.append((name, latest[name]))
        return found

    def is_counter(self, column: Column) -> bool:
        """Whether it only numbers the rows: one more from row to row."""
        cells = self.numbers(column)[: self.sample.near]
        steps = [b - a for a, b in pairwise(cells) if a is not None is not b]
        found = [each for each in cells if each is not None]
        if len(steps) < 2 or abs(found[0]) > 1 or column.whole < 0.9:
            return False
        return sum(step == 1 for step in steps) >= _ENOUGH * len(steps)

    def is_place_in(self, column: Column, group: Column) -> bool:
        """Whether it numbers the lines within each order: 1, 2, 3, then 1 again."""
        seen: Counter[tuple[str, str]] = Counter()
        agreed = several = 0
        for key, value in zip(self.keys(group), self.numbers(column), strict=True):
            if key is None or value is None:
                continue
            seen[key] += 1
            several += 1
            agreed += value in (seen[key], seen[key] - 1)
        repeated = any(count > 1 for count in seen.values())
        return repeated and agreed >= _ENOUGH * several

    def is_running(self, column: Column, changes: list[Column]) -> bool:
        """Whether it is a balance: each row adds what another column says."""
        mine = self.numbers(column)[: self.sample.near]
        for other in changes:
            if other is column:
                continue
            theirs = self.numbers(other)[: self.sample.near]
            if _runs(mine, theirs) or _runs(mine[::-1], theirs[::-1]):
                return True
        return False


def _runs(balance: Numbers, change: Numbers) -> bool:
    agreed = several = 0
    for before, now, step in zip(balance, balance[1:], change[1:], strict=False):
        if before is None or now is None or not step:
            continue
        several += 1
        agreed += abs(abs(now - before) - abs(step)) <= CENT
    return several >= 3 and agreed >= 0.9 * several


def _sign(column: Column) -> str | None:
    """The decimal sign that the column's own cells tell; ``None``: either would do."""
    told = Counter(numerals.readings(cell) for cell in set(column.cells[:300]))
    point, comma = told["."], told[","]
    return None if point == comma else "." if point > comma else ","


def share(cells: list[str], holds: Callable[[str], object]) -> float:
    """Share of the different cells that are so, among the first."""
    seen = list(dict.fromkeys(cells))[:300]
    return sum(bool(holds(cell)) for cell in seen) / max(len(seen), 1)


def like_people(column: Column) -> bool:
    """Whether its cells are written like the names of people."""
    return share(column.cells, PERSON.match) >= 0.7


def like_codes(column: Column) -> bool:
    """Whether its cells are ids: digits, perhaps with letters, no blanks or cents."""
    fractional = column.number > 0.9 and column.whole < 0.9
    return not fractional and share(column.cells, _CODE.match) >= 0.9


def like_clocks(column: Column) -> bool:
    """Whether its cells are times of the day."""
    return share(column.cells, lambda cell: _CLOCK.match(cell.strip())) >= 0.9


def like_phones(column: Column) -> bool:
    """Whether its cells are telephone numbers."""
    return share(column.cells, _is_phone) >= 0.8


def _is_phone(cell: str) -> bool:
    digits = sum(map(str.isdigit, cell))
    dressed = bool(re.search(r"^\+|^0\d|[ ()/-]", cell))
    return 7 <= digits <= 15 and dressed and bool(re.fullmatch(r"[+\d ()/.-]+", cell))


def like_words(column: Column) -> bool:
    """Whether its cells are texts: things, names, remarks."""
    return column.number < 0.3 and column.date < 0.3 and column.email < 0.3
