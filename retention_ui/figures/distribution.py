"""How the value to come is spread over customers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypedDict, Unpack

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
APART, BAR = 0.85, 0.78
HEADROOM = 1.32
LINE_HEIGHT = 18
RIGHT_HALF = 0.6


class Middle(TypedDict):
    """Of all customers, in the currency; ``width``: of a bin."""

    median: float
    mean: float
    width: float


def distribution(
    bins: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Middle],
) -> go.Figure:
    """Draw how many customers are worth how much.

    ``bins``: ``value_from, value_to, customers, value`` in their order. The first, for
    next to nothing, and the last, for all above, stand apart; the others are ``width``
    wide.
    """
    figure = base(look, HEIGHT)
    rows = records(bins)
    last = len(rows) - 2  # bins that stand together end here
    places = [-APART, *(0.5 + i for i in range(last)), last + APART]
    most = max([1, *bins["customers"]])
    figure.update_layout(margin={"r": 8})
    figure.update_xaxes(**_money_axis(rows, places, texts, formats))
    figure.update_yaxes(**axes.amounts(formats, 0, HEADROOM * most, "count"))
    colours = [look.grey, *[look.fill] * last, look.soft_fill]
    figure.add_bar(
        x=places,
        y=bins["customers"].tolist(),
        width=[BAR, *[1.0] * last, BAR],
        marker={"color": colours, "line": {"color": look.page, "width": 1.2}},
        customdata=[_bin(row, bins, texts, formats) for row in rows],
        hovertemplate=HOVER,
    )
    total = float(bins["customers"].sum())
    for end in (0, -1):
        if total and (customers := rows[end]["customers"]):
            share = formats.share(customers / total)
            at = (places[end], customers)
            label(figure, at, share, look.muted, yshift=10)
    _middles(figure, facts, last, texts, (look, formats))
    return describe(figure, _bins_alt(bins, facts, texts, formats))


def _money_axis(
    rows: list[Row], places: list[float], texts: Texts, formats: Formats
) -> dict[str, object]:
    """Round money as ticks; the bins apart have their own words."""
    count, width = len(rows) - 2, rows[1]["value_to"]
    values, words = formats.ticks(0, count * width, "money")
    ticks: dict[float, str] = {
        value / width: word
        for value, word in zip(values, words, strict=True)
        if 0 < value < count * width
    }
    ticks[places[0]] = texts("figures.distribution.near", zero=words[0])
    ticks[places[-1]] = texts("figures.distribution.more")
    return {
        "range": [places[0] - APART / 2 - 0.1, places[-1] + APART / 2 + 0.1],
        "tickmode": "array",
        "tickvals": list(ticks),
        "ticktext": list(ticks.values()),
        "title": {"text": texts("figures.distribution.axis")},
    }


def _middles(
    figure: go.Figure,
    facts: Middle,
    last: int,
    texts: Texts,
    words: tuple[Look, Formats],
) -> None:
    """Mark median and mean, each on a line of words of its own."""
    look, formats = words
    strokes = {"median": (look.ink, "solid"), "mean": (look.muted, "dot")}
    for line, (name, (colour, dash)) in enumerate(strokes.items()):
        amount = facts["median"] if name == "median" else facts["mean"]
        if not math.isfinite(amount):
            continue
        at = min(amount / facts["width"], last + APART)
        stroke = {"color": colour, "width": 1.4, "dash": dash}
        figure.add_shape(
            type="line", yref="paper", x0=at, x1=at, y0=0, y1=1, line=stroke
        )
        text = texts(f"figures.distribution.{name}", amount=formats.money(amount))
        late = at > RIGHT_HALF * last
        label(
            figure,
            (at, 1),
            f"<b>{text}</b>" if name == "median" else text,
            colour,
            yref="paper",
            yanchor="top",
            yshift=-LINE_HEIGHT * line,
            xanchor="right" if late else "left",
            xshift=-5 if late else 5,
            bgcolor=look.page,
        )


def _bin(row: Row, bins: pd.DataFrame, texts: Texts, formats: Formats) -> str:
    customers, value = float(bins["customers"].sum()), float(bins["value"].sum())
    low, high = (formats.money(row[end]) for end in ("value_from", "value_to"))
    if math.isinf(row["value_to"]):
        worth = texts("figures.distribution.from", amount=low)
    elif row["value_from"] == 0:
        worth = texts("figures.distribution.under", amount=high)
    else:
        worth = formats.span(low, high)
    lines_of = [
        texts("figures.distribution.worth", worth=worth),
        texts(
            "figures.distribution.customers",
            count=row["customers"],
            n=formats.count(row["customers"]),
            share=formats.share(row["customers"] / customers if customers else None, 1),
        ),
        texts(
            "figures.distribution.value",
            amount=formats.money(row["value"]),
            share=formats.share(row["value"] / value if value else None, 1),
        ),
    ]
    return "<br>".join(lines_of)


def _bins_alt(bins: pd.DataFrame, facts: Middle, texts: Texts, formats: Formats) -> str:
    title = texts("figures.distribution.title")
    customers = bins["customers"].sum()
    if not customers:
        return texts("figures.empty", figure=title)
    return texts(
        "figures.distribution.alt",
        figure=title,
        customers=formats.count(customers),
        median=formats.money(facts["median"]),
        mean=formats.money(facts["mean"]),
    )
