"""One customer's orders on a line of time, and the silences between them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pandas as pd

from retention_ui.figures import axes
from retention_ui.figures.frames import Row, records
from retention_ui.figures.look import HOVER, base, describe, label
from retention_ui.figures.marks import place
from retention_ui.figures.paths import calendar, months_or_quarters

if TYPE_CHECKING:
    import datetime as dt

    import plotly.graph_objects as go

    from retention_core.customer import Customer
    from retention_core.periods import Grain
    from retention_ui.figures.look import Look
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

HEIGHT = 300
ROOM = 1.18
# So long a silence, in usual gaps, is out of habit (definitions.md §7).
LONG = 2.0
# A label needs so much of the axis.
WIDTH = 0.09
PRODUCTS_SHOWN = 3
BAND = {
    "type": "rect",
    "xref": "x",
    "yref": "y domain",
    "y0": 0,
    "y1": 1,
    "line": {"width": 0},
}


def periods_of(found: Customer, as_of: dt.date) -> tuple[list[dt.date], Grain]:
    """Return the periods that the line is drawn over, and how long they are."""
    return months_or_quarters(found.first_order, as_of)


def time_line(
    found: Customer, texts: Texts, look: Look, formats: Formats, *, as_of: dt.date
) -> go.Figure:
    """Draw each order with what it brought, and shade silences that are out of habit.

    The silence that is still running ends at ``as_of``; it is shaded as far as it is
    longer than twice the usual gap, like any other.
    """
    figure = base(look, HEIGHT)
    starts, grain = periods_of(found, as_of)
    rows = records(found.orders)
    at = [_at(row["ordered_at"], starts, grain) for row in rows]
    amounts = [float(row["amount"]) for row in rows]
    figure.update_xaxes(**calendar(starts, grain, formats))
    highest = max(*amounts, 1.0) * ROOM
    figure.update_yaxes(**axes.amounts(formats, 0, highest, "money"))
    _silences(figure, found, (starts, grain, as_of), (texts, look, formats))
    stems = [(x, y) for x, top in zip(at, amounts, strict=True) for y in (0, top, None)]
    figure.add_scatter(
        x=[x for x, _ in stems],
        y=[y for _, y in stems],
        mode="lines",
        line={"color": look.accent, "width": 1.6},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=at,
        y=amounts,
        mode="markers",
        marker={"color": look.accent, "size": 7},
        customdata=[_told(row, texts, formats) for row in rows],
        hovertemplate=HOVER,
    )
    return describe(figure, _alt(found, texts, formats))


def _at(
    moment: pd.Timestamp | dt.date, starts: list[dt.date], grain: Grain
) -> float | None:
    return place(pd.Timestamp(moment).date(), starts, grain)


def _silences(
    figure: go.Figure,
    found: Customer,
    calendar: tuple[list[dt.date], Grain, dt.date],
    words: tuple[Texts, Look, Formats],
) -> None:
    """Shade each silence of more than twice the usual gap, its days written on top."""
    if not found.usual_gap_days:
        return
    starts, grain, as_of = calendar
    texts, look, formats = words
    days = sorted({pd.Timestamp(each).normalize() for each in found.orders.ordered_at})
    days.append(pd.Timestamp(as_of))
    shaded: list[dict[str, Any]] = []
    for before, after in pairwise(days):
        silence = (after - before).days
        ends = (_at(before, starts, grain), _at(after, starts, grain))
        if silence <= LONG * found.usual_gap_days or None in ends:
            continue
        low, high = (float(each or 0) for each in ends)
        shaded.append({**BAND, "x0": low, "x1": high, "fillcolor": look.lost_band})
        if high - low < WIDTH * len(starts):
            continue
        text = formats.days(silence)
        if after == days[-1]:
            text = texts("figures.customer.running", days=text)
        middle = ((low + high) / 2, 1)
        label(figure, middle, text, look.lost, yref="y domain", yanchor="top")
    # All at once: one by one each looks through those before it.
    figure.update_layout(shapes=shaded)


def _told(row: Row, texts: Texts, formats: Formats) -> str:
    said = [
        texts(
            "figures.customer.order",
            day=formats.date(row["ordered_at"]),
            amount=formats.money(row["amount"]),
        )
    ]
    if pd.notna(row["gap_days"]) and row["gap_days"]:
        gap = formats.days(row["gap_days"])
        said.append(texts("figures.customer.gap", days=gap))
    shown = [formats.plain(each) for each in row["products"][:PRODUCTS_SHOWN]]
    more = len(row["products"]) - len(shown)
    if more > 0:
        shown.append(texts("figures.customer.more", n=formats.count(more)))
    return "<br>".join([*said, *shown])


def _alt(found: Customer, texts: Texts, formats: Formats) -> str:
    return texts(
        "figures.customer.alt",
        count=len(found.orders),
        n=formats.count(len(found.orders)),
        first=formats.date(found.first_order),
        last=formats.date(found.last_order),
        gap=formats.days(found.usual_gap_days),
        silence=formats.days(found.days_since_last_order),
    )
