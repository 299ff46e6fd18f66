"""The links to a dashboard: who holds one, what it shows, a new one, an end to one."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import streamlit as st

from retention_core.errors import RetentionError
from retention_ui import blocks, failures, queries, state
from retention_ui.keeping import copies, problems, store
from retention_ui.share import (
    addresses,
    link_form,
    link_list,
    link_made,
    link_words,
    new_link,
)

if TYPE_CHECKING:
    from retention_ui.access import Access
    from retention_ui.keeping.model import Dashboard, Link
    from retention_ui.page import DataPage
    from retention_ui.questions.shop import Facts
    from retention_ui.share.new_link import Offer
    from retention_ui.texts import Texts

OPEN = "links.open"


def show(page: DataPage) -> None:
    """Draw the links of a dashboard, and the way to a new one; for its editors only."""
    access, facts = page.access, page.facts
    if access is None or facts is None or not access.edits:
        return
    if access.dashboard is None or access.link is None:
        return
    with st.container(gap="small"):
        head = st.container(gap="xsmall")
        link_list.refused(page.texts)
        _new(page, access, access.dashboard, facts)
        now = dt.datetime.now(dt.UTC)
        found = store.open_store().links(access.dashboard.id)
        used = [each for each in found if link_words.state(each, now) == "used"]
        with head:
            many = page.formats.count(len(used))
            title = page.texts("links.list.title", count=len(used), n=many)
            st.header(title, help=page.texts("links.list.help"), anchor=False)
            blocks.note(page.texts("links.list.note"))
        link_list.listed(page, access, used)
        link_list.over(page, [each for each in found if each not in used], now)


def _new(page: DataPage, access: Access, dashboard: Dashboard, facts: Facts) -> None:
    """Draw the way to a new link; once it is made, its address in place of the form."""
    texts, formats = page.texts, page.formats
    if not state.widget(OPEN):
        label, icon = texts("links.new.open"), ":material/add_link:"
        st.button(label, type="primary", icon=icon, key="links.begin", on_click=_begin)
        return
    # Two places: one that is filled anew keeps what is longer of the form below it.
    place, after = st.empty(), st.container()
    with place.container(border=True, gap="small"):
        st.header(texts("links.new.title"), anchor=False)
        values = queries.values(access.dataset)
        form = link_form.Form(texts, formats, facts, values, state.left())
        offer = form.draw()
        ends = link_words.earlier(offer.expires_at, dashboard.expires_at)
        words = new_link.preview(texts, formats, offer, ends)
        st.info(words, icon=":material/visibility:")
        if not _asked(texts, offer):
            return
        made = _make(texts, dashboard, offer)
    if made:
        state.set_widget(OPEN, value=False)
        link, token = made
        place.empty()
        with after.container(border=True, gap="small"):
            link_made.over(texts, formats, dashboard, link, addresses.of(token))


def _asked(texts: Texts, offer: Offer) -> bool:
    """Draw the form's buttons; whether the link is to be made, and can be."""
    with st.container(horizontal=True, gap="small"):
        pressed = st.button(
            texts("links.new.make"),
            type="primary",
            icon=":material/add_link:",
            key="links.make",
        )
        st.button(
            texts("links.new.cancel"),
            type="tertiary",
            key="links.cancel",
            on_click=_close,
        )
    wrong = offer.wrong() if pressed else []
    for each in wrong:
        least = new_link.SHORTEST_PASSWORD
        st.error(texts(f"links.new.wrong.{each}", n=least), icon=":material/error:")
    return pressed and not wrong


def _make(texts: Texts, dashboard: Dashboard, offer: Offer) -> tuple[Link, str] | None:
    """Make the link and the copy that it shows, so that its first viewer need not wait.

    The copy first: where the disk is full there is no link either.
    """
    kept = store.open_store()
    try:
        with st.spinner(texts("links.new.making")), problems.told():
            if offer.kind == "view":
                key = kept.pseudonym_key(dashboard.id)
                copies.of(dashboard, offer.terms, key)
            return kept.link(
                dashboard.id,
                kind=offer.kind,
                label=offer.label,
                terms=offer.terms,
                expires_at=offer.expires_at,
                password=offer.password,
                start=offer.start,
            )
    except RetentionError as error:
        failures.show(error, texts)
        return None


def _begin() -> None:
    link_form.begin()
    state.set_widget(OPEN, value=True)


def _close() -> None:
    state.set_widget(OPEN, value=False)
