"""What the overview asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from retention_core import attention, overview, slices

if TYPE_CHECKING:
    from collections.abc import Callable

    from retention_core.orders import Orders
    from retention_core.periods import Grain


def standing_out(orders: Orders, *, grain: Grain = "month") -> pd.DataFrame:
    """List the slices that differ from the rest beyond chance, clearest first."""
    frames = []
    for by in slices.dimensions(orders):
        found = attention.compare(orders, by=by, grain=grain)
        frames.append(found[found["q_value"] <= attention.CLEAR].assign(by=by))
    every = pd.concat(frames) if frames else pd.DataFrame(columns=["by", "q_value"])
    return every.sort_values("q_value", ignore_index=True)


QUESTIONS: dict[str, Callable[..., Any]] = {
    "figures": overview.figures,
    "trend": overview.trend,
    "standing_out": standing_out,
}
