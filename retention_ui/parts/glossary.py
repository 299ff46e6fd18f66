"""The glossary: each figure in plain words, as a formula, and worked out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from retention_ui import blocks, inputs, state, worked
from retention_ui.header import TERM
from retention_ui.worked import SUBJECTS

if TYPE_CHECKING:
    from retention_ui.page import Page
    from retention_ui.texts import Texts

COLUMN_WIDTH = 330


def asked_for() -> str | None:
    """Return the term that a link asked for; none for what is none."""
    written = st.query_params.get(TERM)
    known = {term for found in worked.terms().values() for term in found}
    return written if written in known else None


def subject(texts: Texts, term: str | None) -> str:
    """Let the reader choose whose terms are shown; a link's term decides at first."""
    scope = inputs.Scope("glossary", texts)
    chosen = next((s for s, found in worked.terms().items() if term in found), None)
    if chosen and state.entered():
        inputs.reset(scope, "subject", chosen)
    return inputs.choice(scope, "subject", SUBJECTS, width=220)


def lines(page: Page | None, texts: Texts, chosen: str, term: str | None) -> None:
    """List the terms of a subject, the one asked for first.

    Without ``page`` there is no shop yet, and no example; nor where whoever looks may
    not see the page that the terms are of.
    """
    found = worked.terms()[chosen]
    order = sorted(found, key=lambda each: each != term)
    of_page = worked.PAGES.get(chosen, chosen)
    shown = page if page is not None and page.access.may(of_page) else None
    with st.grid(2, min_column_width=COLUMN_WIDTH, gap="medium"):
        for each in order:
            with st.container(border=each == term, gap="xsmall", key=f"term.{each}"):
                _meaning(texts, each)
                if shown is not None:
                    _example(shown, each, found[each](shown))


def _meaning(texts: Texts, term: str) -> None:
    key = f"glossary.{term}"
    st.header(texts(f"{key}.name"), anchor=False)
    st.markdown(texts(f"{key}.meaning"))
    st.markdown(f":material/function: {texts(f'{key}.formula')}")


def _example(page: Page, term: str, example: dict[str, str] | None) -> None:
    """Write a term's example, or why there is none."""
    texts = page.texts
    if example is not None:
        worked_out = texts(f"glossary.{term}.example", **example)
        blocks.note(texts("glossary.this_shop", example=worked_out))
    elif term in worked.OF_ONE and not page.shop.lists:
        blocks.note(texts("glossary.not_listed"))
    else:
        blocks.note(texts("glossary.too_little"))
