"""What the value page asks: how value unfolds, who brings it, at which price."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retention_core import lifecycle, mix, prices, tenure, unfolding

if TYPE_CHECKING:
    from collections.abc import Callable

QUESTIONS: dict[str, Callable[..., Any]] = {
    "timeline": lifecycle.timeline,
    "tenure": tenure.years,
    "value_by_day": unfolding.by_day,
    "mix": mix.new_and_returning,
    "returning": mix.returning,
    "paid": prices.paid,
}
