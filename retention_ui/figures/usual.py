"""How often customers usually buy: bars by their own usual interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_ui.figures import axes
from retention_ui.figures.frames import Row, records
from retention_ui.figures.look import HOVER, base, describe, label

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from retention_ui.figures.look import Look
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

HEIGHT = 300
HEADROOM = 1.18
MOST_TICKS = 6
PAST_THE_MIDDLE = 0.6


def usual_gaps(
    bins: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    *,
    median: float,
) -> go.Figure:
    """Draw the customers by their own usual interval; the bar of the median leads.

    ``bins`` is ``UsualGap.histogram``: ``days_from, days_to, customers``; its last
    bin may be open (``days_to`` null).
    """
    figure = base(look, HEIGHT)
    rows = records(bins)
    names = [_name(row, texts, formats) for row in rows]
    step = max(1, -(-len(rows) // MOST_TICKS))
    ticks = {i: formats.count(rows[i]["days_from"]) for i in range(0, len(rows), step)}
    figure.update_xaxes(**axes.category(names, ticks))
    figure.update_xaxes(title={"text": texts("figures.usual.axis")})
    top = HEADROOM * max([1, *(row["customers"] for row in rows)])
    figure.update_yaxes(**axes.amounts(formats, 0, top, "count"))
    middle = _place(rows, median)
    figure.update_layout(bargap=0.28)
    figure.add_bar(
        x=names,
        y=[row["customers"] for row in rows],
        marker={
            "color": [
                look.fill if i == middle else look.grey for i in range(len(rows))
            ],
            "line": {"color": look.page, "width": 0.8},
        },
        customdata=[
            texts(
                "figures.usual.hover",
                count=row["customers"],
                n=formats.count(row["customers"]),
                bin=name,
            )
            for row, name in zip(rows, names, strict=True)
        ],
        hovertemplate=HOVER,
    )
    if middle is not None:
        late = middle > PAST_THE_MIDDLE * len(rows)
        text = texts("figures.usual.median", days=formats.days(median))
        above = {"xanchor": "right" if late else "left", "yshift": 12}
        at = (names[middle], rows[middle]["customers"])
        shift = {"xshift": 8 if late else -8}
        label(figure, at, text, look.accent, **above, **shift)
    return describe(figure, _alt(rows, names, middle, texts, formats))


def _name(row: Row, texts: Texts, formats: Formats) -> str:
    start, end = row["days_from"], row["days_to"]
    if end != end:
        return texts("figures.usual.bin_open", days=formats.days(start))
    if end - start == 1:
        return formats.days(start)
    span = formats.span(formats.count(start), formats.days(end - 1))
    return texts("figures.usual.bin", span=span)


def _place(rows: list[Row], days: float) -> int | None:
    """Index of the bin that holds ``days``."""
    held = [i for i, row in enumerate(rows) if row["days_from"] <= days]
    return held[-1] if held else None


def _alt(
    rows: list[Row],
    names: list[str],
    middle: int | None,
    texts: Texts,
    formats: Formats,
) -> str:
    title = texts("figures.usual.name")
    if not rows or middle is None:
        return texts("figures.empty", figure=title)
    largest = max(range(len(rows)), key=lambda i: float(rows[i]["customers"]))
    return texts(
        "figures.usual.alt",
        figure=title,
        middle=names[middle],
        largest=names[largest],
        n=formats.count(rows[largest]["customers"]),
    )
