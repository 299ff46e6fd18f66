"""Axes: periods, ages and names as categories, amounts with readable ticks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from retention_core.periods import Grain
    from retention_ui.formats import Formats, Unit
    from retention_ui.texts import Texts

FEW_MONTHS = 14
ROOM_FOR_A_DAY = 20


def category(
    names: Sequence[str], ticks: Mapping[int, str] | None = None
) -> dict[str, Any]:
    """Axis of ``names`` in their order; ``ticks`` maps an index to its text.

    Without ``ticks`` each name is its own tick. Text such as "2024-01" stays text.
    """
    shown = dict(enumerate(names)) if ticks is None else ticks
    return {
        "type": "category",
        "categoryorder": "array",
        "categoryarray": list(names),
        "range": [-0.6, len(names) - 0.4],
        "tickmode": "array",
        "tickvals": [names[index] for index in shown],
        "ticktext": list(shown.values()),
    }


def names_of(starts: Sequence[dt.date], grain: Grain, formats: Formats) -> list[str]:
    """Readable names of periods: category and hover title at once."""
    return [formats.period(start, grain) for start in starts]


def periods(
    starts: Sequence[dt.date], grain: Grain, formats: Formats
) -> dict[str, Any]:
    """Axis of periods; the first tick and each January name their year."""
    chosen = [i for i, day in enumerate(starts) if _ticked(day, grain, len(starts))]
    if starts and not chosen:
        chosen = [0]
    ticks = {
        index: _tick(starts[index], grain, formats, dated=place == 0)
        for place, index in enumerate(chosen)
    }
    return category(names_of(starts, grain, formats), ticks)


def _ticked(day: dt.date, grain: Grain, count: int) -> bool:
    if grain == "month":
        return day.month in ((1, 4, 7, 10) if count <= FEW_MONTHS else (1, 7))
    if grain == "quarter":
        return day.month == 1
    if grain == "week":
        return day.month in (1, 4, 7, 10) and day.day <= 7
    return True


def _tick(day: dt.date, grain: Grain, formats: Formats, *, dated: bool) -> str:
    if grain in ("quarter", "year"):
        return formats.period(day, "year")
    year = f"<br>{formats.period(day, 'year')}" if dated or day.month == 1 else ""
    return formats.month(day) + year


def age_names(ages: Sequence[int], grain: Grain, texts: Texts) -> list[str]:
    """Names of ages in the user's language, such as "month 1" and "month 2"."""
    return [texts(f"figures.ages.{grain}", age=age) for age in ages]


def ages(last: int, grain: Grain, texts: Texts) -> dict[str, Any]:
    """Axis of the ages 1 to ``last``, titled with its unit."""
    shown = list(range(1, last + 1))
    step = 1 if last <= 8 else 3 if last <= 26 else 6
    ticks = {age - 1: str(age) for age in shown if age == 1 or age % step == 0}
    title = {"text": texts(f"figures.ages.axis_{grain}")}
    return category(age_names(shown, grain, texts), ticks) | {"title": title}


def amounts(formats: Formats, low: float, high: float, unit: Unit) -> dict[str, Any]:
    """Axis from ``low`` to ``high``, about five ticks; unit: count, share or money."""
    values, words = formats.ticks(low, high, unit)
    return {
        "range": [low, high],
        "tickmode": "array",
        "tickvals": list(values),
        "ticktext": list(words),
    }


def days(
    last: int, ticks: Sequence[int], formats: Formats, keep: Sequence[int] = ()
) -> dict[str, Any]:
    """Linear axis of days to ``last``; the first of ``keep`` is bold.

    Days less than 20 from one that is kept, or from the end, make room.
    """
    kept = [day for day in keep if 0 <= day <= last]
    shown = sorted(kept)
    for day in (last, *ticks):
        if day <= last and all(abs(day - other) >= ROOM_FOR_A_DAY for other in shown):
            shown.append(day)
    words = {day: formats.count(day) for day in sorted(shown)}
    words |= {day: f"<b>{words[day]}</b>" for day in kept[:1]}
    return {
        "range": [0, last],
        "tickmode": "array",
        "tickvals": list(words),
        "ticktext": list(words.values()),
    }


def short(name: object, most: int, formats: Formats) -> str:
    """Return a name from the data, cut to ``most`` characters and made safe."""
    text = str(name)
    return formats.plain(text if len(text) <= most else f"{text[: most - 1].rstrip()}…")


def ceiling(value: float, step: float) -> float:
    """``value`` rounded up to a multiple of ``step``, without a binary tail."""
    return round(math.ceil(round(value / step, 9)) * step, 12)
