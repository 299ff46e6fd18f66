"""Answers to many messages, and orders on discount: shares with their intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_ui.figures import axes, rows
from retention_ui.figures.frames import Row, finished, records, unfinished
from retention_ui.figures.look import HOVER, base, describe, label, told

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    import plotly.graph_objects as go

    from retention_ui.figures.look import Look
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

HEIGHT = 250
HEADROOM = 1.15
LEAST_TOP = 0.05
# An interval this many times as high as the highest dot is cut off.
TALLEST = 2.0
ABOVE = {"yshift": 14, "borderpad": 0}


def pressure(
    frame: pd.DataFrame, texts: Texts, look: Look, formats: Formats
) -> go.Figure:
    """Draw the share that bought by how many messages they had got before.

    ``frame`` is that of ``rc.campaigns.pressure``: ``received, contacts, buyers, share,
    low, high``.
    """
    figure = base(look, HEIGHT)
    names = [received(each["received"], texts) for each in records(frame)]
    title = {"text": texts("figures.campaigns.pressure.axis")}
    figure.update_xaxes(**axes.category(names), title=title)
    top = _heights(figure, frame, formats)
    for name, each in zip(names, records(frame), strict=True):
        rows.upright(figure, name, (each["low"], min(each["high"], top)), look.accent)
    hover = [_answered(each, texts, formats) for each in records(frame)]
    _dots(figure, names, frame, hover, look)
    for name, each in zip(names, records(frame), strict=True):
        at = name, min(each["high"], top)
        text = f"<b>{formats.share(each['share'], 1)}</b>"
        label(figure, at, text, look.muted, bgcolor=look.page, **ABOVE)
    parts = [
        texts(
            "figures.campaigns.pressure.alt",
            name=name,
            share=formats.share(each["share"], 1),
        )
        for name, each in zip(names, records(frame), strict=True)
    ]
    words = told(texts("figures.campaigns.pressure.name"), parts, texts)
    return describe(figure, words)


def received(count: int, texts: Texts) -> str:
    """Name a number of messages: "none", "1", "4 or more"."""
    return texts(f"figures.campaigns.pressure.received.{count}")


def dependence(
    frame: pd.DataFrame, texts: Texts, look: Look, formats: Formats
) -> go.Figure:
    """Draw the share of orders that came on discount, quarter by quarter.

    ``frame`` is ``rc.campaigns.Dependence.by_quarter``: ``period_start, complete,
    orders, discounted, share, low, high``. A quarter that is not over is an open dot
    without an interval.
    """
    figure = base(look, HEIGHT)
    shown = frame.sort_values("period_start")
    starts = [each.date() for each in shown["period_start"]]
    names = axes.names_of(starts, "quarter", formats)
    shown = shown.assign(name=names)
    figure.update_xaxes(**axes.periods(starts, "quarter", formats))
    done, rest = finished(shown), unfinished(shown)
    top = _heights(figure, done if len(done) else shown, formats)
    for each in records(done):
        ends = each["low"], min(each["high"], top)
        rows.upright(figure, each["name"], ends, look.accent)
    figure.add_scatter(
        x=done["name"].tolist(),
        y=done["share"].tolist(),
        mode="lines",
        line={"color": look.accent, "width": 1.6},
        hoverinfo="skip",
    )
    for part in (done, rest):
        hover = [_discounted(each, texts, formats) for each in records(part)]
        _dots(figure, part["name"], part, hover, look, done=part is done)
    parts = [
        texts(
            "figures.campaigns.dependence.alt",
            name=each["name"],
            share=formats.share(each["share"], 1),
        )
        for each in _ends(records(done))
    ]
    words = told(texts("figures.campaigns.dependence.name"), parts, texts)
    return describe(figure, words)


def _heights(figure: go.Figure, frame: pd.DataFrame, formats: Formats) -> float:
    """Set the vertical axis from 0; return how far up anything is drawn."""
    highest = float(frame["share"].max()) if len(frame) else 0.0
    ends = [min(float(end), TALLEST * highest) for end in frame["high"].dropna()]
    top = min(1.0, max([LEAST_TOP, highest, *ends]))
    figure.update_yaxes(**axes.amounts(formats, 0.0, HEADROOM * top, "share"))
    return top


def _dots(
    figure: go.Figure,
    names: Sequence[str] | pd.Series,
    frame: pd.DataFrame,
    hover: list[str],
    look: Look,
    *,
    done: bool = True,
) -> None:
    ring = {"color": look.accent, "width": 1.4}
    open_dot = {"size": 7, "color": look.page, "line": ring}
    figure.add_scatter(
        x=list(names),
        y=frame["share"].tolist(),
        mode="markers",
        marker={"size": 8, "color": look.accent} if done else open_dot,
        customdata=hover,
        hovertemplate=HOVER,
    )


def _answered(each: Row, texts: Texts, formats: Formats) -> str:
    said = [
        texts(
            "figures.campaigns.pressure.hover",
            name=received(each["received"], texts),
            share=formats.share(each["share"], 1),
        ),
        _interval(each, texts, formats),
        texts(
            "figures.campaigns.pressure.of",
            buyers=formats.count(each["buyers"]),
            contacts=formats.count(each["contacts"]),
        ),
    ]
    return "<br>".join(said)


def _discounted(each: Row, texts: Texts, formats: Formats) -> str:
    said = [
        texts(
            "figures.campaigns.dependence.hover",
            name=each["name"],
            share=formats.share(each["share"], 1),
        ),
        texts(
            "figures.campaigns.dependence.of",
            discounted=formats.count(each["discounted"]),
            orders=formats.count(each["orders"]),
        ),
    ]
    more = _interval(each, texts, formats)
    return "<br>".join([*said, more if each["complete"] else texts("figures.so_far")])


def _interval(each: Row, texts: Texts, formats: Formats) -> str:
    ends = {end: formats.share(each[end], 1) for end in ("low", "high")}
    return texts("figures.interval", **ends)


def _ends(listed: list[Row]) -> list[Row]:
    return [listed[0], listed[-1]] if len(listed) > 1 else listed
