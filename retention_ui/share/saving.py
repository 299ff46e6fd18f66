"""Page Share of an unsaved dataset: keep it as a dashboard; the key, shown once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from retention_core.errors import RetentionError
from retention_ui import (
    blocks,
    datasets,
    downloads,
    failures,
    header,
    inputs,
    marks,
    moments,
    queries,
    state,
)
from retention_ui.formats import md
from retention_ui.keeping.model import Settings
from retention_ui.keeping.store import open_store
from retention_ui.share import addresses, leading, link_made

if TYPE_CHECKING:
    from retention_ui.access import Access
    from retention_ui.datasets import Dataset
    from retention_ui.formats import Formats
    from retention_ui.keeping.model import Dashboard, Link
    from retention_ui.texts import Texts

LONGEST = 60
NEVER = "never"
SPANS = (NEVER, "30", "90", "365")
KEY = "keep.save"


@dataclass(frozen=True)
class About:
    """Whose a dashboard is, in their own words; all but the name may be empty."""

    name: str
    owner: str
    contact: str


def form(texts: Texts, access: Access) -> None:
    """Draw the form by which a dataset becomes a dashboard."""
    with st.container(gap="xsmall"):
        st.header(texts("keep.save.title"), anchor=False)
        st.markdown(texts("keep.save.text"))
        if access.dataset.sample:
            blocks.note(texts("keep.save.sample"))
        with st.form(KEY, border=False):
            about = fields(texts, KEY, About("", "", ""))
            span = until(texts, f"{KEY}.until")
            blocks.note(texts("keep.save.with"))
            pressed = st.form_submit_button(
                texts("keep.save.button"),
                type="primary",
                icon=":material/bookmark_add:",
                key=f"{KEY}.button",
            )
    if not pressed:
        return
    if not about.name:
        st.error(texts("keep.save.nameless"), icon=":material/error:")
        return
    try:
        with st.spinner(texts("keep.save.saving")):
            link, token = _save(access, about, ends(span))
    except RetentionError as error:
        failures.show(error, texts)
        return
    _leave(access.dataset)
    leading.show_key(link.id, token)
    leading.to(link.id)


def key(texts: Texts, formats: Formats, access: Access, token: str) -> None:
    """Show the key that nobody can see again, until somebody says that it is kept."""
    dashboard, link = access.dashboard, access.link
    if dashboard is None or link is None:
        return
    address = addresses.of(token)
    with st.container(border=True, gap="small"):
        title = texts("keep.key.title", name=md(dashboard.name))
        st.header(title, anchor=False)
        st.markdown(texts("keep.key.text"))
        st.code(address, language=None, wrap_lines=True)
        with st.container(horizontal=True, gap="small"):
            _download(texts, formats, (dashboard, link), address)
            if st.button(
                texts("keep.key.confirm"),
                type="primary",
                icon=":material/check:",
                key="keep.key.confirm",
            ):
                leading.hide_key()
                st.switch_page(header.OVERVIEW, query_params=dict(st.query_params))
        blocks.note(texts("keep.key.lost"))


def fields(texts: Texts, key: str, now: About) -> About:
    """Draw the fields on name and owner; return what they say."""
    with st.grid(3, min_column_width=240, gap=("small", "small")) as grid:
        found = []
        for name, value in (
            ("name", now.name),
            ("owner", now.owner),
            ("contact", now.contact),
        ):
            example = "keep.save.optional"
            if f"keep.save.{name}_example" in texts:
                example = f"keep.save.{name}_example"
            help_key = f"keep.save.{name}_help"
            with grid.cell():
                typed = st.text_input(
                    texts(f"keep.save.{name}"),
                    value,
                    max_chars=LONGEST,
                    placeholder=texts(example),
                    help=texts(help_key) if help_key in texts else None,
                    key=f"{key}.{name}",
                )
            found.append(" ".join((typed or "").split()))
    return About(*found)


def until(texts: Texts, key: str) -> str:
    """Draw the choice of how long it is kept; return one of ``SPANS``."""
    return st.selectbox(
        texts("keep.save.until"),
        SPANS,
        format_func=lambda each: texts(f"keep.until.{each}"),
        key=key,
        width=230,
    )


def ends(span: str) -> dt.datetime | None:
    """Return when a dashboard that is kept for so long is deleted; ``None``: never."""
    if span == NEVER:
        return None
    return moments.end_of(moments.today() + dt.timedelta(days=int(span)))


def present(access: Access) -> Settings:
    """Return the settings and marks of this session, to be kept with a dashboard."""
    noted = tuple((each.day.isoformat(), each.words) for each in marks.of(access))
    return Settings(inputs.present(), noted)


def _save(access: Access, about: About, end: dt.datetime | None) -> tuple[Link, str]:
    _, link, token = open_store().save(
        access.dataset.folder,
        name=about.name,
        owner=about.owner,
        contact=about.contact,
        settings=present(access),
        browser=state.browser(),
        expires_at=end,
    )
    return link, token


def _leave(dataset: Dataset) -> None:
    """Delete what stands as a dashboard now; corrections of it stay in this browser."""
    datasets.delete(dataset)
    if not dataset.sample:
        queries.forget()


def _download(
    texts: Texts, formats: Formats, of: tuple[Dashboard, Link], address: str
) -> None:
    content = link_made.written(texts, formats, *of, address)
    st.download_button(
        texts("keep.key.download"),
        content.encode(),
        downloads.file_name([of[0].name, texts("keep.key.file")], address, "txt"),
        link_made.TEXT,
        on_click="ignore",
        icon=":material/download:",
        key="keep.key.file",
    )
