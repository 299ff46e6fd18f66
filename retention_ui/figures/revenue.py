"""Revenue by period, where nobody knows whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from retention_ui.figures import axes
from retention_ui.figures.frames import (
    Period,
    Row,
    finished,
    latest,
    records,
    unfinished,
)
from retention_ui.figures.look import CLEAR, HOVER, base, describe, unified

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from retention_ui.figures.look import Look
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

HEIGHT = 290
HEADROOM = 1.08


def revenue(
    frame: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Period],
) -> go.Figure:
    """Draw what guests brought by period.

    ``frame`` is that of ``rc.mix.new_and_returning``; the last 24 periods are drawn.
    A period that is not over is an outline.
    """
    grain, shown = facts["grain"], latest(frame)
    figure = base(look, HEIGHT)
    figure.update_layout(barmode="relative", bargap=0.28)
    figure.update_xaxes(**axes.periods(list(shown["period_start"]), grain, formats))
    unified(figure, look)
    money = shown["guest_revenue"]
    top = HEADROOM * max([1.0, *money])
    low = HEADROOM * min([0.0, *money])
    figure.update_yaxes(**axes.amounts(formats, low, top, "money"))
    for done in (True, False):
        chosen = finished(shown) if done else unfinished(shown)
        edge = {"color": look.page, "width": 0.8}
        figure.add_bar(
            x=axes.names_of(list(chosen["period_start"]), grain, formats),
            y=chosen["guest_revenue"].tolist(),
            marker={
                "color": look.fill if done else CLEAR,
                "line": edge if done else {"color": look.fill, "width": 1.3},
            },
            customdata=[_hover(row, texts, formats) for row in records(chosen)],
            hovertemplate=HOVER,
        )
    return describe(figure, _alt(shown, facts, texts, formats))


def _hover(row: Row, texts: Texts, formats: Formats) -> str:
    amount = formats.money(row["guest_revenue"])
    orders = formats.count(row["guest_orders"])
    spoken = texts("figures.revenue.hover", amount=amount, orders=orders)
    return spoken if row["complete"] else f"{spoken}<br>{texts('figures.so_far')}"


def _alt(shown: pd.DataFrame, facts: Period, texts: Texts, formats: Formats) -> str:
    title, done = texts("figures.revenue.name"), finished(shown)
    if done.empty:
        return texts("figures.empty", figure=title)
    last, grain = done.iloc[-1], facts["grain"]
    return texts(
        "figures.revenue.alt",
        figure=title,
        first=formats.period(shown["period_start"].iloc[0], grain),
        last=formats.period(shown["period_start"].iloc[-1], grain),
        period=formats.period(last["period_start"], grain),
        amount=formats.money(float(last["guest_revenue"])),
    )
