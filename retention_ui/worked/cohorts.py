"""Worked examples of the cohorts' figures: one cohort at one age, all the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from retention_core import cohorts, measures, periods
from retention_core.intervals import ENOUGH_CUSTOMERS
from retention_ui import queries
from retention_ui.figures.frames import Row, finished, records
from retention_ui.figures.measured import Measured

if TYPE_CHECKING:
    from retention_core.measures import Measure, Relative
    from retention_ui.page import Page
    from retention_ui.worked import Example

AGE = 3


def average_row(page: Page) -> dict[str, str] | None:
    """Add up the customers of all cohorts at the age."""
    found = measures.average(_asked(page, "retention"))
    row = found[(found["period"] == AGE) & found["value"].notna()]
    if row.empty:
        return None
    each = records(row)[0]
    count = page.formats.count
    return {
        "age": str(AGE),
        "cohorts": count(each["cohorts"]),
        "active": count(each["active_customers"]),
        "size": count(each["cohort_size"]),
        "value": page.formats.share(each["value"], 1),
    }


def left_truncation(page: Page) -> dict[str, str] | None:
    """Hold the first cohort against the next three."""
    cells = _asked(page, "retention")
    born = finished(cells[cells["period"] == 0]).sort_values("cohort")
    if len(born) <= cohorts.COMPARED:
        return None
    sizes = born["cohort_size"].astype(float)
    usual = float(sizes.iloc[1 : cohorts.COMPARED + 1].median())
    return {
        "cohort": page.formats.period(born["cohort"].iloc[0]),
        "size": page.formats.count(sizes.iloc[0]),
        "usual": page.formats.count(usual),
        "times": page.formats.ratio(sizes.iloc[0] / usual),
    }


def _of(measure: Measure, relative: Relative | None = None) -> Example:
    return lambda page: _cell(page, measure, relative)


def _cell(
    page: Page,
    measure: Measure,
    relative: Relative | None = None,
) -> dict[str, str] | None:
    """Return the latest large cohort that has finished the age, in words."""
    cells = finished(_asked(page, measure, relative))
    known = cells[(cells["period"] == AGE) & cells["value"].notna()]
    large = known[known["cohort_size"] >= ENOUGH_CUSTOMERS]
    if large.empty:
        return None
    each: Row = records(large.sort_values("cohort"))[-1]
    shown, formats = Measured(measure, "month", relative), page.formats
    start = pd.Timestamp(each["cohort"])
    money = shown.unit == "money" or relative is not None
    part = formats.money if money else formats.count
    return {
        "cohort": formats.period(start),
        "month": formats.period(periods.following(start.date(), "month", AGE)),
        "age": str(AGE),
        "size": formats.count(each["cohort_size"]),
        "active": formats.count(each["active_customers"]),
        "top": part(each["top"]),
        "bottom": part(each["bottom"]),
        "value": shown.value(each["value"], formats),
        "low": shown.value(each["low"], formats),
        "high": shown.value(each["high"], formats),
    }


def _asked(page: Page, measure: str, relative: Relative | None = None) -> pd.DataFrame:
    asked = {"measure": measure, "relative_to": relative, "windows": None}
    found: pd.DataFrame = queries.ask(page.shop, "measured", grain="month", **asked)
    return found


EXAMPLES: dict[str, Example] = {
    "cohort": _of("retention"),
    "retention": _of("retention"),
    "repeat_by": _of("repeat_by"),
    "on_or_after": _of("on_or_after"),
    "revenue_per_customer": _of("revenue_per_customer"),
    "revenue_so_far": _of("cumulative_revenue_per_customer"),
    "revenue_per_active_customer": _of("revenue_per_active_customer"),
    "net_revenue_retention": _of("revenue", "first"),
    "average_row": average_row,
    "interval": _of("retention"),
    "left_truncation": left_truncation,
}
