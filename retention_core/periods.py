"""Weeks, months, quarters, years: where they start, how old, whether complete."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    import ibis.expr.types as ir

Grain = Literal["week", "month", "quarter", "year"]
GRAINS: tuple[Grain, ...] = get_args(Grain)
_UNIT = {"week": "W", "month": "M", "quarter": "Q", "year": "Y"}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def start_of(day: ir.DateValue, grain: Grain) -> ir.DateValue:
    """First day of the period that ``day`` (a date) lies in; weeks start on Monday."""
    return day.truncate(_UNIT[grain]).cast("date")


def boundaries_between(
    earlier: ir.DateValue, later: ir.DateValue, grain: Grain
) -> ir.IntegerValue:
    """Age: the number of period boundaries from ``earlier`` to ``later``.

    Both are period starts. 0 in the same period.
    """
    if grain == "week":
        return (later.delta(earlier, unit="day") / 7).cast("int64")
    years = later.year() - earlier.year()
    if grain == "year":
        return years.cast("int64")
    if grain == "quarter":
        return (years * 4 + later.quarter() - earlier.quarter()).cast("int64")
    return (years * 12 + later.month() - earlier.month()).cast("int64")


def first_day(day: dt.date, grain: Grain) -> dt.date:
    """``start_of`` for one Python date."""
    if grain == "week":
        return day - dt.timedelta(days=day.weekday())
    months = _MONTHS[grain]
    return dt.date(day.year, (day.month - 1) // months * months + 1, 1)


def following(start: dt.date, grain: Grain, steps: int = 1) -> dt.date:
    """Start of the period ``steps`` after the one that starts on ``start``."""
    if grain == "week":
        return start + dt.timedelta(weeks=steps)
    month = start.year * 12 + start.month - 1 + steps * _MONTHS[grain]
    return dt.date(month // 12, month % 12 + 1, 1)


def complete(start: dt.date, grain: Grain, as_of: dt.date) -> bool:
    """Whether the period that starts on ``start`` ended on or before ``as_of``."""
    return following(start, grain) - dt.timedelta(days=1) <= as_of


def last_complete(as_of: dt.date, grain: Grain) -> dt.date:
    """Start of the latest complete period."""
    start = first_day(as_of, grain)
    return start if complete(start, grain, as_of) else following(start, grain, -1)


def starts(first: dt.date, last: dt.date, grain: Grain) -> list[dt.date]:
    """Starts of every period from the one with ``first`` to the one with ``last``."""
    found = [first_day(first, grain)]
    while (after := following(found[-1], grain)) <= last:
        found.append(after)
    return found
