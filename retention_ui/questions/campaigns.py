"""What is asked of campaigns: whether they worked, which offer, for whom, how often."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retention_core import campaigns as core
from retention_core import contacts

if TYPE_CHECKING:
    from collections.abc import Callable

# None of these tells of single customers.
QUESTIONS: dict[str, Callable[..., Any]] = {
    "campaigns": core.results,
    "campaign_offers": core.offers,
    "campaign_for_whom": core.for_whom,
    "campaign_pressure": core.pressure,
    "campaign_dependence": core.dependence,
    "contacts_unknown": contacts.unknown,
}
