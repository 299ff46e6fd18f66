"""Dated notes of the user, kept with the dataset: "new packaging, 3 March".

The sample shop is everybody's: its marks are those it comes with, and what one visitor
adds stays in that visitor's session.
"""

from __future__ import annotations

import datetime as dt
import json
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from retention_core.samples import sample_marks
from retention_ui import blocks, state
from retention_ui.formats import md

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from retention_ui.datasets import Dataset
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

MOST = 30
LONGEST = 60
FILE = "marks.json"
# Two tabs of one dataset: each adds to what the other has just written.
_writing = threading.Lock()


@dataclass(frozen=True, order=True)
class Mark:
    """Something that happened on a day, in the user's words."""

    day: dt.date
    words: str


def of(dataset: Dataset) -> list[Mark]:
    """Return the marks of a dataset, oldest first."""
    if dataset.sample:
        return _read(state.marks() or sample_marks())
    path = dataset.folder / FILE
    return _read(path.read_text(encoding="utf-8")) if path.is_file() else []


def add(dataset: Dataset, mark: Mark) -> None:
    """Keep one more mark, once; at most ``MOST`` of them, the rest is not taken."""
    with _writing:
        known = of(dataset)
        if mark.words and len(known) < MOST:
            _keep(dataset, {*known, mark})


def remove(dataset: Dataset, mark: Mark) -> None:
    """Forget a mark."""
    with _writing:
        _keep(dataset, [each for each in of(dataset) if each != mark])


def popover(
    texts: Texts, formats: Formats, dataset: Dataset, as_of: dt.date
) -> Sequence[Mark]:
    """Draw the popover "Marks", where they are listed, added and removed."""
    known = of(dataset)
    label = texts("marks.none")
    if known:
        many = formats.count(len(known))
        label = texts("marks.label", count=len(known), n=many)
    with st.popover(label, type="tertiary", icon=":material/flag:"):
        for number, mark in enumerate(known):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"**{formats.date(mark.day)}** {md(mark.words)}")
                st.button(
                    texts("marks.remove"),
                    on_click=remove,
                    args=(dataset, mark),
                    type="tertiary",
                    icon=":material/delete:",
                    key=f"marks.remove{number}",
                )
        if len(known) < MOST:
            _form(texts, dataset, as_of)
        where = "marks.note_sample" if dataset.sample else "marks.note"
        blocks.note(texts(where))
    return known


def _form(texts: Texts, dataset: Dataset, as_of: dt.date) -> None:
    with st.form("marks.form", border=False, clear_on_submit=True):
        day = st.date_input(texts("marks.day"), as_of, key="marks.day")
        words = st.text_input(texts("marks.words"), max_chars=LONGEST, key="marks.text")
        added = st.form_submit_button(texts("marks.add"), icon=":material/flag:")
    if added and words.strip():
        add(dataset, Mark(day, " ".join(words.split())))
        st.rerun()


def _read(text: str) -> list[Mark]:
    rows = json.loads(text)
    return sorted(Mark(dt.date.fromisoformat(day), words) for day, words in rows)


def _keep(dataset: Dataset, marks: Iterable[Mark]) -> None:
    rows = [[mark.day.isoformat(), mark.words] for mark in sorted(marks)]
    text = json.dumps(rows, ensure_ascii=False)
    if dataset.sample:
        state.keep_marks(text)
        return
    draft = dataset.folder / f"{FILE}.draft"
    draft.write_text(text, encoding="utf-8")
    draft.replace(dataset.folder / FILE)
