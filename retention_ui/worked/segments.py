"""Worked examples of scores and segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_core import rfm
from retention_ui import queries
from retention_ui.figures.bounds import Bounds
from retention_ui.figures.frames import records
from retention_ui.findings.segments import GOOD

if TYPE_CHECKING:
    import pandas as pd

    from retention_ui.page import Page
    from retention_ui.worked import Example

BEST = 5


def rfm_scores(page: Page) -> dict[str, str] | None:
    """Return what the best score of each measure takes."""
    if not page.facts.customers:
        return None
    breaks = queries.ask(page.shop.everybody(), "rfm_breaks")
    bounds = Bounds(breaks, page.texts, page.formats)
    return {name: getattr(bounds, name)(BEST, BEST) for name in rfm.MEASURES}


def rfm_segment(page: Page) -> dict[str, str] | None:
    """Return how many champions there are, and what they brought."""
    if not page.facts.customers:
        return None
    rows = records(queries.ask(page.shop, "segment_cells", breaks=_steps(page)))
    champions = [row for row in rows if row["segment"] == "champions"]
    everybody, best = (
        sum(row["customers"] for row in each) for each in (rows, champions)
    )
    revenue, theirs = (
        sum(row["revenue"] for row in each) for each in (rows, champions)
    )
    if revenue <= 0:
        return None
    return {
        "customers": page.formats.count(best),
        "everybody": page.formats.count(everybody),
        "revenue": page.formats.share(theirs / revenue),
    }


def segment_movement(page: Page) -> dict[str, str] | None:
    """Return how many of the best slipped since the last month ended."""
    day = rfm.before(page.facts.as_of, "month")
    if not page.facts.customers or day < page.facts.first_day:
        return None
    asked = {"breaks": _steps(page), "grain": "month"}
    found: pd.DataFrame = queries.ask(page.shop, "segments_moved", **asked)
    best = found[found["from_segment"].isin(GOOD)]
    slipped = best.loc[~best["to_segment"].isin(GOOD), "customers"].sum()
    return {
        "date": page.formats.date(day),
        "slipped": page.formats.count(int(slipped)),
        "all": page.formats.count(int(best["customers"].sum())),
    }


def _steps(page: Page) -> dict[str, list[float]]:
    breaks = queries.ask(page.shop.everybody(), "rfm_breaks")
    return {name: list(getattr(breaks, name)) for name in rfm.MEASURES}


EXAMPLES: dict[str, Example] = {
    "rfm_scores": rfm_scores,
    "rfm_segment": rfm_segment,
    "segment_movement": segment_movement,
}
