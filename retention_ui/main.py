"""The frame around every page: its look, the dataset of the address, the navigation."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from retention_ui import entry, navigation, page, returning

ASSETS = Path(__file__).parent / "assets"

# Before all else: a click that comes in between ends this run, and has no address.
entry.follow_address()
texts = page.texts()
st.set_page_config(
    page_title=texts("app.name"),
    page_icon=str(ASSETS / "kept-icon.svg"),
    layout="wide",
    # In a frame of another page there is room for what it shows, hardly for the way on.
    initial_sidebar_state="collapsed" if st.context.is_embedded else 208,
)
st.logo(
    str(ASSETS / "kept.svg"), size="large", icon_image=str(ASSETS / "kept-icon.svg")
)
returning.keep()
with entry.still_there(texts):
    navigation.run(texts, entry.opened())
