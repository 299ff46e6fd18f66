"""Cohorts as rows, ages as columns: the table that opens the cohort page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NotRequired, TypedDict, Unpack

import numpy as np
import pandas as pd

from retention_core.intervals import ENOUGH_CUSTOMERS
from retention_core.periods import following
from retention_ui.figures import axes
from retention_ui.figures.frames import Row, finished, records
from retention_ui.figures.look import (
    READABLE,
    base,
    cell_text,
    colour_at,
    colourscale,
    contrast,
    describe,
    label,
    on,
)
from retention_ui.figures.measured import Measured

if TYPE_CHECKING:
    import datetime as dt

    import plotly.graph_objects as go

    from retention_core.measures import Measure, Relative
    from retention_core.periods import Grain
    from retention_ui.figures.look import Look
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

MOST_ROWS = 36
TOLD_AGES = (1, 6, 12)
PALE = 0.25
CELL_HOVER = "%{customdata[0]}<extra></extra>"
FIGURE_SPACE = "\u2007"
BLANK_ROW = " "


class Shown(TypedDict):
    """What a heatmap shows.

    ``average``: the frame of ``rc.measures.average``, or None for no first row.
    ``relative`` and ``windows`` as of ``rc.measures.measured``. ``columns``: the
    highest age. ``truncated``: the first cohort may hold older customers.
    """

    average: pd.DataFrame | None
    measure: Measure
    grain: Grain
    columns: int
    as_of: dt.date
    truncated: bool
    relative: NotRequired[Relative | None]
    windows: NotRequired[tuple[int, ...] | None]


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
    shown: Measured
    top: float
    formats: Formats

    def cell(self, value: float) -> str:
        """Write a number on a cell: no sign, no unit."""
        return self.shown.cell(value, self.formats)

    def value(self, value: float) -> str:
        """Write a number in a sentence."""
        return self.shown.value(value, self.formats)

    def place(self, each: Row) -> tuple[int, int]:
        """Return row and column of a cohort's cell."""
        start = len(self.rows) - len(self.cohorts)
        row = start + self.cohorts.index(pd.Timestamp(each["cohort"]))
        return row, int(each["period"]) - 1


@dataclass(frozen=True)
class _Cell:
    """A cell that is drawn: where, what, its hover text, and whose it is."""

    row: int
    column: int
    value: float
    hover: str
    cohort: str = ""
    pale: bool = False
    done: bool = True


def retention_heatmap(
    cells: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **shown: Unpack[Shown],
) -> go.Figure:
    """Draw the cells of cohorts, oldest at the top.

    ``cells`` has ``cohort, period, cohort_size, value, low, high, complete``. Age 0 is
    left out: as a share it is 100 % by definition and would eat the scale. Cohorts of
    fewer than 30 customers are pale. Over the cells lie markers that nobody sees: they
    carry the hover texts, and the cohort and age of a cell that is clicked.
    """
    table = _table(cells, texts, formats, shown)
    rows = len(table.rows)
    figure = base(look, 30 + 22 * max(rows, 1))
    figure.update_layout(margin={"t": 24, "pad": 6})
    ages = dict(enumerate(table.shown.ticks(table.ages)))
    figure.update_xaxes(
        **axes.category(table.columns, ages) | {"side": "top"},
        showline=False,
        showgrid=False,
    )
    ends = {"range": [rows - 0.5, -0.5]} if rows else {}
    ticks = _row_ticks(table, texts, shown["truncated"])
    figure.update_yaxes(**axes.category(table.rows, ticks) | ends, showgrid=False)
    if table.cohorts:
        drawn = [*_everyone(table, texts), *_cohorts(table, texts, shown)]
        _fill(figure, table, look, drawn)
        _open_cells(figure, table, look, drawn)
        _markers(figure, table, drawn)
        header = texts("figures.heatmap.customers")
        corner = {"xref": "paper", "yref": "paper", "yanchor": "bottom"}
        beside = {"xanchor": "right", "xshift": -6, "yshift": 3}
        label(figure, (0, 1), header, look.muted, **corner, **beside)
    return describe(figure, _alt(table, texts, shown))


