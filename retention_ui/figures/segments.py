"""The segments as a map of their scores, and who moved from one to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

from retention_core.rfm import SEGMENTS
from retention_ui.figures.bounds import Bounds
from retention_ui.figures.frames import Row, records
from retention_ui.figures.look import (
    HOVER,
    base,
    cell_text,
    colour_at,
    describe,
    label,
    on,
    told,
)

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from retention_core.rfm import Breaks
    from retention_ui.figures.look import Look
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

HEIGHT = 380
ROW = 26
SCORES = (1, 2, 3, 4, 5)
# Rows of the map from below: one order's score, the middle, the most orders, which
# money parts in two.
ROWS = {1: 0.0, 2: 1.0, 4: 2.0}
ENDS = {1: 1.0, 3: 2.0, 5: 4.0}
MONEY = 3.0
GAP = 0.012
NOBODY = "nobody"
LEFT = "left"


class Steps(TypedDict):
    """``breaks``: those that the scores go by."""

    breaks: Breaks


def segment_map(
    boxes: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Steps],
) -> go.Figure:
    """Draw each rule as a box: across by the last order, up by orders and money.

    ``boxes``: as of ``rc.rfm.boxes``. The darker, the more customers.
    """
    bounds = Bounds(facts["breaks"], texts, formats)
    figure = base(look, HEIGHT)
    figure.update_layout(margin={"t": 4, "r": 2})
    figure.update_xaxes(
        range=[0.5, 5.5],
        tickmode="array",
        tickvals=list(SCORES),
        ticktext=[bounds.recency(each, each) for each in SCORES],
        title={"text": texts("figures.rfm.axis")},
        showline=False,
    )
    figure.update_yaxes(
        range=[0, 4],
        tickmode="array",
        tickvals=[0.5, 1.5, 2.5, 3.5],
        ticktext=_up(bounds),
        showgrid=False,
    )
    rows = records(boxes)
    everybody = {name: sum(row[name] for row in rows) for name in _SUMS}
    most = max([row["customers"] for row in rows], default=0) or 1
    for row in rows:
        _box(figure, row, (row["customers"] / most, everybody), (texts, look, formats))
    return describe(figure, _map_alt(rows, everybody, texts, formats))


def movement(
    moved: pd.DataFrame, texts: Texts, look: Look, formats: Formats
) -> go.Figure:
    """Draw who stood where (rows) and stands where now (columns).

    ``moved``: as of ``rc.rfm.moved``. Who stayed is written, not tinted.
    """
    told_of = moved.fillna({"from_segment": NOBODY, "to_segment": LEFT})
    pairs = records(told_of)
    starts = _named(told_of["from_segment"], NOBODY)
    ends = _named(told_of["to_segment"], LEFT)
    figure = base(look, 60 + ROW * max(len(starts), 1))
    figure.update_layout(margin={"t": 36, "r": 2})
    across = [texts(f"figures.rfm.short.{each}") for each in ends]
    figure.update_xaxes(**_axis(across), side="top", showline=False)
    down = [texts(f"segments.names.{each}") for each in starts]
    figure.update_yaxes(**_axis(down), showgrid=False)
    figure.update_yaxes(range=[len(starts) - 0.5, -0.5])
    changed = [row for row in pairs if row["from_segment"] != row["to_segment"]]
    most = max([row["customers"] for row in changed], default=0) or 1
    cells, colours = [], []
    for row in pairs:
        at = (ends.index(row["to_segment"]), starts.index(row["from_segment"]))
        stayed = row["from_segment"] == row["to_segment"]
        ground = colour_at(look.scale, row["customers"] / most)
        if not stayed:
            _rect(figure, (at[0] - 0.5, at[0] + 0.5, at[1] - 0.5, at[1] + 0.5), ground)
        cells.append((*at, formats.count(row["customers"])))
        colours.append(look.muted if stayed else on(look, ground))
    _outlined(figure, starts, ends, look)
    cell_text(figure, cells, colours)
    figure.add_scatter(
        x=[x for x, _, _ in cells],
        y=[y for _, y, _ in cells],
        mode="markers",
        marker={"size": ROW - 2, "opacity": 0},
        customdata=[_moved(row, texts, formats) for row in pairs],
        hovertemplate=HOVER,
    )
    largest = sorted(changed, key=lambda row: -row["customers"])[:3]
    said = [_moved(row, texts, formats, bold=False) for row in largest]
    return describe(figure, told(texts("figures.rfm.moved"), said, texts))


_SUMS = ("customers", "revenue")


def _up(bounds: Bounds) -> list[str]:
    """Name the rows of the map, from below."""
    least, middle = bounds.frequency(1, 1), bounds.frequency(2, 3)
    most = bounds.frequency(4, 5)
    rich = [bounds.monetary(*each) for each in ((1, 3), (4, 5))]
    return [least, middle, *(f"{most},<br>{each}" for each in rich)]


def _box(
    figure: go.Figure,
    row: Row,
    share: tuple[float, dict[str, float]],
    drawing: tuple[Texts, Look, Formats],
) -> None:
    """Draw one box: its segment's name, its customers, their share of the revenue."""
    texts, look, formats = drawing
    left, right = row["recency_from"] - 0.5, row["recency_to"] + 0.5
    low, high = ROWS[row["frequency_from"]], ENDS[row["frequency_to"]]
    low = MONEY if row["monetary_from"] > 1 else low
    high = MONEY if row["monetary_to"] < SCORES[-1] else high
    ground = colour_at(look.scale, share[0])
    _rect(figure, (left, right, low, high), ground)
    middle = ((left + right) / 2, (low + high) / 2)
    words = texts(
        "figures.rfm.box",
        name=texts(f"segments.names.{row['segment']}"),
        n=formats.count(row["customers"]),
        revenue=formats.share(_part(row["revenue"], share[1]["revenue"])),
    )
    label(figure, middle, words, on(look, ground), font={"size": 12})
    figure.layout.annotations[-1].font.color = on(look, ground)
    figure.add_scatter(
        x=[middle[0]],
        y=[middle[1]],
        mode="markers",
        marker={"size": 60, "opacity": 0},
        customdata=[_hover(row, share[1], texts, formats)],
        hovertemplate=HOVER,
    )


