"""Worked examples of campaigns: what is bought anyway, whom to hold back, discounts.

They need no contacts: a shop that has none yet reads them before its first campaign.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from retention_ui import queries

if TYPE_CHECKING:
    from retention_core.campaigns import Dependence
    from retention_ui.page import Page
    from retention_ui.questions.held_back import Anyway
    from retention_ui.worked import Example

DAYS = 30
EFFECT = 0.05


def uplift(page: Page) -> dict[str, str] | None:
    """Return what would be bought anyway, and so is no uplift."""
    found = _anyway(page)
    if found is None:
        return None
    return {
        "customers": page.formats.count(found.customers),
        "share": page.formats.share(found.share, 1),
        "days": page.formats.days(DAYS),
    }


def control_group(page: Page) -> dict[str, str] | None:
    """Return how many to hold back, were all customers written to."""
    found = _anyway(page)
    if found is None or not found.enough:
        return None
    return {
        "customers": page.formats.count(found.customers),
        "control": page.formats.count(found.control),
        "points": page.formats.ratio(100 * EFFECT, 0),
    }


def discount_share(page: Page) -> dict[str, str] | None:
    """Return the share of orders on discount, and how sure it is."""
    found: Dependence | None = queries.ask(page.shop, "campaign_dependence")
    if found is None:
        return None
    return {
        "discounted": page.formats.count(found.discounted),
        "orders": page.formats.count(found.orders),
        "share": page.formats.share(found.share, 1),
        "interval": page.formats.interval(found.low, found.high, 1),
    }


def _anyway(page: Page) -> Anyway | None:
    asked = {"days": DAYS, "effect": EFFECT}
    found: Anyway = queries.ask(page.shop, "held_back_anyway", **asked)
    return found if math.isfinite(found.share) else None


EXAMPLES: dict[str, Example] = {
    "uplift": uplift,
    "control_group": control_group,
    "discount_share": discount_share,
}
