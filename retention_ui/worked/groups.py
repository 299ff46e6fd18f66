"""Worked examples of groups, their differences, and trends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from retention_core import groups, trends
from retention_ui import filters, queries
from retention_ui.figures.frames import Row, records
from retention_ui.formats import short
from retention_ui.parts.groups import turned

if TYPE_CHECKING:
    from retention_ui.page import Page
    from retention_ui.worked import Example

MONTH_1 = {"measure": "retention", "grain": "month"}


def in_groups(page: Page) -> dict[str, str] | None:
    """Return the largest group of the first split there is."""
    by, ages = _split(page)
    at_age = ages[ages["period"] == 1]
    if by is None or at_age.empty:
        return None
    largest = records(at_age.sort_values("customers", ascending=False))[0]
    return {
        "dimension": page.formats.md(filters.dimension(page.texts, by).lower()),
        "largest": _name(page, largest["group"]),
        "customers": page.formats.count(largest["customers"]),
        "share": page.formats.share(largest["value"], 1),
    }


def difference(page: Page) -> dict[str, str] | None:
    """Return the pair of groups that differs most clearly."""
    pair, _ = _pair(page)
    if pair is None:
        return None
    formats = page.formats
    return {
        "best": _name(page, pair["group"]),
        "worst": _name(page, pair["other"]),
        "high": formats.share(pair["value"], 1),
        "low": formats.share(pair["other_value"], 1),
        "difference": _points(page, pair["difference"]),
        "from": _points(page, pair["low"]),
        "to": _points(page, pair["high"]),
    }


def corrected_p(page: Page) -> dict[str, str] | None:
    """Return what the correction does to its p value."""
    pair, pairs = _pair(page)
    if pair is None:
        return None
    return {
        "best": _name(page, pair["group"]),
        "worst": _name(page, pair["other"]),
        "p": page.formats.p_value(pair["p_value"]),
        "adjusted": page.formats.p_value(pair["adjusted_p_value"]),
        "pairs": page.formats.count(pairs),
    }


def trend(page: Page) -> dict[str, str] | None:
    """Return the trend of the first month, as the page draws it at first."""
    asked = {**MONTH_1, "relative_to": None, "windows": None}
    cells = queries.ask(page.shop, "measured", **asked)
    if queries.ask(page.shop, "truncated", grain=asked["grain"]):
        cells = cells[cells["cohort"] > cells["cohort"].min()]
    found = trends.trend(cells, age=1)
    if found is None:
        return None
    return {
        "cohorts": page.formats.count(found.cohorts),
        "slope": _points(page, found.slope),
        "low": _points(page, found.low),
        "high": _points(page, found.high),
        "p": page.formats.p_value(found.p_value),
    }


def _split(page: Page) -> tuple[str | None, pd.DataFrame]:
    """Return the split with the fewest groups, and its groups by age."""
    values = page.groups
    if not values:
        return None, pd.DataFrame(columns=["period", "customers"])
    by = "channel" if "channel" in values else min(values, key=lambda n: len(values[n]))
    return by, queries.ask(page.shop, "groups", by=by, **MONTH_1)


def _pair(page: Page) -> tuple[Row | None, int]:
    by, ages = _split(page)
    if by is None:
        return None, 0
    pairs = groups.pairs(ages, measure="retention", age=1)
    if pairs.empty:
        return None, 0
    pair = records(pairs)[0]
    return (pair if pair["difference"] >= 0 else turned(pair)), len(pairs)


def _name(page: Page, group: object) -> str:
    return page.formats.md(short(group))


def _points(page: Page, share: float) -> str:
    return page.texts("units.points", change=page.formats.points(share))


EXAMPLES: dict[str, Example] = {
    "groups": in_groups,
    "difference": difference,
    "corrected_p": corrected_p,
    "trend": trend,
}
