"""Dot and interval rows: one named row a slice, its interval, its dot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retention_ui.figures.look import HOVER, faded, label

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from retention_ui.figures.look import Look

SEE_THROUGH = 0.35


def name_rows(figure: go.Figure, names: list[str], colours: list[str]) -> None:
    """Write each row's name above it at the left: the data keep the whole width."""
    for row, (name, colour) in enumerate(zip(names, colours, strict=True)):
        place = {"xref": "paper", "xanchor": "left", "yshift": 14}
        label(figure, (0, row), name, colour, **place)


def interval(
    figure: go.Figure, height: float, ends: tuple[float, float], colour: str
) -> None:
    """Lay an interval along a row."""
    stroke(figure, [*ends], [height, height], colour)


def upright(
    figure: go.Figure, place: str | float, ends: tuple[float, float], colour: str
) -> None:
    """Stand an interval at a place of the horizontal axis."""
    stroke(figure, [place, place], [*ends], colour)


def stroke(figure: go.Figure, x: list[Any], y: list[float | None], colour: str) -> None:
    """Draw an interval: 5 px wide, 35 % opaque; several are parted by None."""
    figure.add_scatter(
        x=x,
        y=y,
        mode="lines",
        line={"color": faded(colour, SEE_THROUGH), "width": 5},
        hoverinfo="skip",
    )


def dot(figure: go.Figure, at: tuple[float, float], colour: str, hover: str) -> None:
    """Set a dot, over its interval."""
    figure.add_scatter(
        x=[at[0]],
        y=[at[1]],
        mode="markers",
        marker={"size": 9, "color": colour},
        customdata=[hover],
        hovertemplate=HOVER,
    )


def stack(figure: go.Figure, rows: int, look: Look) -> None:
    """Prepare ``rows`` rows from the top down, without gridlines or row ticks."""
    figure.update_yaxes(
        range=[max(rows, 1) - 0.4, -0.8],
        showgrid=False,
        showticklabels=False,
        automargin=False,
    )
    figure.update_xaxes(zeroline=False, zerolinecolor=look.rule)