def _rect(
    figure: go.Figure, ends: tuple[float, float, float, float], colour: str
) -> None:
    left, right, low, high = ends
    figure.add_shape(
        type="rect",
        x0=left + GAP,
        x1=right - GAP,
        y0=low + GAP,
        y1=high - GAP,
        fillcolor=colour,
        line={"width": 0},
        layer="below",
    )


def _outlined(
    figure: go.Figure, starts: list[str], ends: list[str], look: Look
) -> None:
    """Outline the cells of who stayed."""
    for place, name in enumerate(starts):
        if name in ends:
            across = ends.index(name)
            figure.add_shape(
                type="rect",
                x0=across - 0.5 + GAP,
                x1=across + 0.5 - GAP,
                y0=place - 0.5 + GAP,
                y1=place + 0.5 - GAP,
                line={"width": 1, "color": look.rule},
                layer="below",
            )


def _axis(names: list[str]) -> dict[str, object]:
    ends = [-0.5, max(len(names), 1) - 0.5]
    places = [*range(len(names))]
    return {"range": ends, "tickmode": "array", "tickvals": places, "ticktext": names}


def _named(column: pd.Series, other: str) -> list[str]:
    """The segments, and what else occurs."""
    found = set(column)
    return [*SEGMENTS, *([other] if other in found else [])]


def _part(of: float, whole: float) -> float:
    return of / whole if whole > 0 else float("nan")


def _hover(
    row: Row, everybody: dict[str, float], texts: Texts, formats: Formats
) -> str:
    return texts(
        "figures.rfm.hover",
        name=texts(f"segments.names.{row['segment']}"),
        count=row["customers"],
        n=formats.count(row["customers"]),
        share=formats.share(_part(row["customers"], everybody["customers"]), 1),
        amount=formats.money(row["revenue"], "about"),
        revenue=formats.share(_part(row["revenue"], everybody["revenue"]), 1),
        recency=_span(row, "recency"),
        frequency=_span(row, "frequency"),
        monetary=_span(row, "monetary"),
    )


def _span(row: Row, measure: str) -> str:
    low, high = row[f"{measure}_from"], row[f"{measure}_to"]
    return f"{low}" if low == high else f"{low}–{high}"


def _moved(row: Row, texts: Texts, formats: Formats, *, bold: bool = True) -> str:
    stayed = row["from_segment"] == row["to_segment"]
    key = "stayed" if stayed else "went"
    return texts(
        f"figures.rfm.{key}" if bold else "figures.rfm.went_alt",
        count=row["customers"],
        n=formats.count(row["customers"]),
        start=texts(f"segments.names.{row['from_segment']}"),
        end=texts(f"segments.names.{row['to_segment']}"),
    )


def _map_alt(
    rows: list[Row], everybody: dict[str, float], texts: Texts, formats: Formats
) -> str:
    sums: dict[str, list[float]] = {}
    for row in rows:
        both = sums.setdefault(row["segment"], [0, 0])
        both[0] += row["customers"]
        both[1] += row["revenue"]
    said = [
        texts(
            "figures.rfm.alt",
            name=texts(f"segments.names.{name}"),
            count=customers,
            n=formats.count(customers),
            revenue=formats.share(_part(revenue, everybody["revenue"])),
        )
        for name, (customers, revenue) in sums.items()
    ]
    return told(texts("figures.rfm.name"), said, texts)
