"""Names beside the feet of drop lines, where there is room for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_ui.figures.look import label
from retention_ui.figures.placing import (
    CLEARANCE,
    NARROWEST,
    Line,
    Plot,
    Spot,
    box,
    within,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import plotly.graph_objects as go

FOOT, BESIDE, ROW = 12, 6, CLEARANCE + 2


def name(
    figure: go.Figure,
    word: tuple[int, str, str],
    plot: Plot,
    taken: Sequence[Line],
) -> list[Line]:
    """Write the name of a drop line on the first of four places that is free.

    Right or left of its foot, or a row higher; not at all where none is free.

    Parameters
    ----------
    word
        Where the line stands, its name and colour.
    taken
        Lines and labels to keep clear of.

    Returns
    -------
    list
        What the name covers, for those that come later.
    """
    place, text, colour = word
    letters = text.removeprefix("<b>").removesuffix("</b>")
    width = 2 * plot.half(letters) + BESIDE / NARROWEST * (plot.right - plot.left)
    pixel = (plot.top - plot.bottom) / plot.height
    for row in (0, 1):
        middle = plot.bottom + (FOOT + row * ROW) * pixel
        for side in (1, -1):
            start, end = sorted((place + side, place + side * width))
            inside = plot.left <= start and end <= plot.right
            if not inside or any(
                _covers(line, (start, end), middle, pixel) for line in taken
            ):
                continue
            anchor = {"xanchor": "left" if side > 0 else "right"}
            shift = {"xshift": BESIDE * side, "yshift": FOOT + row * ROW}
            at = (place, plot.bottom)
            label(figure, at, text, colour, **anchor, **shift)
            return box(Spot((start + end) / 2, middle, 0, 0), letters, plot)
    return []


def _covers(line: Line, span: tuple[float, float], middle: float, pixel: float) -> bool:
    """Whether a line comes within half a row of ``middle`` over ``span``."""
    there = within(line, *span)
    half = ROW / 2 * pixel
    return bool(there) and min(there) < middle + half and max(there) > middle - half