def _table(cells: pd.DataFrame, texts: Texts, formats: Formats, shown: Shown) -> _Table:
    grain, windows = shown["grain"], shown.get("windows")
    asked = Measured(shown["measure"], grain, shown.get("relative"), windows)
    later = cells[(cells["period"] >= 1) & (cells["period"] <= shown["columns"])]
    sizes = cells.drop_duplicates("cohort").sort_values("cohort").tail(MOST_ROWS)
    cohorts = [pd.Timestamp(each) for each in sizes["cohort"]]
    later = later[later["cohort"].isin(cohorts) & later["value"].notna()]
    last = int(later["period"].max()) if len(later) else min(shown["columns"], 1)
    ages = list(range(1, last + 1))
    average = shown["average"]
    average = pd.DataFrame() if average is None else average
    if len(average):
        average = average[average["period"].isin(ages) & average["value"].notna()]
    names = axes.names_of(cohorts, grain, formats)
    first = [texts("figures.heatmap.all"), BLANK_ROW] if len(average) else []
    done = finished(later)["value"].astype(float)
    return _Table(
        cells=later,
        average=average,
        cohorts=cohorts,
        sizes=[int(size) for size in sizes["cohort_size"]],
        total=int(cells.drop_duplicates("cohort")["cohort_size"].sum()),
        rows=first + names,
        ages=ages,
        columns=asked.ages(ages, texts),
        shown=asked,
        top=_top(done, asked),
        formats=formats,
    )


def _top(done: pd.Series[float], shown: Measured) -> float:
    """End of the colour scale: the 95th percentile of finished cells, rounded up."""
    high = float(np.percentile(done, 95)) if len(done) else 0.0
    if shown.unit == "share":
        return max(0.10, axes.ceiling(high, 0.05))
    if high <= 0:
        return 1.0
    return axes.ceiling(high, 10.0 ** (math.floor(math.log10(high)) - 1))


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


def _everyone(table: _Table, texts: Texts) -> list[_Cell]:
    """The first row: all cohorts."""
    found = []
    for each in records(table.average):
        age, value = int(each["period"]), float(each["value"])
        name = table.columns[age - 1]
        cohorts = int(each["cohorts"])
        lines = [
            f"<b>{texts('figures.heatmap.all')}, {name}</b>",
            table.shown.sentence(value, age, texts, table.formats),
            *_interval(each, table, texts),
            texts(
                "figures.heatmap.cohorts", count=cohorts, n=table.formats.count(cohorts)
            ),
        ]
        found.append(_Cell(0, age - 1, value, "<br>".join(lines)))
    return found


def _cohorts(table: _Table, texts: Texts, shown: Shown) -> list[_Cell]:
    """Every cell of a cohort; what is not finished says so."""
    day = table.formats.date_in_sentence(shown["as_of"])
    ending = texts("figures.not_finished", day=day)
    found = []
    for each in records(table.cells):
        done, few = bool(each["complete"]), each["cohort_size"] < ENOUGH_CUSTOMERS
        lines = [*_hover(each, table, texts, shown)]
        lines += _interval(each, table, texts) if done else [ending]
        found.append(
            _Cell(
                *table.place(each),
                float(each["value"]),
                "<br>".join(lines),
                pd.Timestamp(each["cohort"]).date().isoformat(),
                pale=few,
                done=done,
            )
        )
    return found


def _fill(figure: go.Figure, table: _Table, look: Look, cells: list[_Cell]) -> None:
    """Colour the finished cells and the row of all cohorts, and write on them."""
    blank: list[None] = [None] * len(table.ages)
    z: list[list[float | None]] = [[*blank] for _ in table.rows]
    veil: list[list[float | None]] = [[*blank] for _ in table.rows]
    written: list[tuple[str, str, str]] = []
    colours: list[str] = []
    for each in (cell for cell in cells if cell.done):
        z[each.row][each.column] = each.value
        text = table.cell(each.value)
        if each.row == 0 and len(table.average):
            text = f"<b>{text}</b>"
        written.append((table.columns[each.column], table.rows[each.row], text))
        colour = colour_at(look.scale, each.value / table.top)
        if each.pale:
            veil[each.row][each.column] = 1.0
        colours.append(_muted_on(look, colour) if each.pale else on(look, colour))
    _grid(figure, table, z, colorscale=colourscale(look), zmax=table.top)
    if any(cell.pale for cell in cells):
        # Over the colours lies the paper's own, so that they keep one scale.
        paper = [(0, look.page), (1, look.page)]
        _grid(figure, table, veil, colorscale=paper, zmax=1, opacity=1 - PALE)
    cell_text(figure, written, colours)


def _grid(
    figure: go.Figure,
    table: _Table,
    z: list[list[float | None]],
    **style: object,
) -> None:
    figure.add_heatmap(
        x=table.columns,
        y=table.rows,
        z=z,
        zmin=0,
        xgap=1.5,
        ygap=1.5,
        showscale=False,
        hoverongaps=False,
        hoverinfo="skip",
        **style,
    )


