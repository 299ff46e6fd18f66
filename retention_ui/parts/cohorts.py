"""Sections of the cohort page: the table and its curves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from retention_core import measures, periods
from retention_core.intervals import ENOUGH_CUSTOMERS
from retention_ui import inputs, queries, state
from retention_ui.figures import cohorts as figures
from retention_ui.figures.measured import FROM, SHARES, UNTIL, Measured
from retention_ui.findings import cohorts as findings
from retention_ui.parts import common

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retention_core.periods import Grain
    from retention_ui.findings.finding import Finding
    from retention_ui.page import Page

MEASURES = measures.MEASURES
KINDS = dict.fromkeys((*SHARES, "share", "low", "high"), "share")
WINDOWS = (30, 60, 90, 180, 365)
# Highest ages to choose from, the default last but for weeks; a year has few.
COLUMNS: dict[str, tuple[str, ...]] = {
    "week": ("12", "26", "52"),
    "month": ("6", "12", "24"),
    "quarter": ("4", "8", "12"),
}
PHONE = "Mobi"
MOST_CHOSEN = 3
MOST_COHORTS = 36
ALL_AGES = 99
ROW_LABELS = 136
CELL = 24
# Cohorts to begin with are compared at this age, out of so many.
FIRST_LOOK = 3
LEAST_COHORTS = 4


@dataclass(frozen=True)
class Choices:
    """What is looked at; ``by`` is a split, as of ``common.split``, or ``None``."""

    grain: Grain
    measure: Any
    by: str | None
    columns: int
    without_first: bool
    relative: Any = None
    windows: tuple[int, ...] | None = None

    @property
    def shown(self) -> Measured:
        """The measure as it is looked at."""
        return Measured(self.measure, self.grain, self.relative, self.windows)


def choices(page: Page) -> Choices:
    """Draw the controls of the page."""
    scope, relative, windows = page.scope, None, None
    measure = "retention"
    with st.container(horizontal=True, vertical_alignment="top", gap="small"):
        grain: Any = inputs.choice(scope, "grain", periods.GRAINS, "month")
        by = common.split(page)
        if by is None:
            measure = inputs.choice(scope, "measure", MEASURES, width=230)
            relative = _relative(page, measure)
            counted = inputs.choice(scope, "ages", ("calendar", "days"))
            windows = WINDOWS if counted == "days" else None
        columns = _columns(page, grain) if windows is None else ALL_AGES
    left_out = _first_left_out(page, grain)
    return Choices(grain, measure, by, columns, left_out, relative, windows)


def table(page: Page, chosen: Choices) -> bool:
    """Draw the heatmap of the measure; false where the filters leave nothing."""
    cells = measured_of(page, chosen)
    if cells.empty:
        common.nothing_matches(page)
        return False
    average = measures.average(cells)
    truncated = not chosen.without_first and _truncated(page, chosen.grain)
    figure = figures.retention_heatmap(
        cells,
        *page.drawing,
        average=average,
        measure=chosen.measure,
        relative=chosen.relative,
        windows=chosen.windows,
        grain=chosen.grain,
        columns=chosen.columns,
        as_of=page.facts.as_of,
        truncated=truncated,
    )
    page.section(
        "table",
        _finding(page, chosen, average).words(page.texts),
        figure,
        table=cells.drop(columns=["kind", *measures.SUMS]),
        kinds=_kinds(chosen.shown),
        what=_note(page, chosen, cells, truncated=truncated),
        least=ROW_LABELS + CELL * min(chosen.columns, int(cells["period"].max())),
        clicked=(lambda: _choose_cell(page)) if _clickable(page) else None,
        grain=page.texts(f"grains.{chosen.grain}"),
    )
    return True


def curves(page: Page, chosen: Choices) -> None:
    """Draw the measure by age: all cohorts, and up to three chosen ones."""
    cells = measured_of(page, chosen)
    average = measures.average(cells)
    starts = starts_of(cells)
    names = {day.isoformat(): page.formats.period(day, chosen.grain) for day in starts}
    drawn = st.container()
    extremes = _extremes(surely_new(page, chosen, cells))
    picked = inputs.several(page.scope, "cohort", names, extremes, most=MOST_CHOSEN)
    beside = [day for day in starts if day.isoformat() in picked]
    shown = chosen.shown
    finding = findings.curves(cells, beside, shown, page.texts, page.formats)
    title = finding.words(page.texts) if beside else page("all_cohorts")
    figure = figures.curves(
        average,
        *page.drawing,
        cells=cells,
        chosen=beside,
        named=finding.subject,
        above=finding.above,
        shown=shown,
        columns=chosen.columns,
    )
    with drawn:
        page.section(
            "curves",
            title,
            figure,
            table=average,
            kinds=_kinds(shown),
            what=shown.name(page.texts),
            everyone=page("an_average_cohort" if shown.is_total else "everyone"),
        )


def measured_of(
    page: Page, chosen: Choices, shown: Measured | None = None
) -> pd.DataFrame:
    """Return what ``rc.measures.measured`` says of the cells that are shown.

    These are of the dates looked at, with the first cohort or without it.
    """
    shown = shown or chosen.shown
    found = queries.ask(
        page.shop,
        "measured",
        measure=shown.measure,
        grain=shown.grain,
        relative_to=shown.relative,
        windows=shown.windows,
    )
    cells: pd.DataFrame = page.view.shown(found, "cohort", chosen.grain)
    if chosen.without_first and len(cells):
        cells = cells.loc[cells["cohort"] > cells["cohort"].min()]
    return cells


def surely_new(page: Page, chosen: Choices, cells: pd.DataFrame) -> pd.DataFrame:
    """Leave out a first cohort that may hold older customers: no sentence is of it."""
    if chosen.without_first or not _truncated(page, chosen.grain):
        return cells
    later: pd.DataFrame = cells[cells["cohort"] > cells["cohort"].min()]
    return later


def starts_of(cells: pd.DataFrame) -> list[Any]:
    """Return the first days of the cohorts in ``cells``."""
    return [pd.Timestamp(day).date() for day in cells["cohort"].unique()]


def keep_within(page: Page, field: str, options: Sequence[str], default: str) -> None:
    """Put an input back to its default where its options have changed under it."""
    key = page.scope.key(field)
    if state.widget(key) is not None and state.widget(key) not in options:
        state.set_widget(key, default)


def _relative(page: Page, measure: str) -> str | None:
    """Let the user see a measure as a share of another period's, where it can be."""
    found = measures.relatives(measure)
    if measure in SHARES:  # of the first period they are a share already
        found = tuple(each for each in found if each != "first")
    if not found:
        return None
    options = ["itself", *found]
    keep_within(page, "shown", options, "itself")
    asked = inputs.choice(page.scope, "shown", options)
    return None if asked == "itself" else asked


