"""How soon the next order comes: second, third and fourth side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_ui.figures import axes, lines
from retention_ui.figures.frames import records
from retention_ui.figures.look import base, describe
from retention_ui.figures.placing import Plot

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def next_orders(
    curves: Mapping[int, pd.DataFrame], texts: Texts, look: Look, formats: Formats
) -> go.Figure:
    """Draw the share that has placed the next order, by days after the one before.

    ``curves``: after 1, 2 and 3 purchase days, each ``days, at_risk, returned, low,
    high`` as of ``rc.survival.next_purchase``.
    """
    figure = base(look, HEIGHT)
    strokes = {
        1: (look.accent, lines.SUBJECT),
        2: (look.plum, lines.CONTEXT),
        3: (look.blue, lines.CONTEXT),
    }
    drawn = [
        _steps(after, curves[after], strokes[after], texts, formats)
        for after in ORDINALS
        if after in curves and len(curves[after])
    ]
    top = min(1.0, max([HEADROOM * max(each.y) for each in drawn] + [0.1]))
    last = int(max([each.x[-1] for each in drawn] + [30]))
    figure.update_xaxes(**axes.days(last, DAY_TICKS, formats))
    figure.update_xaxes(title={"text": texts("figures.next_orders.axis")})
    figure.update_yaxes(**axes.amounts(formats, 0, top, "share"))
    for series in reversed(drawn):
        lines.draw(figure, series, shape="hv")
    lines.name(figure, drawn, Plot(0, last, 0, top, PLOT_HEIGHT), look)
    return describe(figure, _alt(drawn, texts, formats))


def _steps(
    after: int,
    curve: pd.DataFrame,
    stroke: tuple[str, float],
    texts: Texts,
    formats: Formats,
) -> lines.Series:
    shown = curve[curve["days"] <= LAST_DAY]
    name = texts(f"figures.next_orders.after_{after}")
    rows = records(shown)
    hover = [
        texts(
            "figures.next_orders.hover",
            name=name,
            days=formats.days(row["days"]),
            share=formats.share(row["returned"], 1),
        )
        for row in rows
    ]
    x = [float(row["days"]) for row in rows]
    y = [float(row["returned"]) for row in rows]
    return lines.Series(name, x, y, hover, *stroke)


def _alt(drawn: list[lines.Series], texts: Texts, formats: Formats) -> str:
    title = texts("figures.next_orders.name")
    if not drawn:
        return texts("figures.empty", figure=title)
    ends = [
        texts(
            "figures.next_orders.alt",
            name=each.name,
            share=formats.share(each.y[-1]),
            days=formats.days(each.x[-1]),
        )
        for each in drawn
    ]
    return " ".join([f"{title}.", *ends])
