"""The frame around every page: its look, the dataset of the address, the navigation."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from retention_ui import page, state
from retention_ui.keeping.model import PAGES as SHOWN

ROOT = Path(__file__).parents[1]
ASSETS = ROOT / "retention_ui" / "assets"
# Section ("" has no header) and pages, in the order of the navigation.
PAGES = {
    "": ("overview", "data", "glossary"),
    "customers": ("cohorts", "value", "churn", "risk", "forecast", "newcomers"),
    "products": ("baskets",),
}
FILES = {"data": "load"}
FIRST = "overview"

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

sections = {
    texts(f"nav.{section}") if section else "": [
        st.Page(path, title=texts(f"pages.{name}"), url_path=name)
        for name in names
        if (path := ROOT / "pages" / f"{FILES.get(name, name)}.py").is_file()
    ]
    for section, names in PAGES.items()
}
chosen = st.navigation({name: found for name, found in sections.items() if found})
state.enter(chosen.url_path)
page.follow_address()
try:
    chosen.run()
finally:
    if (name := chosen.url_path or FIRST) in SHOWN:
        state.leave(name)
