"""Where every row went: all rows, and magnified below what was not simply used."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING

from retention_ui.figures.look import HOVER, base, describe, label, on

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from retention_ui.figures.look import Look
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

HEIGHT = 96
BAR, SLIT = 36, 24
OUTCOMES = ("used", "repaired", "merged", "set_aside", "rejected")
LEAST_SHARE_FOR_TEXT = 0.2


def ledger(
    files: pd.DataFrame, texts: Texts, look: Look, formats: Formats
) -> go.Figure:
    """Draw two bars of equal width: all rows, and what was not used as it stands.

    ``files`` is ``Ledger.files``: ``rows_in`` and a column for each outcome.
    """
    counts = {outcome: int(files[outcome].sum()) for outcome in OUTCOMES}
    rest = {outcome: n for outcome, n in counts.items() if outcome != "used"}
    total, left = sum(counts.values()), sum(rest.values())
    height = HEIGHT if left else BAR
    figure = base(look, height)
    figure.update_layout(margin={"l": 0, "r": 0, "t": 0, "b": 0, "pad": 0})
    figure.update_layout(barmode="stack", bargap=0)
    hidden = {"showline": False, "showgrid": False, "showticklabels": False}
    figure.update_xaxes(**hidden, automargin=False, range=[0, 1])
    figure.update_yaxes(**hidden, automargin=False, range=[height, 0])
    words = (texts, look, formats)
    if left:
        _wedge(figure, (counts["used"] / total, 1.0), look)
    for bar, pieces in enumerate((counts, rest)):
        _bar(figure, bar, pieces, words)
    return describe(figure, _alt(counts, texts, formats))


def _bar(
    figure: go.Figure,
    bar: int,
    pieces: dict[str, int],
    words: tuple[Texts, Look, Formats],
) -> None:
    """Add one bar; a piece carries its number if it holds a fifth of the bar."""
    texts, look, formats = words
    whole, start = sum(pieces.values()), 0.0
    middle = BAR / 2 + bar * (BAR + SLIT)
    fills = {
        "used": look.fill,
        "repaired": look.soft_fill,
        "merged": look.blue,
        "set_aside": look.amber,
        "rejected": look.lost_fill,
    }
    for outcome, rows in pieces.items():
        if not rows:
            continue
        share = rows / whole
        n = formats.count(rows)
        figure.add_bar(
            x=[share],
            y=[middle],
            base=[start],
            width=BAR,
            orientation="h",
            marker={"color": fills[outcome], "line": {"color": look.page, "width": 1}},
            customdata=[texts(f"figures.ledger.hover_{outcome}", count=rows, n=n)],
            hovertemplate=HOVER,
        )
        if share >= LEAST_SHARE_FOR_TEXT:
            # Rounded down: 100 % is only said when it is all.
            written = formats.share(floor(1000 * share) / 1000, int(share < 1))
            text = texts(f"figures.ledger.{outcome}", n=n, share=written)
            inside = {"xanchor": "left", "xshift": 6}
            label(figure, (start, middle), text, on(look, fills[outcome]), **inside)
        start += share


def _wedge(figure: go.Figure, span: tuple[float, float], look: Look) -> None:
    """Join the magnified part of the upper bar with the whole of the lower."""
    top, bottom = BAR + 1, BAR + SLIT - 1
    figure.add_scatter(
        x=[span[0], span[1], 1, 0],
        y=[top, top, bottom, bottom],
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=look.grid,
        hoverinfo="skip",
    )


def _alt(counts: dict[str, int], texts: Texts, formats: Formats) -> str:
    written = {outcome: formats.count(rows) for outcome, rows in counts.items()}
    total = sum(counts.values())
    return texts(
        "figures.ledger.alt", count=total, rows=formats.count(total), **written
    )
