"""How value unfolds: revenue per customer so far, by months since the first order."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

from retention_ui.figures import axes, lines, rows
from retention_ui.figures.frames import records
from retention_ui.figures.look import base, describe, faded, label, told
from retention_ui.figures.placing import Plot

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from retention_ui.figures.look import Look
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

HEIGHT = 300
PLOT_HEIGHT = 242
HEADROOM = 1.12
LEFT = 0.03
LIGHT_BAND = 0.14


class Names(TypedDict):
    """Names of two groups; ``since``: the age from which they are apart, or None."""

    one: str
    other: str
    since: int | None


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
        rows.dot(figure, (0, float(first["value"])), look.accent, series.hover[0])
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
    parts = [
        texts(
            "figures.unfolding.alt_group",
            name=each.name,
            amount=formats.money(each.y[-1]),
            months=formats.count(each.x[-1]),
        )
        for each in known
    ]
    return told(title, parts, texts)