def _muted_on(look: Look, colour: str) -> str:
    """Text colour for a pale cell: muted, where that can be read."""
    pale = colour_at((look.page, colour), PALE)
    return look.muted if contrast(look.muted, pale) >= READABLE else on(look, pale)


def _open_cells(
    figure: go.Figure, table: _Table, look: Look, cells: list[_Cell]
) -> None:
    """Cells of periods that are not over: dotted, in italics, never filled."""
    left = [cell for cell in cells if not cell.done]
    dotted = {"color": look.grey, "width": 1, "dash": "dot"}
    boxes = [
        {
            "type": "rect",
            "x0": each.column - 0.47,
            "x1": each.column + 0.47,
            "y0": each.row - 0.42,
            "y1": each.row + 0.42,
            "line": dotted,
        }
        for each in left
    ]
    # At once: with each single one Plotly checks all that are there again.
    figure.update_layout(shapes=[*figure.layout.shapes, *boxes])
    texts = [
        (table.columns[each.column], table.rows[each.row], f"<i>{words}</i>")
        for each in left
        for words in [table.cell(each.value)]
    ]
    cell_text(figure, texts, [look.muted] * len(left))


def _markers(figure: go.Figure, table: _Table, cells: list[_Cell]) -> None:
    """Lay markers over the cells, and let no selection dim what lies below."""
    for trace in figure.data:
        if trace.type == "scatter":
            same = {"textfont": {"color": trace.textfont.color}}
            trace.update(selected=same, unselected=same)
    unseen = {"marker": {"opacity": 0}}
    figure.add_scatter(
        x=[table.columns[each.column] for each in cells],
        y=[table.rows[each.row] for each in cells],
        mode="markers",
        marker={"symbol": "square", "size": 20, "opacity": 0},
        selected=unseen,
        unselected=unseen,
        customdata=[
            [each.hover, each.cohort, str(table.ages[each.column])] for each in cells
        ],
        hovertemplate=CELL_HOVER,
    )


def _hover(each: Row, table: _Table, texts: Texts, shown: Shown) -> list[str]:
    age, grain = int(each["period"]), shown["grain"]
    cohort = pd.Timestamp(each["cohort"])
    name = table.formats.period(cohort, grain)
    if table.shown.windows:
        days = table.columns[age - 1]
        heading = texts("figures.heatmap.cell_days", cohort=name, age=days)
    else:
        when = table.formats.period(following(cohort.date(), grain, age), grain)
        key = f"figures.heatmap.cell_{grain}"
        heading = texts(key, cohort=name, age=age, period=when)
    value = table.shown.sentence(float(each["value"]), age, texts, table.formats)
    size = table.formats.count(each["cohort_size"])
    plain = table.shown.measure == "retention" and not table.shown.relative
    if plain and "active_customers" in each:
        active = table.formats.count(each["active_customers"])
        ground = texts("figures.heatmap.of", active=active, size=size)
    else:
        ground = texts("figures.heatmap.size", size=size)
    return [heading, value, ground]


def _interval(each: Row, table: _Table, texts: Texts) -> list[str]:
    """The line with the interval, if there is one."""
    if pd.isna(each.get("low")) or not each["low"] < each["high"]:
        return []
    low, high = table.value(each["low"]), table.value(each["high"])
    return [texts("figures.interval", low=low, high=high)]


def _alt(table: _Table, texts: Texts, shown: Shown) -> str:
    """What it is, its range, three ages of all cohorts, the lowest first age."""
    formats, grain = table.formats, shown["grain"]
    name = table.shown.name(texts)
    if not table.cohorts:
        return texts("figures.empty", figure=name)
    count = len(table.cohorts)
    first, last = (formats.period(table.cohorts[i], grain) for i in (0, -1))
    n = formats.count(count)
    key = "figures.heatmap.alt"
    sentences = [texts(key, count=count, figure=name, n=n, first=first, last=last)]
    values = [
        f"{table.columns[int(each['period']) - 1]}: {table.value(each['value'])}"
        for each in records(table.average)
        if each["period"] in TOLD_AGES
    ]
    if values:
        sentences.append(texts("figures.heatmap.alt_all", values=", ".join(values)))
    done = records(finished(table.cells[table.cells["period"] == 1]))
    if done:
        lowest = min(done, key=lambda each: float(each["value"]))
        cohort = formats.period(lowest["cohort"], grain)
        value = table.value(lowest["value"])
        key, age = "figures.heatmap.alt_low", table.columns[0]
        sentences.append(texts(key, age=age, cohort=cohort, value=value))
    return " ".join(sentences)
