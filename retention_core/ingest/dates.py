"""Whether the day, the month or the year stands first, decided for a whole column."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retention_core.ingest import values
from retention_core.ingest.model import Question

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

    from retention_core.ingest.headers import Header
    from retention_core.ingest.model import RawSheet
    from retention_core.ingest.profile import Column, Sample

_PARTS = (
    r"^(?:[^\d\s]{2,12} )?(?:(\d{1,2})([./ -])[./ -]*(\d{1,2})[./ -]+(?:\d{4}|\d{2})"
    r"(?:[^\d]|$)|(\d\d)(\d\d)(?:19|20)\d\d$)"
)
_ORDERED = re.compile(_PARTS)
_SHORT = re.compile(r"^(\d\d)[./-](\d\d)[./-](\d\d)(?!\d)")
_ISO = re.compile(r"^(?:19|20)\d\d[-/]\d{1,2}[-/]\d{1,2}(?!\d)")
_REAL = r"^(?:19|20)\d\d[-/]\d{1,2}[-/](\d{1,2})(?:\D|$)"
_STRAY = 0.01  # of the cells that tell: so few are slips, and are said to be unreadable
_MOST, _FEW = 0.8, 0.2
_SLACK = dt.timedelta(days=3)
_ENOUGH_DAYS = 8
_ENOUGH_ROWS = 3


@dataclass(frozen=True)
class Order:
    """How the dates of a column are written.

    ``day_first`` is ``None`` where they need no order; ``year_first``: years of two
    digits stand in front. ``question`` where the data does not decide.
    """

    day_first: bool | None = None
    year_first: bool = False
    question: Question | None = None


@dataclass(frozen=True)
class _Sheet:
    """A sheet with its column of dates."""

    con: DuckDBPyConnection
    relation: str
    first: int
    column: Column
    sample: Sample | None

    def counts(self, column: Column) -> tuple[int, int, int, int]:
        """Cells with a day first, with a month first, with points, with both apart."""
        cell = values.text(f"c{column.index}")
        first, second = (
            f"TRY_CAST(coalesce(nullif(part.{one}, ''), part.{other}) AS INTEGER)"
            for one, other in (("a", "d"), ("b", "e"))
        )
        parts = f"regexp_extract({cell}, '{_PARTS}', ['a', 'sign', 'b', 'd', 'e'])"
        found = self.con.execute(
            f"SELECT count(*) FILTER ({first} > 12 AND {second} <= 12), "
            f"count(*) FILTER ({second} > 12 AND {first} <= 12), "
            f"count(*) FILTER (part.sign = '.'), count(*) FILTER ({first} <> {second}) "
            f"FROM (SELECT {parts} AS part FROM {self.relation} "
            f"WHERE row >= {self.first})"
        ).fetchall()[0]
        return found[0], found[1], found[2], found[3]

    def exchanged(self) -> int:
        """Dates in which a spreadsheet program has exchanged day and month, if any.

        It takes 03/04 for a date of its own and leaves 25/04 as text: all real dates
        are of the first twelve days of a month, and none of the others is.
        """
        cell = values.text(f"c{self.column.index}")
        real = f"regexp_extract({cell}, '{_REAL}', 1)"
        written = f"regexp_extract({cell}, '{_PARTS}', 1)"
        dates, early, texts, late = self.con.execute(
            f"SELECT count(*) FILTER (real <> ''), "
            "count(*) FILTER (TRY_CAST(real AS INTEGER) <= 12), "
            "count(*) FILTER (written <> ''), "
            "count(*) FILTER (TRY_CAST(written AS INTEGER) > 12) "
            f"FROM (SELECT {real} AS real, {written} AS written "
            f"FROM {self.relation} WHERE row >= {self.first})"
        ).fetchall()[0]
        enough = min(dates, texts) >= _ENOUGH_DAYS
        return int(dates) if enough and dates == early and texts == late else 0

    def facts(
        self, day_first: bool | None, *, year_first: bool = False
    ) -> dict[str, Any]:
        """What one reading of the column means."""
        cell = values.text(f"c{self.column.index}")
        stamp = values.timestamp("cell", day_first, year_first=year_first)
        latest = dt.date.today() + _SLACK
        found = self.con.execute(
            f"SELECT count(DISTINCT moment::DATE) FILTER (moment >= DATE '{latest}'), "
            "count(*) FILTER (moment < before), count(*) FILTER (moment > before), "
            "count(DISTINCT isodow(moment)), count(DISTINCT moment::DATE), "
            "count(cell) - count(moment), min(moment)::VARCHAR, max(moment)::VARCHAR "
            "FROM (SELECT cell, moment, lag(moment) OVER (ORDER BY row) AS before "
            f"FROM (SELECT row, cell, {stamp} AS moment FROM "
            f"(SELECT row, {cell} AS cell FROM {self.relation} "
            f"WHERE row >= {self.first})))"
        ).fetchall()[0]
        names = ("future", "backwards", "forwards", "weekdays", "days", "unreadable")
        return dict(zip((*names, "first", "last"), found, strict=True))

    def both(self) -> dict[bool, dict[str, Any]]:
        """What either reading means."""
        return {order: self.facts(order) for order in (True, False)}


def order_of(
    con: DuckDBPyConnection,
    sheet: RawSheet,
    header: Header,
    column: Column,
    sample: Sample | None = None,
) -> Order:
    """Decide for all cells of a column; ask where they leave it open.

    What decides, in this order: numbers above twelve, points between the numbers,
    another column of dates, days that have not come yet, rows in the order of time.
    """
    if not any(_ORDERED.match(cell) for cell in column.cells):
        return Order()
    here = _Sheet(con, sheet.relation, header.first, column, sample)
    if _has_years_first(here):
        return Order(year_first=True)
    days, months, points, differ = here.counts(column)
    contradiction = _contradiction(here, days, months)
    if contradiction:
        return _asked(column, here.both(), contradiction)
    if days or months:
        return Order(days > months)
    if points or not differ:
        return Order(bool(points))  # nobody writes 12.31.2024
    return _beyond_cells(here)


def _contradiction(here: _Sheet, days: int, months: int) -> dict[str, int]:
    """How many cells say one thing, how many the other; empty where they agree."""
    if exchanged := here.exchanged():
        return {"exchanged": exchanged}
    if min(days, months) > _STRAY * (days + months):
        return {"day_first": days, "month_first": months}
    return {}


def _beyond_cells(here: _Sheet) -> Order:
    """Decide where every cell can be read both ways."""
    found = _by_other_columns(here)
    if found is not None:
        return Order(found)
    facts = here.both()
    found = _by_time(facts)
    return _asked(here.column, facts, None) if found is None else Order(found)


def _has_years_first(here: _Sheet) -> bool:
    """Whether 24/05/01 is a day in May: few first numbers, many last ones."""
    cells = here.column.cells
    found = [match for cell in cells if (match := _SHORT.match(cell))]
    if len(found) < len(cells) * _MOST:
        return False
    firsts = {int(match[1]) for match in found}
    lasts = {int(match[3]) for match in found}
    if max(firsts) > dt.date.today().year % 100 or max(firsts) - min(firsts) > 10:
        return False
    # As days of the month: hardly any; as years: more than a shop has lived through.
    absurd = len(firsts) <= len(lasts) / 2 and max(lasts) - min(lasts) > 12
    readable = here.facts(None, year_first=True)
    return absurd and not (readable["unreadable"] or readable["future"])


def _by_other_columns(here: _Sheet) -> bool | None:
    """What the other dates of the file say: written alike, or meaning the same day."""
    if here.sample is None:
        return None
    sign = _sign(here.column)
    said: set[bool] = set()
    for other in here.sample.columns:
        if other.index == here.column.index or other.date < _MOST:
            continue
        if _sign(other) == sign and sign is not None:
            days, months, _, _ = here.counts(other)
            if bool(days) != bool(months):
                said.add(days > 0)
        elif sum(map(bool, map(_ISO.match, other.cells))) > _MOST * len(other.cells):
            found = _by_same_days(here, here.sample, other)
            said |= set() if found is None else {found}
    return said.pop() if len(said) == 1 else None


def _sign(column: Column) -> str | None:
    """What stands between the numbers of a column's dates."""
    found = (match for cell in column.cells if (match := _ORDERED.match(cell)))
    return next((match[2] for match in found), None)


