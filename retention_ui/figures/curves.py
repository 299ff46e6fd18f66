"""A measure by age as lines: all cohorts, and chosen ones beside."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

import pandas as pd

from retention_ui.figures import axes, lines
from retention_ui.figures.frames import Row, finished, records
from retention_ui.figures.look import base, describe, faded
from retention_ui.figures.placing import Plot

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import plotly.graph_objects as go

    from retention_ui.figures.look import Look
    from retention_ui.figures.measured import Measured
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

HEIGHT = 300
PLOT_HEIGHT = 242
HEADROOM = 1.12
LEAST_TOP = 0.1
LIGHT_BAND = 0.1


class Chosen(TypedDict):
    """Cohorts beside the average.

    ``cells``: the cohorts' frame; ``chosen``: up to three starts; ``named``: the one
    the finding names; ``above``: whether it lies above all cohorts; ``shown``: what
    is looked at.
    """

    cells: pd.DataFrame
    chosen: Sequence[dt.date]
    named: dt.date | None
    above: bool
    shown: Measured
    columns: int


def curves(
    average: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Chosen],
) -> go.Figure:
    """Draw a measure by age: all cohorts and chosen ones, each with its interval.

    ``average`` has ``period, value, low, high``, and so have the cells; every line
    ends before the cell that is not finished.
    """
    shown = facts["shown"]
    figure = base(look, HEIGHT)
    everyone = _ages(average, facts["columns"])
    parts = [(texts("figures.all_cohorts"), everyone, (look.accent, lines.SUBJECT))]
    for cohort in facts["chosen"]:
        name = formats.period(cohort, shown.grain)
        parts.append((name, _own(cohort, facts), _stroke(cohort, look, facts)))
    parts = [part for part in parts if len(part[1])]
    last = max((int(frame["period"].max()) for _, frame, _ in parts), default=1)
    low, high = _ends([frame for _, frame, _ in parts], shown)
    names = shown.ages(range(1, last + 1), texts)
    figure.update_xaxes(**_age_axis(last, names, shown, texts))
    figure.update_yaxes(**axes.amounts(formats, low, high, shown.unit))
    drawn = [_series(part, names, shown, (texts, formats)) for part in parts]
    for _, frame, (colour, _) in reversed(parts):
        own = frame is everyone
        light = look.band if own else faded(colour, LIGHT_BAND)
        _band(figure, frame, names, light, (low, high))
    for series in reversed(drawn):
        lines.draw(figure, series, names)
    lines.name(figure, drawn, Plot(-0.6, last - 0.4, low, high, PLOT_HEIGHT), look)
    title = texts("figures.curves.by_age", name=shown.name(texts))
    return describe(figure, _curves_alt(drawn, names, title, (shown, texts, formats)))


def _ages(frame: pd.DataFrame, columns: int) -> pd.DataFrame:
    kept = frame[frame["period"].between(1, columns) & frame["value"].notna()]
    return kept.sort_values("period")


def _ends(frames: list[pd.DataFrame], shown: Measured) -> tuple[float, float]:
    """Both ends of the axis: the lines decide, and the interval of all cohorts."""
    tops = [float(frame["value"].max()) for frame in frames]
    tops += [float(each["high"].max()) for each in frames[:1] if each["high"].any()]
    lows = [float(frame["value"].min()) for frame in frames]
    least = LEAST_TOP if shown.unit == "share" else 1.0
    return min([0.0, *lows]), max(HEADROOM * max(tops, default=0.0), least)


def _age_axis(last: int, names: list[str], shown: Measured, texts: Texts) -> Row:
    if shown.windows is None:
        return axes.ages(last, shown.grain, texts)
    ticks = dict(enumerate(shown.ticks(range(1, last + 1))))
    return axes.category(names, ticks) | {"title": {"text": shown.axis(texts)}}


def _own(cohort: dt.date, facts: Chosen) -> pd.DataFrame:
    cells = facts["cells"]
    own = cells[cells["cohort"] == pd.Timestamp(cohort)]
    return _ages(finished(own), facts["columns"])


def _stroke(cohort: dt.date, look: Look, facts: Chosen) -> tuple[str, float]:
    named = facts["named"]
    if named is None or pd.Timestamp(named) != pd.Timestamp(cohort):
        return look.grey, lines.CONTEXT
    return look.blue if facts["above"] else look.lost, lines.CONTEXT


def _series(
    part: tuple[str, pd.DataFrame, tuple[str, float]],
    names: list[str],
    shown: Measured,
    words: tuple[Texts, Formats],
) -> lines.Series:
    name, frame, (colour, width) = part
    texts, formats = words
    places = [int(age) - 1 for age in frame["period"]]
    hover: list[str] = []
    for place, each in zip(places, records(frame), strict=True):
        value = shown.value(float(each["value"]), formats)
        line = texts("figures.curves.hover", name=name, age=names[place], share=value)
        if pd.notna(each["low"]):
            low, high = (shown.value(each[end], formats) for end in ("low", "high"))
            line += f"<br>{texts('figures.interval', low=low, high=high)}"
        hover.append(line)
    values = [float(value) for value in frame["value"]]
    return lines.Series(name, [float(p) for p in places], values, hover, colour, width)


def _band(
    figure: go.Figure,
    frame: pd.DataFrame,
    names: list[str],
    colour: str,
    ends: tuple[float, float],
) -> None:
    """Draw the interval, cut off where the axis ends."""
    frame = frame[frame["low"].notna()]
    places = [names[int(age) - 1] for age in frame["period"]]
    low, high = (frame[end].clip(*ends) for end in ("low", "high"))
    figure.add_scatter(
        x=places + places[::-1],
        y=[*high, *low[::-1]],
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=colour,
        hoverinfo="skip",
    )


def _curves_alt(
    drawn: list[lines.Series],
    names: list[str],
    title: str,
    words: tuple[Measured, Texts, Formats],
) -> str:
    shown, texts, formats = words
    if not drawn:
        return texts("figures.empty", figure=title)
    parts = [texts("figures.curves.alt", figure=title, last=names[-1])]
    for series in drawn:
        first, last = int(series.x[0]), int(series.x[-1])
        parts.append(
            texts(
                "figures.curves.alt_line",
                name=series.name,
                first=shown.value(series.y[0], formats, 0),
                first_age=names[first],
                last=shown.value(series.y[-1], formats, 0),
                last_age=names[last],
            )
        )
    return " ".join(parts)
