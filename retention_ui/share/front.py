"""Page Share: nothing open, a dataset to be saved, or a dashboard and all about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from retention_ui import drafts, header, state
from retention_ui.formats import md
from retention_ui.share import (
    adding,
    leading,
    links,
    moving,
    opening,
    saving,
    settings,
    versions,
)

if TYPE_CHECKING:
    from retention_ui.access import Access
    from retention_ui.keeping.model import Dashboard
    from retention_ui.page import DataPage
    from retention_ui.texts import Texts


def show(page: DataPage) -> None:
    """Draw what can be kept and shared of what is open."""
    texts, access = page.texts, page.access
    if access is None:
        _nothing(texts)
    elif access.dashboard is not None:
        _dashboard(page, access, access.dashboard)
    elif drafts.of(access.dataset):
        adding.unfinished(texts, access.dataset)
    elif not access.dataset.built:
        header.no_data(texts, "share", access)
    else:
        leading.said(texts)
        saving.form(texts, access)
        opening.held(texts, "keep.open.title")


def _nothing(texts: Texts) -> None:
    said = leading.said(texts)
    if said and said.what == "deleted":
        words = texts("keep.delete.done", name=md(said.name))
        st.success(words, icon=":material/check:")
    if not opening.held(texts, "keep.open.title"):
        header.no_data(texts, "share", None)
    opening.pasted(texts)
    moving.importer(texts)


def _dashboard(page: DataPage, access: Access, dashboard: Dashboard) -> None:
    texts, formats = page.texts, page.formats
    state.start_from(dashboard.settings.choices)
    if access.link and (token := leading.key_to(access.link.id)):
        leading.said(texts)
        saving.key(texts, formats, access, token)
        return
    _told(texts, access)
    links.show(page)
    versions.show(texts, formats, access, dashboard)
    settings.start(texts, formats, dashboard)
    settings.about(texts, dashboard)
    settings.end(texts, formats, dashboard)
    moving.exporter(texts, access)
    settings.delete(texts, formats, access)
    opening.held(texts, "keep.open.others", besides=dashboard.id)


def _told(texts: Texts, access: Access) -> None:
    said = leading.said(texts)
    if said is None:
        return
    done = {
        "settled": "keep.start.set_done",
        "renamed": "keep.about.done",
        "ends": "keep.end.done",
    }
    if said.what in done:
        st.success(texts(done[said.what]), icon=":material/check:")
    elif said.what == "restored":
        words = versions.restored(texts, access, said)
        st.success(words, icon=":material/history:")
