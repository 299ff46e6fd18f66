"""Section of the cohort page: one age of all cohorts, from the first to the last."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from retention_core import measures, trends
from retention_ui import inputs
from retention_ui.figures import cohorts as figures
from retention_ui.findings import groups as findings
from retention_ui.parts.cohorts import (
    Choices,
    measured_of,
    starts_of,
    surely_new,
)

if TYPE_CHECKING:
    import pandas as pd

    from retention_core.trends import Trend
    from retention_ui.figures.measured import Measured
    from retention_ui.page import Page

COLUMNS = ("value", "other_value", "difference", "low", "high")
STILL_GROWING = "on_or_after"


def age_over_time(page: Page, chosen: Choices) -> None:
    """Draw one age of all cohorts, to see whether it is getting better."""
    shown, cells = chosen.shown, measured_of(page, chosen)
    drawn = st.container()
    age = inputs.number(page.scope, "age", 1, (1, max(1, int(cells["period"].max()))))
    known = surely_new(page, chosen, cells)
    at_age, sure = (each[each["period"] == age] for each in (cells, known))
    summed = measures.average(sure)["value"].dropna()
    overall = float(summed.iloc[0]) if len(summed) else None
    trend = _trend(chosen, known, age)
    name = shown.ages([age], page.texts)[0]
    title = findings.age_named(shown, age, name, page.formats)
    finding = findings.age_over_time(sure, overall, trend, (shown, title), page.formats)
    figure = figures.age_over_time(
        at_age,
        *page.drawing,
        age=age,
        overall=overall,
        outside=finding.subject,
        trend=trend,
        shown=shown,
    )
    written = "—" if overall is None else shown.value(overall, page.formats)
    with drawn:
        page.section(
            "over_time",
            finding.words(page.texts),
            page.marked(figure, starts_of(at_age.sort_values("cohort")), shown.grain),
            table=at_age.drop(columns=["kind", *measures.SUMS]),
            kinds=kinds(shown),
            what=measured_at(page, shown, age),
            overall=written,
            everyone=page("trend.all" if len(known) == len(cells) else "trend.rest"),
            trend=_trend_words(page, shown, trend),
        )


def _trend(chosen: Choices, cells: pd.DataFrame, age: int) -> Trend | None:
    """Test the age for a trend; not where older cohorts had longer to come back."""
    if chosen.shown.measure == STILL_GROWING:
        return None
    return trends.trend(cells, age=age, grain=chosen.grain)


def _trend_words(page: Page, shown: Measured, trend: Trend | None) -> str:
    if shown.measure == STILL_GROWING:
        return page("trend.growing")
    if trend is None:
        return "" if shown.unit == "count" else page("trend.short")
    ends = {"slope": trend.slope, "low": trend.low, "high": trend.high}
    return page(
        "trend.line",
        p=page.formats.p_value(trend.p_value),
        n=page.formats.count(trend.cohorts),
        **{name: apart(page, shown, value) for name, value in ends.items()},
    )


def measured_at(page: Page, shown: Measured, age: int) -> str:
    """Name a measure at an age: "Retention in month 1"."""
    name = shown.ages([age], page.texts)[0]
    return page.texts(f"findings.age.of.{shown.measure}", age=name)


def apart(page: Page, shown: Measured, value: float) -> str:
    """Write a difference, with its sign."""
    if shown.unit == "share":
        return page.texts("units.points", change=page.formats.points(value))
    sign = "+" if value > 0 else ""
    return sign + page.formats.money(value)


def kinds(shown: Measured) -> dict[str, str]:
    """Return how Excel writes values and differences."""
    kind = "share" if shown.unit == "share" else "number"
    return dict.fromkeys(COLUMNS, kind)
