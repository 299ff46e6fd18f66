"""How far reading has got: one bar, at most four updates a second."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import streamlit as st

from retention_core.ingest.progress import BYTES
from retention_core.ingest.turns import WAIT
from retention_ui.formats import Formats, md, short

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from retention_core.ingest.progress import Progress
    from retention_ui.texts import Texts

EVERY = 0.25


@contextmanager
def shown(texts: Texts) -> Iterator[Callable[[Progress], None]]:
    """Show a bar with a way to stop; give the function that moves it.

    Pressing *Stop* makes Streamlit end the run at the next move of the bar: the child
    that reads is ended with it.
    """
    formats, slot = Formats(texts.lang), st.empty()
    with slot.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, texts("data.steps.start"))
        st.button(texts("data.steps.stop"), icon=":material/stop:", key="data.stop")
    last = 0.0

    def on_progress(report: Progress) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= EVERY:
            last = now
            bar.progress(report.share, _words(texts, formats, report))

    try:
        yield on_progress
    finally:
        slot.empty()


def _words(texts: Texts, formats: Formats, report: Progress) -> str:
    """Return words such as "Reading orders-2025.csv: 24,118 of 90,000 rows"."""
    if report.step == WAIT:
        return texts("data.steps.wait", count=report.total, n=report.total)
    key = f"data.steps.{report.step}"
    words = texts(key) if key in texts else md(report.step)
    if report.file is None:
        return words
    told = {"step": words, "file": md(short(report.file))}
    if report.rows is None:
        return texts("data.steps.file", **told)
    in_bytes = report.step in BYTES
    counts = {
        name: formats.ratio(number / 1e6, 1) if in_bytes else formats.count(number)
        for name, number in (("done", report.rows), ("total", report.rows_total))
        if number is not None
    }
    unit = "bytes" if in_bytes else "rows"
    whole = "_of" if report.rows_total else ""
    return texts(f"data.steps.{unit}{whole}", **told, **counts)
