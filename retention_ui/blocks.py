"""What pages are put together from: notes, figures, tables, grids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from retention_ui.figures.look import CONFIG

if TYPE_CHECKING:
    from typing import Literal

    import plotly.graph_objects as go


def note(
    text: str, help: str | None = None, width: Literal["stretch", "content"] = "stretch"
) -> None:
    """Write a grey, small line; swatches such as ``:green[■]`` in it keep their colour.

    Streamlit's own caption fades coloured words below the contrast they need.
    """
    st.markdown(f":small[:gray[{text}]]", help=help, width=width)


def show(figure: go.Figure, key: str, alt: str | None = None) -> None:
    """Draw a figure; its alt text travels in its ``meta``."""
    words = alt or (figure.layout.meta or {}).get("alt", "")
    st.plotly_chart(figure, theme=None, key=key, config=CONFIG, alt=words)
