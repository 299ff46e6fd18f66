"""Data page before there is data: upload, or look round first."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from retention_core.errors import RetentionError
from retention_core.ingest import sources
from retention_ui import (
    blocks,
    corrections,
    downloads,
    exports,
    failures,
    header,
    progress,
)
from retention_ui.formats import md

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from retention_ui.datasets import Dataset, OnProgress
    from retention_ui.texts import Texts

TYPES = [
    *("csv", "tsv", "tab", "txt", "dat"),
    *("xlsx", "xlsm", "xlsb", "xls", "ods"),
    *("zip", "gz"),
]
HOLDS = (
    "ordered_at",
    "amount",
    "customer",
    "order_id",
    "product",
    "quantity",
    "channel",
    "currency",
)
TEMPLATE = {
    "order_id": ["1001", "1001"],
    "ordered_at": ["2026-05-18", "2026-05-18"],
    "customer_id": ["C-1042", "C-1042"],
    "email": ["ann@example.com", "ann@example.com"],
    "product": ["House blend beans", "Paper filters"],
    "category": ["Coffee", "Equipment"],
    "quantity": [2, 1],
    "amount": [23.80, 4.90],
    "currency": ["EUR", "EUR"],
    "channel": ["Instagram", "Instagram"],
}


def show(texts: Texts) -> None:
    """Draw the page: where files go, the sample shop, what a file should hold."""
    grid = st.grid(3, min_column_width=300, gap=("medium", "medium"))
    with grid.cell(column_span=2), st.container(gap="xsmall"):
        st.header(texts("data.upload.title"), anchor=False)
        _uploader(texts)
    with grid.cell(), st.container(gap="xsmall"):
        st.header(texts("data.look.title"), anchor=False)
        blocks.note(texts("data.look.note"))
        header.sample_button(texts)
    exports.picker(texts)
    with st.container(gap="xsmall"):
        st.header(texts("data.hold.title"), anchor=False)
        blocks.note(texts("data.hold.note"))
        _template_button(texts)
        st.table(_holds(texts), border="horizontal", hide_index=True)


def template(texts: Texts) -> pd.DataFrame:
    """Return the file to fill in: our favourite columns and two rows of one order."""
    return pd.DataFrame(TEMPLATE).rename(
        columns={field: texts(f"data.template.{field}") for field in TEMPLATE}
    )


def _uploader(texts: Texts) -> None:
    limit = st.get_option("server.maxUploadSize")
    files = st.file_uploader(
        texts("data.upload.label"), TYPES, accept_multiple_files=True, key="data.files"
    )
    blocks.note(texts("data.upload.note", limit=limit))
    blocks.note(texts("data.upload.privacy"))
    words = texts("data.upload.read", count=len(files), n=len(files))
    if files and st.button(words, type="primary", key="data.read"):
        _read(texts, files)
    if where := elsewhere(texts):
        _lead(texts, partial(corrections.create_from, where))


def _read(texts: Texts, files: list[UploadedFile]) -> None:
    contents = [(file.name, file.getbuffer()) for file in files]
    _lead(texts, partial(corrections.create, contents), files)


def elsewhere(texts: Texts) -> str | None:
    """Let a place that the host allows be named; return it when it is to be loaded."""
    places = sources.prefixes()
    if not places:
        return None
    label = texts("data.sources.title")
    with st.expander(label, type="compact", icon=":material/folder_open:"):
        where = st.text_input(texts("data.sources.label"), key="data.source").strip()
        named = ", ".join(md(each) for each in places)
        blocks.note(texts("data.sources.note", places=named))
        words = texts("data.sources.read")
        pressed = st.button(words, disabled=not where, key="data.source_read")
    return where if pressed and where else None


def _lead(
    texts: Texts,
    create: Callable[[OnProgress], Dataset],
    files: Sequence[UploadedFile] = (),
) -> None:
    """Make a dataset under a bar and open it; say so where that fails."""
    try:
        with progress.shown(texts) as on_progress:
            dataset = create(on_progress)
    except RetentionError as error:
        failures.show(error, texts)
        return
    free(files)
    header.go_to(dataset.id)


def free(files: Sequence[UploadedFile]) -> None:
    """Give back the memory: Streamlit keeps uploads until the session ends.

    There is no public way; without it the bytes only stay longer.
    """
    context: Any = get_script_run_ctx()
    with suppress(AttributeError, RuntimeError):
        manager: Any = st.runtime.get_instance().uploaded_file_mgr
        for file in files:
            manager.remove_file(context.session_id, file.file_id)


def _template_button(texts: Texts) -> None:
    content = template(texts)
    st.download_button(
        texts("data.hold.template"),
        lambda: downloads.csv_bytes(content),
        downloads.file_name([texts("data.hold.template_name")], content, "csv"),
        downloads.CSV,
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
        key="data.template",
    )


def _holds(texts: Texts) -> pd.DataFrame:
    return pd.DataFrame(
        {
            texts("data.hold.column"): [texts(f"data.hold.columns.{e}") for e in HOLDS],
            texts("data.hold.need"): [texts(f"data.hold.rows.{e}") for e in HOLDS],
            texts("data.hold.example"): [
                texts(f"data.hold.examples.{e}") for e in HOLDS
            ],
        }
    )
