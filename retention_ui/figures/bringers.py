"""Who brings the value to come: how few hold it, and how it is spread."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypedDict, Unpack

from retention_ui.figures import axes, lines
from retention_ui.figures.frames import Row, records
from retention_ui.figures.look import HOVER, base, describe, label
from retention_ui.figures.placing import Plot

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from retention_ui.figures.look import Look
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

HEIGHT = 300
DRAWN = 260  # of it, without the axis
SHARES = (0.1, 0.25, 0.5, 0.75, 1.0)
APART, BAR = 0.85, 0.78
HEADROOM = 1.32
LINE_HEIGHT = 18
RIGHT_HALF = 0.6


class Marked(TypedDict):
    """``first``: a share of the customers, best first; ``held``: what they hold."""

    first: float
    held: float


class Middle(TypedDict):
    """Of all customers, in the currency; ``width``: of a bin."""

    median: float
    mean: float
    width: float


def concentration(
    curve: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Marked],
) -> go.Figure:
    """Draw what share of the value to come the best customers hold.

    ``curve`` has ``share_of_customers`` (0 to 1, best first), ``share_of_value`` and
    ``share_of_revenue`` so far (null where there was none).
    """
    figure = base(look, HEIGHT)
    ticks = {share: formats.share(share) for share in SHARES}
    ticks[facts["first"]] = f"<b>{formats.share(facts['first'])}</b>"
    figure.update_xaxes(
        range=[0, 1],
        tickmode="array",
        tickvals=list(ticks),
        ticktext=list(ticks.values()),
        title={"text": texts("figures.concentration.axis")},
    )
    figure.update_yaxes(**axes.amounts(formats, 0, 1.02, "share"))
    alike = {"color": look.rule, "width": 1, "dash": "dot"}
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line=alike, hoverinfo="skip")
    drawn = [
        lines.Series(
            texts(f"figures.concentration.{kind}"),
            rows["share_of_customers"].tolist(),
            rows[kind].tolist(),
            [_held(row, kind, texts, formats) for row in records(rows)],
            colour,
            width,
        )
        for kind, colour, width in (
            ("share_of_value", look.accent, lines.SUBJECT),
            ("share_of_revenue", look.grey, lines.CONTEXT),
        )
        if len(rows := curve[curve[kind].notna()])
    ]
    for series in reversed(drawn):
        lines.draw(figure, series)
    lines.name(figure, drawn, Plot(0, 1, 0, 1.02, DRAWN), look)
    _mark(figure, facts, texts, (look, formats))
    return describe(figure, _curve_alt(facts, texts, formats))


def _mark(
    figure: go.Figure, facts: Marked, texts: Texts, words: tuple[Look, Formats]
) -> None:
    """Mark what the first hold: a dot, lines to both axes, the share in words."""
    first, held = facts["first"], facts["held"]
    look, formats = words
    if not math.isfinite(held):
        return
    figure.add_scatter(
        x=[0, first, first],
        y=[held, held, 0],
        mode="lines",
        line={"color": look.accent, "width": 1.2, "dash": "dot"},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=[first],
        y=[held],
        mode="markers",
        marker={"color": look.accent, "size": 9},
        hoverinfo="skip",
    )
    text = texts(
        "figures.concentration.first",
        first=formats.share(first),
        held=formats.share(held),
    )
    place = {"xanchor": "left", "xshift": 9, "yshift": -9, "bgcolor": look.page}
    label(figure, (first, held), f"<b>{text}</b>", look.accent, **place)


def _held(row: Row, kind: str, texts: Texts, formats: Formats) -> str:
    return texts(
        f"figures.concentration.hover_{kind}",
        first=formats.share(row["share_of_customers"]),
        held=formats.share(row[kind], 1),
    )


def _curve_alt(facts: Marked, texts: Texts, formats: Formats) -> str:
    title = texts("figures.concentration.title")
    if not math.isfinite(facts["held"]):
        return texts("figures.empty", figure=title)
    first, held = (formats.share(facts[name]) for name in ("first", "held"))
    return texts("figures.concentration.alt", figure=title, first=first, held=held)


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
