"""The breaks between scores: proposed by the data, changed by the user."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from retention_core import rfm
from retention_ui import blocks, inputs, queries
from retention_ui.findings.segments import unused

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from retention_ui.page import Page

FIRST_FIFTH = 0.2
MOST = {"recency": 36_500, "frequency": 1_000_000, "monetary": 1e12}
LEAST = {"recency": 0, "frequency": 0, "monetary": -1e12}
WIDTH = 150


def chosen(page: Page) -> rfm.Breaks:
    """Let the user change the breaks; those of all customers are proposed.

    Breaks that fall cannot part scores: the page says so, and keeps the proposal.
    """
    proposed: rfm.Breaks = queries.ask(page.shop.everybody(), "rfm_breaks")
    found: dict[str, tuple[float, ...]] = {}
    with st.expander(page("breaks.title"), type="compact"):
        blocks.note(page("breaks.note"))
        for measure in rfm.MEASURES:
            usual = getattr(proposed, measure)
            typed = _typed(page, measure, usual)
            if list(typed) != sorted(typed):
                st.warning(page(f"breaks.fall.{measure}"))
                typed = usual
            found[measure] = tuple(typed)
        result = rfm.Breaks(**found)
        if result != proposed:
            st.button(
                page("breaks.back"),
                type="tertiary",
                icon=":material/undo:",
                on_click=_back,
                args=(page, proposed),
                key=f"{page.name}.breaks.back",
            )
    return result


def cautions(page: Page, cells: pd.DataFrame, breaks: rfm.Breaks) -> None:
    """Say where fifths could not be had: most ordered once, few values differ."""
    everybody = cells["customers"].sum()
    if not everybody:
        return
    lowest = cells.loc[cells["frequency_score"] == 1, "customers"].sum() / everybody
    said = []
    if breaks.frequency[0] == 1 and lowest > FIRST_FIFTH:
        said.append(page("cautions.once", share=page.formats.share(lowest)))
    for measure in rfm.MEASURES:
        empty = unused(cells, measure)
        if empty:
            scores = ", ".join(str(each) for each in empty)
            said.append(
                page(f"cautions.empty_{measure}", count=len(empty), scores=scores)
            )
    if said:
        blocks.note(" ".join(said))


def _typed(page: Page, measure: str, usual: Sequence[float]) -> list[float]:
    """Four numbers, from the lowest on."""
    limits = (LEAST[measure], MOST[measure])
    with blocks.controls():
        return [
            inputs.number(
                page.scope, _field(measure, place), step_, limits, width=WIDTH
            )
            for place, step_ in enumerate(usual, start=1)
        ]


def _field(measure: str, place: int) -> str:
    return f"{measure}_{place}"


def _back(page: Page, proposed: rfm.Breaks) -> None:
    for measure in rfm.MEASURES:
        for place, usual in enumerate(getattr(proposed, measure), start=1):
            inputs.reset(page.scope, _field(measure, place), usual)
