"""Data page of a dashboard: new exports and other answers, first on a draft."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from retention_core.errors import RetentionError
from retention_ui import access as door
from retention_ui import (
    asked,
    blocks,
    datasets,
    drafts,
    failures,
    header,
    moments,
    progress,
    state,
    upload,
)
from retention_ui.formats import Formats, md
from retention_ui.keeping.model import ConflictError, NotHereError
from retention_ui.keeping.store import open_store
from retention_ui.share import leading, versions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from retention_core.ingest.model import Answers, Detection
    from retention_ui.access import Access
    from retention_ui.datasets import Dataset
    from retention_ui.drafts import Draft, Fill
    from retention_ui.keeping.model import Dashboard, Link
    from retention_ui.texts import Texts


def show(texts: Texts, access: Access) -> None:
    """Draw what was just done, and where a new export of a dashboard goes."""
    told(texts, access)
    with st.container(gap="xsmall"):
        st.header(texts("keep.add.title"), anchor=False)
        files = st.file_uploader(
            texts("keep.add.label"),
            upload.TYPES,
            accept_multiple_files=True,
            key="data.more",
        )
        blocks.note(texts("keep.add.note"))
        words = texts("keep.add.read", count=len(files), n=len(files))
        if files and st.button(words, type="primary", key="data.read_more"):
            contents = [(file.name, file.getbuffer()) for file in files]
            _add(texts, access, partial(datasets.add, files=contents), files)
        if where := upload.elsewhere(texts):
            _add(texts, access, partial(datasets.add_from, source=where))


def told(texts: Texts, access: Access) -> None:
    """Say once what was just done; offer to undo a new version."""
    said, dashboard = leading.said(texts), access.dashboard
    if said is None or dashboard is None:
        return
    if said.what in ("nothing", "unchanged"):
        st.info(texts(f"keep.add.{said.what}"), icon=":material/check:")
    elif said.what == "restored":
        words = versions.restored(texts, access, said)
        st.success(words, icon=":material/history:")
    elif said.what == "built" and dashboard.version.number == said.number:
        step = versions.steps(dashboard.id)[0]
        difference = versions.difference(texts, step)
        words = texts("keep.add.built", number=said.number, difference=md(difference))
        with st.container(horizontal=True, vertical_alignment="center"):
            st.success(words, icon=":material/check:")
            st.button(
                texts("keep.add.undo"),
                icon=":material/undo:",
                key="keep.add.undo",
                on_click=versions.undo,
                args=(access, step),
            )


def change(texts: Texts, access: Access, answers: Answers | None = None) -> None:
    """Begin a draft with other answers; with ``answers`` build it at once."""
    try:
        draft = drafts.answer(access)
    except RetentionError as error:
        failures.show(error, texts)
        return
    if answers is None:
        leading.to(draft.id)
    if not _build(texts, draft, answers, access):
        datasets.delete(draft)


def banner(texts: Texts, dataset: Dataset) -> bool:
    """Say of a draft what it is and how to go on; whether it is one."""
    noted = drafts.of(dataset)
    if noted is None:
        return False
    access = holder(texts, noted)
    dashboard = access.dashboard
    if dashboard is None:
        return True
    kind = "built" if dataset.built else "line"
    with st.container(border=True, gap="small"):
        st.markdown(texts(f"keep.draft.{kind}", name=md(dashboard.name)))
        late = dashboard.version.number > noted.based_on
        if late:
            _meanwhile(texts, dashboard)
        leading.said(texts)
        with st.container(horizontal=True):
            if late:
                _to_newest(texts, dataset, noted, access)
            elif dataset.built and st.button(
                texts("keep.draft.save"), type="primary", key="keep.draft.save"
            ):
                commit(dataset, access)
            if st.button(
                texts("keep.draft.discard"),
                icon=":material/delete:",
                key="keep.draft.discard",
            ):
                datasets.delete(dataset)
                leading.to(access.address)
    return True


def newest_first(dataset: Dataset, every: Sequence[Detection]) -> list[Detection]:
    """Return the sheets that are looked at, those that a draft adds before the rest."""
    noted = drafts.of(dataset)
    added = noted.added if noted else ()
    shown = [each for each in every if not each.passed_over]
    return sorted(shown, key=lambda each: each.file not in added)


def built(texts: Texts, dataset: Dataset) -> None:
    """Make a draft that was just built the next version of its dashboard."""
    noted = drafts.of(dataset)
    if noted is not None:
        commit(dataset, holder(texts, noted))


def commit(draft: Dataset, access: Access) -> None:
    """Make a built draft the next version, and lead to it; say so where it fails."""
    noted = drafts.of(draft)
    try:
        found = drafts.commit(draft, access)
    except ConflictError:  # the draft says who saved, and leads on
        leading.to(draft.id)
    except RetentionError as error:
        leading.to(draft.id, error)
    if found:
        leading.to(access.address, leading.Said("built", found.number))
    answered = noted is not None and noted.change == "answered"
    leading.to(access.address, leading.Said("unchanged" if answered else "nothing"))


def holder(texts: Texts, noted: Draft) -> Access:
    """Return the dashboard of a draft as this browser holds it; end where it does not.

    By the link that the draft was begun with, else by another key to it.
    """
    browser = state.browser()
    held = [
        link for one, link in open_store().held_by(browser) if one.id == noted.dashboard
    ]
    held.sort(key=lambda link: link.id != noted.link)
    found = next((each for each in map(_opened, held) if each), None)
    if found is None:
        failures.show(NotHereError(), texts)
        st.stop()
    return found


def unfinished(texts: Texts, dataset: Dataset) -> None:
    """Say on another page that a draft is open, and lead to it."""
    noted = drafts.of(dataset)
    if noted is None:
        return
    dashboard = holder(texts, noted).dashboard
    name = md(dashboard.name) if dashboard else ""
    with st.container(gap="xsmall"):
        st.header(texts("keep.draft.alone", name=name), anchor=False)
        if st.button(texts("keep.draft.finish"), type="primary", key="keep.draft.go"):
            st.switch_page(header.DATA_PAGE, query_params=dict(st.query_params))


def _opened(link: Link) -> Access | None:
    with suppress(NotHereError):
        return door.find(link.id, state.browser())
    return None


def _add(
    texts: Texts, access: Access, fill: Fill, files: Sequence[UploadedFile] = ()
) -> None:
    try:
        with progress.shown(texts) as on_progress:
            draft = drafts.add(access, fill, on_progress)
    except RetentionError as error:
        failures.show(error, texts)
        return
    upload.free(files)
    if draft is None:
        leading.to(access.address, leading.Said("nothing"))
    leading.to(draft.id)


def _build(texts: Texts, draft: Dataset, answers: Answers, access: Access) -> bool:
    """Build a draft and make it a version; say so, and return, where that fails."""
    try:
        with progress.shown(texts) as on_progress:
            datasets.build(draft, answers, on_progress)
    except RetentionError as error:
        failures.show(error, texts)
        return False
    commit(draft, access)
    return True


def _meanwhile(texts: Texts, dashboard: Dashboard) -> None:
    version, formats = dashboard.version, Formats(texts.lang)
    words = texts(
        "keep.draft.meanwhile",
        by=md(version.by or texts("keep.versions.owner")),
        number=version.number,
        when=formats.moment(version.made_at.astimezone(moments.zone())),
    )
    st.warning(words, icon=":material/group:")


def _to_newest(texts: Texts, dataset: Dataset, noted: Draft, access: Access) -> None:
    kind = "answered" if noted.change == "answered" else "added"
    number = access.dashboard.version.number if access.dashboard else 0
    label = texts(f"keep.draft.{kind}", number=number)
    if not st.button(label, type="primary", key="keep.draft.newest"):
        return
    draft = None
    try:
        with progress.shown(texts) as on_progress:
            draft = drafts.on_newest(dataset, access, on_progress)
            # The old draft is gone: where this is stopped, the new one is open.
            state.choose_address(draft.id)
            st.query_params[header.ADDRESS] = draft.id
            if not asked.questions(draft.detection()):
                datasets.build(draft, draft.answers(), on_progress)
    except RetentionError as error:
        leading.to((draft or dataset).id, error)
    if not draft.built:
        leading.to(draft.id)
    commit(draft, access)
