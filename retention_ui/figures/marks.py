"""The user's dated marks on an axis of periods: a dotted line and a few words."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

import pandas as pd

from retention_core import periods
from retention_ui.figures.axes import short

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import plotly.graph_objects as go

    from retention_core.periods import Grain
    from retention_ui.figures.look import Look
    from retention_ui.formats import Formats
    from retention_ui.marks import Mark

LONGEST = 18
LINE_HEIGHT = 15
# A label of so many characters is about as wide as this share of a narrow axis.
WIDTH = 0.32
MOST_LINES = 3


def draw(
    figure: go.Figure,
    marks: Sequence[Mark],
    starts: Sequence[dt.date],
    grain: Grain,
    drawing: tuple[Look, Formats],
) -> go.Figure:
    """Draw the marks that fall into the periods from ``starts`` on.

    ``starts`` are the periods of the x axis in their order; where the figure shows
    fewer of them, it shows the last ones. The words stand above the plot, which grows
    for them: they hide nothing. Those that would meet stand on lines of their own, at
    most three; more marks have their line only.
    """
    look, formats = drawing
    shown = len(figure.layout.xaxis.categoryarray or starts)
    days = [pd.Timestamp(start).date() for start in starts][-shown:]
    ends: list[float] = [float("-inf")] * MOST_LINES
    placed = [(place(mark.day, days, grain), mark) for mark in marks]
    for at, mark in sorted((p, m) for p, m in placed if p is not None):
        figure.add_vline(at, line={"color": look.muted, "width": 1, "dash": "dot"})
        share = (at + 0.6) / len(days)
        late = share > 1 - WIDTH
        begin = share - WIDTH if late else share
        line = next((i for i, end in enumerate(ends) if begin >= end), None)
        if line is None:
            continue
        ends[line] = begin + WIDTH
        figure.add_annotation(
            x=at,
            y=1,
            yref="y domain",
            text=short(mark.words, LONGEST, formats),
            hovertext=f"{formats.date(mark.day)}: {formats.plain(mark.words)}",
            showarrow=False,
            xanchor="right" if late else "left",
            yanchor="bottom",
            xshift=4 if late else -4,
            yshift=LINE_HEIGHT * line,
            font={"size": 12, "color": look.muted},
        )
    _make_room(figure, sum(end > float("-inf") for end in ends))
    return figure


def _make_room(figure: go.Figure, lines: int) -> None:
    """Add so many lines of words above the plot."""
    room = LINE_HEIGHT * lines
    top, height = figure.layout.margin.t or 0, figure.layout.height
    figure.update_layout(margin_t=top + room, height=height + room)


def place(day: dt.date, starts: Sequence[dt.date], grain: Grain) -> float | None:
    """Where a day lies on an axis whose n-th period is drawn around n; else ``None``.

    The first day of a period lies on its left edge, half a step before its middle.
    """
    index = bisect_right(starts, day) - 1
    if index < 0:
        return None
    start = starts[index]
    length = (periods.following(start, grain) - start).days
    share = (day - start).days / length
    return None if share >= 1 else index - 0.5 + share
