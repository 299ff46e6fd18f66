"""The links to a dashboard: who holds one, what it shows, a new one, an end to one."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import streamlit as st

from retention_core.errors import RetentionError
from retention_ui import blocks, failures, queries, state
from retention_ui.keeping import copies, problems, store
from retention_ui.share import addresses, handing, holders, offering, offers, promises

if TYPE_CHECKING:
    from retention_ui.access import Access
    from retention_ui.keeping.model import Dashboard, Link
    from retention_ui.page import DataPage
    from retention_ui.questions.shop import Facts
    from retention_ui.share.offers import Offer
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
        holders.refused(page.texts)
        _new(page, access, access.dashboard, facts)
        now = dt.datetime.now(dt.UTC)
        found = store.open_store().links(access.dashboard.id)
        used = [each for each in found if promises.state(each, now) == "used"]
        with head:
            many = page.formats.count(len(used))
            title = page.texts("links.list.title", count=len(used), n=many)
            st.header(title, help=page.texts("links.list.help"), anchor=False)
            blocks.note(page.texts("links.list.note"))
        holders.listed(page, access, used)
        holders.over(page, [each for each in found if each not in used], now)


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
        form = offering.Form(texts, formats, facts, values, state.left())
        offer = form.draw()
        ends = promises.earlier(offer.expires_at, dashboard.expires_at)
        words = offers.preview(texts, formats, offer, ends)
        st.info(words, icon=":material/visibility:")
        if not _asked(texts, offer):
            return
        made = _make(texts, dashboard, offer)
    if made:
        state.set_widget(OPEN, value=False)
        link, token = made
        place.empty()
        with after.container(border=True, gap="small"):
            handing.over(texts, formats, dashboard, link, addresses.of(token))


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
        least = offers.SHORTEST_PASSWORD
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
    offering.begin()
    state.set_widget(OPEN, value=True)


def _close() -> None:
    state.set_widget(OPEN, value=False)
