"""What the page on campaigns says where nobody was contacted yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from retention_ui import blocks
from retention_ui.parts import common

if TYPE_CHECKING:
    from retention_ui.page import Page

EXAMPLE = {
    "customer": ["C-1042", "ann@example.com", "C-1077"],
    "offer": ["10% off", "10% off", "10% off"],
    "date": ["2026-05-18", "2026-05-18", "2026-05-18"],
    "group": ["contacted", "contacted", "control"],
}


def none_yet(page: Page) -> None:
    """Say how contacts come to be here: by a list, or by a file from elsewhere."""
    with st.container(gap="xsmall"):
        st.header(page("none.title"), anchor=False)
        st.markdown(page("none.text"))
    grid = st.grid(2, min_column_width=330, gap=("medium", "medium"))
    with grid.cell(), st.container(gap="xsmall"):
        st.header(page("none.lists"), anchor=False)
        st.markdown(page("none.lists_text"))
        common.lead(page, "lists", page("none.to_lists"))
    with grid.cell(), st.container(gap="xsmall"):
        st.header(page("none.file"), anchor=False)
        st.markdown(page("none.file_text"))
        example(page)
        common.lead(page, "data", page("none.to_data"))


def example(page: Page) -> None:
    """Draw a campaign file of three lines, and offer it as a pattern."""
    frame = pd.DataFrame(EXAMPLE)
    # A joiner parts the address, which Streamlit would link; nothing else is Markdown.
    shown = frame.assign(customer=[page.formats.md(each) for each in frame["customer"]])
    st.table(shown, border="horizontal", hide_index=True)
    blocks.note(page("none.example"))
    with st.container(horizontal=True, gap="small"):
        page.downloads("example", frame)
