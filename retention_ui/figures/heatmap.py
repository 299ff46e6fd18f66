"""Cohorts as rows, ages as columns: the table that opens the cohort page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypedDict, Unpack

import numpy as np
import pandas as pd

from retention_core.periods import following
from retention_ui.figures import axes
from retention_ui.figures.frames import Row, finished, records, unfinished
from retention_ui.figures.look import (
    HOVER,
    base,
    cell_text,
    colour_at,
    colourscale,
    describe,
    label,
    on,
)

if TYPE_CHECKING:
    import datetime as dt

    import plotly.graph_objects as go

    from retention_core.periods import Grain
    from retention_ui.figures.look import Look
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

Measure = Literal[
    "retention",
    "active_customers",
    "repeat_by",
    "on_or_after",
    "revenue",
    "revenue_per_customer",
    "cumulative_revenue_per_customer",
    "average_order_value",
    "orders",
]
SHARES = ("retention", "repeat_by", "on_or_after")
COUNTS = ("active_customers", "orders")
MOST_ROWS = 36
TOLD_AGES = (1, 6, 12)
FIGURE_SPACE = "\u2007"
BLANK_ROW = " "


class Shown(TypedDict):
    """What a heatmap shows.

    ``average``: the frame of ``rc.cohorts.average`` with the measure's column, or
    None for no first row. ``columns``: the highest age. ``truncated``: the first
    cohort may hold older customers.
    """

    average: pd.DataFrame | None
    measure: Measure
    grain: Grain
    columns: int
    as_of: dt.date
    truncated: bool


@dataclass(frozen=True)
class _Table:
    """The rows and columns that are drawn, and how their numbers are written."""

    cells: pd.DataFrame
    average: pd.DataFrame
    cohorts: list[pd.Timestamp]
    sizes: list[int]
    total: int
    rows: list[str]
    ages: list[int]
    columns: list[str]
    measure: Measure
    top: float
    formats: Formats

    def cell(self, value: float) -> str:
        """Write a number on a cell: no sign, no unit."""
        if self.measure in SHARES:
            return self.formats.count(100 * value)
        if self.measure in COUNTS:
            return self.formats.count(value)
        return self.formats.money(value, "cell")

    def value(self, value: float) -> str:
        """Write a number in a sentence."""
        if self.measure in SHARES:
            return self.formats.share(value, 1)
        if self.measure in COUNTS:
            return self.formats.count(value)
        return self.formats.money(value)


def retention_heatmap(
    cells: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **shown: Unpack[Shown],
) -> go.Figure:
    """Draw the cells of cohorts, oldest at the top.

    ``cells`` has ``cohort, period, cohort_size, complete`` and the measure's column.
    Age 0 is left out: it is 100 % by definition and would eat the scale.
    """
    table = _table(cells, texts, formats, shown)
    rows = len(table.rows)
    figure = base(look, 30 + 22 * max(rows, 1))
    figure.update_layout(margin={"t": 24, "pad": 6})
    figure.update_xaxes(
        **axes.category(table.columns, _ticks(table.ages)) | {"side": "top"},
        showline=False,
        showgrid=False,
    )
    ends = {"range": [rows - 0.5, -0.5]} if rows else {}
    ticks = _row_ticks(table, texts, shown["truncated"])
    figure.update_yaxes(**axes.category(table.rows, ticks) | ends, showgrid=False)
    if table.cohorts:
        _fill(figure, table, texts, look, shown)
        _open_cells(figure, table, texts, look, shown)
        header = texts("figures.heatmap.customers")
        corner = {"xref": "paper", "yref": "paper", "yanchor": "bottom"}
        beside = {"xanchor": "right", "xshift": -6, "yshift": 3}
        label(figure, (0, 1), header, look.muted, **corner, **beside)
    return describe(figure, _alt(table, texts, shown))


def _table(cells: pd.DataFrame, texts: Texts, formats: Formats, shown: Shown) -> _Table:
    measure, grain = shown["measure"], shown["grain"]
    later = cells[(cells["period"] >= 1) & (cells["period"] <= shown["columns"])]
    sizes = cells.drop_duplicates("cohort").sort_values("cohort").tail(MOST_ROWS)
    cohorts = [pd.Timestamp(each) for each in sizes["cohort"]]
    later = later[later["cohort"].isin(cohorts) & later[measure].notna()]
    last = int(later["period"].max()) if len(later) else min(shown["columns"], 1)
    ages = list(range(1, last + 1))
    average = shown["average"]
    average = pd.DataFrame() if average is None else average
    if len(average):
        average = average[average["period"].isin(ages) & average[measure].notna()]
    names = axes.names_of(cohorts, grain, formats)
    first = [texts("figures.heatmap.all"), BLANK_ROW] if len(average) else []
    done = finished(later)[measure].astype(float)
    return _Table(
        cells=later,
        average=average,
        cohorts=cohorts,
        sizes=[int(size) for size in sizes["cohort_size"]],
        total=int(cells.drop_duplicates("cohort")["cohort_size"].sum()),
        rows=first + names,
        ages=ages,
        columns=axes.age_names(ages, grain, texts),
        measure=measure,
        top=_top(done, measure),
        formats=formats,
    )


def _top(done: pd.Series[float], measure: Measure) -> float:
    """End of the colour scale: the 95th percentile of finished cells, rounded up."""
    high = float(np.percentile(done, 95)) if len(done) else 0.0
    if measure in SHARES:
        return max(0.10, axes.ceiling(high, 0.05))
    if high <= 0:
        return 1.0
    return axes.ceiling(high, 10.0 ** (math.floor(math.log10(high)) - 1))


def _ticks(ages: list[int]) -> dict[int, str]:
    return {index: str(age) for index, age in enumerate(ages)}


def _row_ticks(table: _Table, texts: Texts, truncated: bool) -> dict[int, str]:
    total = table.formats.count(table.total)
    sizes = [table.formats.count(size) for size in table.sizes]
    width = max((len(size) for size in sizes), default=0)
    names = table.rows[-len(sizes) :] if sizes else []
    marks = ["†" if truncated and index == 0 else "" for index in range(len(names))]
    rows = [
        f"{name}{mark}{FIGURE_SPACE * 2}{size.rjust(width, FIGURE_SPACE)}"
        for name, mark, size in zip(names, marks, sizes, strict=True)
    ]
    if len(table.rows) > len(rows):
        everyone = texts("figures.heatmap.all")
        rows = [f"<b>{everyone}{FIGURE_SPACE}{total}</b>", "", *rows]
    return dict(enumerate(rows))


def _fill(
    figure: go.Figure, table: _Table, texts: Texts, look: Look, shown: Shown
) -> None:
    """Colour the finished cells and the row of all cohorts, and write on them."""
    z: list[list[float | None]] = [[None] * len(table.ages) for _ in table.rows]
    hovers = [[""] * len(table.ages) for _ in table.rows]
    written: list[tuple[str, str, str]] = []
    colours: list[str] = []
    for row, age, value, words in _finished(table, texts, shown):
        z[row][age - 1], hovers[row][age - 1] = value, words
        text = table.cell(value)
        bold = row == 0 and len(table.average) > 0
        name = f"<b>{text}</b>" if bold else text
        written.append((table.columns[age - 1], table.rows[row], name))
        colours.append(on(look, colour_at(look.scale, value / table.top)))
    figure.add_heatmap(
        x=table.columns,
        y=table.rows,
        z=z,
        customdata=hovers,
        hovertemplate=HOVER,
        colorscale=colourscale(look),
        zmin=0,
        zmax=table.top,
        xgap=1.5,
        ygap=1.5,
        showscale=False,
        hoverongaps=False,
    )
    cell_text(figure, written, colours)


def _finished(
    table: _Table, texts: Texts, shown: Shown
) -> list[tuple[int, int, float, str]]:
    """Row, age, value and hover text of every filled cell."""
    counted = finished(table.cells)
    cohorts = counted["period"].value_counts()
    found = []
    for each in records(table.average):
        age = int(each["period"])
        words = _hover_all(each, int(cohorts.get(age, 0)), table, texts)
        found.append((0, age, float(each[table.measure]), words))
    for each in records(counted):
        row = _row(table, each["cohort"])
        lines = _hover(each, table, texts, shown)
        found.append((row, int(each["period"]), float(each[table.measure]), lines))
    return found


def _open_cells(
    figure: go.Figure, table: _Table, texts: Texts, look: Look, shown: Shown
) -> None:
    """Cells of periods that are not over: dotted, in italics, never filled."""
    left = records(unfinished(table.cells))
    if not left:
        return
    day = table.formats.date_in_sentence(shown["as_of"])
    ending = texts("figures.not_finished", day=day)
    for each in left:
        x, y = int(each["period"]) - 1, _row(table, each["cohort"])
        figure.add_shape(
            type="rect",
            x0=x - 0.47,
            x1=x + 0.47,
            y0=y - 0.42,
            y1=y + 0.42,
            line={"color": look.grey, "width": 1, "dash": "dot"},
        )
    figure.add_scatter(
        x=[table.columns[int(each["period"]) - 1] for each in left],
        y=[table.rows[_row(table, each["cohort"])] for each in left],
        text=[f"<i>{table.cell(float(each[table.measure]))}</i>" for each in left],
        mode="text",
        textfont={"size": 12, "color": look.muted},
        customdata=[
            f"{_hover(each, table, texts, shown)}<br>{ending}" for each in left
        ],
        hovertemplate=HOVER,
    )


def _row(table: _Table, cohort: dt.date) -> int:
    start = len(table.rows) - len(table.cohorts)
    return start + table.cohorts.index(pd.Timestamp(cohort))


def _hover(each: Row, table: _Table, texts: Texts, shown: Shown) -> str:
    age, grain = int(each["period"]), shown["grain"]
    cohort = pd.Timestamp(each["cohort"])
    name = table.formats.period(cohort, grain)
    when = table.formats.period(following(cohort.date(), grain, age), grain)
    heading = texts(f"figures.heatmap.cell_{grain}", cohort=name, age=age, period=when)
    value = table.value(float(each[table.measure]))
    sentence = texts(f"figures.heatmap.{table.measure}", value=value, age=age)
    size = table.formats.count(each["cohort_size"])
    if table.measure == "retention" and "active_customers" in each:
        active = table.formats.count(each["active_customers"])
        ground = texts("figures.heatmap.of", active=active, size=size)
    else:
        ground = texts("figures.heatmap.size", size=size)
    return f"{heading}<br>{sentence}<br>{ground}"


def _hover_all(each: Row, cohorts: int, table: _Table, texts: Texts) -> str:
    age = int(each["period"])
    heading = f"<b>{texts('figures.heatmap.all')}, {table.columns[age - 1]}</b>"
    value = table.value(float(each[table.measure]))
    lines = [heading, texts(f"figures.heatmap.{table.measure}", value=value, age=age)]
    if "low" in each and pd.notna(each["low"]):
        low, high = table.value(each["low"]), table.value(each["high"])
        lines.append(texts("figures.interval", low=low, high=high))
    count = table.formats.count(cohorts)
    lines.append(texts("figures.heatmap.cohorts", count=cohorts, n=count))
    return "<br>".join(lines)


def _alt(table: _Table, texts: Texts, shown: Shown) -> str:
    """What it is, its range, three ages of all cohorts, the lowest first age."""
    formats, grain, measure = table.formats, shown["grain"], table.measure
    name = texts(f"figures.heatmap.name_{measure}")
    if not table.cohorts:
        return texts("figures.empty", figure=name)
    count = len(table.cohorts)
    first, last = (formats.period(table.cohorts[i], grain) for i in (0, -1))
    n = formats.count(count)
    key = "figures.heatmap.alt"
    sentences = [texts(key, count=count, figure=name, n=n, first=first, last=last)]
    values = [
        f"{table.columns[int(each['period']) - 1]}: {table.value(each[measure])}"
        for each in records(table.average)
        if each["period"] in TOLD_AGES
    ]
    if values:
        sentences.append(texts("figures.heatmap.alt_all", values=", ".join(values)))
    done = records(finished(table.cells[table.cells["period"] == 1]))
    if done:
        lowest = min(done, key=lambda each: float(each[measure]))
        cohort = formats.period(lowest["cohort"], grain)
        value = table.value(lowest[measure])
        key, age = "figures.heatmap.alt_low", table.columns[0]
        sentences.append(texts(key, age=age, cohort=cohort, value=value))
    return " ".join(sentences)
