"""What pages are put together from: notes, figures, tables, grids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from retention_ui import downloads as files
from retention_ui import state
from retention_ui.figures.look import CONFIG
from retention_ui.formats import ABSENT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, Literal

    import pandas as pd
    import plotly.graph_objects as go
    from streamlit.delta_generator import DeltaGenerator

    from retention_ui.texts import Texts

MOST_ROWS = 1000
FEW_ROWS = 10
HEIGHT = 320


def note(
    text: str, help: str | None = None, width: Literal["stretch", "content"] = "stretch"
) -> None:
    """Write a grey, small line; swatches such as ``:green[■]`` in it keep their colour.

    Streamlit's own caption fades coloured words below the contrast they need.
    """
    st.markdown(f":small[:gray[{text}]]", help=help, width=width)


def show(
    figure: go.Figure,
    key: str,
    alt: str | None = None,
    clicked: Callable[[], None] | None = None,
) -> None:
    """Draw a figure; its alt text travels in its ``meta``.

    ``clicked`` is called when a mark of it is chosen, and finds it under ``key``.
    """
    words = alt or (figure.layout.meta or {}).get("alt", "")
    st.plotly_chart(
        figure,
        theme=None,
        key=key,
        config=CONFIG,
        alt=words,
        on_select=clicked or "ignore",
        selection_mode="points",
    )


@dataclass(frozen=True)
class File:
    """A table to be downloaded.

    Attributes
    ----------
    stem
        What its name begins with.
    table
        Its rows, or what makes them when they are asked for.
    kinds
        How Excel writes its columns (see ``downloads.excel_bytes``).
    described
        Tells a table that is made only then from any other of its name.
    again
        Called before it is made; raises where whoever asks may not have it any more.
    """

    stem: Sequence[str]
    table: pd.DataFrame | Callable[[], pd.DataFrame]
    again: Callable[[], None]
    kinds: Mapping[str, str] | None = None
    described: str = ""

    def rows(self) -> pd.DataFrame:
        """Make the rows, for whoever still may have them."""
        self.again()
        return self.table() if callable(self.table) else self.table

    @property
    def content(self) -> pd.DataFrame | str:
        """What tells it from other files of its name."""
        return self.described if callable(self.table) else self.table


def downloads(texts: Texts, key: str, file: File) -> None:
    """Offer a table as CSV and Excel, side by side; written only when asked for."""
    made = {
        "csv": (lambda: files.csv_bytes(file.rows()), files.CSV),
        "xlsx": (lambda: files.excel_bytes(file.rows(), file.kinds), files.XLSX),
    }
    for suffix, (data, mime) in made.items():
        st.download_button(
            texts(f"download.{suffix}"),
            data,
            files.file_name(file.stem, file.content, suffix),
            mime,
            on_click="ignore",
            type="tertiary",
            icon=":material/download:",
            key=f"{key}.{suffix}",
        )


def table(
    frame: pd.DataFrame, key: str, columns: Mapping[str, Any] | None = None
) -> None:
    """Draw a long table: its cells are plain text, its first 1,000 rows are shown.

    Up to ten rows it is as high as they are. ``columns`` is ``st.dataframe``'s
    ``column_config``.
    """
    shown = frame.head(MOST_ROWS)
    st.dataframe(
        shown,
        hide_index=True,
        height="content" if len(shown) <= FEW_ROWS else HEIGHT,
        column_config=columns,
        placeholder=ABSENT,
        key=key,
    )


def controls() -> DeltaGenerator:
    """Return the row that a page's inputs stand in."""
    return st.container(horizontal=True, vertical_alignment="top", gap="small")


def confirm(
    texts: Texts,
    key: str,
    title: str,
    words: Sequence[str],
    done: Callable[[], None],
) -> None:
    """Ask before ``done`` is called; the answers are the texts ``{key}.yes`` and no."""

    @st.dialog(title)
    def asks() -> None:
        if state.address() is None:  # deleted by the press before this run
            st.rerun()
        for each in words:
            st.markdown(each)
        with st.container(horizontal=True):
            # As a callback: what follows the press may be a run without the dialog.
            if st.button(
                texts(f"{key}.yes"), type="primary", key=f"{key}.yes", on_click=done
            ):
                st.rerun()
            if st.button(texts(f"{key}.no"), key=f"{key}.no"):
                st.rerun()

    asks()
