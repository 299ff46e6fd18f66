"""Which pages there are for whoever asks, and where their files lie."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from retention_ui import state
from retention_ui.keeping.model import PAGES

if TYPE_CHECKING:
    from retention_ui.access import Access
    from retention_ui.texts import Texts

FOLDER = Path(__file__).parents[1] / "pages"
# Section ("" has no header) and pages, in the order of the navigation.
SECTIONS = {
    "": ("overview", "data", "share", "glossary"),
    "act": ("lists", "segments", "tiers", "customer", "campaigns"),
    "customers": ("cohorts", "value", "churn", "risk", "forecast", "newcomers"),
    "products": ("baskets",),
}
FILES = {"data": "load"}
# Where an address without a page leads on from.
ROOT = "start"


def path(name: str) -> Path:
    """Return the file of a page."""
    return FOLDER / f"{FILES.get(name, name)}.py"


def run(words: Texts, access: Access | None) -> None:
    """Draw the navigation, and the page that is asked for.

    A page that is not shared is not in the navigation. It is known all the same: who
    asks for it by its name is told that it is not shared.
    """
    first = access.pages[0] if access and access.pages else PAGES[0]
    sections = {
        words(f"nav.{section}") if section else "": [
            _page(words, name, shown=access is None or access.may(name))
            for name in names
        ]
        for section, names in SECTIONS.items()
    }
    start = st.Page(
        lambda: _lead_to(first),
        title=words(f"pages.{first}"),
        url_path=ROOT,
        default=True,
        visibility="hidden",
    )
    sections[""].append(start)
    chosen = st.navigation(sections)
    state.enter(chosen.url_path)
    try:
        chosen.run()
    finally:
        if chosen.url_path in PAGES:
            state.leave(chosen.url_path)


def _page(words: Texts, name: str, *, shown: bool) -> st.Page:
    return st.Page(
        path(name),
        title=words(f"pages.{name}"),
        url_path=name,
        visibility="visible" if shown else "hidden",
    )


def _lead_to(name: str) -> None:
    st.switch_page(str(path(name)), query_params=state.query())
