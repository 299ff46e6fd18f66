"""When a customer counts as lost: the window, and what finished gaps alone say."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

from retention_ui.figures import axes, feet, lines
from retention_ui.figures.look import base, describe, label
from retention_ui.figures.placing import (
    CLEARANCE,
    Line,
    Plot,
    Spot,
    box,
    height,
    spot,
    within,
)

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from retention_ui.figures.look import Look
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

HEIGHT = 300
PLOT_HEIGHT = 242
TOP = 1.02
LEAST_TOP = 0.25
HEADROOM = 1.05
LAST_DAY = 365
ONE_IN_FIVE, NEARLY = 0.2, 0.015
DAY_TICKS = (0, 30, 60, 90, 120, 180, 270, 365)


class Window(TypedDict):
    """``days``: the window used; ``proposal``: the data's own, if it was moved."""

    days: int
    proposal: int | None


class Gaps(TypedDict):
    """``days``: the window used; ``percentile_80``: of the finished gaps, in days."""

    days: int
    percentile_80: int | None


def window_curve(
    curve: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Window],
) -> go.Figure:
    """Draw the chance of a later order after so many silent days.

    ``curve`` has ``days, return_later`` (``ChurnWindow.curve``).
    """
    figure = base(look, HEIGHT)
    known = curve[curve["days"].le(LAST_DAY) & curve["return_later"].notna()]
    series = _chance(known, texts, look, formats)
    days = facts["days"]
    last = max(int(max([*series.x, 0.0])) or LAST_DAY, days + 1)
    top = min(1.0, HEADROOM * max([*series.y, LEAST_TOP]))
    kept = list(dict.fromkeys([days, facts["proposal"] or days]))
    figure.update_xaxes(**axes.days(last, DAY_TICKS, formats, kept))
    figure.update_xaxes(title={"text": texts("figures.window.axis")})
    figure.update_yaxes(**axes.amounts(formats, 0, top, "share"))
    _lost_zone(figure, (days, last), texts, look)
    lines.draw(figure, series)
    if series.x:
        plot = Plot(0, last, 0, top, PLOT_HEIGHT)
        _window_mark(figure, series, plot, (texts, look, formats), facts)
    return describe(figure, _window_alt(series, texts, formats, days))


def gaps(
    curve: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Gaps],
) -> go.Figure:
    """Draw all waits, the running ones included, beside the finished ones only.

    ``curve`` has ``days, returned, finished`` (``rc.survival.gaps``).
    """
    figure = base(look, HEIGHT)
    known, days = curve[curve["days"] <= LAST_DAY], facts["days"]
    everyone = _share(known, "returned", (look.accent, lines.SUBJECT), texts, formats)
    finished = _share(known, "finished", (look.grey, lines.CONTEXT), texts, formats)
    last = max(int(max([*everyone.x, 0.0])) or LAST_DAY, days + 1)
    figure.update_xaxes(**axes.days(last, DAY_TICKS, formats))
    figure.update_xaxes(title={"text": texts("figures.gaps.axis")})
    figure.update_yaxes(**axes.amounts(formats, 0, TOP, "share"))
    for series in (finished, everyone):
        lines.draw(figure, series, shape="hv")
    if everyone.x and finished.x:
        plot = Plot(0, last, 0, TOP, PLOT_HEIGHT)
        taken = _marks(
            figure, (everyone, finished), plot, (texts, look, formats), facts
        )
        for series, other in ((everyone, finished), (finished, everyone)):
            place = spot(series.points, [other.points, *taken], plot, series.name)
            if place:
                colour = look.accent if series is everyone else look.muted
                at = (place.x, place.y)
                label(figure, at, series.name, colour, yshift=place.yshift)
                taken += box(place, series.name, plot)
    return describe(figure, _gaps_alt((everyone, finished), texts, formats, days))


def _lost_zone(
    figure: go.Figure, span: tuple[int, int], texts: Texts, look: Look
) -> None:
    """Tint the days that count as lost."""
    figure.add_vrect(
        x0=span[0], x1=span[1], fillcolor=look.lost_band, line_width=0, layer="below"
    )
    corner = {"yref": "paper", "xanchor": "right", "yanchor": "top", "xshift": -4}
    label(figure, (span[1], 1), texts("figures.window.lost"), look.lost, **corner)


def _chance(
    known: pd.DataFrame, texts: Texts, look: Look, formats: Formats
) -> lines.Series:
    hover = [
        texts(
            "figures.window.hover",
            days=formats.days(day),
            share=formats.share(share, 1),
        )
        for day, share in zip(known["days"], known["return_later"], strict=True)
    ]
    x = [float(day) for day in known["days"]]
    y = [float(share) for share in known["return_later"]]
    name = texts("figures.window.line")
    return lines.Series(name, x, y, hover, look.accent, lines.SUBJECT)


