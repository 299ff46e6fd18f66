"""Dated notes of the user, kept with the data: "new packaging, 3 March".

A dashboard's are everybody's who may change it; whoever may only look sees them.
The sample shop is everybody's: its marks are those it comes with, and what one visitor
adds stays in that visitor's session.
"""

from __future__ import annotations

import datetime as dt
import json
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st

from retention_core.samples import sample_marks
from retention_ui import blocks, failures, state
from retention_ui.datasets import GoneError
from retention_ui.formats import md
from retention_ui.keeping.model import NotHereError, NotSharedError
from retention_ui.keeping.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from retention_ui.access import Access
    from retention_ui.datasets import Dataset
    from retention_ui.formats import Formats
    from retention_ui.keeping.model import Settings
    from retention_ui.texts import Texts

    Change = Callable[[list["Mark"]], Iterable["Mark"]]

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


def of(access: Access) -> list[Mark]:
    """Return the marks of what is open, oldest first."""
    if access.dashboard:
        return _kept(access.dashboard.settings)
    if access.dataset.sample:
        return _read(state.marks() or sample_marks())
    path = access.dataset.folder / FILE
    return _read(path.read_text(encoding="utf-8")) if path.is_file() else []


def add(access: Access, mark: Mark) -> None:
    """Keep one more mark, once; at most ``MOST`` of them, the rest is not taken."""

    def more(known: list[Mark]) -> Iterable[Mark]:
        return {*known, mark} if mark.words and len(known) < MOST else known

    _change(access, more)


def remove(access: Access, mark: Mark) -> None:
    """Forget a mark."""
    _change(access, lambda known: [each for each in known if each != mark])


def popover(
    texts: Texts,
    formats: Formats,
    access: Access,
    known: Sequence[Mark],
    as_of: dt.date,
) -> Sequence[Mark]:
    """Draw the popover "Marks", where they are listed, added and removed.

    Whoever may only look finds them listed, and no popover where there are none.
    """
    if not known and not access.edits:
        return known
    label = texts("marks.none")
    if known:
        many = formats.count(len(known))
        label = texts("marks.label", count=len(known), n=many)
    with st.popover(label, type="tertiary", icon=":material/flag:"):
        for number, mark in enumerate(known):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"**{formats.date(mark.day)}** {md(mark.words)}")
                if access.edits:
                    st.button(
                        texts("marks.remove"),
                        on_click=_removed,
                        args=(access, mark),
                        type="tertiary",
                        icon=":material/delete:",
                        key=f"marks.remove{number}",
                    )
        if access.edits:
            if len(known) < MOST:
                _form(texts, access, as_of)
            where = "marks.note_sample" if access.dataset.sample else "marks.note"
            blocks.note(texts(where))
    return known


def _removed(access: Access, mark: Mark) -> None:
    # What is not theirs any more: the run that follows says so.
    with suppress(NotHereError, GoneError):
        access.again()
        remove(access, mark)


def _form(texts: Texts, access: Access, as_of: dt.date) -> None:
    with st.form("marks.form", border=False, clear_on_submit=True):
        day = st.date_input(texts("marks.day"), as_of, key="marks.day")
        words = st.text_input(texts("marks.words"), max_chars=LONGEST, key="marks.text")
        added = st.form_submit_button(texts("marks.add"), icon=":material/flag:")
    if added and words.strip():
        with failures.showing(texts):
            add(access, Mark(day, " ".join(words.split())))
        st.rerun()


def _change(access: Access, change: Change) -> None:
    if not access.edits:
        raise NotSharedError
    if access.dashboard:

        def settle(settings: Settings) -> Settings:
            found = _rows(change(_kept(settings)))
            return replace(settings, marks=tuple(found))

        open_store().settle(access.dashboard.id, settle)
        return
    with _writing:
        _keep(access.dataset, change(of(access)))


def _kept(settings: Settings) -> list[Mark]:
    return sorted(Mark(dt.date.fromisoformat(d), words) for d, words in settings.marks)


def _rows(marks: Iterable[Mark]) -> list[tuple[str, str]]:
    return [(mark.day.isoformat(), mark.words) for mark in sorted(marks)]


def _read(text: str) -> list[Mark]:
    rows = json.loads(text)
    return sorted(Mark(dt.date.fromisoformat(day), words) for day, words in rows)


def _keep(dataset: Dataset, marks: Iterable[Mark]) -> None:
    text = json.dumps(_rows(marks), ensure_ascii=False)
    if dataset.sample:
        state.keep_marks(text)
        return
    draft = dataset.folder / f"{FILE}.draft"
    draft.write_text(text, encoding="utf-8")
    draft.replace(dataset.folder / FILE)
