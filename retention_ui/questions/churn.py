"""What the churn page asks of window, movement and waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retention_core import churn, survival

if TYPE_CHECKING:
    from collections.abc import Callable

QUESTIONS: dict[str, Callable[..., Any]] = {
    "window": churn.window,
    "movement": churn.movement,
    "next_purchase": survival.next_purchase,
    "gaps": survival.gaps,
}
