"""What the list of risks found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_ui.findings.finding import Finding, at_start

if TYPE_CHECKING:
    from retention_ui.formats import Formats


def risk(customers: int, formats: Formats) -> Finding:
    """Customers who are active by the rule, yet with a churn score above one half."""
    if not customers:
        return Finding("risk.none")
    return Finding("risk.some", {"n": at_start(customers, formats)}, customers)
