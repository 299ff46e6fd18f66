"""A measure by age as lines, and one age from cohort to cohort."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

import pandas as pd

from retention_ui.figures import axes, lines
from retention_ui.figures.frames import Row, finished, records
from retention_ui.figures.look import HOVER, base, describe, faded, label
from retention_ui.figures.placing import Plot

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import plotly.graph_objects as go

    from retention_core.periods import Grain
    from retention_ui.figures.look import Look
    from retention_ui.figures.measured import Measured
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

HEIGHT = 300
PLOT_HEIGHT = 242
HEADROOM = 1.12
LEAST_TOP = 0.1
LIGHT_BAND = 0.1
SEE_THROUGH = 0.35
NEAR_AN_END = 0.15


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


class Age(TypedDict):
    """``age`` in periods; ``overall`` is the share of all cohorts at that age."""

    age: int
    overall: float | None
    grain: Grain


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


def age_over_time(
    cells: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Age],
) -> go.Figure:
    """Draw one age of every cohort: a dot with its 95 % interval.

    ``cells`` has ``cohort, period, retention, low, high, complete``. The cohort that
    is not finished is an open dot without an interval.
    """
    figure = base(look, HEIGHT)
    rows = cells[(cells["period"] == facts["age"]) & cells["retention"].notna()]
    rows = rows.sort_values("cohort")
    starts = list(rows["cohort"])
    names = axes.names_of(starts, facts["grain"], formats)
    dots = [
        each | {"name": name} for each, name in zip(records(rows), names, strict=True)
    ]
    heights = [*rows["retention"], *finished(rows)["high"].dropna(), LEAST_TOP]
    figure.update_xaxes(**axes.periods(starts, facts["grain"], formats))
    figure.update_yaxes(**axes.amounts(formats, 0, HEADROOM * max(heights), "share"))
    _overall_line(figure, facts["overall"], look)
    done = [dot for dot in dots if dot["complete"]]
    _interval_bars(figure, done, look)
    for group in (done, [dot for dot in dots if not dot["complete"]]):
        figure.add_scatter(
            x=[dot["name"] for dot in group],
            y=[dot["retention"] for dot in group],
            mode="markers",
            marker=_dot(look, done=group is done),
            customdata=[_age_hover(dot, texts, formats) for dot in group],
            hovertemplate=HOVER,
        )
    _extreme(figure, dots, look, formats, facts["overall"])
    return describe(figure, _age_alt(done, texts, formats, facts))


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


def _interval_bars(figure: go.Figure, dots: list[Row], look: Look) -> None:
    """A 5 px bar of 35 % opacity from low to high behind each dot."""
    figure.add_scatter(
        x=[x for dot in dots for x in (dot["name"], dot["name"], None)],
        y=[y for dot in dots for y in (dot["low"], dot["high"], None)],
        mode="lines",
        line={"color": faded(look.accent, SEE_THROUGH), "width": 5},
        hoverinfo="skip",
    )


def _overall_line(figure: go.Figure, overall: float | None, look: Look) -> None:
    if overall is not None:
        figure.add_hline(
            y=overall, line={"color": look.muted, "width": 1.4, "dash": "dot"}
        )


def _dot(look: Look, *, done: bool) -> Row:
    if done:
        return {"size": 6, "color": look.accent}
    ring = {"color": look.accent, "width": 1.4}
    return {"size": 7, "color": look.page, "line": ring}


def _extreme(
    figure: go.Figure,
    dots: list[Row],
    look: Look,
    formats: Formats,
    overall: float | None,
) -> None:
    """Name the finished cohort farthest from all, if all lie outside its interval."""
    if overall is None:
        return
    outside = [
        dot
        for dot in dots
        if dot["complete"] and not dot["low"] <= overall <= dot["high"]
    ]
    if not outside:
        return
    farthest = max(outside, key=lambda dot: abs(float(dot["retention"]) - overall))
    above = farthest["retention"] > overall
    text = f"<b>{farthest['name']}: {formats.share(farthest['retention'])}</b>"
    at = farthest["name"], farthest["high" if above else "low"]
    place = _inward(dots.index(farthest), len(dots)) | {"yshift": 12 if above else -12}
    label(figure, at, text, look.accent if above else look.lost, **place)


def _inward(place: int, count: int) -> Row:
    """Keep a label near an end of the axis inside the figure."""
    if place < count * NEAR_AN_END:
        return {"xanchor": "left", "xshift": -6}
    if place >= count * (1 - NEAR_AN_END):
        return {"xanchor": "right", "xshift": 6}
    return {}


def _age_hover(dot: Row, texts: Texts, formats: Formats) -> str:
    share = formats.share(dot["retention"], 1)
    first = texts("figures.age.hover", cohort=dot["name"], share=share)
    if not dot["complete"]:
        return f"{first}<br>{texts('figures.so_far')}"
    low, high = formats.share(dot["low"], 1), formats.share(dot["high"], 1)
    return f"{first}<br>{texts('figures.interval', low=low, high=high)}"


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


def _age_alt(done: list[Row], texts: Texts, formats: Formats, facts: Age) -> str:
    title = texts(f"figures.age.name_{facts['grain']}", age=facts["age"])
    if not done:
        return texts("figures.empty", figure=title)
    ordered = sorted(done, key=lambda dot: float(dot["retention"]))
    return texts(
        "figures.age.alt",
        figure=title,
        overall=formats.share(facts["overall"]),
        low=formats.share(ordered[0]["retention"]),
        lowest=ordered[0]["name"],
        high=formats.share(ordered[-1]["retention"]),
        highest=ordered[-1]["name"],
    )
