"""All campaigns as a table, who is in none of their figures, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from retention_ui import blocks, queries
from retention_ui.figures.campaigns import in_all
from retention_ui.figures.frames import Row, records
from retention_ui.findings import campaigns as findings
from retention_ui.formats import ABSENT
from retention_ui.parts import taking_back
from retention_ui.parts.campaigns import KINDS

if TYPE_CHECKING:
    from retention_ui.page import Page

POINTS = "%.1f"


def listed(page: Page, frame: pd.DataFrame, days: int) -> None:
    """List all campaigns; offer to take back what was noted here.

    ``frame`` is that of ``rc.campaigns.results``.
    """
    count = frame["campaign"].nunique()
    title = page("table.title", count=count, n=page.formats.count(count))
    with st.container(gap="xsmall"):
        st.header(title, help=page("help.table"), anchor=False)
        with st.container(horizontal=True, gap="small"):
            page.downloads("campaigns", frame.drop(columns="name"), KINDS)
        blocks.table(_rows(page, frame), "campaigns.table", _columns(page))
        blocks.note(page("notes.table", days=page.formats.days(days)))
        unknown = queries.ask(page.shop.everybody(), "contacts_unknown")
        if unknown:
            n = page.formats.count(unknown)
            blocks.note(page("unknown", count=unknown, n=n))
        taking_back.button(page)


def _rows(page: Page, frame: pd.DataFrame) -> pd.DataFrame:
    """The columns that are shown, with words for what is a code."""
    rows = records(frame)
    points = {
        name: 100 * frame[name].astype("float64") for name in ("share", "control_share")
    }
    waiting = {
        name: frame[name] + frame[f"{left}waiting"]
        for name, left in (("contacted", ""), ("control", "control_"))
    }
    return frame[["campaign", "offer", "contacted_on"]].assign(
        list=[_list(page, each) for each in rows],
        **waiting,
        **points,
        revenue_uplift=frame["revenue_uplift"],
        gained=[_gained(page, each) for each in rows],
        verdict=[page(f"verdict.{findings.verdict(each)}") for each in rows],
    )


def _gained(page: Page, each: Row) -> str:
    """What all the contacted bought more, with its interval, where it can be told."""
    if findings.verdict(each) not in findings.TOLD or pd.isna(each["revenue_low"]):
        return ABSENT
    return in_all(each, page.texts, page.formats)


def _list(page: Page, each: Row) -> str:
    """The name of a list of Kept, or what the file called it."""
    if pd.isna(each["list"]):
        return page("table.elsewhere")
    key = f"lists.name.{each['list']}"
    return page.texts(key) if key in page.texts else str(each["list"])


def _columns(page: Page) -> dict[str, Any]:
    config = st.column_config
    money = page.formats.money_pattern
    return {
        "campaign": config.TextColumn(page("columns.campaign"), pinned=True),
        "list": config.TextColumn(page("columns.list")),
        "offer": config.TextColumn(page("columns.offer")),
        "contacted_on": config.DateColumn(page("columns.day"), format="D MMM YYYY"),
        "contacted": config.NumberColumn(page("columns.contacted"), format="localized"),
        "control": config.NumberColumn(page("columns.control"), format="localized"),
        "share": config.NumberColumn(page("columns.share"), format="%.1f%%"),
        "control_share": config.NumberColumn(
            page("columns.control_share"), format="%.1f%%"
        ),
        "revenue_uplift": config.NumberColumn(page("columns.uplift"), format=money),
        "gained": config.TextColumn(page("columns.gained"), alignment="right"),
        "verdict": config.TextColumn(page("columns.verdict")),
    }
