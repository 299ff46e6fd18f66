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
Against = Literal["control", "offer", "groups"]

LONGEST_NAME = 46
MOST_ROWS = 12
# An interval this many times as wide as the narrowest is cut off: a campaign of a few
# customers must not press all others flat.
WIDEST = 4.0
AIR = 0.05
# Space right of the longest interval for its value, as a share of what is drawn.
BESIDE = 0.22
# Rows, ticks and the title of the axis below them.
ABOUT, ROW = 76, 40


class Compared(TypedDict):
    """What is compared.

    ``of``: the share that bought, or the money of a customer; ``against``: those held
    back, another offer, or those held back group by group.
    """

    of: Of
    against: Against


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
    """Draw by how much two groups of customers differ, a row each.

    ``frame`` has ``name`` (as shown), ``contacted, control`` (customers), ``side``
    (1 where the row is clearly good, −1 where clearly bad, else 0) and the columns of
    ``COLUMNS[of]``, in the order of the rows. Rows without a difference are left out.
    """
    of, against = facts["of"], facts["against"]
    columns = COLUMNS[of]
    known = records(frame[frame[columns.value].notna()])
    figure = base(look, ABOUT + ROW * max(len(known), 1))
    rows.stack(figure, len(known), look)
    low, high = _range(known, columns)
    width = high - low
    figure.update_xaxes(
        **_axis(low - AIR * width, high + BESIDE * width, of, formats),
        title={"text": texts(f"figures.campaigns.{against}.axis.{of}")},
        zeroline=True,
        showline=False,
    )
    for place, each in enumerate(known):
        hover = _hover(each, facts, texts, formats)
        _row(figure, (place, (low, high)), (each, of, hover), (texts, look, formats))
    names = [axes.short(each["name"], LONGEST_NAME, formats) for each in known]
    rows.name_rows(figure, names, [look.ink] * len(known))
    return describe(figure, _alt(known, facts, texts, formats))


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
    return (low, high) if high > low else (-1.0, 1.0)


def _axis(low: float, high: float, of: Of, formats: Formats) -> dict[str, object]:
    if of == "revenue":
        return axes.amounts(formats, low, high, "money")
    ticks = axes.amounts(formats, 100 * low, 100 * high, "number")
    values = [value / 100 for value in ticks["tickvals"]]
    return {**ticks, "range": [low, high], "tickvals": values}


def _row(
    figure: go.Figure,
    where: tuple[int, tuple[float, float]],
    what: tuple[Row, Of, str],
    words: tuple[Texts, Look, Formats],
) -> None:
    texts, look, formats = words
    each, of, hover = what
    place, (least, most) = where
    columns = COLUMNS[of]
    value = float(each[columns.value])
    colour, spoken = _colours(each["side"], look)
    ends = max(each[columns.low], least), min(each[columns.high], most)
    rows.interval(figure, place, ends, colour)
    rows.dot(figure, (value, place), colour, hover)
    beside = {"xanchor": "left", "xshift": 8, "bgcolor": look.page, "borderpad": 0}
    text = f"<b>{written(value, of, texts, formats)}</b>"
    label(figure, (max(ends[1], value), place), text, spoken, **beside)


def _colours(side: int, look: Look) -> tuple[str, str]:
    """Colour of the marks and of the words of a row."""
    if not side:
        return look.grey, look.muted
    colour = look.accent if side > 0 else look.lost
    return colour, colour


def _hover(each: Row, facts: Compared, texts: Texts, formats: Formats) -> str:
    of, against = facts["of"], facts["against"]
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
            f"figures.campaigns.{against}.one.{of}",
            value=one(each[columns.contacted]),
            n=formats.count(each["contacted"]),
        ),
        texts(
            f"figures.campaigns.{against}.other.{of}",
            value=one(each[columns.control]),
            n=formats.count(each["control"]),
        ),
    ]
    if against == "control" and of == "revenue":
        said.append(in_all(each, texts, formats))
    return "<br>".join(said)


def in_all(each: Row, texts: Texts, formats: Formats) -> str:
    """Write what all the contacted bought more, with its interval."""
    many = each["contacted"]
    money = {
        name: formats.money(many * each[f"revenue_{name}"], "about")
        for name in ("uplift", "low", "high")
    }
    return texts("figures.campaigns.in_all", **money)


def _alt(known: list[Row], facts: Compared, texts: Texts, formats: Formats) -> str:
    of, against = facts["of"], facts["against"]
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
    return told(texts(f"figures.campaigns.{against}.name.{of}"), parts, texts)
