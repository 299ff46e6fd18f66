"""Retention, churn, lifetime value and baskets from one order table."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from retention_core import (
        baskets,
        churn,
        clv,
        cohorts,
        errors,
        overview,
        samples,
        survival,
    )
    from retention_core.engine import connect
    from retention_core.ingest.pipeline import ingest
    from retention_core.orders import Orders, open_orders

__all__ = [
    "Orders",
    "baskets",
    "churn",
    "clv",
    "cohorts",
    "connect",
    "errors",
    "ingest",
    "open_orders",
    "overview",
    "samples",
    "survival",
]

# Imported when first asked for: a parsing worker must start in a blink.
_FROM = {"Orders": "orders", "open_orders": "orders", "connect": "engine"}


def __getattr__(name: str) -> Any:  # noqa: ANN401 modules and functions alike
    if name not in __all__:
        raise AttributeError(f"module 'retention_core' has no attribute {name!r}")
    module = importlib.import_module(f"retention_core.{_FROM.get(name, name)}")
    return getattr(module, name) if name in _FROM else module
