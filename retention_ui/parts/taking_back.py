"""Taking a campaign back that was noted in the app."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from retention_core.errors import RetentionError
from retention_ui import blocks, contacts, failures, state
from retention_ui.formats import short

if TYPE_CHECKING:
    import pandas as pd

    from retention_ui.access import Access
    from retention_ui.page import Page

ROOM = 320
# What the last press came to: a campaign that is gone, or why none is.
SAID = "campaigns.take_back.said"


def button(page: Page) -> None:
    """Offer to take back what was noted here, where that can be done; asks once."""
    known = noted(page)
    if known.empty:
        return
    texts, formats = page.texts, page.formats
    sizes = {
        str(name): int(n) for name, n in known[["campaign", "customers"]].to_numpy()
    }
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        campaign = st.selectbox(
            page("take_back.label"),
            list(sizes),
            format_func=short,
            key="campaigns.take_back",
            width=ROOM,
            help=page("take_back.help"),
        )
        pressed = st.button(
            page("take_back.button"),
            type="tertiary",
            icon=":material/undo:",
            key="campaigns.take_back.button",
        )
    if pressed and campaign in sizes:
        count = sizes[campaign]
        fields = {"name": formats.md(campaign), "n": formats.count(count)}
        words = [
            page("take_back.text", count=count, **fields),
            page("take_back.after"),
        ]
        title = page("take_back.title")
        done = partial(_take_back, page.access, campaign)
        blocks.confirm(texts, "campaigns.take_back", title, words, done)


def noted(page: Page) -> pd.DataFrame:
    """Return what was noted here: ``campaign, customers``, the newest first."""
    frame = contacts.of(page.access)
    found = frame.groupby("campaign").agg(
        customers=("customer_id", "nunique"), day=("contacted_on", "max")
    )
    return found.sort_values("day", ascending=False).reset_index()


def _take_back(access: Access, campaign: str) -> None:
    """Forget what was noted of a campaign, unless the key is lost meanwhile."""
    try:
        access.again()
        contacts.take_back(access, campaign)
    except RetentionError as error:
        state.set_widget(SAID, error)
    else:
        state.set_widget(SAID, campaign)


def said(page: Page) -> None:
    """Say once what the last press came to."""
    found = state.widget(SAID)
    if found is None:
        return
    state.forget(SAID)
    if isinstance(found, RetentionError):
        failures.show(found, page.texts)
        return
    words = page("take_back.done", name=page.formats.md(found))
    st.success(words, icon=":material/undo:")
