"""Who brings the value to come: how few hold how much of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypedDict, Unpack

from retention_ui.figures import axes, lines
from retention_ui.figures.frames import Row, records
from retention_ui.figures.look import base, describe, label
from retention_ui.figures.placing import Plot

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from retention_ui.figures.look import Look
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

HEIGHT = 300
DRAWN = 260  # of it, without the axis
SHARES = (0.1, 0.25, 0.5, 0.75, 1.0)


class Marked(TypedDict):
    """``first``: a share of the customers, best first; ``held``: what they hold."""

    first: float
    held: float


def concentration(
    curve: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Marked],
) -> go.Figure:
    """Draw what share of the value to come the best customers hold.

    ``curve`` has ``share_of_customers`` (0 to 1, best first), ``share_of_value`` and
    ``share_of_revenue`` so far (null where there was none).
    """
    figure = base(look, HEIGHT)
    ticks = {share: formats.share(share) for share in SHARES}
    ticks[facts["first"]] = f"<b>{formats.share(facts['first'])}</b>"
    figure.update_xaxes(
        range=[0, 1],
        tickmode="array",
        tickvals=list(ticks),
        ticktext=list(ticks.values()),
        title={"text": texts("figures.concentration.axis")},
    )
    figure.update_yaxes(**axes.amounts(formats, 0, 1.02, "share"))
    alike = {"color": look.rule, "width": 1, "dash": "dot"}
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line=alike, hoverinfo="skip")
    drawn = [
        lines.Series(
            texts(f"figures.concentration.{kind}"),
            rows["share_of_customers"].tolist(),
            rows[kind].tolist(),
            [_held(row, kind, texts, formats) for row in records(rows)],
            colour,
            width,
        )
        for kind, colour, width in (
            ("share_of_value", look.accent, lines.SUBJECT),
            ("share_of_revenue", look.grey, lines.CONTEXT),
        )
        if len(rows := curve[curve[kind].notna()])
    ]
    for series in reversed(drawn):
        lines.draw(figure, series)
    lines.name(figure, drawn, Plot(0, 1, 0, 1.02, DRAWN), look)
    _mark(figure, facts, texts, (look, formats))
    return describe(figure, _curve_alt(facts, texts, formats))


def _mark(
    figure: go.Figure, facts: Marked, texts: Texts, words: tuple[Look, Formats]
) -> None:
    """Mark what the first hold: a dot, lines to both axes, the share in words."""
    first, held = facts["first"], facts["held"]
    look, formats = words
    if not math.isfinite(held):
        return
    figure.add_scatter(
        x=[0, first, first],
        y=[held, held, 0],
        mode="lines",
        line={"color": look.accent, "width": 1.2, "dash": "dot"},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=[first],
        y=[held],
        mode="markers",
        marker={"color": look.accent, "size": 9},
        hoverinfo="skip",
    )
    text = texts(
        "figures.concentration.first",
        first=formats.share(first),
        held=formats.share(held),
    )
    place = {"xanchor": "left", "xshift": 9, "yshift": -9, "bgcolor": look.page}
    label(figure, (first, held), f"<b>{text}</b>", look.accent, **place)


def _held(row: Row, kind: str, texts: Texts, formats: Formats) -> str:
    return texts(
        f"figures.concentration.hover_{kind}",
        first=formats.share(row["share_of_customers"]),
        held=formats.share(row[kind], 1),
    )


def _curve_alt(facts: Marked, texts: Texts, formats: Formats) -> str:
    title = texts("figures.concentration.title")
    if not math.isfinite(facts["held"]):
        return texts("figures.empty", figure=title)
    first, held = (formats.share(facts[name]) for name in ("first", "held"))
    return texts("figures.concentration.alt", figure=title, first=first, held=held)
