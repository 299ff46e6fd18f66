"""Where the label of a line stands: known height and range, unknown width."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

CLEARANCE = 14.0
LETTER = 6.5
HALF_LETTER = 7.0
NARROWEST = 290.0
RANGES = ((0.55, 0.85), (0.1, 0.95))
STEPS = 12

Line = tuple["Sequence[float]", "Sequence[float]"]
"""x and y of a line; x ascending."""


@dataclass(frozen=True)
class Plot:
    """The drawing area: ranges of both axes and its height in pixels."""

    left: float
    right: float
    bottom: float
    top: float
    height: float

    def pixels(self, y: float) -> float:
        """Height above the bottom edge in pixels."""
        return (y - self.bottom) / (self.top - self.bottom) * self.height

    def half(self, text: str) -> float:
        """Half the width of ``text`` in x units on the narrowest screen."""
        share = len(text) * LETTER / 2 / NARROWEST
        return share * (self.right - self.left)


@dataclass(frozen=True)
class Spot:
    """Where a label goes: centre x, the y it is shifted from, pixels up (or down)."""

    x: float
    y: float
    yshift: float
    room: float


def spot(line: Line, others: Sequence[Line], plot: Plot, text: str) -> Spot | None:
    """Best place for ``text`` beside ``line``, or None where 14 px are not free.

    The x between 55 % and 85 % of the line's extent where the nearest other line
    is farthest, above or below; where that leaves no room, anywhere along the line.
    """
    for share in RANGES if line[0] else ():
        place = _best(line, others, (plot, text), share)
        if place:
            return place
    return None


def _best(
    line: Line,
    others: Sequence[Line],
    drawing: tuple[Plot, str],
    share: tuple[float, float],
) -> Spot | None:
    (xs, _), (plot, text) = line, drawing
    low, high = (xs[0] + part * (xs[-1] - xs[0]) for part in share)
    candidates = [low + (high - low) * i / STEPS for i in range(STEPS + 1)]
    spots = [
        found
        for x in candidates
        for upward in (True, False)
        if (found := _beside(line, others, plot, (x, plot.half(text), upward)))
    ]
    best = max(spots, key=lambda found: found.room, default=None)
    return best if best and best.room >= 2 * CLEARANCE else None


def box(place: Spot, text: str, plot: Plot) -> list[Line]:
    """Upper and lower edge of a placed label, as lines that later ones avoid."""
    pixel = (plot.top - plot.bottom) / plot.height
    half = plot.half(text)
    ends = [place.x - half, place.x + half]
    middle = place.y + place.yshift * pixel
    edges = (middle - HALF_LETTER * pixel, middle + HALF_LETTER * pixel)
    return [(ends, [edge, edge]) for edge in edges]


def spread(heights: Sequence[float], gap: float = CLEARANCE) -> list[float]:
    """Push labels of one column apart: ``gap`` between them, their order kept.

    Heights run downward (pixels from the top); the result is in the given order.
    """
    order = sorted(range(len(heights)), key=lambda index: heights[index])
    placed = list(heights)
    for before, index in pairwise(order):
        placed[index] = max(placed[index], placed[before] + gap)
    return placed


def _beside(
    line: Line, others: Sequence[Line], plot: Plot, where: tuple[float, float, bool]
) -> Spot | None:
    x, half, upward = where
    if x - half < plot.left or x + half > plot.right:
        return None
    own = within(line, x - half, x + half)
    edge = max(own) if upward else min(own)
    start = plot.pixels(edge)
    across = [
        plot.pixels(y) for other in others for y in within(other, x - half, x + half)
    ]
    limit = plot.height if upward else 0.0
    beyond = [y for y in across if (y >= start if upward else y <= start)]
    room = min([abs(y - start) for y in beyond] + [abs(limit - start) + CLEARANCE / 2])
    if any(_crosses(other, line, x - half, x + half) for other in others):
        return None
    return Spot(x, edge, CLEARANCE if upward else -CLEARANCE, room)


def within(line: Line, low: float, high: float) -> list[float]:
    """Heights of ``line`` between two x, both ends interpolated; empty outside."""
    xs, ys = line
    if not xs or high < xs[0] or low > xs[-1]:
        return []
    inside = [y for x, y in zip(xs, ys, strict=True) if low <= x <= high]
    ends = [height(line, x) for x in (max(low, xs[0]), min(high, xs[-1]))]
    return inside + ends


def _crosses(other: Line, line: Line, low: float, high: float) -> bool:
    theirs, ours = within(other, low, high), within(line, low, high)
    if not theirs or not ours:
        return False
    gaps = [
        height(other, x) - height(line, x)
        for x in (max(low, other[0][0]), min(high, other[0][-1]))
    ]
    return gaps[0] * gaps[1] < 0


def height(line: Line, x: float) -> float:
    """Height of ``line`` at ``x``, interpolated; level beyond its ends."""
    xs, ys = line
    right = bisect_right(list(xs), x)
    if right == 0:
        return float(ys[0])
    if right == len(xs):
        return float(ys[-1])
    share = (x - xs[right - 1]) / (xs[right] - xs[right - 1])
    return float(ys[right - 1] + (ys[right] - ys[right - 1]) * share)
