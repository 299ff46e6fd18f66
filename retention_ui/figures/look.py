"""The two palettes and what every figure shares; `.streamlit/config.toml` repeats it.

A figure knows no width, no Streamlit and no statistic: it draws what it is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from retention_ui.texts import Texts


@dataclass(frozen=True)
class Look:
    """Colours by role; areas (``…fill``) are dimmer than lines in the dark."""

    page: str
    raised: str
    ink: str
    muted: str
    rule: str
    grid: str
    accent: str
    fill: str
    soft_fill: str
    lost: str
    lost_fill: str
    blue: str
    amber: str
    plum: str
    grey: str
    band: str
    lost_band: str
    scale: tuple[str, ...]
    on_cell: tuple[str, ...]


LIGHT = Look(
    page="#FDFCFA",
    raised="#FFFFFF",
    ink="#111715",
    muted="#59625E",
    rule="#BDB9AF",
    grid="#E9E6DF",
    accent="#086C68",
    fill="#086C68",
    soft_fill="#4A9A94",
    lost="#A84E22",
    lost_fill="#A84E22",
    blue="#123865",
    amber="#C0851F",
    plum="#9E6BA1",
    grey="#8E938D",
    band="rgba(8,108,104,.14)",
    lost_band="rgba(168,78,34,.07)",
    scale=(
        "#E5F2EF",
        "#C7DFDA",
        "#A9CDC6",
        "#8BBBB3",
        "#6CA9A1",
        "#4B978F",
        "#30847D",
        "#15706B",
        "#005C59",
        "#024947",
    ),
    on_cell=("#111715", "#FFFFFF", "#000000"),
)

DARK = Look(
    page="#141716",
    raised="#1D2120",
    ink="#E6E8E4",
    muted="#9AA39F",
    rule="#525A57",
    grid="#262B2A",
    accent="#5BB7AC",
    fill="#489F94",
    soft_fill="#2F7F78",
    lost="#DD854C",
    lost_fill="#BF6F3C",
    blue="#7B88D6",
    amber="#EBC57D",
    plum="#9E6681",
    grey="#76807B",
    band="rgba(91,183,172,.18)",
    lost_band="rgba(221,133,76,.10)",
    scale=(
        "#192625",
        "#1F3735",
        "#254946",
        "#2A5C58",
        "#2E706A",
        "#33857C",
        "#48978E",
        "#5CABA0",
        "#70BEB2",
        "#84D2C5",
    ),
    on_cell=("#E6E8E4", "#FFFFFF", "#000000"),
)

FONT = (
    '"Source Sans", "Hiragino Sans", "Yu Gothic UI", "PingFang SC", '
    '"Microsoft YaHei", "Noto Sans CJK JP", "Noto Sans CJK SC", sans-serif'
)
CONFIG = {
    "displayModeBar": False,
    "scrollZoom": False,
    "doubleClick": False,
    "showTips": False,
    "responsive": True,
}

HOVER = "%{customdata}<extra></extra>"
CLEAR = "rgba(0,0,0,0)"
READABLE = 4.5


def base(look: Look, height: int) -> go.Figure:
    """Empty figure that every picture starts from; ``height`` in pixels."""
    axis: dict[str, Any] = {
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "automargin": True,
        "fixedrange": True,
        "tickangle": 0,
        "tickfont": {"size": 12.5, "color": look.muted},
        "title": {"font": {"size": 12.5, "color": look.muted}, "standoff": 6},
    }
    return go.Figure(
        layout={
            "template": "none",
            "height": height,
            "margin": {"l": 0, "r": 16, "t": 10, "b": 0, "pad": 4},
            "paper_bgcolor": look.page,
            "plot_bgcolor": look.page,
            "font": {"family": FONT, "size": 13, "color": look.muted},
            "hovermode": "closest",
            "dragmode": False,
            "showlegend": False,
            "hoverlabel": {
                "bgcolor": look.raised,
                "bordercolor": look.rule,
                "align": "left",
                "namelength": 0,
                "font": {"family": FONT, "size": 13, "color": look.ink},
            },
            "xaxis": axis | {"showline": True, "linecolor": look.rule},
            "yaxis": axis | {"showgrid": True, "gridcolor": look.grid, "gridwidth": 1},
        }
    )


def unified(figure: go.Figure, look: Look) -> None:
    """Give a time series of bars one hover box for each period."""
    figure.update_layout(hovermode="x unified")
    figure.update_xaxes(
        unifiedhovertitle={"text": "<b>%{x}</b>"},
        spikecolor=look.rule,
        spikethickness=1,
        spikedash="solid",
    )


def describe(figure: go.Figure, text: str) -> go.Figure:
    """Keep the alt text with the figure, as ``figure.layout.meta["alt"]``."""
    return figure.update_layout(meta={"alt": text})


def told(title: str, parts: Sequence[str], texts: Texts) -> str:
    """Say what a figure shows, sentence by sentence, or that it is empty."""
    if not parts:
        return texts("figures.empty", figure=title)
    return " ".join([f"{title}.", *parts])


def label(
    figure: go.Figure, at: tuple[Any, Any], text: str, colour: str, **place: object
) -> None:
    """Write ``text`` on the marks at ``at``: no arrow, 13 px; ``place`` overrides."""
    figure.add_annotation(
        {
            "x": at[0],
            "y": at[1],
            "text": text,
            "showarrow": False,
            "font": {"size": 13, "color": colour},
            **place,
        }
    )


def cell_text(
    figure: go.Figure,
    cells: Iterable[tuple[Any, Any, str]],
    colours: Iterable[str],
    size: float = 12,
) -> None:
    """Write (x, y, text) on cells, one text trace for each colour."""
    groups: dict[str, list[tuple[Any, Any, str]]] = {}
    for cell, colour in zip(cells, colours, strict=True):
        groups.setdefault(colour, []).append(cell)
    for colour, group in groups.items():
        figure.add_scatter(
            x=[x for x, _, _ in group],
            y=[y for _, y, _ in group],
            text=[text for _, _, text in group],
            mode="text",
            textfont={"size": size, "color": colour},
            hoverinfo="skip",
        )


def colourscale(look: Look) -> list[tuple[float, str]]:
    """``look.scale`` as Plotly wants it: stops at 0, 1/9 … 1."""
    last = len(look.scale) - 1
    return [(index / last, colour) for index, colour in enumerate(look.scale)]


def colour_at(scale: Sequence[str], share: float) -> str:
    """Colour at ``share`` (0 to 1, cut off outside) of a scale with equal stops."""
    place = min(max(share, 0.0), 1.0) * (len(scale) - 1)
    below = min(int(place), len(scale) - 2)
    low, high = _rgb(scale[below]), _rgb(scale[below + 1])
    mixed = (
        round(a + (b - a) * (place - below)) for a, b in zip(low, high, strict=True)
    )
    return "#" + "".join(f"{part:02X}" for part in mixed)


def on(look: Look, colour: str) -> str:
    """Text colour for a filled ground: the first of ``on_cell`` with 4.5 to 1."""
    for candidate in look.on_cell:
        if contrast(candidate, colour) >= READABLE:
            return candidate
    return max(look.on_cell, key=lambda candidate: contrast(candidate, colour))


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two ``#rrggbb`` colours, 1 to 21 (WCAG 2.1)."""
    low, high = sorted(_luminance(colour) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def faded(colour: str, opacity: float) -> str:
    """``#rrggbb`` with an opacity (0 to 1)."""
    red, green, blue = _rgb(colour)
    return f"rgba({red},{green},{blue},{opacity:g})"


def _luminance(colour: str) -> float:
    parts = [part / 255 for part in _rgb(colour)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    ]
    return sum(
        weight * part
        for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True)
    )


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def stretches(flags: Sequence[bool]) -> list[tuple[int, int]]:
    """First and last index of each unbroken run of true values."""
    edges = [False, *flags, False]
    turns = [index for index, (a, b) in enumerate(pairwise(edges)) if a != b]
    return [(turns[i], turns[i + 1] - 1) for i in range(0, len(turns), 2)]
