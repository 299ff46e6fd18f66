"""What is asked of the test of the models on the shop's own past."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retention_core import clv
from retention_core.errors import RetentionError
from retention_ui.forecasts import TooLittle

if TYPE_CHECKING:
    from collections.abc import Callable

    from retention_core.orders import Orders


def backtest(orders: Orders, *, model: str) -> clv.Backtest | TooLittle:
    """Answer how the model did on the part of the history held back from it."""
    try:
        return clv.backtest(orders, model=model)
    except RetentionError as error:
        return TooLittle(error.code, error.fields)


def choice(orders: Orders) -> clv.Comparison:
    """Answer how near each model came at several cut-offs, and which one to take."""
    return clv.compare(orders)


QUESTIONS: dict[str, Callable[..., Any]] = {"backtest": backtest, "choice": choice}
