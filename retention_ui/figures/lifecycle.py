"""A customer's life: the next orders on a line of days, revenue year by year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from retention_ui.figures import axes, rows
from retention_ui.figures.frames import Row, records
from retention_ui.figures.look import HOVER, base, describe, label, told

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from retention_ui.figures.look import Look
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

HEADROOM = 1.12
ROW = 46
LEFT = 0.03
DAY_TICKS = (0, 30, 60, 90, 120, 180, 240, 300, 365, 480, 600, 730, 900, 1095)
# Ticks of the days stand farther apart where there are more of them.
TICKS_APART = 9


def timeline(
    frame: pd.DataFrame, texts: Texts, look: Look, formats: Formats
) -> go.Figure:
    """Draw when the second, third … order comes, and how many get there.

    ``frame`` is that of ``rc.lifecycle.timeline``: a dot at the median, a bar over the
    middle half of those who get there, their share at the right.
    """
    known = records(frame[frame["median_days"].notna()])
    figure = base(look, 56 + ROW * max(len(known), 1))
    rows.stack(figure, len(known), look)
    ends = [row["three_quarter_days"] for row in known]
    last = 1.06 * max([10.0, *ends])
    ticks = [day for day in DAY_TICKS if day <= last]
    near = last / TICKS_APART
    kept: list[int] = []
    for day in ticks:
        if not kept or day - kept[-1] >= near:
            kept.append(day)
    figure.update_xaxes(
        range=[-LEFT * last, last],
        tickmode="array",
        tickvals=kept,
        ticktext=[formats.count(day) for day in kept],
        title={"text": texts("figures.timeline.axis")},
    )
    names = [texts(f"figures.timeline.order_{row['order']}") for row in known]
    for place, row in enumerate(known):
        span = row["quarter_days"], row["three_quarter_days"]
        rows.interval(figure, place, span, look.accent)
        hover = _order_hover(row, names[place], texts, formats)
        rows.dot(figure, (row["median_days"], place), look.accent, hover)
        there = texts("figures.timeline.there", share=formats.share(row["share"]))
        corner = {"xref": "paper", "xanchor": "right", "yshift": 14}
        label(figure, (1, place), there, look.accent, **corner)
    rows.name_rows(figure, names, [look.ink] * len(known))
    return describe(figure, _timeline_alt(known, names, texts, formats))


def years(frame: pd.DataFrame, texts: Texts, look: Look, formats: Formats) -> go.Figure:
    """Draw what customers bring in each year since their first order.

    ``frame`` is that of ``rc.tenure.years``. A ring is what the same customers brought
    in the year before.
    """
    known = records(frame)
    figure = base(look, 56 + ROW * max(len(known), 1))
    rows.stack(figure, len(known), look)
    before = frame["previous_revenue_per_customer"].dropna()
    ends = [*frame["revenue_high"].dropna(), *frame["revenue_per_customer"], *before]
    lows = [0.0, *frame["revenue_low"].dropna()]
    low, high = min(lows), HEADROOM * max([1.0, *ends])
    figure.update_xaxes(**axes.amounts(formats, low, high, "money"))
    # Room for half of the first tick's words.
    figure.update_xaxes(range=[low - LEFT * (high - low), high])
    names = [
        texts(
            f"figures.years.year_{row['year']}",
            n=formats.count(row["customers"]),
            share=formats.share(row["share"]),
        )
        for row in known
    ]
    for place, row in enumerate(known):
        span = row["revenue_low"], row["revenue_high"]
        rows.interval(figure, place, span, look.accent)
        if pd.notna(row["previous_revenue_per_customer"]):
            _ring(figure, place, row, (texts, look, formats))
        value = float(row["revenue_per_customer"])
        hover = _year_hover(row, names[place], texts, formats)
        rows.dot(figure, (value, place), look.accent, hover)
        corner = {"xref": "paper", "xanchor": "right", "yshift": 14}
        words = f"<b>{formats.money(value)}</b>"
        label(figure, (1, place), words, look.accent, **corner)
    rows.name_rows(figure, names, [look.ink] * len(known))
    return describe(figure, _years_alt(known, texts, formats))


def _ring(
    figure: go.Figure, place: int, row: Row, drawing: tuple[Texts, Look, Formats]
) -> None:
    texts, look, formats = drawing
    before = float(row["previous_revenue_per_customer"])
    hover = texts("figures.years.before", amount=formats.money(before))
    figure.add_scatter(
        x=[before],
        y=[place],
        mode="markers",
        marker={
            "size": 9,
            "color": look.page,
            "line": {"color": look.grey, "width": 1.6},
        },
        customdata=[hover],
        hovertemplate=HOVER,
    )


def _order_hover(row: Row, name: str, texts: Texts, formats: Formats) -> str:
    sentences = [
        texts(
            "figures.timeline.hover",
            name=name,
            days=formats.days(row["median_days"]),
            start=formats.count(row["quarter_days"]),
            end=formats.days(row["three_quarter_days"]),
        ),
        texts(
            "figures.timeline.share",
            share=formats.share(row["share"], 1),
            interval=formats.interval(row["low"], row["high"], 1),
            until=formats.days(row["until_days"]),
        ),
    ]
    if pd.notna(row["of_previous"]):
        share = formats.share(row["of_previous"], 1)
        sentences.append(texts("figures.timeline.of_previous", share=share))
    return "<br>".join(sentences)


def _year_hover(row: Row, name: str, texts: Texts, formats: Formats) -> str:
    ends = {
        end: formats.money(row[f"revenue_{end}"], "plain") for end in ("low", "high")
    }
    return "<br>".join(
        [
            texts(
                "figures.years.hover",
                name=name,
                amount=formats.money(row["revenue_per_customer"]),
            ),
            texts("figures.interval", **ends),
            texts(
                "figures.years.active",
                share=formats.share(row["share"], 1),
                amount=formats.money(row["revenue_per_active_customer"]),
            ),
        ]
    )


def _timeline_alt(
    known: list[Row], names: list[str], texts: Texts, formats: Formats
) -> str:
    title = texts("figures.timeline.name")
    parts = [
        texts(
            "figures.timeline.alt",
            name=name,
            share=formats.share(row["share"]),
            days=formats.days(row["median_days"]),
        )
        for name, row in zip(names, known, strict=True)
    ]
    return told(title, parts, texts)


def _years_alt(known: list[Row], texts: Texts, formats: Formats) -> str:
    title = texts("figures.years.name")
    parts = [
        texts(
            "figures.years.alt",
            year=formats.count(row["year"]),
            amount=formats.money(row["revenue_per_customer"]),
        )
        for row in known
    ]
    return told(title, parts, texts)
