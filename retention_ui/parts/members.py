"""The customers of one cell of the cohort table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from retention_ui import blocks, inputs, queries
from retention_ui.blocks import MOST_ROWS
from retention_ui.figures.measured import Measured
from retention_ui.parts import common
from retention_ui.parts.cohorts import keep_within, measured_of, starts_of

if TYPE_CHECKING:
    from retention_ui.page import Page
    from retention_ui.parts.cohorts import Choices

WHO = {"everyone": None, "back": True, "not_back": False}


def members(page: Page, chosen: Choices) -> None:
    """List the customers of a cohort: who came back at one age, who did not.

    Cohort and age are those of the cell that was clicked; without a mouse they are
    chosen here. Nothing where single customers are not shown.
    """
    if not page.shop.lists:
        return
    shown = Measured("retention", chosen.grain, windows=chosen.windows)
    cells = measured_of(page, replace(chosen, measure="retention"), shown)
    last = int(cells["period"].max())
    if not last:
        return
    with st.container(gap="xsmall"):
        with blocks.controls():
            cohort = _cohort(page, chosen, cells)
            if cohort == "none":
                return
            ages = {str(age): shown.ages([age], page.texts)[0] for age in _ages(last)}
            keep_within(page, "at", list(ages), "1")
            age = int(inputs.choice(page.scope, "at", list(ages), "1", names=ages))
            who = inputs.choice(page.scope, "who", list(WHO))
        start = pd.Timestamp(cohort)
        cell = cells[(cells["cohort"] == start) & (cells["period"] == age)]
        words = {
            "cohort": page.formats.period_in_sentence(start, chosen.grain),
            "age": ages[str(age)],
        }
        if cell.empty:
            st.header(page("members.to_come", **words), anchor=False)
            blocks.note(page("members.to_come_text"))
            return
        asked = {"cohort": cohort, "period": age, "grain": chosen.grain}
        asked |= {"windows": chosen.windows, "came_back": WHO[who]}
        _list(page, cell.iloc[0], words, asked)


def _list(
    page: Page, cell: pd.Series[Any], words: dict[str, str], asked: dict[str, Any]
) -> None:
    def worded(frame: pd.DataFrame) -> pd.DataFrame:
        said = {True: page("members.came_back"), False: page("members.not_back")}
        return frame.assign(came_back=frame["came_back"].map(said))

    counts = {
        "n": page.formats.count(cell["active_customers"]),
        "size": page.formats.count(cell["cohort_size"]),
    }
    date = page.formats.date(page.facts.as_of)
    listing = common.Listing(
        frame=worded(queries.ask(page.shop, "members", limit=MOST_ROWS, **asked)),
        columns=_columns(page, words["age"]),
        rows=lambda: worded(queries.rows(page.shop, "members", **asked)),
        kinds={},
        note=page("members.note", age=words["age"], date=date),
        asked=asked,
    )
    title = page(
        f"members.{'found' if cell['complete'] else 'so_far'}", **counts, **words
    )
    common.listed(page, "members", title, listing)


def _cohort(page: Page, chosen: Choices, cells: pd.DataFrame) -> str:
    names = {"none": page.scope.option("of", "none")}
    for start in reversed(starts_of(cells)):
        names[start.isoformat()] = page.formats.period(start, chosen.grain)
    keep_within(page, "of", list(names), "none")
    return inputs.choice(page.scope, "of", list(names), names=names, width=270)


def _ages(last: int) -> range:
    return range(1, last + 1)


def _columns(page: Page, age: str) -> dict[str, Any]:
    def label(name: str) -> str:
        return page(f"members.columns.{name}", age=age)

    money = page.formats.money_pattern
    return {
        "customer_id": st.column_config.TextColumn(label("customer_id"), pinned=True),
        "came_back": st.column_config.TextColumn(label("came_back")),
        "orders": st.column_config.NumberColumn(label("orders"), format="localized"),
        "revenue": st.column_config.NumberColumn(label("revenue"), format=money),
        "first_order": st.column_config.DateColumn(
            label("first_order"), format="D MMM YYYY"
        ),
        "last_order": st.column_config.DateColumn(
            label("last_order"), format="D MMM YYYY"
        ),
        "revenue_so_far": st.column_config.NumberColumn(
            label("revenue_so_far"), format=money
        ),
    }
