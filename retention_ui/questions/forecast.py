"""What the forecast page asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retention_core import margin
from retention_core.clv import tables
from retention_ui import forecasts

if TYPE_CHECKING:
    from collections.abc import Callable

QUESTIONS: dict[str, Callable[..., Any]] = {
    "fits": forecasts.fits,
    "forecast": forecasts.forecast,
    "history": tables.history,
    "simple": forecasts.simple,
    "margin": margin.gross,
}
