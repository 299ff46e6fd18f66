"""Dot and interval rows: one named row a slice, with what stands behind a dot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_ui.figures.look import label

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from retention_ui.figures.look import Look

SEE_THROUGH = 0.35


def name_rows(figure: go.Figure, names: list[str], colours: list[str]) -> None:
    """Write each row's name above it at the left: the data keep the whole width."""
    for row, (name, colour) in enumerate(zip(names, colours, strict=True)):
        place = {"xref": "paper", "xanchor": "left", "yshift": 14}
        label(figure, (0, row), name, colour, **place)


def stack(figure: go.Figure, rows: int, look: Look) -> None:
    """Prepare ``rows`` rows from the top down, without gridlines or row ticks."""
    figure.update_yaxes(
        range=[max(rows, 1) - 0.4, -0.8],
        showgrid=False,
        showticklabels=False,
        automargin=False,
    )
    figure.update_xaxes(zeroline=False, zerolinecolor=look.rule)
