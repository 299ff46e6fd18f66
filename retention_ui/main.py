"""The frame around every page: its look, the dataset of the address, the navigation."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from retention_ui import navigation, page, returning

ASSETS = Path(__file__).parent / "assets"

texts = page.texts()
st.set_page_config(
    page_title=texts("app.name"),
    page_icon=str(ASSETS / "kept-icon.svg"),
    layout="wide",
    initial_sidebar_state=208,
)
st.logo(
    str(ASSETS / "kept.svg"), size="large", icon_image=str(ASSETS / "kept-icon.svg")
)
returning.keep()
page.follow_address()
navigation.run(texts, page.opened())
