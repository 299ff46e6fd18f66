"""Ways to a dashboard: those this browser holds, a key that is pasted, a file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import streamlit as st

from retention_core.errors import RetentionError
from retention_ui import blocks, failures, header, moments, state
from retention_ui.formats import Formats, md
from retention_ui.keeping.model import PasswordError
from retention_ui.keeping.store import open_store
from retention_ui.share import addresses, leading

if TYPE_CHECKING:
    from retention_ui.keeping.model import Dashboard, Link
    from retention_ui.texts import Texts

_TOKEN = re.compile(r"(?:^|/s/)([A-Za-z0-9_-]{43})(?:$|[/?#])")


def held(texts: Texts, title: str, besides: str | None = None) -> bool:
    """List the dashboards that this browser holds; whether there is one.

    ``besides`` is the id of one that is open already.
    """
    found: dict[str, tuple[Dashboard, Link]] = {}
    for dashboard, link in open_store().held_by(state.browser()):
        if dashboard.id != besides:
            found.setdefault(dashboard.id, (dashboard, link))
    if not found:
        return False
    with st.container(gap="xsmall"):
        st.header(texts(title), anchor=False)
        blocks.note(texts("keep.open.note"))
        for dashboard, link in found.values():
            with st.container(horizontal=True, vertical_alignment="center"):
                st.page_link(
                    header.OVERVIEW,
                    label=f"**{md(dashboard.name)}**",
                    icon=":material/bookmark:",
                    query_params={header.ADDRESS: link.id},
                )
                blocks.note(_line(texts, dashboard), width="content")
    return True


def pasted(texts: Texts) -> None:
    """Let a key be pasted; it leads to its dashboard."""
    with st.container(gap="xsmall"):
        st.header(texts("keep.open.key_title"), anchor=False)
        with (
            st.form("keep.open", border=False),
            st.container(horizontal=True, vertical_alignment="bottom"),
        ):
            typed = st.text_input(
                texts("keep.open.key_label"),
                placeholder=texts("keep.open.key_example"),
                autocomplete="off",
                key="keep.open.key",
                width=420,
            )
            pressed = st.form_submit_button(
                texts("keep.open.key_open"),
                icon=":material/key:",
                key="keep.open.button",
            )
        blocks.note(texts("keep.open.key_note"))
        if pressed:
            _open(texts, token(typed or ""))


def token(text: str) -> str | None:
    """Return the token in a pasted address, or in what is one alone."""
    found = _TOKEN.search(text.strip())
    return found[1] if found else None


def _open(texts: Texts, found: str | None) -> None:
    if found is None:
        st.error(texts("keep.open.key_none"), icon=":material/key_off:")
        return
    try:
        link = open_store().arrive(found, state.browser())
    except PasswordError:
        # The page that asks for it counts the tries.
        st.info(texts("keep.open.key_password"), icon=":material/password:")
        st.link_button(texts("keep.open.key_there"), addresses.of(found))
    except RetentionError as error:
        failures.show(error, texts)
    else:
        state.forget("keep.open.key")
        leading.to(link.id)


def _line(texts: Texts, dashboard: Dashboard) -> str:
    version, formats = dashboard.version, Formats(texts.lang)
    return texts(
        "keep.open.line",
        date=formats.date(version.totals.as_of),
        number=version.number,
        day=formats.date(moments.day(version.made_at)),
    )
