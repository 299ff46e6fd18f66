"""How value unfolds: orders on a line of days, revenue so far by age, year by year."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

import pandas as pd

from retention_ui.figures import axes, lines, rows
from retention_ui.figures.frames import Row, records
from retention_ui.figures.look import HOVER, base, describe, faded, label
from retention_ui.figures.placing import Plot

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from retention_ui.figures.look import Look
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

HEIGHT = 300
PLOT_HEIGHT = 242
HEADROOM = 1.12
ROW = 46
LEFT = 0.03
LIGHT_BAND = 0.14
DAY_TICKS = (0, 30, 60, 90, 120, 180, 240, 300, 365, 480, 600, 730, 900, 1095)
# Ticks of the days stand farther apart where there are more of them.
TICKS_APART = 9


class Names(TypedDict):
    """Names of two groups; ``since``: the age from which they are apart, or None."""

    one: str
    other: str
    since: int | None


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
        span = [row["quarter_days"], row["three_quarter_days"]]
        _interval(figure, place, span, look.accent)
        hover = _order_hover(row, names[place], texts, formats)
        _dot(figure, (row["median_days"], place), look.accent, hover)
        there = texts("figures.timeline.there", share=formats.share(row["share"]))
        corner = {"xref": "paper", "xanchor": "right", "yshift": 14}
        label(figure, (1, place), there, look.accent, **corner)
    rows.name_rows(figure, names, [look.ink] * len(known))
    return describe(figure, _timeline_alt(known, names, texts, formats))


def unfolding(
    curve: pd.DataFrame, texts: Texts, look: Look, formats: Formats
) -> go.Figure:
    """Draw revenue per customer so far by months since the first order.

    ``curve`` is that of ``rc.unfolding.curve``.
    """
    figure = base(look, HEIGHT)
    series = _curve(
        curve, texts("figures.unfolding.all"), look.accent, (texts, formats)
    )
    _months(figure, curve, texts, formats)
    top = HEADROOM * max([1.0, *curve["high"].dropna(), *curve["value"]])
    figure.update_yaxes(**axes.amounts(formats, min([0, *curve["low"]]), top, "money"))
    _band(figure, curve, look.band)
    lines.draw(figure, series)
    if len(curve):
        first = curve.iloc[0]
        amount = formats.money(float(first["value"]))
        words = texts("figures.unfolding.first", amount=amount)
        _dot(figure, (0, float(first["value"])), look.accent, series.hover[0])
        place = {"xanchor": "left", "xshift": 8, "yshift": -12}
        label(figure, (0, float(first["value"])), words, look.accent, **place)
    return describe(figure, _unfolding_alt(curve, texts, formats))


def against(
    curves: tuple[pd.DataFrame, pd.DataFrame],
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Names],
) -> go.Figure:
    """Draw revenue per customer so far of two groups, as far as both were watched.

    ``curves``: one's and the other's, each as of ``rc.unfolding.curve``. A dotted line
    stands where they part for good.
    """
    figure = base(look, HEIGHT)
    one, other = curves
    parts = [(one, facts["one"], look.accent), (other, facts["other"], look.grey)]
    drawn = [_curve(*part, (texts, formats)) for part in parts]
    ends = [value for curve in curves for value in curve["high"].dropna()]
    values = [value for curve in curves for value in curve["value"]]
    top = HEADROOM * max([1.0, *ends, *values])
    low = min([0.0, *(value for curve in curves for value in curve["low"].dropna())])
    longest = max(curves, key=len)
    _months(figure, longest, texts, formats)
    figure.update_yaxes(**axes.amounts(formats, low, top, "money"))
    for curve, _, shade in reversed(parts):
        _band(figure, curve, faded(shade, LIGHT_BAND))
    for series in reversed(drawn):
        lines.draw(figure, series)
    if facts["since"] is not None:
        dotted = {"color": look.muted, "width": 1, "dash": "dot"}
        figure.add_vline(facts["since"], line=dotted)
    last = float(longest["months"].max()) if len(longest) else 1.0
    lines.name(figure, drawn, Plot(0, max(last, 1.0), low, top, PLOT_HEIGHT), look)
    return describe(figure, _against_alt(drawn, texts, formats))


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
        _interval(figure, place, [row["revenue_low"], row["revenue_high"]], look.accent)
        if pd.notna(row["previous_revenue_per_customer"]):
            _ring(figure, place, row, (texts, look, formats))
        value = float(row["revenue_per_customer"])
        hover = _year_hover(row, names[place], texts, formats)
        _dot(figure, (value, place), look.accent, hover)
        corner = {"xref": "paper", "xanchor": "right", "yshift": 14}
        words = f"<b>{formats.money(value)}</b>"
        label(figure, (1, place), words, look.accent, **corner)
    rows.name_rows(figure, names, [look.ink] * len(known))
    return describe(figure, _years_alt(known, texts, formats))


def _curve(
    curve: pd.DataFrame, name: str, colour: str, words: tuple[Texts, Formats]
) -> lines.Series:
    texts, formats = words
    hover = []
    for row in records(curve):
        at = texts(
            "figures.unfolding.hover",
            count=row["months"],
            name=name,
            months=formats.count(row["months"]),
            amount=formats.money(row["value"]),
        )
        ends = {end: formats.money(row[end]) for end in ("low", "high")}
        hover.append(f"{at}<br>{texts('figures.interval', **ends)}")
    x = [float(age) for age in curve["months"]]
    y = [float(value) for value in curve["value"]]
    return lines.Series(name, x, y, hover, colour, lines.SUBJECT)


def _months(
    figure: go.Figure, curve: pd.DataFrame, texts: Texts, formats: Formats
) -> None:
    last = int(curve["months"].max()) if len(curve) else 1
    step = 1 if last <= 8 else 3 if last <= 24 else 6
    ticks = list(range(0, last + 1, step))
    figure.update_xaxes(
        range=[-LEFT * max(last, 1), max(last, 1)],
        tickmode="array",
        tickvals=ticks,
        ticktext=[formats.count(tick) for tick in ticks],
        title={"text": texts("figures.unfolding.axis")},
    )


def _band(figure: go.Figure, curve: pd.DataFrame, colour: str) -> None:
    known = curve[curve["low"].notna()]
    x = [float(age) for age in known["months"]]
    figure.add_scatter(
        x=x + x[::-1],
        y=[*known["high"], *known["low"][::-1]],
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=colour,
        hoverinfo="skip",
    )


def _interval(figure: go.Figure, place: int, ends: list[float], colour: str) -> None:
    figure.add_scatter(
        x=ends,
        y=[place, place],
        mode="lines",
        line={"color": faded(colour, rows.SEE_THROUGH), "width": 5},
        hoverinfo="skip",
    )


def _dot(figure: go.Figure, at: tuple[float, float], colour: str, hover: str) -> None:
    figure.add_scatter(
        x=[at[0]],
        y=[at[1]],
        mode="markers",
        marker={"size": 9, "color": colour},
        customdata=[hover],
        hovertemplate=HOVER,
    )


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
    if not known:
        return texts("figures.empty", figure=title)
    parts = [
        texts(
            "figures.timeline.alt",
            name=name,
            share=formats.share(row["share"]),
            days=formats.days(row["median_days"]),
        )
        for name, row in zip(names, known, strict=True)
    ]
    return " ".join([f"{title}.", *parts])


def _unfolding_alt(curve: pd.DataFrame, texts: Texts, formats: Formats) -> str:
    title = texts("figures.unfolding.name")
    if curve.empty:
        return texts("figures.empty", figure=title)
    return texts(
        "figures.unfolding.alt",
        figure=title,
        first=formats.money(float(curve["value"].iloc[0])),
        amount=formats.money(float(curve["value"].iloc[-1])),
        months=formats.count(float(curve["months"].iloc[-1])),
    )


def _against_alt(drawn: list[lines.Series], texts: Texts, formats: Formats) -> str:
    title = texts("figures.unfolding.name")
    known = [each for each in drawn if each.y]
    if not known:
        return texts("figures.empty", figure=title)
    parts = [
        texts(
            "figures.unfolding.alt_group",
            name=each.name,
            amount=formats.money(each.y[-1]),
            months=formats.count(each.x[-1]),
        )
        for each in known
    ]
    return " ".join([f"{title}.", *parts])


def _years_alt(known: list[Row], texts: Texts, formats: Formats) -> str:
    title = texts("figures.years.name")
    if not known:
        return texts("figures.empty", figure=title)
    parts = [
        texts(
            "figures.years.alt",
            year=formats.count(row["year"]),
            amount=formats.money(row["revenue_per_customer"]),
        )
        for row in known
    ]
    return " ".join([f"{title}.", *parts])
