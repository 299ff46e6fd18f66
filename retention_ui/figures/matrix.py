"""The field's matrices: customers by orders so far and by days since the last one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict, Unpack

import pandas as pd

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

ROW = 42
LETTERS, SMALL_LETTERS = 13, 10.5
# In parts of a row: what is told stands above the middle, how many below it.
ABOVE, BELOW = -0.15, 0.22
PALE = 0.35
Measure = Literal["probability_alive", "expected_purchases"]
Edge = tuple[int, int | None]
Cell = tuple[int, int, Row]
"""Column, row, and what lies there."""


class Shown(TypedDict):
    """What the cells tell, and of what.

    ``days``: the window; the rows below it count as lost. ``months``: the horizon of
    the expected orders.
    """

    measure: Measure
    days: int
    months: int


def frequency_recency(
    groups: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Shown],
) -> go.Figure:
    """Draw what is expected of customers by orders so far and by days of silence.

    ``groups``: a row a cell, with ``orders_from, orders_to, days_from, days_to`` (whole
    numbers, both ends within; null: no upper end), ``customers``, ``clv`` (sum) and the
    means ``probability_alive, probability_in_window, expected_purchases``. A cell
    without customers holds what the model would say of one: it is drawn pale.
    """
    columns, bands = _edges(groups, "orders"), _edges(groups, "days")
    names = [
        _orders(edge, texts, formats, first=not i) for i, edge in enumerate(columns)
    ]
    rows = [_days(edge, texts, formats, first=not i) for i, edge in enumerate(bands)]
    figure = base(look, 30 + ROW * max(len(rows), 1))
    figure.update_layout(margin={"t": 24, "pad": 6, "r": 2})
    figure.update_xaxes(**_named(names), side="top", showline=False)
    figure.update_yaxes(**_named(rows), showgrid=False)
    figure.update_yaxes(range=[len(rows) - 0.5, -0.5])
    cells = [
        (columns.index(_edge(each, "orders")), bands.index(_edge(each, "days")), each)
        for each in records(groups)
    ]
    for real in (True, False):
        z: list[list[float | None]] = [[None] * len(names) for _ in rows]
        hovers = [[""] * len(names) for _ in rows]
        for column, row, each in cells:
            if (each["customers"] > 0) == real:
                z[row][column] = float(each[facts["measure"]])
                hovers[row][column] = _hover(each, texts, formats, facts)
        figure.add_heatmap(
            x=[*range(len(names))],
            y=[*range(len(rows))],
            z=z,
            customdata=hovers,
            hovertemplate=HOVER,
            colorscale=colourscale(look),
            zmin=0,
            zmax=_top(groups, facts),
            opacity=1 if real else PALE,
            xgap=1.5,
            ygap=1.5,
            showscale=False,
            hoverongaps=False,
        )
    _written(figure, cells, (look, formats), (facts, _top(groups, facts)))
    _window_line(figure, bands, facts["days"], look)
    return describe(figure, _alt(groups, texts, formats, facts))


def _named(names: list[str]) -> dict[str, object]:
    """Axis of names on which a place between two of them can be told."""
    places = [*range(len(names))]
    ends = [-0.5, len(names) - 0.5]
    return {"range": ends, "tickmode": "array", "tickvals": places, "ticktext": names}


def _top(groups: pd.DataFrame, facts: Shown) -> float:
    """The end of the scale: 1 for a chance, else the most that customers have."""
    if facts["measure"] == "probability_alive":
        return 1.0
    real = groups.loc[groups["customers"] > 0, facts["measure"]]
    return float(max([0.01, *real]))


def _written(
    figure: go.Figure,
    cells: list[Cell],
    words: tuple[Look, Formats],
    scale: tuple[Shown, float],
) -> None:
    """Write what is told, and below it how many customers that is said of."""
    (look, formats), (facts, top) = words, scale
    told, counted, colours, small = [], [], [], []
    for column, row, each in cells:
        value, customers = float(each[facts["measure"]]), each["customers"]
        ground = colour_at(look.scale, value / top)
        if not customers:
            ground = colour_at((look.page, ground), PALE)
        if facts["measure"] == "probability_alive":
            text = formats.share(value)
        else:
            text = formats.ratio(value, 1)
        colour = on(look, ground)
        told.append((column, row + (ABOVE if customers else 0), text))
        colours.append(colour)
        if customers:
            counted.append((column, row + BELOW, formats.count(customers)))
            small.append(colour)
    cell_text(figure, told, colours, size=LETTERS)
    cell_text(figure, counted, small, size=SMALL_LETTERS)


def _window_line(figure: go.Figure, bands: list[Edge], days: int, look: Look) -> None:
    """Draw the line between the rows at the window."""
    above = [
        row for row, (_, end) in enumerate(bands) if end is not None and end < days
    ]
    if not above or len(above) == len(bands):
        return
    at = above[-1] + 0.5
    line = {"color": look.lost, "width": 1.6}
    figure.add_shape(type="line", xref="paper", x0=0, x1=1, y0=at, y1=at, line=line)


def _edges(groups: pd.DataFrame, of: str) -> list[Edge]:
    found = {_edge(each, of) for each in records(groups)}
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


def _hover(each: Row, texts: Texts, formats: Formats, facts: Shown) -> str:
    customers = each["customers"]
    group = texts(
        "figures.matrix.group",
        orders=_orders(_edge(each, "orders"), texts, formats, first=True),
        days=_days(_edge(each, "days"), texts, formats, first=True),
    )
    nobody = texts("figures.matrix.nobody")
    n = formats.count(customers)
    lines = [
        group,
        texts("figures.matrix.customers", count=customers, n=n)
        if customers
        else nobody,
        texts("figures.matrix.alive", share=formats.share(each["probability_alive"])),
        texts(
            "figures.matrix.back",
            share=formats.share(each["probability_in_window"]),
            days=formats.days(facts["days"]),
        ),
        texts(
            "figures.matrix.orders",
            n=formats.ratio(each["expected_purchases"], 1),
            count=facts["months"],
            months=formats.count(facts["months"]),
        ),
    ]
    if customers:
        lines.append(texts("figures.matrix.value", amount=formats.money(each["clv"])))
    return "<br>".join(lines)


def _alt(groups: pd.DataFrame, texts: Texts, formats: Formats, facts: Shown) -> str:
    real = groups[groups["customers"] > 0]
    title = texts(f"figures.matrix.{facts['measure']}")
    if real.empty:
        return texts("figures.empty", figure=title)
    told = real[facts["measure"]]
    chance = facts["measure"] == "probability_alive"
    ends = [formats.share(v) if chance else formats.ratio(v, 1) for v in told]
    return texts(
        "figures.matrix.ends",
        figure=title,
        customers=formats.count(real["customers"].sum()),
        low=ends[int(told.to_numpy().argmin())],
        high=ends[int(told.to_numpy().argmax())],
    )
