"""Worked examples: each term of the glossary with this shop's own numbers.

An example gives the fields of ``glossary.{term}.example``, as they are shown, or
``None`` where the shop has too little for it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from retention_ui.page import Page

    Example = Callable[[Page], dict[str, str] | None]

# In the order of the navigation.
SUBJECTS: tuple[str, ...] = (
    "overview",
    "lists",
    "segments",
    "tiers",
    "customer",
    "campaigns",
    "cohorts",
    "groups",
    "value",
    "churn",
    "risk",
    "forecast",
    "newcomers",
    "baskets",
)
# Subjects whose examples stand in several modules.
SEVERAL: dict[str, tuple[str, ...]] = {
    "forecast": ("forecast", "backtest", "bringers", "patterns")
}
# The page that the terms of a subject are of, where it is called otherwise.
PAGES: dict[str, str] = {"groups": "cohorts"}
# Terms whose examples are of a single customer: only where such are shown.
OF_ONE = frozenset(
    {
        "churn_score",
        "recency_rule",
        "probability_active",
        "probability_alive",
        "expected_purchases",
        "customer_lifetime_value",
        "usual_gap",
        "to_offer_next",
    }
)


def terms() -> Mapping[str, Mapping[str, Example]]:
    """Return the examples of every subject by their terms.

    Imported when asked for: they reach into the pages, which link to the glossary.
    """
    return {subject: _examples(subject) for subject in SUBJECTS}


def _examples(subject: str) -> Mapping[str, Example]:
    names = SEVERAL.get(subject, (subject,))
    found = (importlib.import_module(f"{__name__}.{name}") for name in names)
    return {term: each for module in found for term, each in module.EXAMPLES.items()}
