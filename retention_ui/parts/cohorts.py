"""Sections of the cohort page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

import pandas as pd
import streamlit as st

from retention_core import cohorts, periods
from retention_ui import filters, inputs, queries
from retention_ui.figures import cohorts as figures
from retention_ui.figures.heatmap import Measure
from retention_ui.findings import cohorts as findings
from retention_ui.parts import common

if TYPE_CHECKING:
    from retention_core.periods import Grain
    from retention_ui.page import Page

MEASURES = get_args(Measure)
SHARES = ("retention", "repeat_by", "on_or_after")
KINDS = dict.fromkeys((*SHARES, "share", "low", "high"), "share")
# Highest ages to choose from, the default last but for weeks; a year has few.
COLUMNS: dict[str, tuple[str, ...]] = {
    "week": ("12", "26", "52"),
    "month": ("6", "12", "24"),
    "quarter": ("4", "8", "12"),
}
MOST_CHOSEN = 3
MOST_COHORTS = 36
ALL_AGES = 99
ROW_LABELS = 136
CELL = 24
# Cohorts to begin with are compared at this age, of so many customers, out of so many.
FIRST_LOOK = 3
LEAST_CUSTOMERS = 30
LEAST_COHORTS = 4


@dataclass(frozen=True)
class Choices:
    """What is looked at; ``by`` is a dimension or ``None``."""

    grain: Grain
    measure: Any
    by: str | None
    columns: int
    without_first: bool


def choices(page: Page) -> Choices:
    """Draw the controls of the page."""
    dimensions = list(queries.values(page.shop.dataset))
    names = {name: filters.dimension(page.texts, name) for name in dimensions}
    with st.container(horizontal=True, vertical_alignment="top", gap="small"):
        grain: Any = inputs.choice(page.scope, "grain", periods.GRAINS, "month")
        by = inputs.choice(
            page.scope,
            "split",
            ["nothing", *dimensions],
            names={"nothing": page("split.nothing"), **names},
        )
        measure = "retention"
        if by == "nothing":
            measure = inputs.choice(page.scope, "measure", MEASURES, width=220)
        columns = ALL_AGES
        if grain in COLUMNS:
            options = COLUMNS[grain]
            default = options[1] if grain == "week" else options[-1]
            field = f"columns_{grain}"
            columns = int(inputs.choice(page.scope, field, options, default))
    split = None if by == "nothing" else by
    return Choices(grain, measure, split, columns, _first_left_out(page, grain))


def table(page: Page, chosen: Choices) -> bool:
    """Draw the heatmap of the measure; false where the filters leave nothing."""
    words = {"grain": page.texts(f"grains.{chosen.grain}")}
    cells = cells_of(page, chosen, chosen.measure)
    if cells.empty:
        common.nothing_matches(page)
        return False
    average = cohorts.average(cells)
    retention = cohorts.average(cells_of(page, chosen))
    finding = findings.heatmap(cells, retention, page.formats, chosen.grain)
    truncated = not chosen.without_first and _truncated(page, chosen.grain)
    note = [page(f"notes.{chosen.measure}", **words)]
    note += [page("notes.truncated")] * truncated
    note += [page("notes.latest")] * (cells["cohort"].nunique() > MOST_COHORTS)
    figure = figures.retention_heatmap(
        cells,
        *page.drawing,
        average=average,
        measure=chosen.measure,
        grain=chosen.grain,
        columns=chosen.columns,
        as_of=page.facts.as_of,
        truncated=truncated,
    )
    drawn = min(chosen.columns, int(cells["period"].max()))
    page.section(
        "table",
        finding.words(page.texts),
        figure,
        table=cells,
        kinds=KINDS,
        what=" ".join(note),
        least=ROW_LABELS + CELL * drawn,
        **words,
    )
    return True


def curves(page: Page, chosen: Choices) -> None:
    """Draw retention by age: all cohorts, and up to three chosen ones."""
    cells = cells_of(page, chosen)
    average = cohorts.average(cells)
    starts = [pd.Timestamp(day).date() for day in cells["cohort"].unique()]
    names = {day.isoformat(): page.formats.period(day, chosen.grain) for day in starts}
    drawn = st.container()
    picked = inputs.several(
        page.scope, "cohort", names, _extremes(cells), most=MOST_CHOSEN
    )
    beside = [day for day in starts if day.isoformat() in picked]
    finding = findings.curves(cells, average, beside, page.formats, chosen.grain)
    title = finding.words(page.texts) if beside else page("all_cohorts")
    figure = figures.curves(
        average,
        *page.drawing,
        cells=cells,
        chosen=beside,
        named=finding.subject,
        above=finding.above,
        grain=chosen.grain,
        columns=chosen.columns,
    )
    with drawn:
        page.section("curves", title, figure, table=average, kinds=KINDS)


def cells_of(
    page: Page, chosen: Choices, measure: str = "retention", by: str | None = None
) -> pd.DataFrame:
    """Return the cells that are shown: of these dates, with the first cohort or not."""
    asked = {"grain": chosen.grain, "measure": measure, "by": by}
    found = queries.ask(page.shop, "cells", **asked)
    shown: pd.DataFrame = page.view.shown(found, "cohort", chosen.grain)
    if chosen.without_first and len(shown):
        shown = shown.loc[shown["cohort"] > shown["cohort"].min()]
    return shown


def _truncated(page: Page, grain: str) -> bool:
    """Whether the first cohort shown may hold older customers."""
    return page.view.first is None and queries.ask(page.shop, "truncated", grain=grain)


def _first_left_out(page: Page, grain: Grain) -> bool:
    """Offer to leave out a first cohort that may hold older customers."""
    if not _truncated(page, grain):
        return False
    start = periods.first_day(page.facts.first_day, grain)
    return inputs.toggle(page.scope, "first", period=page.formats.period(start, grain))


def _extremes(cells: pd.DataFrame) -> list[str]:
    """Return the cohorts that came back least and most, to begin with."""
    seen = cells[cells["complete"] & (cells["period"] == FIRST_LOOK)]
    seen = seen[seen["cohort_size"] >= LEAST_CUSTOMERS].sort_values("retention")
    if len(seen) < LEAST_COHORTS:
        return []
    return [day.date().isoformat() for day in seen["cohort"].iloc[[0, -1]]]
