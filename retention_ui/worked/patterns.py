"""Worked examples of regularity and season."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_ui import queries
from retention_ui.findings.patterns import month
from retention_ui.parts.forecast import USUAL
from retention_ui.parts.patterns import year

if TYPE_CHECKING:
    from retention_core.clv import Regularity
    from retention_ui.page import Page
    from retention_ui.worked import Example


def regularity(page: Page) -> dict[str, str] | None:
    """Return how many waits are alike, and the k that this gives."""
    found: Regularity = queries.ask(page.shop, "regularity")
    if found.code == "unknown":
        return None
    formats = page.formats
    return {
        "pairs": formats.count(found.pairs),
        "even": formats.share(found.even),
        "chance": formats.share(found.even_by_chance),
        "k": formats.ratio(found.k),
        "interval": formats.span(formats.ratio(found.low), formats.ratio(found.high)),
    }


def seasonality(page: Page) -> dict[str, str] | None:
    """Return the highest month, and whether it is a season."""
    found = year(page, USUAL).season
    if found.code in ("too_short", "too_few"):
        return None
    high, formats = found.highest, page.formats
    return {
        "months": formats.count(found.months),
        "month": month(high).words(page.texts),
        "value": formats.share(high.value),
        "interval": formats.interval(high.low, high.high),
        "verdict": page.texts(f"forecast.season_verdict.{found.code}"),
    }


EXAMPLES: dict[str, Example] = {
    "regularity": regularity,
    "seasonality": seasonality,
}
