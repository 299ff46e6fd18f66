"""New and returning customers: revenue by period, and what both pay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from retention_ui.figures import axes, rows
from retention_ui.figures.frames import (
    Period,
    Row,
    finished,
    latest,
    records,
    unfinished,
)
from retention_ui.figures.look import (
    CLEAR,
    HOVER,
    base,
    describe,
    label,
    told,
    unified,
)

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from retention_core.periods import Grain
    from retention_ui.figures.look import Look
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

HEIGHT = 290
HEADROOM = 1.08
PARTS = ("returning", "new")
MONEY = ("average_order_value", "price_per_unit")
RATIOS = ("units_per_order",)
ROW = 52
LEFT = 0.03


def mix(
    frame: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Period],
) -> go.Figure:
    """Draw revenue by period: that of returning customers, that of new ones on top.

    ``frame`` is that of ``rc.mix.new_and_returning``; the last 24 periods are drawn
    A period that is not over is an outline.
    """
    shown = latest(frame)
    figure = base(look, HEIGHT)
    figure.update_layout(barmode="relative", bargap=0.28)
    starts = list(shown["period_start"])
    figure.update_xaxes(**axes.periods(starts, facts["grain"], formats))
    unified(figure, look)
    both = shown[["new_revenue", "returning_revenue"]]
    top = HEADROOM * max([1.0, *both.clip(lower=0).sum(axis=1)])
    low = HEADROOM * min([0.0, *both.clip(upper=0).sum(axis=1)])
    figure.update_yaxes(**axes.amounts(formats, low, top, "money"))
    for part in PARTS:
        _bars(figure, shown, part, facts["grain"], (texts, look, formats))
    return describe(figure, _mix_alt(shown, facts["grain"], texts, formats))


def paid(frame: pd.DataFrame, texts: Texts, look: Look, formats: Formats) -> go.Figure:
    """Draw each measure of new customers beside that of returning ones.

    ``frame`` is that of ``rc.prices.paid``. Every row has a scale of its own from 0.
    """
    known = records(frame)
    figure = base(look, 34 + ROW * max(len(known), 1))
    rows.stack(figure, len(known), look)
    figure.update_xaxes(range=[-LEFT, 1.04], showticklabels=False, showline=False)
    for place, row in enumerate(known):
        ends = (row["new_high"], row["returning_high"], row["new"], row["returning"])
        whole = max([1e-9, *(end for end in ends if end == end)])
        for kind in ("new", "returning"):
            _dot(figure, (place, whole), row, kind, (texts, look, formats))
        corner = {"xref": "paper", "xanchor": "right", "yshift": 14}
        label(figure, (1, place), _values(row, texts, formats), look.muted, **corner)
    names = [texts(f"figures.paid.{row['measure']}") for row in known]
    rows.name_rows(figure, names, [look.ink] * len(known))
    return describe(figure, _paid_alt(known, names, texts, formats))


def written(measure: str, value: float, formats: Formats) -> str:
    """Write a value of a measure of ``rc.prices.paid`` in its own unit."""
    if measure in MONEY:
        return formats.money(value)
    if measure in RATIOS:
        return formats.ratio(value, 2)
    return formats.share(value, 1)


def _bars(
    figure: go.Figure,
    shown: pd.DataFrame,
    part: str,
    grain: Grain,
    words: tuple[Texts, Look, Formats],
) -> None:
    texts, look, formats = words
    colour = look.fill if part == "returning" else look.grey
    for done in (True, False):
        chosen = finished(shown) if done else unfinished(shown)
        edge = {"color": look.page, "width": 0.8}
        figure.add_bar(
            x=axes.names_of(list(chosen["period_start"]), grain, formats),
            y=chosen[f"{part}_revenue"].tolist(),
            marker={
                "color": colour if done else CLEAR,
                "line": edge if done else {"color": colour, "width": 1.3},
            },
            customdata=[_hover(row, part, texts, formats) for row in records(chosen)],
            hovertemplate=HOVER,
        )


def _hover(row: Row, part: str, texts: Texts, formats: Formats) -> str:
    share = row["returning_revenue_share"]
    spoken = texts(
        f"figures.mix.{part}",
        amount=formats.money(row[f"{part}_revenue"]),
        share=formats.share(share if part == "returning" else 1 - share, 1),
    )
    return spoken if row["complete"] else f"{spoken}<br>{texts('figures.so_far')}"


def _dot(
    figure: go.Figure,
    at: tuple[int, float],
    row: Row,
    kind: str,
    drawing: tuple[Texts, Look, Formats],
) -> None:
    texts, look, formats = drawing
    place, whole = at
    colour = look.accent if kind == "returning" else look.grey
    # One below the other: two dots on one spot would be one.
    height = place + (0.02 if kind == "new" else 0.22)
    span = row[f"{kind}_low"] / whole, row[f"{kind}_high"] / whole
    rows.interval(figure, height, span, colour)
    measure = row["measure"]
    value, low, high = (
        written(measure, row[name], formats)
        for name in (kind, f"{kind}_low", f"{kind}_high")
    )
    hover = texts(f"figures.paid.hover_{kind}", value=value)
    interval = texts("figures.interval", low=low, high=high)
    at = row[kind] / whole, height
    rows.dot(figure, at, colour, f"{hover}<br>{interval}")


def _values(row: Row, texts: Texts, formats: Formats) -> str:
    measure = row["measure"]
    values = {kind: written(measure, row[kind], formats) for kind in PARTS}
    return texts("figures.paid.values", **values)


def _mix_alt(shown: pd.DataFrame, grain: Grain, texts: Texts, formats: Formats) -> str:
    title = texts("figures.mix.name")
    done = finished(shown)
    if done.empty:
        return texts("figures.empty", figure=title)
    last = done.iloc[-1]
    return texts(
        "figures.mix.alt",
        figure=title,
        first=formats.period(shown["period_start"].iloc[0], grain),
        last=formats.period(shown["period_start"].iloc[-1], grain),
        period=formats.period(last["period_start"], grain),
        share=formats.share(float(last["returning_revenue_share"])),
    )


def _paid_alt(
    known: list[Row], names: list[str], texts: Texts, formats: Formats
) -> str:
    title = texts("figures.paid.name")
    parts = [
        texts(
            "figures.paid.alt",
            name=name,
            **{kind: written(row["measure"], row[kind], formats) for kind in PARTS},
        )
        for name, row in zip(names, known, strict=True)
    ]
    return told(title, parts, texts)
