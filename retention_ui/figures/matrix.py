"""Customers by orders so far and by days since the last one."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

import pandas as pd

from retention_ui.figures import axes
from retention_ui.figures.frames import Row, records
from retention_ui.figures.look import (
    HOVER,
    base,
    cell_text,
    colour_at,
    colourscale,
    describe,
    on,
)

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from retention_ui.figures.look import Look
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

TOP = 0.9
Edge = tuple[int, int | None]


class Window(TypedDict):
    """``days``: the window; the rows below it count as lost."""

    days: int


def frequency_recency(
    cells: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Window],
) -> go.Figure:
    """Draw customers by orders so far and days since the last, coloured by chance.

    ``cells``: a row a group that is not empty, with ``orders_from, orders_to,
    days_from, days_to`` (whole numbers, both ends within; null: no upper end),
    ``customers, probability_active`` (mean chance of an order within the window) and
    ``clv`` (sum of the forecast value).
    """
    columns = _edges(cells, "orders")
    bands = _edges(cells, "days")
    names = [
        _orders(edge, texts, formats, first=edge == columns[0]) for edge in columns
    ]
    rows = [_days(edge, texts, formats, first=edge == bands[0]) for edge in bands]
    figure = base(look, 30 + 36 * max(len(rows), 1))
    figure.update_layout(margin={"t": 24, "pad": 6})
    figure.update_xaxes(**axes.category(names) | {"side": "top"}, showline=False)
    figure.update_xaxes(range=[-0.5, len(names) - 0.5])
    ends = {"range": [len(rows) - 0.5, -0.5]}
    figure.update_yaxes(**axes.category(rows) | ends, showgrid=False)
    z: list[list[float | None]] = [[None] * len(names) for _ in rows]
    hovers = [[""] * len(names) for _ in rows]
    written, colours = [], []
    for each in records(cells):
        row, column = (
            bands.index(_edge(each, "days")),
            columns.index(_edge(each, "orders")),
        )
        chance = float(each["probability_active"])
        z[row][column] = chance
        hovers[row][column] = _hover(each, texts, formats)
        written.append((names[column], rows[row], formats.count(each["customers"])))
        colours.append(on(look, colour_at(look.scale, chance / TOP)))
    figure.add_heatmap(
        x=names,
        y=rows,
        z=z,
        customdata=hovers,
        hovertemplate=HOVER,
        colorscale=colourscale(look),
        zmin=0,
        zmax=TOP,
        xgap=1.5,
        ygap=1.5,
        showscale=False,
        hoverongaps=False,
    )
    cell_text(figure, written, colours, size=12.5)
    _window_line(figure, bands, facts["days"], look)
    return describe(figure, _alt(cells, texts, formats, facts["days"]))


def _window_line(figure: go.Figure, bands: list[Edge], days: int, look: Look) -> None:
    """Draw the line between the rows at the window."""
    above = [
        row for row, (_, end) in enumerate(bands) if end is not None and end < days
    ]
    if not above or len(above) == len(bands):
        return
    figure.add_shape(
        type="line",
        xref="paper",
        x0=0,
        x1=1,
        y0=above[-1] + 0.5,
        y1=above[-1] + 0.5,
        line={"color": look.lost, "width": 1.6},
    )


def _edges(cells: pd.DataFrame, of: str) -> list[Edge]:
    found = {_edge(each, of) for each in records(cells)}
    return sorted(found, key=lambda edge: edge[0])


def _edge(each: Row, of: str) -> Edge:
    end = each[f"{of}_to"]
    return int(each[f"{of}_from"]), None if pd.isna(end) else int(end)


def _orders(edge: Edge, texts: Texts, formats: Formats, *, first: bool) -> str:
    name = _span(edge, texts, formats, "figures.matrix.orders_open")
    if not first:
        return name
    return texts("figures.matrix.orders_first", count=edge[1] or 2, orders=name)


def _days(edge: Edge, texts: Texts, formats: Formats, *, first: bool) -> str:
    name = _span(edge, texts, formats, "figures.matrix.days_open")
    return texts("figures.matrix.days_first", days=name) if first else name


def _span(edge: Edge, texts: Texts, formats: Formats, open_ended: str) -> str:
    start, end = edge
    if end is None:
        before = formats.count(max(start - 1, 0))
        return texts(open_ended, start=formats.count(start), before=before)
    if start == end:
        return formats.count(start)
    return formats.span(formats.count(start), formats.count(end))


def _hover(each: Row, texts: Texts, formats: Formats) -> str:
    customers = formats.count(each["customers"])
    orders = _orders(_edge(each, "orders"), texts, formats, first=True)
    days = _days(_edge(each, "days"), texts, formats, first=True)
    lines = [
        texts("figures.matrix.group", orders=orders, days=days),
        texts("figures.matrix.customers", count=each["customers"], n=customers),
        texts("figures.matrix.chance", share=formats.share(each["probability_active"])),
    ]
    if pd.notna(each.get("clv")):
        lines.append(texts("figures.matrix.value", amount=formats.money(each["clv"])))
    return "<br>".join(lines)


def _alt(cells: pd.DataFrame, texts: Texts, formats: Formats, days: int) -> str:
    title = texts("figures.matrix.name")
    if not len(cells):
        return texts("figures.empty", figure=title)
    chances = cells["probability_active"]
    return texts(
        "figures.matrix.alt",
        figure=title,
        customers=formats.count(cells["customers"].sum()),
        days=formats.days(days),
        low=formats.share(chances.min()),
        high=formats.share(chances.max()),
    )
