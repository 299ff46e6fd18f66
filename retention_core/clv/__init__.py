"""Customer lifetime value: summary, models, forecast, back-test."""

from __future__ import annotations

from retention_core.clv.models import (
    Fit,
    expected_purchases,
    fit,
    new_customer_purchases,
    probability_active,
    probability_alive,
)
from retention_core.clv.summary import summary

__all__ = [
    "Fit",
    "expected_purchases",
    "fit",
    "new_customer_purchases",
    "probability_active",
    "probability_alive",
    "summary",
]
