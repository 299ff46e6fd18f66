"""What the overview asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retention_core import churn, findings, overview
from retention_ui.questions.people import known_fits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from retention_core.findings import Looked
    from retention_core.orders import Orders


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


def found_leaving(
    orders: Orders, *, fits: Mapping[str, Any] | None, window_days: int
) -> list[Looked]:
    """Look at the list of those who leave; ``fits`` as JSON, None without any."""
    known = known_fits(fits)
    return findings.of_leaving(orders, fits=known, window_days=window_days)


QUESTIONS: dict[str, Callable[..., Any]] = {
    "glance": glance,
    "found_customers": findings.of_customers,
    "found_products": findings.of_products,
    "found_leaving": found_leaving,
}
