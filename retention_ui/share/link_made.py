"""A new link, shown once: its address, as a text to keep, as a frame for a web page."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import streamlit as st

from retention_ui import blocks, downloads
from retention_ui.formats import md, plain
from retention_ui.share import link_words

if TYPE_CHECKING:
    from retention_ui.formats import Formats
    from retention_ui.keeping.model import Dashboard, Link
    from retention_ui.texts import Texts

TEXT = "text/plain"
FRAME_HEIGHT = 900


def over(
    texts: Texts, formats: Formats, dashboard: Dashboard, link: Link, address: str
) -> None:
    """Draw the address of a link that was just made; nobody can see it again."""
    who = link.label
    st.header(texts("links.made.title", who=md(who)), anchor=False)
    st.code(address, language=None, wrap_lines=True)
    blocks.note(texts(f"links.made.note.{link.kind}"))
    if link.password:
        st.info(texts("links.made.password"), icon=":material/key:")
    content = written(texts, formats, dashboard, link, address)
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            texts("links.made.download"),
            content.encode(),
            downloads.file_name([texts("links.made.file"), who], address, "txt"),
            TEXT,
            on_click="ignore",
            icon=":material/download:",
            key="links.made.text",
        )
        # Any click is another run, and in that the address is not known any more.
        st.button(texts("links.made.done"), type="tertiary", key="links.made.done")
    if link.kind == "view":
        with st.expander(
            texts("links.made.frame"), type="compact", icon=":material/code:"
        ):
            st.code(frame(address, dashboard.name), language=None, wrap_lines=True)
            blocks.note(texts("links.made.frame_note"))


def written(
    texts: Texts, formats: Formats, dashboard: Dashboard, link: Link, address: str
) -> str:
    """Return the text file in which somebody keeps a link."""
    ends = link_words.earlier(link.expires_at, dashboard.expires_at)
    lines = [
        texts("links.made.lines.what", name=plain(dashboard.name)),
        texts("links.made.lines.who", who=plain(link.label)),
        texts(f"links.made.lines.{link.kind}"),
        texts("links.made.lines.until", until=link_words.until(texts, formats, ends)),
        "",
        address,
        "",
        texts("links.made.lines.key"),
    ]
    if link.password:
        lines.append(texts("links.made.lines.password"))
    return "\r\n".join([*lines, ""])


def frame(address: str, title: str) -> str:
    """Return what puts a dashboard into somebody's own web page."""
    name = html.escape(title, quote=True)
    where = html.escape(f"{address}?embed=true", quote=True)
    return (
        f'<iframe src="{where}" title="{name}" width="100%"'
        f' height="{FRAME_HEIGHT}" style="border:0"></iframe>'
    )
