"""Small tables that are read, with their finding, note and downloads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from retention_ui import blocks, header

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pandas.io.formats.style import Styler

    from retention_ui.formats import Formats
    from retention_ui.page import Page


@dataclass(frozen=True)
class Line:
    """A line of a table: its words, a number for each column, how they are written."""

    words: str
    numbers: Sequence[float]
    write: Callable[[Any], str]
    bold: bool = False


def writer(name: str, formats: Formats) -> Callable[[Any], str]:
    """Return how a column of the core's frames is written: count, rate or ratio."""
    if name == "quick_ratio":
        return formats.ratio
    return partial(formats.share, digits=1) if name.endswith("_rate") else formats.count


def told(
    page: Page,
    section: tuple[str, str, str],
    columns: tuple[str, Sequence[str]],
    lines: Sequence[Line],
    download: tuple[pd.DataFrame, Mapping[str, str]],
) -> None:
    """Draw a few lines of numbers under their finding.

    Parameters
    ----------
    section
        Its name, its finding, its note.
    columns
        The heading of the words, and those of the numbers. Like the words they are
        Markdown: only our own.
    download
        What is downloaded, and its kinds as :meth:`Page.section` takes them.
    """
    head, numbered = columns
    table = pd.DataFrame(
        [[float(number) for number in line.numbers] for line in lines],
        columns=list(numbered),
    )
    table.insert(0, head, [line.words for line in lines])
    # Numbers stay numbers under their format, so that the table sets them right.
    styled = table.style
    for place, line in enumerate(lines):
        styled = styled.format(line.write, subset=([place], list(numbered)))
        if line.bold:
            bold = {"font-weight": "600"}
            styled = styled.set_properties(subset=([place], list(table)), **bold)
    framed(page, section, styled, download)


def framed(
    page: Page,
    section: tuple[str, str, str],
    table: pd.DataFrame | Styler,
    download: tuple[pd.DataFrame, Mapping[str, str]],
    below: str | None = None,
    **fields: object,
) -> None:
    """Draw a table that is read, with its finding, notes, downloads and term.

    Parameters as of :func:`told`; ``below`` is a note under the table, ``fields`` are
    those of the help.
    """
    name, finding, note = section
    with st.container(gap="xsmall"):
        st.header(finding, help=page(f"help.{name}", **fields), anchor=False)
        blocks.note(note)
        st.table(table, border="horizontal", hide_index=True)
        if below:
            blocks.note(below)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            page.downloads(name, *download)
            if term := page.term(name):
                header.glossary_link(page.texts, term)
