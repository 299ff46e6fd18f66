"""What a new customer has brought by each month, beside what one costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

from retention_ui.figures import axes, lines, rows
from retention_ui.figures.frames import records
from retention_ui.figures.look import base, describe, label, told

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from retention_core.clv.newcomers import Payback
    from retention_ui.figures.look import Look
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

HEIGHT = 300
HEADROOM = 1.12
LEFT = 0.03
LATE = 0.6
THIN = {"width": 1.4, "dash": "dot"}


class Cost(TypedDict):
    """``paid``: a newcomer beside what one costs, or None."""

    paid: Payback | None


def payback(
    monthly: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Cost],
) -> go.Figure:
    """Draw what a new customer has brought by the end of each month.

    ``monthly`` is that of ``rc.clv.Newcomer``. With a cost: a dotted line at it, and a
    dot where it is earned back.
    """
    figure = base(look, HEIGHT)
    last = int(monthly["month"].max())
    step = 3 if last <= 24 else 6
    ticks = list(range(0, last + 1, step))
    figure.update_xaxes(
        range=[-LEFT * last, last],
        tickmode="array",
        tickvals=ticks,
        ticktext=[formats.count(tick) for tick in ticks],
        title={"text": texts("figures.unfolding.axis")},
    )
    paid = facts["paid"]
    tops = [1.0, float(monthly["high"].max())]
    top = HEADROOM * max([*tops, *([paid.cost] if paid else [])])
    figure.update_yaxes(**axes.amounts(formats, 0, top, "money"))
    for ends in (("low", "high"), ("low_80", "high_80")):
        _band(figure, monthly, ends, look.band)
    lines.draw(figure, _curve(monthly, (texts, look, formats)))
    final = monthly.iloc[-1]
    words = f"<b>{formats.money(final['value'])}</b>"
    place = {"xanchor": "right", "yanchor": "bottom", "yshift": 4}
    label(figure, (last, float(final["high"])), words, look.accent, **place)
    if paid:
        _cost(figure, (monthly, paid), (texts, look, formats))
    return describe(figure, _payback_alt(monthly, paid, texts, formats))


def _curve(monthly: pd.DataFrame, words: tuple[Texts, Look, Formats]) -> lines.Series:
    texts, look, formats = words
    hover = []
    for row in records(monthly):
        amounts = {
            name: formats.money(row[name])
            for name in ("value", "low", "high", "low_80", "high_80")
        }
        said = [
            texts(
                "figures.newcomers.hover",
                count=row["month"],
                months=formats.count(row["month"]),
                orders=formats.ratio(row["expected_purchases"], 1),
                **amounts,
            ),
            texts("figures.newcomers.bounds", **amounts),
        ]
        hover.append("<br>".join(said))
    x = [float(month) for month in monthly["month"]]
    y = [float(value) for value in monthly["value"]]
    return lines.Series("", x, y, hover, look.accent, lines.SUBJECT)


def _band(
    figure: go.Figure, monthly: pd.DataFrame, ends: tuple[str, str], colour: str
) -> None:
    x = [float(month) for month in monthly["month"]]
    low, high = (monthly[end].tolist() for end in ends)
    figure.add_scatter(
        x=x + x[::-1],
        y=high + low[::-1],
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=colour,
        hoverinfo="skip",
    )


def _cost(
    figure: go.Figure,
    found: tuple[pd.DataFrame, Payback],
    words: tuple[Texts, Look, Formats],
) -> None:
    """A dotted line at what a new customer costs, a dot where it is earned back."""
    (monthly, paid), (texts, look, formats) = found, words
    figure.add_hline(y=paid.cost, line={"color": look.lost, **THIN})
    cost = texts("figures.newcomers.cost", amount=formats.money(paid.cost))
    under = {"xanchor": "right", "yanchor": "top", "yshift": -4}
    last = float(monthly["month"].max())
    early = paid.month is not None and paid.month < LATE * last
    at = last if early else LATE * last
    if not early:
        under |= {"yanchor": "bottom", "yshift": 4}
    label(figure, (at, paid.cost), cost, look.lost, **under)
    if paid.month is None:
        return
    height = float(monthly.loc[monthly["month"] == paid.month, "value"].iloc[0])
    month = formats.count(paid.month)
    told_of = texts("figures.newcomers.earned", month=month, count=paid.month)
    rows.dot(figure, (float(paid.month), height), look.accent, told_of)
    left = paid.month > LATE * last
    beside = {"xanchor": "right" if left else "left", "xshift": -10 if left else 10}
    # Right of the dot the curve rises: its words stand below the dotted line.
    beside |= {"yshift": 16} if left else {"yshift": -14}
    at_height = height if left else paid.cost
    label(figure, (paid.month, at_height), f"<b>{told_of}</b>", look.accent, **beside)


def _payback_alt(
    monthly: pd.DataFrame, paid: Payback | None, texts: Texts, formats: Formats
) -> str:
    first, last = (monthly["value"].iloc[end] for end in (0, -1))
    parts = [
        texts(
            "figures.newcomers.alt",
            first=formats.money(float(first)),
            amount=formats.money(float(last)),
            months=formats.count(int(monthly["month"].max())),
        )
    ]
    if paid and paid.month is not None:
        month = formats.count(paid.month)
        parts.append(texts("figures.newcomers.earned", month=month, count=paid.month))
    return told(texts("figures.newcomers.name"), parts, texts)
