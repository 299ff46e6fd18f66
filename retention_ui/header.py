"""The title line of every page, and what stands there while there is no data."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import streamlit as st

from retention_ui import blocks, corrections, datasets, failures, queries, state
from retention_ui.formats import md, short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retention_ui.datasets import Dataset
    from retention_ui.formats import Formats
    from retention_ui.questions.shop import Facts
    from retention_ui.texts import Texts

ADDRESS = "d"
PAGES = Path(__file__).parents[1] / "pages"
DATA_PAGE = str(PAGES / "load.py")
OVERVIEW = str(PAGES / "overview.py")
GLOSSARY = str(PAGES / "glossary.py")
TERM = "term"


@contextmanager
def line(
    words: Texts, name: str, dataset: Dataset | None = None, asks: str | None = None
) -> Iterator[None]:
    """Draw title, dataset, question; what is drawn within joins the title line."""
    with st.container(gap="xxsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.title(words(f"pages.{name}"), width="content", anchor=False)
            st.space("stretch")
            with st.container(
                horizontal=True, width="content", vertical_alignment="center"
            ):
                if dataset:
                    _about(words, dataset)
                yield
        blocks.note(asks or words(f"question.{name}"))


def complete(words: Texts, formats: Formats, facts: Facts) -> None:
    """Say up to which day the data is complete."""
    blocks.note(
        words("header.complete", date=formats.date(facts.as_of)),
        help=words("header.complete_help"),
        width="content",
    )


def glossary_link(words: Texts, term: str) -> None:
    """Lead from a figure to its line in the glossary."""
    st.page_link(
        GLOSSARY,
        label=f":gray[{words('glossary.link')}]",
        icon=":material/function:",
        query_params=_address_of(term),
    )


def glossary_words(words: Texts, term: str) -> str:
    """Return the same link as Markdown, for a help text."""
    return f"[{words('glossary.link')}](glossary?{urlencode(_address_of(term))})"


def _address_of(term: str) -> dict[str, str]:
    address = {ADDRESS: state.address(), TERM: term}
    return {key: value for key, value in address.items() if value}


def no_data(words: Texts, name: str, unfinished: Dataset | None) -> None:
    """Say what a page needs, and offer the ways to it."""
    with st.container(gap="xsmall"):
        if unfinished:
            st.header(words("empty.unfinished"), anchor=False)
            st.markdown(words("empty.unfinished_text"))
        else:
            st.header(words("empty.title"), anchor=False)
            st.markdown(words(f"needs.{name}"))
        with st.container(horizontal=True):
            if not unfinished:
                sample_button(words)
            label = words("empty.finish" if unfinished else "empty.load")
            if st.button(label, icon=":material/upload_file:", key="empty.load"):
                st.switch_page(DATA_PAGE, query_params=dict(st.query_params))


def go_to(found: Dataset | None) -> None:
    """Open another dataset, or none, and start the page again."""
    state.choose_address(found.id if found else None)
    st.query_params.clear()
    if found:
        st.query_params[ADDRESS] = found.id
    st.rerun()


def sample_button(words: Texts) -> None:
    """Offer the sample shop; build it when it is asked for the first time."""
    label = words("empty.sample")
    icon = ":material/storefront:"
    if st.button(label, type="primary", icon=icon, key="empty.sample"):
        with failures.showing(words), st.spinner(words("empty.building")):
            found = datasets.sample()
        go_to(found)


def delete_button(words: Texts, dataset: Dataset) -> None:
    """Offer to delete the data; asks once."""
    label, icon = words("data.check.delete"), ":material/delete:"
    if st.button(label, type="tertiary", icon=icon, key="data.delete"):
        _confirm(words, dataset)


def _confirm(words: Texts, dataset: Dataset) -> None:
    @st.dialog(words("data.delete.title"))
    def asks() -> None:
        st.markdown(words("data.delete.text"))
        with st.container(horizontal=True):
            yes, label = "data.yes", words("data.delete.yes")
            # As a callback: what follows the press may be a run without the dialog.
            if st.button(
                label, type="primary", key=yes, on_click=_delete, args=[dataset]
            ):
                st.rerun()
            if st.button(words("data.delete.no"), key="data.no"):
                st.rerun()

    asks()


def _delete(dataset: Dataset) -> None:
    corrections.forget(dataset)
    datasets.delete(dataset)
    queries.forget()
    state.choose_address(None)
    st.query_params.clear()


def _about(words: Texts, dataset: Dataset) -> None:
    label = words("header.sample") if dataset.sample else _files(words, dataset.names)
    with st.popover(label, type="tertiary", icon=":material/storefront:"):
        blocks.note(words("header.sample_note" if dataset.sample else "header.key"))
        st.page_link(DATA_PAGE, label=words("header.data_link"))


def _files(words: Texts, names: list[str]) -> str:
    first = md(short(names[0]))
    return words("header.files", count=len(names), name=first, more=len(names) - 1)
