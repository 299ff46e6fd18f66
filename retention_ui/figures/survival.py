"""How soon the next order comes: order after order, or group beside group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict, Unpack

from retention_ui.figures import axes, lines
from retention_ui.figures.frames import records
from retention_ui.figures.look import base, describe, label, told
from retention_ui.figures.placing import Plot, spread

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    import plotly.graph_objects as go

    from retention_ui.figures.look import Look
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

HEIGHT = 300
PLOT_HEIGHT = 242
LAST_DAY = 180
DAY_TICKS = (0, 30, 60, 90, 120, 150, 180)
ORDINALS = (1, 2, 3)
HEADROOM = 1.1
LONGEST_NAME = 14
RIGHT = 92


class Chosen(TypedDict, total=False):
    """``chosen``: the order whose curve is drawn with its band; at first the second."""

    chosen: int


class Named(TypedDict):
    """``best``, ``worst``: the groups that the sentence names, as in the frame."""

    best: str | None
    worst: str | None


@dataclass(frozen=True)
class _Stroke:
    name: str
    colour: str
    width: float


def next_orders(
    curves: Mapping[int, pd.DataFrame],
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Chosen],
) -> go.Figure:
    """Draw the share that has placed the next order, by days after the one before.

    ``curves``: after 1, 2 and 3 purchase days, each ``days, at_risk, returned, low,
    high`` as of ``rc.survival.next_purchase``. The chosen one has its 95 % band.
    """
    chosen = facts.get("chosen", 1)
    order = sorted(ORDINALS, key=lambda after: after != chosen)
    known = [after for after in order if after in curves and len(curves[after])]
    drawn = []
    for after in known:
        name = texts(f"figures.next_orders.after_{after}")
        first = after == chosen
        stroke = (
            _Stroke(name, look.accent, lines.SUBJECT)
            if first
            else _Stroke(name, look.grey, lines.CONTEXT)
        )
        drawn.append(_steps(curves[after], stroke, texts, formats))
    band = curves[chosen] if chosen in known else None
    figure, plot = _figure(drawn, band, (texts, look, formats))
    _ends(figure, drawn, plot, look)
    return describe(figure, _alt(drawn, texts, formats))


def slices(
    curves: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Named],
) -> go.Figure:
    """Draw the same for groups of customers: a labelled line for each.

    ``curves`` is ``rc.survival.by_slice``; its names may come from the data.
    """
    colours = {facts["best"]: look.accent, facts["worst"]: look.lost}
    colours.pop(None, None)
    drawn = []
    for name, curve in curves.groupby("slice", sort=False):
        told = name in colours
        colour = colours.get(str(name), look.grey)
        width = lines.SUBJECT if told else lines.CONTEXT
        stroke = _Stroke(axes.short(name, LONGEST_NAME, formats), colour, width)
        drawn.append(_steps(curve, stroke, texts, formats))
    drawn.sort(key=lambda series: -series.width)
    figure, plot = _figure(drawn, None, (texts, look, formats))
    _ends(figure, drawn, plot, look)
    return describe(figure, _alt(drawn, texts, formats))


def _figure(
    drawn: Sequence[lines.Series],
    banded: pd.DataFrame | None,
    words: tuple[Texts, Look, Formats],
) -> tuple[go.Figure, Plot]:
    """Steps up to 180 days, the first of ``drawn`` on top."""
    texts, look, formats = words
    figure = base(look, HEIGHT)
    top = min(1.0, max([HEADROOM * max(each.y) for each in drawn] + [0.1]))
    last = int(max([each.x[-1] for each in drawn] + [30]))
    figure.update_xaxes(**axes.days(last, DAY_TICKS, formats))
    figure.update_xaxes(title={"text": texts("figures.next_orders.axis")})
    figure.update_yaxes(**axes.amounts(formats, 0, top, "share"))
    if banded is not None:
        _band(figure, banded, look)
    for series in reversed(drawn):
        lines.draw(figure, series, shape="hv")
    return figure, Plot(0, last, 0, top, PLOT_HEIGHT)


def _ends(
    figure: go.Figure, drawn: Sequence[lines.Series], plot: Plot, look: Look
) -> None:
    """Write names in a column right of the last points, where lines lie apart."""
    figure.update_layout(margin={"r": RIGHT})
    pixel = plot.top / plot.height
    depths = [(plot.top - series.y[-1]) / pixel for series in drawn]
    for series, depth in zip(drawn, spread(depths), strict=True):
        subject = series.width == lines.SUBJECT
        text = f"<b>{series.name}</b>" if subject else series.name
        colour = series.colour if subject else look.muted
        place = {"xanchor": "left", "xshift": 6}
        label(figure, (plot.right, plot.top - depth * pixel), text, colour, **place)


def _band(figure: go.Figure, curve: pd.DataFrame, look: Look) -> None:
    """Shade the 95 % interval of a curve."""
    shown = curve[(curve["days"] <= LAST_DAY) & curve["low"].notna()]
    days = [float(day) for day in shown["days"]]
    low, high = ([float(y) for y in shown[side]] for side in ("low", "high"))
    for edge, fill in ((low, None), (high, "tonexty")):
        figure.add_scatter(
            x=days,
            y=edge,
            mode="lines",
            line={"width": 0, "shape": "hv"},
            fill=fill,
            fillcolor=look.band,
            hoverinfo="skip",
        )


def _steps(
    curve: pd.DataFrame, stroke: _Stroke, texts: Texts, formats: Formats
) -> lines.Series:
    rows = records(curve[curve["days"] <= LAST_DAY])
    hover = []
    for row in rows:
        words = texts(
            "figures.next_orders.hover",
            name=stroke.name,
            days=formats.days(row["days"]),
            share=formats.share(row["returned"], 1),
        )
        if row["low"] == row["low"]:
            ends = {side: formats.share(row[side], 1) for side in ("low", "high")}
            words += f"<br>{texts('figures.interval', **ends)}"
        hover.append(words)
    x = [float(row["days"]) for row in rows]
    y = [float(row["returned"]) for row in rows]
    return lines.Series(stroke.name, x, y, hover, stroke.colour, stroke.width)


def _alt(drawn: Sequence[lines.Series], texts: Texts, formats: Formats) -> str:
    title = texts("figures.next_orders.name")
    ends = [
        texts(
            "figures.next_orders.alt",
            name=each.name,
            share=formats.share(each.y[-1]),
            days=formats.days(each.x[-1]),
        )
        for each in drawn
    ]
    return told(title, ends, texts)
