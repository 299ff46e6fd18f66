"""What today's customers will bring: past and future revenue, the test of the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

import pandas as pd

from retention_ui.figures import axes
from retention_ui.figures.frames import finished, records, unfinished
from retention_ui.figures.look import CLEAR, HOVER, base, describe, label, unified

if TYPE_CHECKING:
    from collections.abc import Mapping

    import plotly.graph_objects as go

    from retention_ui.figures.look import Look
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

FORECAST_HEIGHT = 310
MOST_MONTHS = 18
HEADROOM = 1.08
ABOVE_THE_BARS = 1.25
CORNER = ("total", "low_80", "high_80", "low", "high")


class Ahead(TypedDict):
    """The forecast.

    ``monthly``: ``month, expected, low, high, low_80, high_80`` (repeat orders of
    today's customers). ``total``: ``total, low, high, low_80, high_80`` of it, None
    without a forecast. ``season``: ``month, expected``, the same total in the shape of
    the year before; empty where there is none to show.
    """

    monthly: pd.DataFrame
    total: Mapping[str, float] | None
    season: pd.DataFrame


def forecast(
    history: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Ahead],
) -> go.Figure:
    """Draw revenue by month, then what today's customers are expected to bring.

    ``history`` has ``month, repeat_revenue, first_revenue, complete``; its last 18
    months are drawn.
    """
    figure = base(look, FORECAST_HEIGHT)
    past = history.sort_values("month").tail(MOST_MONTHS).reset_index(drop=True)
    monthly = facts["monthly"].sort_values("month")
    months = sorted({pd.Timestamp(m) for m in [*past["month"], *monthly["month"]]})
    figure.update_layout(barmode="stack", bargap=0.28)
    figure.update_xaxes(**axes.periods(months, "month", formats))
    unified(figure, look)
    heights = [1.0, *(past["repeat_revenue"] + past["first_revenue"])]
    heights += [*monthly["expected"], *monthly["high"].dropna()]
    heights += [*facts["season"]["expected"]]
    lowest = min([0.0, *past["repeat_revenue"], *past["first_revenue"]])
    top = (HEADROOM if facts["total"] is None else ABOVE_THE_BARS) * max(heights)
    figure.update_yaxes(**axes.amounts(formats, lowest, top, "money"))
    words = (texts, look, formats)
    for part in ("repeat", "first"):
        _past(figure, past, part, words)
    _ahead(figure, monthly, words)
    _season(figure, facts["season"], words)
    if facts["total"] is not None:
        _corner(figure, facts["total"], words)
    return describe(figure, _forecast_alt(past, facts, texts, formats))


def _past(
    figure: go.Figure,
    past: pd.DataFrame,
    part: str,
    words: tuple[Texts, Look, Formats],
) -> None:
    """Add the bars of one part; a month that is not over is an outline."""
    texts, look, formats = words
    colour = look.fill if part == "repeat" else look.grey
    column = f"{part}_revenue"
    for done in (True, False):
        rows = finished(past) if done else unfinished(past)
        edge = {"color": look.page, "width": 0.8}
        ending = "" if done else f"<br>{texts('figures.so_far')}"
        figure.add_bar(
            x=axes.names_of(list(rows["month"]), "month", formats),
            y=rows[column].tolist(),
            marker={
                "color": colour if done else CLEAR,
                "line": edge if done else {"color": colour, "width": 1.3},
            },
            customdata=[
                texts(f"figures.forecast.{part}", amount=formats.money(amount)) + ending
                for amount in rows[column]
            ],
            hovertemplate=HOVER,
        )


def _ahead(
    figure: go.Figure, monthly: pd.DataFrame, words: tuple[Texts, Look, Formats]
) -> None:
    texts, look, formats = words
    if not len(monthly):
        return
    names = axes.names_of(list(monthly["month"]), "month", formats)
    for ends in ("", "_80"):
        figure.add_scatter(
            x=names + names[::-1],
            y=[*monthly[f"high{ends}"], *monthly[f"low{ends}"][::-1]],
            mode="lines",
            line={"width": 0},
            fill="toself",
            fillcolor=look.band,
            hoverinfo="skip",
        )
    hover = [
        texts(
            "figures.forecast.expected",
            amount=formats.money(row["expected"]),
            low=formats.money(row["low_80"]),
            high=formats.money(row["high_80"]),
        )
        for row in records(monthly)
    ]
    figure.add_scatter(
        x=names,
        y=monthly["expected"].tolist(),
        mode="lines",
        line={"color": look.accent, "width": 2.4},
        customdata=hover,
        hovertemplate=HOVER,
    )


def _season(
    figure: go.Figure, season: pd.DataFrame, words: tuple[Texts, Look, Formats]
) -> None:
    """Add what the same total would be in last year's shape."""
    texts, look, formats = words
    figure.add_scatter(
        x=axes.names_of(list(season["month"]), "month", formats),
        y=season["expected"].tolist(),
        mode="lines",
        line={"color": look.muted, "width": 1.6, "dash": "dot"},
        customdata=[
            texts("figures.forecast.season", amount=formats.money(amount))
            for amount in season["expected"]
        ],
        hovertemplate=HOVER,
    )


def _corner(
    figure: go.Figure,
    total: Mapping[str, float],
    words: tuple[Texts, Look, Formats],
) -> None:
    """Write the total and its intervals into the top right corner."""
    texts, look, formats = words
    value, *ends = (formats.money(total[each], "about") for each in CORNER)
    second = texts("figures.forecast.interval_80", interval=formats.span(*ends[:2]))
    third = texts("figures.forecast.interval", interval=formats.span(*ends[2:]))
    label(
        figure,
        (1, 1),
        f"<b>{value}</b><br>{second}<br>{third}",
        look.accent,
        xref="paper",
        yref="paper",
        xanchor="right",
        yanchor="top",
        align="right",
        bgcolor=look.page,
    )


def _forecast_alt(
    past: pd.DataFrame, facts: Ahead, texts: Texts, formats: Formats
) -> str:
    title = texts("figures.forecast.name")
    if not len(past):
        return texts("figures.empty", figure=title)
    first, last = past["month"].iloc[0], past["month"].iloc[-1]
    text = texts(
        "figures.forecast.alt",
        figure=title,
        first=formats.period(first),
        last=formats.period(last),
    )
    if facts["total"] is None:
        return text
    ends = ("total", "low_80", "high_80")
    value, low, high = (formats.money(facts["total"][each], "about") for each in ends)
    ahead = texts("figures.forecast.alt_ahead", value=value, low=low, high=high)
    return f"{text} {ahead}"
