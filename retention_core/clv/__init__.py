"""Customer lifetime value: summary, models, forecast, back-test."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from retention_core.clv.backtest import Backtest, Verdict, backtest
from retention_core.clv.before import Before, brought_before
from retention_core.clv.concentration import concentration, gini
from retention_core.clv.fits import Fits, fits
from retention_core.clv.fitting import Fit
from retention_core.clv.forecast import Estimate, Forecast, Interval, Terms, forecast
from retention_core.clv.models import (
    expected_purchases,
    fit,
    new_customer_purchases,
    probability_active,
    probability_alive,
)
from retention_core.clv.newcomers import Newcomer, Payback, newcomer, payback
from retention_core.clv.paths import alive_path
from retention_core.clv.ranges import customer_intervals
from retention_core.clv.regularity import Regularity, regularity
from retention_core.clv.seasonality import Season, seasonality
from retention_core.clv.selection import Comparison, compare
from retention_core.clv.simple import Simple, simple
from retention_core.clv.spend import expected_order_value, fit_spend, independence
from retention_core.clv.summary import summary

if TYPE_CHECKING:
    from types import ModuleType

__all__ = [
    "Backtest",
    "Before",
    "Comparison",
    "Estimate",
    "Fit",
    "Fits",
    "Forecast",
    "Interval",
    "Newcomer",
    "Payback",
    "Regularity",
    "Season",
    "Simple",
    "Terms",
    "Verdict",
    "alive_path",
    "backtest",
    "brought_before",
    "companion",
    "compare",
    "concentration",
    "customer_intervals",
    "expected_order_value",
    "expected_purchases",
    "fit",
    "fit_spend",
    "fits",
    "forecast",
    "gini",
    "independence",
    "new_customer_purchases",
    "newcomer",
    "payback",
    "probability_active",
    "probability_alive",
    "regularity",
    "seasonality",
    "simple",
    "summary",
]


def __getattr__(name: str) -> ModuleType:
    """``companion``, when it is asked for: the package behind it is slow to load."""
    if name == "companion":
        return import_module("retention_core.clv.companion")
    raise AttributeError(name)
