"""Who holds a link to a dashboard: those in use, an end to one, those that ended."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from retention_core.errors import RetentionError
from retention_ui import blocks, failures, moments, state
from retention_ui.formats import ABSENT, md
from retention_ui.keeping import store
from retention_ui.share import link_words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from retention_ui.access import Access
    from retention_ui.keeping.model import Link
    from retention_ui.page import DataPage
    from retention_ui.texts import Texts

REFUSED, FIND, TURNED = "links.refused", "links.find", "links.page"
ON_A_PAGE = 10


def listed(page: DataPage, access: Access, used: Sequence[Link]) -> None:
    """Draw the links in use, ten at a time; many can be searched."""
    shown = list(used)
    if len(used) > ON_A_PAGE:
        wanted = st.text_input(
            page.texts("links.list.find"), type="search", key=FIND, width=320
        )
        words = (wanted or "").casefold().split()
        shown = [
            each
            for each in used
            if all(word in each.label.casefold() for word in words)
        ]
        if not shown:
            blocks.note(page.texts("links.list.nobody"))
    pages = -(-len(shown) // ON_A_PAGE)
    turned = min(int(state.widget(TURNED) or 1), max(1, pages))
    for each in shown[(turned - 1) * ON_A_PAGE : turned * ON_A_PAGE]:
        _row(page, access, each, used)
    if pages > 1:
        if state.widget(TURNED) and turned != state.widget(TURNED):
            state.forget(TURNED)
        st.pagination(pages, key=TURNED)


def _row(page: DataPage, access: Access, link: Link, used: Sequence[Link]) -> None:
    texts, formats = page.texts, page.formats
    last = link.kind == "edit" and not any(_lasts(e) for e in used if e != link)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(gap=None, width="stretch"):
            name = md(link.label) or texts("links.list.nameless")
            own = access.link is not None and link.id == access.link.id
            mark = f" :green-badge[{texts('links.list.own')}]" if own else ""
            st.markdown(f"**{name}** {texts(f'links.kind.{link.kind}')}{mark}")
            shows = texts("links.shows.everything")
            if link.kind == "view":
                phrases = link_words.shows(texts, formats, link.terms)
                shows = " · ".join(phrases)
            blocks.note(shows)
            gone = access.dashboard.expires_at if access.dashboard else None
            ends = link_words.earlier(link.expires_at, gone)
            blocks.note(link_words.line(texts, formats, link, ends))
        if st.button(
            texts("links.withdraw.button"),
            type="tertiary",
            icon=":material/link_off:",
            key=f"links.withdraw.{link.id}",
            disabled=last,
            help=texts("links.withdraw.last") if last else None,
        ):
            said = [texts("links.withdraw.text", who=name)]
            said += [texts("links.withdraw.own")] * own
            done = partial(_withdraw, access, link)
            title = texts("links.withdraw.title")
            blocks.confirm(texts, "links.withdraw", title, said, done)


def _lasts(link: Link) -> bool:
    """Whether it is a key without an end: one of those must stay (see the store)."""
    return link.kind == "edit" and link.expires_at is None


def _withdraw(access: Access, link: Link) -> None:
    """Withdraw a link, unless whoever asks has lost their own meanwhile."""
    try:
        access.again()
        store.open_store().revoke(link.id)
    except RetentionError as error:
        state.set_widget(REFUSED, error)


def refused(texts: Texts) -> None:
    """Say why the last link was not withdrawn; once."""
    error = state.widget(REFUSED)
    if isinstance(error, RetentionError):
        failures.show(error, texts)
        state.forget(REFUSED)


def over(page: DataPage, gone: Sequence[Link], now: dt.datetime) -> None:
    """Fold away what does not open any more."""
    if not gone:
        return
    texts, formats = page.texts, page.formats
    many = formats.count(len(gone))

    def day(moment: dt.datetime | None) -> str:
        return ABSENT if moment is None else formats.date(moments.day(moment))

    rows = [
        {
            texts("links.over.who"): each.label or texts("links.list.nameless"),
            texts("links.over.kind"): texts(f"links.kind.{each.kind}"),
            texts("links.over.state"): texts(
                f"links.over.{link_words.state(each, now)}",
                date=day(each.revoked_at or each.expires_at),
            ),
            texts("links.over.opened"): day(each.last_used_at),
        }
        for each in gone
    ]
    with st.expander(
        texts("links.over.title", count=len(gone), n=many), type="compact"
    ):
        blocks.table(pd.DataFrame(rows), "links.over")
