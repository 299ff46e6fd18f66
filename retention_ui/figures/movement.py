"""Customers won, returned and lost by period; and the rates that follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import pandas as pd

from retention_ui.figures import axes
from retention_ui.figures.frames import Period, Row, latest, records
from retention_ui.figures.look import (
    CLEAR,
    HOVER,
    base,
    describe,
    faded,
    label,
    stretches,
    unified,
)

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from retention_core.periods import Grain
    from retention_ui.figures.look import Look
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

MOVEMENT_HEIGHT = 290
# As high as the account of the same periods, which stands beside it.
RATES_HEIGHT = 380
MOST_DOTS = 30
HEADROOM = 1.08
PARTS = ("new", "reactivated", "lost")
NOT_FULL = 0.35
CUT = 0.04


def movement(
    frame: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Period],
) -> go.Figure:
    """Draw new and returning customers upward, lost ones downward, the net as a ring.

    ``frame`` is that of ``rc.churn.movement``; the last 24 periods are drawn. Before
    the window is full the bars are pale, a period that is not over is outlined.
    """
    figure = base(look, MOVEMENT_HEIGHT)
    shown, rows = _latest(frame, facts["grain"], formats)
    figure.update_layout(barmode="relative", bargap=0.28)
    starts = list(shown["period_start"])
    figure.update_xaxes(**axes.periods(starts, facts["grain"], formats))
    unified(figure, look)
    high = HEADROOM * max([1, *(row["new"] + row["reactivated"] for row in rows)])
    low = -HEADROOM * max([1, *(row["lost"] for row in rows)])
    ticks, _ = formats.ticks(low, high, "count")
    figure.update_yaxes(
        range=[low, high],
        tickmode="array",
        tickvals=ticks,
        # A hundred customers below the line are a hundred customers.
        ticktext=[formats.count(abs(tick)) for tick in ticks],
        zeroline=True,
        zerolinecolor=look.rule,
        zerolinewidth=1,
    )
    words = (texts, look, formats)
    for part in PARTS:
        _bars(figure, rows, part, words)
    _net(figure, rows, words)
    return describe(figure, _movement_alt(rows, texts, formats))


def rates(
    frame: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Period],
) -> go.Figure:
    """Draw the strict retention rate, and thin beside it the customer retention rate.

    ``frame`` is that of ``rc.churn.movement``. The range is cut: its ticks say so.
    """
    figure = base(look, RATES_HEIGHT)
    known = frame[frame["strict_retention_rate"].notna()]
    shown, rows = _latest(known, facts["grain"], formats)
    starts = list(shown["period_start"])
    figure.update_xaxes(**axes.periods(starts, facts["grain"], formats))
    full = shown["full_start"].astype(bool)
    low, high = _cut_range(shown[full] if full.any() else shown)
    figure.update_yaxes(**axes.amounts(formats, low, high, "share"))
    for first, last in stretches([not row["full_start"] for row in rows]):
        figure.add_vrect(
            x0=first - 0.5,
            x1=last + 0.5,
            fillcolor=look.grid,
            line_width=0,
            layer="below",
        )
        corner = {"yref": "paper", "xanchor": "left", "yanchor": "bottom", "yshift": 3}
        text = texts("figures.rates.not_full")
        label(figure, (first - 0.4, 0), text, look.muted, **corner)
    for column in ("retention_rate", "strict_retention_rate"):
        _rate(figure, rows, column, (texts, look, formats))
    return describe(figure, _rates_alt(rows, texts, formats))


def _latest(
    frame: pd.DataFrame, grain: Grain, formats: Formats
) -> tuple[pd.DataFrame, list[Row]]:
    """The last periods, and the same as rows with a ``name`` and the ``net``."""
    shown = latest(frame)
    shown = shown.assign(net=shown["new"] + shown["reactivated"] - shown["lost"])
    names = axes.names_of(list(shown["period_start"]), grain, formats)
    rows = [
        row | {"name": name} for row, name in zip(records(shown), names, strict=True)
    ]
    return shown, rows


def _bars(
    figure: go.Figure, rows: list[Row], part: str, words: tuple[Texts, Look, Formats]
) -> None:
    """Add one part of the movement: finished bars filled, the rest an outline."""
    texts, look, formats = words
    fills = dict(zip(PARTS, (look.fill, look.soft_fill, look.lost_fill), strict=True))
    colour, sign = fills[part], -1 if part == "lost" else 1
    pale = faded(colour, NOT_FULL)
    for done in (True, False):
        chosen = [row for row in rows if bool(row["complete"]) == done]
        shades = [colour if row["full_start"] else pale for row in chosen]
        edge = {"color": look.page, "width": 0.8}
        figure.add_bar(
            x=[row["name"] for row in chosen],
            y=[sign * row[part] for row in chosen],
            marker={
                "color": shades if done else CLEAR,
                "line": edge if done else {"color": colour, "width": 1.3},
            },
            customdata=[
                texts(
                    f"figures.movement.{part}",
                    count=row[part],
                    n=formats.count(row[part]),
                )
                for row in chosen
            ],
            hovertemplate=HOVER,
        )


def _net(
    figure: go.Figure, rows: list[Row], words: tuple[Texts, Look, Formats]
) -> None:
    """Add a ring at the net of each period; its hover says what is special."""
    texts, look, formats = words
    figure.add_scatter(
        x=[row["name"] for row in rows],
        y=[row["net"] for row in rows],
        mode="markers",
        marker={
            "size": 5.5,
            "color": look.page,
            "line": {"color": look.ink, "width": 1.3},
        },
        customdata=[_net_hover(row, texts, formats) for row in rows],
        hovertemplate=HOVER,
    )


def _net_hover(row: Row, texts: Texts, formats: Formats) -> str:
    sentences = [texts("figures.movement.net", n=formats.difference(row["net"]))]
    if not row["full_start"]:
        sentences.append(texts("figures.rates.not_full"))
    if not row["complete"]:
        sentences.append(texts("figures.so_far"))
    return "<br>".join(sentences)


def _cut_range(shown: pd.DataFrame) -> tuple[float, float]:
    """From 4 points below the data to 100 %, or to just above them if they lie low."""
    columns = shown[["retention_rate", "strict_retention_rate"]].to_numpy(dtype=float)
    known = columns[~pd.isna(columns)]
    if not len(known):
        return 0.0, 1.0
    low, high = max(0.0, float(known.min()) - CUT), float(known.max())
    return low, max(min(1.0, high + 2 * CUT), high + CUT / 4)


def _rate(
    figure: go.Figure, rows: list[Row], column: str, words: tuple[Texts, Look, Formats]
) -> None:
    """Add one rate; what is not finished is dotted and ends in an open dot."""
    texts, look, formats = words
    subject = column == "strict_retention_rate"
    colour, width = (look.accent, 2.4) if subject else (look.grey, 1.5)
    known = [row for row in rows if pd.notna(row[column])]
    done = [row for row in known if row["complete"]]
    _pale(figure, done, column, (texts, look, formats))
    # Before the window is full nobody can be lost: such rates are not the shop's.
    done = [row for row in done if row["full_start"]]
    dots = subject and len(done) <= MOST_DOTS
    figure.add_scatter(
        x=[row["name"] for row in done],
        y=[row[column] for row in done],
        mode="lines+markers" if dots else "lines",
        line={"color": colour, "width": width},
        marker={"size": 4, "color": colour},
        customdata=[_rate_hover(row, column, texts, formats) for row in done],
        hovertemplate=HOVER,
    )
    open_ = [row for row in known if not row["complete"] and row["full_start"]]
    if not open_ or not subject:
        return
    tail = [*done[-1:], *open_]
    figure.add_scatter(
        x=[row["name"] for row in tail],
        y=[row[column] for row in tail],
        mode="lines",
        line={"color": colour, "width": 1.4, "dash": "dot"},
        hoverinfo="skip",
    )
    ring = {"color": colour, "width": 1.4}
    so_far = texts("figures.so_far")
    figure.add_scatter(
        x=[row["name"] for row in open_],
        y=[row[column] for row in open_],
        mode="markers",
        marker={"size": 7, "color": look.page, "line": ring},
        customdata=[
            f"{_rate_hover(row, column, texts, formats)}<br>{so_far}" for row in open_
        ],
        hovertemplate=HOVER,
    )


def _pale(
    figure: go.Figure,
    done: list[Row],
    column: str,
    words: tuple[Texts, Look, Formats],
) -> None:
    """Add the rates of before the window was full, thin and pale."""
    texts, look, formats = words
    colour = look.accent if column == "strict_retention_rate" else look.grey
    early = [row for row in done if not row["full_start"]]
    if not early:
        return
    reason = texts("figures.rates.not_full")
    figure.add_scatter(
        x=[row["name"] for row in early],
        y=[row[column] for row in early],
        mode="lines",
        line={"color": faded(colour, NOT_FULL), "width": 1.4},
        customdata=[
            f"{_rate_hover(row, column, texts, formats)}<br>{reason}" for row in early
        ],
        hovertemplate=HOVER,
    )


def _rate_hover(row: Row, column: str, texts: Texts, formats: Formats) -> str:
    share = formats.share(row[column], 1)
    return texts(f"figures.rates.{column}", period=row["name"], share=share)


def _movement_alt(rows: list[Row], texts: Texts, formats: Formats) -> str:
    title = texts("figures.movement.name")
    done = [row for row in rows if row["complete"]]
    if not done:
        return texts("figures.empty", figure=title)
    last, worst = done[-1], min(done, key=lambda row: float(row["net"]))
    return texts(
        "figures.movement.alt",
        figure=title,
        first=rows[0]["name"],
        last=last["name"],
        new=formats.count(last["new"]),
        back=formats.count(last["reactivated"]),
        lost=formats.count(last["lost"]),
        worst=worst["name"],
        net=formats.difference(worst["net"]),
    )


def _rates_alt(rows: list[Row], texts: Texts, formats: Formats) -> str:
    title, column = texts("figures.rates.name"), "strict_retention_rate"
    done = [row for row in rows if row["complete"] and row["full_start"]]
    if not done:
        return texts("figures.empty", figure=title)
    lowest = min(done, key=lambda row: float(row[column]))
    return texts(
        "figures.rates.alt",
        figure=title,
        first=done[0]["name"],
        last=done[-1]["name"],
        share=formats.share(done[-1][column], 1),
        low=formats.share(lowest[column], 1),
        lowest=lowest["name"],
    )
