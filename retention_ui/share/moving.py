"""Pieces of page Share: a whole dashboard out as one file, and in again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from retention_core.errors import RetentionError
from retention_ui import blocks, failures, progress, state, upload
from retention_ui.formats import Formats
from retention_ui.keeping import moving, problems
from retention_ui.keeping.store import open_store
from retention_ui.serving import outgoing
from retention_ui.share import leading

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from retention_ui.access import Access
    from retention_ui.keeping.model import Link
    from retention_ui.texts import Texts


def exporter(texts: Texts, access: Access) -> None:
    """Draw the way out for who holds the key to a dashboard."""
    dashboard, link = access.dashboard, access.link
    if dashboard is None or link is None or not access.edits:
        return
    count = len(open_store().versions(dashboard.id))
    with st.container(gap="xsmall"):
        st.header(texts("moving.out.title"), anchor=False)
        many = Formats(texts.lang).count(count)
        st.markdown(texts("moving.out.text", count=count, n=many))
        st.link_button(
            texts("moving.out.button"),
            # Relative: a proxy may serve us below a path of its own.
            f".{outgoing.PATH}{link.id}",
            icon=":material/download:",
        )
        blocks.note(texts("moving.out.note"))


def importer(texts: Texts) -> None:
    """Draw the way in; a dashboard that was taken over is opened, its key shown."""
    with st.container(gap="xsmall"):
        st.header(texts("moving.in.title"), anchor=False)
        file = st.file_uploader(
            texts("moving.in.label"), [moving.SUFFIX], key="moving.file"
        )
        limit = st.get_option("server.maxUploadSize")
        blocks.note(texts("moving.in.note", limit=limit))
        pressed = file is not None and st.button(
            texts("moving.in.button"), type="primary", key="moving.import"
        )
    if not (pressed and file):
        return
    try:
        link, token = _taken(texts, file)
    except RetentionError as error:
        failures.show(error, texts)
        return
    leading.show_key(link.id, token)
    leading.to(link.id)


def _taken(texts: Texts, file: UploadedFile) -> tuple[Link, str]:
    """Take a file over under a bar; its bytes are given back."""
    with progress.shown(texts) as on_progress, moving.scratch() as folder:
        path = folder / "incoming"
        with problems.told():
            path.write_bytes(file.getbuffer())
        upload.free([file])
        _, link, token = moving.unpack(
            open_store(),
            path,
            state.browser(),
            name=file.name,
            on_progress=on_progress,
        )
    return link, token
