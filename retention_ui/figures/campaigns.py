"""What contacts brought: differences as rows, response to many offers, discounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypedDict, Unpack

from retention_ui.figures import axes, rows
from retention_ui.figures.frames import Row, records
from retention_ui.figures.look import base, describe, label, told

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from retention_ui.figures.look import Look
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

Of = Literal["buyers", "revenue"]

LONGEST_NAME = 40
MOST_ROWS = 12
# An interval this many times as wide as the narrowest is cut off: a campaign of a few
# customers must not press all others flat.
WIDEST = 4.0
AIR = 0.05
# Space right of the longest interval for its value, as a share of the axis.
BESIDE = 0.16


class Compared(TypedDict):
    """``of``: the share that bought, or the money of a customer."""

    of: Of


@dataclass(frozen=True)
class Columns:
    """Where a measure's difference stands in a frame, and what it is made of."""

    value: str
    low: str
    high: str
    contacted: str
    control: str


COLUMNS: dict[Of, Columns] = {
    "buyers": Columns("uplift", "low", "high", "share", "control_share"),
    "revenue": Columns(
        *("revenue_uplift", "revenue_low", "revenue_high"),
        *("revenue", "control_revenue"),
    ),
}


def differences(
    frame: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Compared],
) -> go.Figure:
    """Draw by how much the contacted differ from those held back, a row each.

    ``frame`` has ``name`` (as it is shown), ``contacted, control`` (customers),
    ``clear`` (whether the difference is beyond chance) and the columns of
    ``COLUMNS[of]``, in the order of the rows. Rows without a difference are left out.
    """
    of = facts["of"]
    columns = COLUMNS[of]
    known = records(frame[frame[columns.value].notna()])
    figure = base(look, 50 + 40 * max(len(known), 1))
    rows.stack(figure, len(known), look)
    low, high = _range(known, columns)
    figure.update_xaxes(
        **_axis(low, high, of, formats),
        title={"text": texts(f"figures.campaigns.axis.{of}")},
        zeroline=True,
        showline=False,
    )
    for place, each in enumerate(known):
        _row(figure, (place, (low, high)), each, of, (texts, look, formats))
    names = [axes.short(each["name"], LONGEST_NAME, formats) for each in known]
    rows.name_rows(figure, names, [look.ink] * len(known))
    return describe(figure, _alt(known, of, texts, formats))


def written(value: float, of: Of, texts: Texts, formats: Formats) -> str:
    """Write a difference with its sign: points of a share, or money."""
    if of == "buyers":
        return texts("units.points", change=formats.points(value))
    money = formats.money(value)
    return texts("figures.campaigns.plus", amount=money) if value > 0 else money


def _range(known: list[Row], columns: Columns) -> tuple[float, float]:
    """What is drawn: zero, every dot, and the intervals unless they are huge."""
    if not known:
        return -1.0, 1.0
    reach = min(max(abs(each[columns.low]), abs(each[columns.high])) for each in known)
    reach = max(WIDEST * reach, *(abs(each[columns.value]) for each in known))
    low = max(-reach, min(0.0, *(each[columns.low] for each in known)))
    high = min(reach, max(0.0, *(each[columns.high] for each in known)))
    width = (high - low) or 1.0
    return low - AIR * width, high + BESIDE * width


def _axis(low: float, high: float, of: Of, formats: Formats) -> dict[str, object]:
    if of == "revenue":
        return axes.amounts(formats, low, high, "money")
    ticks = axes.amounts(formats, 100 * low, 100 * high, "number")
    values = [value / 100 for value in ticks["tickvals"]]
    return {**ticks, "range": [low, high], "tickvals": values}


def _row(
    figure: go.Figure,
    where: tuple[int, tuple[float, float]],
    each: Row,
    of: Of,
    words: tuple[Texts, Look, Formats],
) -> None:
    texts, look, formats = words
    place, (least, most) = where
    columns = COLUMNS[of]
    value = float(each[columns.value])
    colour, spoken = _side(value, bool(each["clear"]), look)
    ends = max(each[columns.low], least), min(each[columns.high], most)
    rows.interval(figure, place, ends, colour)
    rows.dot(figure, (value, place), colour, _hover(each, of, texts, formats))
    beside = {"xanchor": "left", "xshift": 8, "bgcolor": look.page, "borderpad": 0}
    text = f"<b>{written(value, of, texts, formats)}</b>"
    end = min(ends[1], most - BESIDE * (most - least))
    label(figure, (max(end, value), place), text, spoken, **beside)


def _side(value: float, clear: bool, look: Look) -> tuple[str, str]:
    """Colour of the marks and of the words of a row."""
    if not clear:
        return look.grey, look.muted
    colour = look.accent if value > 0 else look.lost
    return colour, colour


def _hover(each: Row, of: Of, texts: Texts, formats: Formats) -> str:
    columns = COLUMNS[of]

    def one(value: float) -> str:
        return formats.share(value, 1) if of == "buyers" else formats.money(value)

    said = [
        texts(
            "figures.campaigns.row",
            name=axes.short(each["name"], LONGEST_NAME, formats),
            value=written(each[columns.value], of, texts, formats),
        ),
        texts(
            "figures.interval",
            low=written(each[columns.low], of, texts, formats),
            high=written(each[columns.high], of, texts, formats),
        ),
        texts(
            f"figures.campaigns.contacted.{of}",
            value=one(each[columns.contacted]),
            n=formats.count(each["contacted"]),
        ),
        texts(
            f"figures.campaigns.control.{of}",
            value=one(each[columns.control]),
            n=formats.count(each["control"]),
        ),
    ]
    return "<br>".join(said)


def _alt(known: list[Row], of: Of, texts: Texts, formats: Formats) -> str:
    columns = COLUMNS[of]
    parts = [
        texts(
            "figures.campaigns.alt",
            name=axes.short(each["name"], LONGEST_NAME, formats),
            value=written(each[columns.value], of, texts, formats),
            low=written(each[columns.low], of, texts, formats),
            high=written(each[columns.high], of, texts, formats),
        )
        for each in known
    ]
    return told(texts(f"figures.campaigns.name.{of}"), parts, texts)
