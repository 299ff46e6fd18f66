"""What the overview asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retention_core import attention, churn, overview, slices
from retention_core.intervals import CLEAR

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from retention_core.orders import Orders
    from retention_core.periods import Grain


@dataclass(frozen=True)
class Glance:
    """The shop at a glance; each frame is one of the core's functions of its name."""

    figures: pd.DataFrame
    trend: pd.DataFrame
    movement: pd.DataFrame


def glance(orders: Orders, *, window_days: int) -> Glance:
    """Answer figures, trend and movement by month: one goes into the other."""
    moved = churn.movement(orders, window_days=window_days)
    trend = overview.trend(orders, window_days=window_days, moved=moved)
    figures = overview.figures(orders, window_days=window_days, series=trend)
    return Glance(figures, trend, moved)


def standing_out(orders: Orders, *, grain: Grain = "month") -> pd.DataFrame:
    """List the slices that differ from the rest beyond chance, clearest first."""
    found = attention.compare_each(orders, by=slices.dimensions(orders), grain=grain)
    clear = found[found["q_value"] <= CLEAR]
    return clear.sort_values("q_value", ignore_index=True)


QUESTIONS: dict[str, Callable[..., Any]] = {
    "glance": glance,
    "standing_out": standing_out,
}