def _window_mark(
    figure: go.Figure,
    series: lines.Series,
    plot: Plot,
    words: tuple[Texts, Look, Formats],
    facts: Window,
) -> None:
    """Drop line and dot at the window, the line at one in five, both labels."""
    texts, look, formats = words
    days = facts["days"]
    share = height(series.points, days)
    _segment(figure, (0, ONE_IN_FIVE), (days, ONE_IN_FIVE), _dotted(look))
    drop = {"color": look.lost, "width": 1.4}
    _segment(figure, (days, 0), (days, share), drop)
    figure.add_scatter(
        x=[days],
        y=[share],
        mode="markers",
        marker={"size": 8, "color": look.lost},
        hoverinfo="skip",
    )
    fifth = abs(share - ONE_IN_FIVE) < NEARLY
    key = "figures.window.mark" if fifth else "figures.window.share"
    text = texts(key, days=formats.days(days), share=formats.share(share))
    parts = text.replace("<b>", "").replace("</b>", "").split("<br>")
    longest = max(parts, key=len)
    width = 2 * plot.half(longest)
    start = max(min(float(days), plot.right - width), 0.0)
    level = max([share, *within(series.points, start, start + width)])
    beside = {"xanchor": "left", "xshift": 8 if start == days else 0, "yshift": 22}
    label(figure, (start, level), text, look.lost, align="left", **beside)
    taken: list[Line] = [
        ([0.0, days], [ONE_IN_FIVE, ONE_IN_FIVE]),
        ([days - 0.5, days + 0.5], [0.0, share]),
    ]
    for row in range(len(parts)):
        written = Spot(start + width / 2, level, CLEARANCE * (row + 1), 0)
        taken += box(written, longest, plot)
    _curve_name(figure, series, (plot, taken), days, look)
    if facts["proposal"] is not None and facts["proposal"] != days:
        stroke = {"color": look.grey, "width": 1.4}
        _segment(
            figure, (facts["proposal"], 0), (facts["proposal"], 0.04 * plot.top), stroke
        )


def _curve_name(
    figure: go.Figure,
    series: lines.Series,
    drawing: tuple[Plot, list[Line]],
    days: int,
    look: Look,
) -> None:
    """Name the curve before the window, else anywhere clear of the other label."""
    plot, taken = drawing
    before = [i for i, x in enumerate(series.x) if x <= days]
    early = ([series.x[i] for i in before], [series.y[i] for i in before])
    for line in (early, series.points):
        place = spot(line, taken, plot, series.name)
        if place:
            at = (place.x, place.y)
            label(figure, at, series.name, look.accent, yshift=place.yshift)
            return


def _share(
    known: pd.DataFrame,
    column: str,
    stroke: tuple[str, float],
    texts: Texts,
    formats: Formats,
) -> lines.Series:
    shown = known[known[column].notna()]
    hover = [
        texts(
            f"figures.gaps.hover_{column}",
            days=formats.days(day),
            share=formats.share(share, 1),
        )
        for day, share in zip(shown["days"], shown[column], strict=True)
    ]
    x = [float(day) for day in shown["days"]]
    y = [float(share) for share in shown[column]]
    return lines.Series(texts(f"figures.gaps.{column}"), x, y, hover, *stroke)


def _marks(
    figure: go.Figure,
    pair: tuple[lines.Series, lines.Series],
    plot: Plot,
    words: tuple[Texts, Look, Formats],
    facts: Gaps,
) -> list[Line]:
    """Drop lines at the window and at the 80th percentile; return what they cover."""
    texts, look, formats = words
    everyone, finished = pair
    strokes = {"color": look.lost, "width": 1.4}, _dotted(look)
    marks = [("window", facts["days"], everyone, look.lost, strokes[0])]
    if facts["percentile_80"] is not None:
        at = facts["percentile_80"]
        marks.append(("percentile", at, finished, look.muted, strokes[1]))
    taken: list[Line] = []
    for _, days, series, _, stroke in marks:
        top = height(series.points, days)
        _segment(figure, (days, 0), (days, top), stroke)
        taken.append(([days - 0.5, days + 0.5], [0.0, top]))
    for name, days, _, colour, _ in marks:
        text = texts(f"figures.gaps.{name}", days=formats.count(days))
        text = f"<b>{text}</b>" if name == "window" else text
        taken += feet.name(figure, (days, text, colour), plot, taken)
    return taken


def _segment(
    figure: go.Figure,
    start: tuple[float, float],
    end: tuple[float, float],
    line: dict[str, object],
) -> None:
    figure.add_shape(
        type="line", x0=start[0], y0=start[1], x1=end[0], y1=end[1], line=line
    )


def _dotted(look: Look) -> dict[str, object]:
    return {"color": look.muted, "width": 1.4, "dash": "dot"}


def _window_alt(series: lines.Series, texts: Texts, formats: Formats, days: int) -> str:
    title = texts("figures.window.name")
    if not series.x:
        return texts("figures.empty", figure=title)
    return texts(
        "figures.window.alt",
        figure=title,
        last=formats.days(series.x[-1]),
        days=formats.days(days),
        share=formats.share(height(series.points, days)),
        first=formats.share(series.y[0]),
        end=formats.share(series.y[-1]),
    )


def _gaps_alt(
    pair: tuple[lines.Series, lines.Series], texts: Texts, formats: Formats, days: int
) -> str:
    title = texts("figures.gaps.name")
    if not all(each.x for each in pair):
        return texts("figures.empty", figure=title)
    return texts(
        "figures.gaps.alt",
        figure=title,
        days=formats.days(days),
        everyone=formats.share(height(pair[0].points, days)),
        finished=formats.share(height(pair[1].points, days)),
    )
