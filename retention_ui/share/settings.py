"""Page Share of a dashboard: where everybody begins, whose it is, its end."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from retention_core.errors import RetentionError
from retention_ui import blocks, failures, inputs, moments, queries, state
from retention_ui.formats import md
from retention_ui.keeping.store import open_store
from retention_ui.share import leading, saving
from retention_ui.texts import catalogue, fields

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from retention_ui.access import Access
    from retention_ui.formats import Formats
    from retention_ui.keeping.model import Dashboard, Settings
    from retention_ui.texts import Texts

    Choices = Mapping[str, str | list[str]]


def start(texts: Texts, formats: Formats, dashboard: Dashboard) -> None:
    """Draw which settings everybody begins with, beside those of this tab."""
    ours, here = dashboard.settings.choices, inputs.present()
    with st.container(gap="xsmall"):
        st.header(texts("keep.start.title"), anchor=False)
        if ours or here:
            frame = _compared(texts, ours, here)
            st.table(frame, border="horizontal", hide_index=True)
        else:
            st.markdown(texts("keep.start.nothing"))
        blocks.note(texts("keep.start.note"))
        _marks(texts, formats, dashboard.settings)
        with st.container(horizontal=True):
            same = dict(ours) == here
            if st.button(
                texts("keep.start.keep"),
                disabled=same,
                help=texts("keep.start.keep_none") if same else None,
                icon=":material/groups:",
                key="keep.start.keep",
            ):
                _settle(texts, dashboard, here)
            if ours and st.button(
                texts("keep.start.drop"), type="tertiary", key="keep.start.drop"
            ):
                _settle(texts, dashboard, {})


def about(texts: Texts, dashboard: Dashboard) -> None:
    """Draw name, owner and contact, to be changed."""
    now = saving.About(dashboard.name, dashboard.owner, dashboard.contact)
    with st.container(gap="xsmall"):
        st.header(texts("keep.about.title"), anchor=False)
        with st.form("keep.about", border=False):
            found = saving.fields(texts, "keep.about", now)
            blocks.note(texts("keep.about.note"))
            pressed = st.form_submit_button(
                texts("keep.about.button"), key="keep.about.button"
            )
        if pressed and not found.name:
            st.error(texts("keep.save.nameless"), icon=":material/error:")
        elif pressed:
            _do(
                texts,
                lambda: open_store().rename(
                    dashboard.id,
                    name=found.name,
                    owner=found.owner,
                    contact=found.contact,
                ),
                "renamed",
            )


def end(texts: Texts, formats: Formats, dashboard: Dashboard) -> None:
    """Draw until when it is kept, to be changed."""
    with st.container(gap="xsmall"):
        st.header(texts("keep.end.title"), anchor=False)
        if dashboard.expires_at is None:
            st.markdown(texts("keep.end.never"))
        else:
            day = formats.date(moments.day(dashboard.expires_at))
            st.markdown(texts("keep.end.on", date=day))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            span = saving.until(texts, "keep.end.until")
            if st.button(texts("keep.end.button"), key="keep.end.button"):
                at = saving.ends(span)
                _do(texts, lambda: open_store().expire(dashboard.id, at), "ends")


def delete(texts: Texts, formats: Formats, access: Access) -> None:
    """Draw what goes for good, and the way to it; asks once."""
    if access.dashboard is None:
        return
    with st.container(gap="xsmall"):
        st.header(texts("keep.delete.title"), anchor=False)
        words = _what_goes(texts, formats, access.dashboard)
        st.markdown(words)
        if st.button(
            texts("keep.delete.button"), icon=":material/delete:", key="keep.delete"
        ):
            title = texts("keep.delete.ask", name=md(access.dashboard.name))
            done = partial(_delete, access)
            blocks.confirm(texts, "keep.delete", title, [words], done)


def _delete(access: Access) -> None:
    dashboard = access.dashboard
    if dashboard is None:
        return
    try:
        access.again()
        open_store().delete(dashboard.id)
    except RetentionError as error:
        leading.say(error)
        return
    queries.forget()
    leading.hide_key()
    state.choose_address(None)
    st.query_params.clear()
    leading.say(leading.Said("deleted", name=dashboard.name))


def _what_goes(texts: Texts, formats: Formats, dashboard: Dashboard) -> str:
    store = open_store()
    versions, links = store.versions(dashboard.id), store.links(dashboard.id)
    counts = {
        "files": len({name for each in versions for name in each.totals.files}),
        "versions": len(versions),
        "links": sum(each.revoked_at is None for each in links),
    }
    told = {
        what: texts(f"keep.delete.{what}", count=n, n=formats.count(n))
        for what, n in counts.items()
    }
    return texts("keep.delete.text", name=f"**{md(dashboard.name)}**", **told)


def _settle(texts: Texts, dashboard: Dashboard, choices: Choices) -> None:
    def change(settings: Settings) -> Settings:
        return replace(settings, choices=dict(choices))

    _do(texts, lambda: open_store().settle(dashboard.id, change), "settled")


def _do(texts: Texts, work: Callable[[], object], said: str) -> None:
    try:
        work()
    except RetentionError as error:
        failures.show(error, texts)
        return
    leading.again(leading.Said(said))


def _compared(texts: Texts, ours: Choices, here: Choices) -> pd.DataFrame:
    keys = [*ours, *(each for each in here if each not in ours)]
    return pd.DataFrame(
        {
            texts("keep.start.setting"): [_label(texts, each) for each in keys],
            texts("keep.start.everybody"): [_told(texts, e, ours) for e in keys],
            texts("keep.start.here"): [_told(texts, each, here) for each in keys],
        }
    )


def _label(texts: Texts, key: str) -> str:
    page, _, field = key.partition(".")
    name = f"{key}.label"
    label = field.replace("_", " ")
    if name in texts and not fields(catalogue(texts.lang).get(name, "{}")):
        label = texts(name)
    if f"pages.{page}" in texts:
        return f"{texts(f'pages.{page}')}: {md(label)}"
    return md(label)


def _told(texts: Texts, key: str, choices: Choices) -> str:
    value = choices.get(key)
    if value is None:
        return texts("keep.start.proposed")
    values = [value] if isinstance(value, str) else value
    return ", ".join(_option(texts, key, each) for each in values)


def _option(texts: Texts, key: str, value: str) -> str:
    name = f"{key}.{value}"
    return texts(name) if value and name in texts else md(value)


def _marks(texts: Texts, formats: Formats, settings: Settings) -> None:
    if many := len(settings.marks):
        words = texts("keep.start.marks", count=many, n=formats.count(many))
        blocks.note(words)
