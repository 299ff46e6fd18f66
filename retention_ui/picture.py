"""A chart as a PNG with title and data date in it, drawn by the reader's browser."""

from __future__ import annotations

import re
import uuid
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

    from retention_ui.figures.look import Look

LIBRARY = "/kept/plotly.min.js"
SCRIPT = Path(__file__).parent / "assets" / "picture.js"
# Markdown that our own notes use: swatches, bold, escapes.
_SWATCH = re.compile(r":(green|violet|red|blue|orange|gray)\[([^\]]*)\]")
_MARKS = re.compile(r"\*\*|\\(?=[^\w\s]|_)")


def button(
    label: str, chart: str, words: tuple[str, str, str], file: str, look: Look
) -> None:
    """Offer a chart as a PNG.

    Parameters
    ----------
    chart
        The key of the chart on the page.
    words
        Title, note and data date.
    file
        Name of the download.
    """
    icon = ":material/download:"
    key = f"{chart}.picture"
    if not st.button(label, type="tertiary", icon=icon, key=key):
        return
    title, note, date = words
    _component()(
        key=f"{chart}.saved",
        data={
            "press": uuid.uuid4().hex,
            "chart": re.sub(r"[^a-zA-Z0-9_-]", "-", chart),
            "title": _bare(title),
            "note": pieces(note, look),
            "date": _bare(date),
            "file": file,
            "library": st.get_option("server.baseUrlPath").rstrip("/") + LIBRARY,
            "page": look.page,
            "ink": look.ink,
            "muted": look.muted,
        },
        width=1,
        height=1,
    )


def pieces(note: str, look: Look) -> list[tuple[str, str]]:
    """Split a note's Markdown into plain texts with their colours."""
    colours = {
        "green": look.accent,
        "violet": look.soft_fill,
        "red": look.lost,
        "blue": look.blue,
        "orange": look.amber,
    }
    found, at = [], 0
    for match in _SWATCH.finditer(note):
        found.append((_bare(note[at : match.start()]), look.muted))
        found.append((_bare(match[2]), colours.get(match[1], look.muted)))
        at = match.end()
    return [each for each in [*found, (_bare(note[at:]), look.muted)] if each[0]]


def _bare(markdown: str) -> str:
    return _MARKS.sub("", markdown)


@lru_cache(maxsize=1)
def _component() -> ComponentRenderer:
    return st.components.v2.component(
        "kept_picture", js=SCRIPT.read_text(encoding="utf-8")
    )
