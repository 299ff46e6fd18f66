"""Retention, churn, lifetime value and baskets from one order table."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import retention_core.attention as attention
    import retention_core.baskets as baskets
    import retention_core.campaigns as campaigns
    import retention_core.churn as churn
    import retention_core.clv as clv
    import retention_core.cohorts as cohorts
    import retention_core.consent as consent
    import retention_core.errors as errors
    import retention_core.findings as findings
    import retention_core.groups as groups
    import retention_core.lifecycle as lifecycle
    import retention_core.lists as lists
    import retention_core.margin as margin
    import retention_core.measures as measures
    import retention_core.mix as mix
    import retention_core.next_product as next_product
    import retention_core.overview as overview
    import retention_core.prices as prices
    import retention_core.reorder as reorder
    import retention_core.rfm as rfm
    import retention_core.risk as risk
    import retention_core.samples as samples
    import retention_core.survival as survival
    import retention_core.tenure as tenure
    import retention_core.tiers as tiers
    import retention_core.timing as timing
    import retention_core.trends as trends
    import retention_core.unfolding as unfolding
    from retention_core.engine import connect
    from retention_core.ingest.pipeline import ingest
    from retention_core.orders import Orders, open_orders

__all__ = [
    "Orders",
    "attention",
    "baskets",
    "campaigns",
    "churn",
    "clv",
    "cohorts",
    "connect",
    "consent",
    "errors",
    "findings",
    "groups",
    "ingest",
    "lifecycle",
    "lists",
    "margin",
    "measures",
    "mix",
    "next_product",
    "open_orders",
    "overview",
    "prices",
    "reorder",
    "rfm",
    "risk",
    "samples",
    "survival",
    "tenure",
    "tiers",
    "timing",
    "trends",
    "unfolding",
]

# Imported when first asked for: a parsing worker must start in a blink.
_FROM = {"Orders": "orders", "open_orders": "orders", "connect": "engine"}


def __getattr__(name: str) -> Any:  # noqa: ANN401 modules and functions alike
    if name not in __all__:
        raise AttributeError(f"module 'retention_core' has no attribute {name!r}")
    module = importlib.import_module(f"retention_core.{_FROM.get(name, name)}")
    return getattr(module, name) if name in _FROM else module