def _columns(page: Page, grain: Grain) -> int:
    """Let the user choose how many ages are shown."""
    if grain not in COLUMNS:
        return ALL_AGES
    options = COLUMNS[grain]
    default = options[1] if grain == "week" else options[-1]
    return int(inputs.choice(page.scope, f"columns_{grain}", options, default))


def _finding(page: Page, chosen: Choices, average: pd.DataFrame) -> Finding:
    if chosen.shown == Measured("retention", chosen.grain):
        return findings.heatmap(average, page.formats, chosen.grain)
    return findings.table(average, chosen.shown, page.texts, page.formats)


def _note(page: Page, chosen: Choices, cells: pd.DataFrame, *, truncated: bool) -> str:
    """Say what is drawn, in which unit, and what the marks mean."""
    words = {"grain": page.texts(f"grains.{chosen.grain}")}
    measure = chosen.measure
    if chosen.windows is None:
        note = [page(f"notes.{measure}", **words)]
    else:
        until = "until" if measure in UNTIL else "span"
        span = "from" if measure in FROM else until
        what = page.scope.option("measure", measure)
        note = [page(f"notes.days_{span}", what=what)]
    if chosen.relative:
        days = "_days" if chosen.windows else ""
        note.append(page(f"notes.{chosen.relative}{days}", **words))
    note += [page("notes.truncated")] * truncated
    note += [page("notes.pale")] * bool((cells["cohort_size"] < ENOUGH_CUSTOMERS).any())
    note += [page("notes.latest")] * (cells["cohort"].nunique() > MOST_COHORTS)
    if page.shop.lists:
        note.append(page("notes.choose" if _by_touch() else "notes.click"))
    return " ".join(note)


def _clickable(page: Page) -> bool:
    return page.shop.lists and not _by_touch()


def _by_touch() -> bool:
    """Whether the browser says that it is a phone's.

    A chart whose marks can be chosen keeps a finger from scrolling over it; on a phone
    the cell is chosen below the table instead.
    """
    return PHONE in (st.context.headers.get("User-Agent") or "")


def _choose_cell(page: Page) -> None:
    """Take the cell that was clicked; the callback of the table."""
    event = state.widget(f"{page.name}.table") or {}
    points = event.get("selection", {}).get("points", [])
    data = points[0].get("customdata") if points else None
    if data and data[1]:
        inputs.reset(page.scope, "of", data[1])
        inputs.reset(page.scope, "at", data[2])


def _kinds(shown: Measured) -> dict[str, str]:
    """Return how Excel writes value and interval."""
    kind = "share" if shown.unit == "share" else "number"
    return dict.fromkeys(("value", "low", "high"), kind)


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
    """Return the cohorts that lie lowest and highest, to begin with."""
    seen = cells[cells["complete"] & (cells["period"] == FIRST_LOOK)]
    seen = seen[seen["cohort_size"] >= ENOUGH_CUSTOMERS].dropna(subset=["value"])
    if len(seen) < LEAST_COHORTS:
        return []
    seen = seen.sort_values("value")
    return [day.date().isoformat() for day in seen["cohort"].iloc[[0, -1]]]
