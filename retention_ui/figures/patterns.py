"""How even the waits between orders are, and what the months of the year do."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

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
    """``observed``: each month of the history (``period_start, index``).

    ``once``: each month of the year was seen but once, 1 is the trend of the others.
    """

    observed: pd.DataFrame
    once: bool


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
    seen has none. The dots of months seen but once are open: they may not come again.
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
    hover = [_said(row, names, facts["once"], (texts, formats)) for row in rows]
    _intervals(figure, rows, names, look)
    figure.add_scatter(
        x=[names[int(row["month"]) - 1] for row in rows],
        y=[row["index"] for row in rows],
        mode="markers",
        marker={
            "size": 8,
            "color": look.page if facts["once"] else look.accent,
            "line": {"color": look.accent, "width": 1.4},
        },
        customdata=hover,
        hovertemplate=HOVER,
    )
    title = texts("figures.months.name")
    return describe(figure, told(title, hover, texts))


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


def _intervals(
    figure: go.Figure, rows: list[Row], names: list[str], look: Look
) -> None:
    for row in rows:
        name = names[int(row["month"]) - 1]
        upright(figure, name, (row["low"], row["high"]), look.accent)


def _said(row: Row, names: list[str], once: bool, words: tuple[Texts, Formats]) -> str:
    texts, formats = words
    name, value = names[int(row["month"]) - 1], float(row["index"])
    side = "above" if value >= 1 else "below"
    text = texts(
        f"figures.months.{'once_' if once else ''}{side}",
        month=name,
        apart=formats.share(abs(value - 1)),
    )
    interval = formats.interval(row["low"], row["high"])
    return texts("figures.months.interval", said=text, interval=interval)


def _span(row: Row, formats: Formats) -> str:
    return formats.interval(row["share_from"], row["share_to"])
