"""What each campaign brought beside those held back, in words and rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from retention_ui import blocks, inputs, queries
from retention_ui.figures import campaigns as figures
from retention_ui.figures.frames import records
from retention_ui.findings import campaigns as findings
from retention_ui.parts import common, no_contacts, taking_back

if TYPE_CHECKING:
    from retention_ui.figures.campaigns import Of
    from retention_ui.figures.frames import Row
    from retention_ui.page import Page
    from retention_ui.queries import Shop

DAYS = ("14", "30", "60", "90")
USUAL_DAYS = "30"
MOST_TOLD = 8
MEASURES: tuple[Of, ...] = ("buyers", "revenue")
SHARES = ("share", "control_share", "uplift", "low", "high", "detectable")
KINDS = dict.fromkeys(SHARES, "share") | dict.fromkeys(
    ("p_value", "adjusted_p_value", "revenue_p_value"), "p"
)


def begin(page: Page) -> tuple[pd.DataFrame | None, int]:
    """Draw the control; return every campaign, and how many days are counted.

    Each campaign and offer has its ``name``, the latest first. Where nobody was
    contacted, say how contacts come to be here, and return none.
    """
    taking_back.said(page)
    if _found(page.shop.everybody(), int(USUAL_DAYS)).empty:
        no_contacts.none_yet(page)
        return None, int(USUAL_DAYS)
    with blocks.controls():
        days = int(inputs.choice(page.scope, "days", DAYS, USUAL_DAYS))
    frame = _found(page.shop, days)
    if frame.empty:
        common.nothing_matches(page)
        return None, days
    several = frame.groupby("campaign")["campaign"].transform("size") > 1
    rows = zip(records(frame), several, strict=True)
    return frame.assign(name=[_name(page, each, many) for each, many in rows]), days


def _found(shop: Shop, days: int) -> pd.DataFrame:
    frame: pd.DataFrame = queries.ask(shop, "campaigns", days=days)
    return frame


def worked(page: Page, frame: pd.DataFrame, days: int) -> None:
    """Say of each campaign what it brought, or why nobody can tell."""
    title = findings.worked(frame, page.formats).words(page.texts)
    span = page.formats.days(days)
    lines = [_line(page, each, days) for each in records(frame.head(MOST_TOLD))]
    with st.container(gap="xsmall"):
        st.header(title, help=page("help.worked", days=span), anchor=False)
        st.markdown("\n".join(f"- {each}" for each in lines))
        more = len(frame) - len(lines)
        if more > 0:
            blocks.note(page("more", count=more, n=page.formats.count(more)))
        blocks.note(page("notes.worked", proof=page(_proof(frame)), days=span))


def beside(page: Page, frame: pd.DataFrame) -> None:
    """Draw by how much those contacted differ from those held back, a row a campaign.

    Only of campaigns of which it can be told.
    """
    told = [findings.verdict(each) in findings.TOLD for each in records(frame)]
    shown = frame[told].head(figures.MOST_ROWS)
    if shown.empty:
        return
    grid = st.grid(2, min_column_width=330, gap=("medium", "medium"))
    for of in MEASURES:
        drawn = shown.assign(side=findings.sides(shown, of))
        finding = findings.beside(drawn, of, page.formats)
        with grid.cell():
            page.section(
                of,
                finding.words(page.texts),
                figures.differences(drawn, *page.drawing, of=of, against="control"),
                table=shown,
                kinds=KINDS,
            )


def _name(page: Page, each: Row, several: bool) -> str:
    """A campaign's name, with the offer where it had several."""
    if not several:
        return str(each["campaign"])
    offer: object = page("no_offer") if pd.isna(each["offer"]) else each["offer"]
    return page("named", campaign=each["campaign"], offer=offer)


def _line(page: Page, each: Row, days: int) -> str:
    said = [findings.sentence(each, days, page.formats)]
    if more := findings.gained(each, page.formats):
        said.append(more)
    said += findings.asides(each, page.formats)
    return " ".join(one.words(page.texts) for one in said)


def _proof(frame: pd.DataFrame) -> str:
    """Which words say what a difference proves: by how groups were drawn."""
    held_back = frame[frame["verdict"] != "no_control"]
    if held_back.empty:
        return "proof.none"
    here = held_back["list"].notna()
    if here.all():
        return "proof.drawn"
    return "proof.both" if here.any() else "proof.file"