def _by_same_days(here: _Sheet, sample: Sample, other: Column) -> bool | None:
    """The reading in which both dates of a row are the same day, mostly."""
    same = {True: 0, False: 0}
    told = 0
    for row in sample.rows[:1000]:
        ours, theirs = row[here.column.index], row[other.index]
        if ours is None or theirs is None or not _ISO.match(theirs):
            continue
        day = tuple(int(each) for each in re.findall(r"\d+", theirs)[:3])
        for order, parts in _readings(ours):
            same[order] += parts == day
        told += len({parts for _, parts in _readings(ours)}) > 1
    if told < _ENOUGH_ROWS:
        return None
    for order in (True, False):
        if same[order] >= _MOST * told and same[not order] <= _FEW * told:
            return order
    return None


def _readings(cell: str) -> Iterator[tuple[bool, tuple[int, ...]]]:
    numbers = [int(each) for each in re.findall(r"\d+", cell)[:3]]
    if len(numbers) == 3 and max(numbers[:2]) <= 12:
        one, two, year = numbers
        year += 2000 if year < 100 else 0
        yield True, (year, two, one)
        yield False, (year, one, two)


def _by_time(facts: dict[bool, dict[str, Any]]) -> bool | None:
    """The reading without days to come, or with rows in the order of time."""
    for order in (True, False):
        one, other = facts[order], facts[not order]
        if one["unreadable"] > other["unreadable"]:
            continue
        if not one["future"] and other["future"] > 1:
            return order
        if (
            _turns(one) == 0
            and _turns(other) >= _ENOUGH_ROWS
            and one["days"] >= _ENOUGH_DAYS
        ):
            return order
    return None


def _turns(fact: dict[str, Any]) -> int:
    """Rows that go against the order of time, whichever way it runs."""
    return min(int(fact["backwards"]), int(fact["forwards"]))


def _asked(
    column: Column, facts: dict[bool, dict[str, Any]], conflict: dict[str, int] | None
) -> Order:
    """Put both readings side by side; propose the one with fewer oddities."""

    def oddity(order: bool) -> tuple[int, ...]:
        each = facts[order]
        names = ("unreadable", "future", "turns", "backwards", "weekdays")
        turned = each | {"turns": _turns(each)}
        return tuple(turned[name] for name in names)

    proposal = oddity(True) <= oddity(False)
    fields: dict[str, Any] = {
        "column": column.name,
        "examples": column.examples,
        "if_day_first": facts[True],
        "if_month_first": facts[False],
    }
    if conflict:
        fields["conflict"] = conflict
    return Order(
        proposal, question=Question("day_first", fields, [proposal, not proposal])
    )
