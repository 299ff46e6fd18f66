"""The title line of every page, and what stands there while there is no data."""

from __future__ import annotations

import re
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import streamlit as st

from retention_ui import (
    blocks,
    corrections,
    datasets,
    failures,
    navigation,
    queries,
    state,
)
from retention_ui.formats import md, short

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import NoReturn

    from retention_core.errors import RetentionError
    from retention_ui.access import Access
    from retention_ui.datasets import Dataset
    from retention_ui.formats import Formats
    from retention_ui.keeping.model import Dashboard
    from retention_ui.questions.shop import Facts
    from retention_ui.texts import Texts

ADDRESS = "d"
DATA_PAGE = str(navigation.path("data"))
SHARE_PAGE = str(navigation.path("share"))
OVERVIEW = str(navigation.path("overview"))
GLOSSARY = str(navigation.path("glossary"))
TERM = "term"

# Nothing that Markdown reads as more than a letter.
_EMAIL = re.compile(r"[A-Za-z0-9.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")


@contextmanager
def line(
    words: Texts, name: str, access: Access | None = None, asks: str | None = None
) -> Iterator[None]:
    """Draw title, dataset, question; what is drawn within joins the title line."""
    with st.container(gap="xxsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.title(words(f"pages.{name}"), width="content", anchor=False)
            st.space("stretch")
            with st.container(
                horizontal=True, width="content", vertical_alignment="center"
            ):
                if access:
                    _about(words, access)
                yield
                if access:
                    _save(words, name, access)
        blocks.note(asks or words(f"question.{name}"))
        if access and access.dashboard and not access.edits:
            _whose(words, access.dashboard)


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


def nothing(words: Texts, error: RetentionError, shared: Access | None = None) -> None:
    """Say that nothing is here, or not shared; lead to what is.

    The page tells no more than that: no name, no title of what might be here.
    """
    title, advice, _ = failures.words(error, words)
    with st.container(gap="xsmall"):
        st.header(title, anchor=False)
        st.markdown(advice)
        if shared and shared.pages:
            first = shared.pages[0]
            st.page_link(
                str(navigation.path(first)),
                label=f":green[{words(f'pages.{first}')}]",
                icon=":material/arrow_forward:",
                icon_position="right",
                query_params={ADDRESS: shared.address},
            )


def no_data(words: Texts, name: str, unfinished: Access | None) -> None:
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


def go_to(address: str | None) -> NoReturn:
    """Open another address, or none, and start the page again."""
    state.choose_address(address)
    st.query_params.clear()
    if address:
        st.query_params[ADDRESS] = address
    st.rerun()


def sample_button(words: Texts) -> None:
    """Offer the sample shop; build it when it is asked for the first time."""
    label = words("empty.sample")
    icon = ":material/storefront:"
    if st.button(label, type="primary", icon=icon, key="empty.sample"):
        with failures.showing(words), st.spinner(words("empty.building")):
            found = datasets.sample()
        go_to(found.id)


def delete_button(words: Texts, dataset: Dataset) -> None:
    """Offer to delete the data; asks once."""
    label, icon = words("data.check.delete"), ":material/delete:"
    if st.button(label, type="tertiary", icon=icon, key="data.delete"):
        title, text = words("data.delete.title"), words("data.delete.text")
        done = partial(_delete, dataset)
        blocks.confirm(words, "data.delete", title, [text], done)


def _delete(dataset: Dataset) -> None:
    corrections.forget(dataset)
    datasets.delete(dataset)
    queries.forget()
    state.choose_address(None)
    st.query_params.clear()


def _about(words: Texts, access: Access) -> None:
    """Draw what is open: a popover named after it, with what can be done there."""
    dashboard, dataset = access.dashboard, access.dataset
    icon = ":material/storefront:"
    if dashboard and not access.edits:
        blocks.note(f"{icon} {md(short(dashboard.name))}", width="content")
        return
    if dashboard:
        label, note = md(short(dashboard.name)), "access.key"
    elif dataset.sample:
        label, note = words("header.sample"), "header.sample_note"
    else:
        label, note = _files(words, dataset.names), "header.key"
    with st.popover(label, type="tertiary", icon=icon):
        blocks.note(words(note))
        st.page_link(DATA_PAGE, label=words("header.data_link"))
        if dashboard:
            st.page_link(SHARE_PAGE, label=words("access.share"))


def _save(words: Texts, name: str, access: Access) -> None:
    """Offer to keep what is not kept yet."""
    known = access.dashboard or access.dataset.sample or not access.dataset.built
    if known or name in ("data", "share"):
        return
    st.page_link(
        SHARE_PAGE,
        label=words("access.save"),
        icon=":material/bookmark_add:",
        help=words("access.save_help", hours=datasets.IDLE_HOURS),
        width="content",
    )


def _whose(words: Texts, dashboard: Dashboard) -> None:
    """Say whose a dashboard is and how to get help, in their own words."""
    told = [
        words(f"access.{field}", **{field: _reached(text)})
        for field in ("owner", "contact")
        if (text := getattr(dashboard, field).strip())
    ]
    if told:
        blocks.note(" · ".join(told))


def _reached(text: str) -> str:
    """Return the owner's words, escaped; an e-mail address as one to write to."""
    return f"[{text}](mailto:{text})" if _EMAIL.fullmatch(text) else md(text)


def _files(words: Texts, names: list[str]) -> str:
    first = md(short(names[0]))
    return words("header.files", count=len(names), name=first, more=len(names) - 1)
