"""How even the waits between orders are, and what the months of the year do."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

import numpy as np

from retention_ui.figures import axes
from retention_ui.figures.frames import Row, records
from retention_ui.figures.look import HOVER, base, describe, told
from retention_ui.figures.rows import upright

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from retention_ui.figures.look import Look
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

HEIGHT = 280
HEADROOM = 1.12
# An interval this many times as high as the highest dot is cut off.
TALLEST = 1.6


class Months(TypedDict):
    """``observed``: each month of the history (``period_start, index``)."""

    observed: pd.DataFrame


def gap_shares(
    bins: pd.DataFrame, texts: Texts, look: Look, formats: Formats
) -> go.Figure:
    """Draw how alike two waits in a row are, beside what chance would give.

    ``bins`` is ``Regularity.bins``: ``share_from, share_to, share, by_chance``.
    """
    figure = base(look, HEIGHT)
    rows = records(bins[bins["share"].notna()])
    names = [_span(row, formats) for row in rows]
    heights = [max(row["share"], row["by_chance"]) for row in rows]
    figure.update_xaxes(**axes.category(names))
    figure.update_xaxes(title={"text": texts("figures.gap_shares.axis")})
    figure.update_yaxes(
        **axes.amounts(formats, 0, HEADROOM * max([0.1, *heights]), "share")
    )
    figure.update_layout(bargap=0.3)
    hover = [
        texts(
            "figures.gap_shares.hover",
            span=name,
            share=formats.share(row["share"]),
            chance=formats.share(row["by_chance"]),
            interval=texts(
                "figures.interval",
                low=formats.share(row["low"]),
                high=formats.share(row["high"]),
            ),
        )
        for row, name in zip(rows, names, strict=True)
    ]
    figure.add_bar(
        x=names,
        y=[row["share"] for row in rows],
        marker={"color": look.fill, "line": {"color": look.page, "width": 0.8}},
        customdata=hover,
        hovertemplate=HOVER,
    )
    figure.add_scatter(
        x=names,
        y=[row["by_chance"] for row in rows],
        mode="markers",
        marker={
            "symbol": "line-ew",
            "size": 34,
            "line": {"color": look.ink, "width": 2},
        },
        hoverinfo="skip",
    )
    title = texts("figures.gap_shares.name")
    return describe(figure, told(title, hover, texts))


def months_of_the_year(
    index: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Months],
) -> go.Figure:
    """Draw the index of each month with its 95 % interval, single months as grey dots.

    ``index`` is ``Season.index``: ``month, index, low, high``; a month that was not
    seen has none. Without intervals the dots are open: nothing is sure yet.
    """
    figure = base(look, HEIGHT)
    names = [texts(f"findings.months.{number}") for number in range(1, 13)]
    ticks = {at: texts(f"figures.months.{at + 1}") for at in range(12)}
    figure.update_xaxes(**axes.category(names, ticks))
    rows = [row for row in records(index) if row["index"] == row["index"]]
    seen = records(facts["observed"])
    highest = max([1.0, *(row["index"] for row in rows)])
    top = HEADROOM * min(
        max([highest, *(row["high"] for row in rows), *(row["index"] for row in seen)]),
        TALLEST * highest,
    )
    figure.update_yaxes(**axes.amounts(formats, 0, top, "share"))
    figure.add_hline(1, line={"color": look.muted, "width": 1, "dash": "dot"})
    _seen(figure, [row for row in seen if row["index"] <= top], (names, texts, look))
    _index(figure, rows, names, (texts, look, formats))
    title = texts("figures.months.name")
    parts = [_said(row, names, texts, formats) for row in rows]
    return describe(figure, told(title, parts, texts))


def _seen(
    figure: go.Figure, seen: list[Row], words: tuple[list[str], Texts, Look]
) -> None:
    names, _, look = words
    figure.add_scatter(
        x=[names[row["period_start"].month - 1] for row in seen],
        y=[row["index"] for row in seen],
        mode="markers",
        marker={"size": 5, "color": look.grey},
        hoverinfo="skip",
    )


def _index(
    figure: go.Figure,
    rows: list[Row],
    names: list[str],
    drawing: tuple[Texts, Look, Formats],
) -> None:
    texts, look, formats = drawing
    sure = [row for row in rows if row["low"] == row["low"]]
    for row in sure:
        name = names[int(row["month"]) - 1]
        upright(figure, name, (row["low"], row["high"]), look.accent)
    figure.add_scatter(
        x=[names[int(row["month"]) - 1] for row in rows],
        y=[row["index"] for row in rows],
        mode="markers",
        marker={
            "size": 8,
            "color": look.accent if sure else look.page,
            "line": {"color": look.accent, "width": 1.4},
        },
        customdata=[_said(row, names, texts, formats) for row in rows],
        hovertemplate=HOVER,
    )


def _said(row: Row, names: list[str], texts: Texts, formats: Formats) -> str:
    name, value = names[int(row["month"]) - 1], float(row["index"])
    side = "above" if value >= 1 else "below"
    text = texts(
        f"figures.months.{side}", month=name, apart=formats.share(abs(value - 1))
    )
    if np.isnan(row["low"]):
        return text
    interval = formats.interval(row["low"], row["high"])
    return texts("figures.months.interval", said=text, interval=interval)


def _span(row: Row, formats: Formats) -> str:
    return formats.interval(row["share_from"], row["share_to"])
