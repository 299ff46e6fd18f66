"""Worked examples of the figures of a pair: all of the strongest one there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_ui import queries
from retention_ui.parts.baskets import MIN_COUNT

if TYPE_CHECKING:
    from retention_ui.page import Page
    from retention_ui.worked import Example


def pair(page: Page) -> dict[str, str] | None:
    """Return the counts and measures of the pair most often beyond chance."""
    asked = {"min_count": MIN_COUNT, "leave_out": [], "within_days": None}
    shown = queries.ask(page.shop, "pairs", **asked).shown
    if shown.empty:
        return None
    best = shown.sort_values("leverage").iloc[-1]
    baskets = queries.ask(page.shop, "basket_size", within_days=None).n_baskets
    count, support = page.formats.count, float(best["support"])
    holding = round(float(best["count"]) / float(best["confidence"]))
    reverse = round(float(best["count"]) / float(best["reverse_confidence"]))
    return {
        "first": page.formats.md(best["antecedent"]),
        "second": page.formats.md(best["consequent"]),
        "both": count(best["count"]),
        "with_first": count(holding),
        "with_second": count(reverse),
        "baskets": count(baskets),
        "support": page.formats.share(support, 1),
        "confidence": page.formats.share(float(best["confidence"]), 1),
        "lift": page.formats.ratio(float(best["lift"])),
        "expected": count(round(holding * reverse / baskets)),
        "q": page.formats.p_value(float(best["q_value"])),
    }


EXAMPLES: dict[str, Example] = dict.fromkeys(
    ("support", "confidence", "lift", "q_value"), pair
)
