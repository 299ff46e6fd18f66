"""Lines with their names beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from retention_ui.figures.look import HOVER, label
from retention_ui.figures.placing import Line, Plot, box, spot

if TYPE_CHECKING:
    from collections.abc import Sequence

    import plotly.graph_objects as go

    from retention_ui.figures.look import Look

SUBJECT, CONTEXT = 2.4, 1.6


@dataclass(frozen=True)
class Series:
    """A line: places and heights in axis units, a hover text for each point."""

    name: str
    x: list[float]
    y: list[float]
    hover: list[str]
    colour: str
    width: float

    @property
    def points(self) -> Line:
        """Places and heights."""
        return self.x, self.y


def draw(
    figure: go.Figure,
    series: Series,
    names: Sequence[str] | None = None,
    **style: object,
) -> None:
    """Add the line; on an axis of categories ``names`` are what its places mean."""
    figure.add_scatter(
        x=series.x if names is None else [names[int(x)] for x in series.x],
        y=series.y,
        mode="lines",
        line={"color": series.colour, "width": series.width, **style},
        customdata=series.hover,
        hovertemplate=HOVER,
    )


def name(figure: go.Figure, lines: Sequence[Series], plot: Plot, look: Look) -> None:
    """Write each line's name beside it, the first in bold, where there is room."""
    labels: list[Line] = []
    for index, line in enumerate(lines):
        others = [each.points for each in lines if each is not line and each.x]
        place = spot(line.points, others + labels, plot, line.name)
        if place is None:
            continue
        text = f"<b>{line.name}</b>" if index == 0 else line.name
        spoken = line.colour in (look.accent, look.lost, look.blue)
        colour = line.colour if spoken else look.muted
        label(figure, (place.x, place.y), text, colour, yshift=place.yshift)
        labels += box(place, line.name, plot)
