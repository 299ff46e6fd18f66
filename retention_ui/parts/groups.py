"""Sections of the cohort page: one age over time, groups beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from retention_core import cohorts
from retention_ui import filters, inputs
from retention_ui.figures import cohorts as figures
from retention_ui.findings import groups as findings
from retention_ui.parts import common
from retention_ui.parts.cohorts import KINDS, Choices, cells_of

if TYPE_CHECKING:
    import pandas as pd

    from retention_ui.page import Page


def age_over_time(page: Page, chosen: Choices) -> None:
    """Draw one age of all cohorts, to see whether it is getting better."""
    cells = cells_of(page, chosen)
    average = cohorts.average(cells)
    drawn = st.container()
    age = inputs.number(page.scope, "age", 1, (1, max(1, int(cells["period"].max()))))
    at_age = average.loc[average["period"] == age, "retention"].dropna()
    overall = float(at_age.iloc[0]) if len(at_age) else None
    finding = findings.age_over_time(
        cells, overall or 0.0, age, page.formats, chosen.grain
    )
    figure = figures.age_over_time(
        cells, *page.drawing, age=age, overall=overall, grain=chosen.grain
    )
    with drawn:
        page.section(
            "one_age",
            finding.words(page.texts),
            figure,
            table=cells[cells["period"] == age],
            kinds=KINDS,
            grain=page.texts(f"grains.{chosen.grain}"),
            age=age,
            overall=page.formats.share(overall, 1),
        )


def slices(page: Page, chosen: Choices) -> None:
    """Draw one line a slice, and how many order again in the next period."""
    by = str(chosen.by)
    cells = cells_of(page, chosen, by=by)
    if cells.empty:
        common.nothing_matches(page)
        return
    shares = _large(cohorts.average(cells), by)
    everyone = cohorts.average(cells_of(page, chosen))
    first = everyone.loc[everyone["period"] == 1, "retention"].dropna()
    overall = float(first.iloc[0]) if len(first) else None
    dimension = filters.dimension(page.texts, by)
    finding = findings.slices(shares, by, dimension, page.formats, chosen.grain)
    best, worst = finding.subject or (None, None)
    grid = st.grid(2, min_column_width=330, gap=("medium", "medium"))
    with grid.cell():
        lines = figures.slices_lines(
            shares,
            *page.drawing,
            by=by,
            best=best,
            worst=worst,
            grain=chosen.grain,
            columns=min(chosen.columns, 12),
        )
        page.section(
            "slices",
            finding.words(page.texts),
            lines,
            table=cells,
            kinds=KINDS,
            dimension=dimension.lower(),
        )
    with grid.cell():
        named = {"retention": "share", "cohort_size": "customers"}
        at_first = shares[shares["period"] == 1].rename(columns=named)
        page.section(
            "shares",
            page("slice_rows", grain=page.texts(f"grains.{chosen.grain}")),
            figures.slice_rows(at_first, *page.drawing, by=by, overall=overall),
            table=at_first,
            kinds=KINDS,
            grain=page.texts(f"grains.{chosen.grain}"),
            overall=page.formats.share(overall, 1),
        )


def _large(average: pd.DataFrame, by: str, most: int = 9) -> pd.DataFrame:
    """Return the largest slices, those without a value left out."""
    known = average[average[by].notna()]
    sizes = known[known["period"] == 0].set_index(by)["cohort_size"]
    largest = sizes.sort_values(ascending=False).head(most).index
    return known[known[by].isin(largest)]
