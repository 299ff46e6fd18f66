"""Value against risk, and what the score said against what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

from retention_ui.figures import axes
from retention_ui.figures.frames import Row, records
from retention_ui.figures.look import HOVER, base, describe, label, told
from retention_ui.figures.rows import upright

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from retention_ui.figures.look import Look
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

HEIGHT = 340
FIFTHS, TENTHS = 5, 10
HALF = 0.5
ROOM = 1.35  # above and below the circles, in rows: three lines of text
LARGEST, SMALLEST = 26, 3
PLACES = {
    "valuable_leaving": ("right", "top"),
    "valuable_staying": ("left", "top"),
    "others_leaving": ("right", "bottom"),
    "others_staying": ("left", "bottom"),
}


class Quarters(TypedDict):
    """``quarters``: ``quarter, customers, revenue`` as of ``rc.risk.quadrants``."""

    quarters: pd.DataFrame


def quadrants(
    cells: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Quarters],
) -> go.Figure:
    """Draw customers by churn score and by revenue so far, a circle a group.

    ``cells``: ``score_tenth, revenue_fifth, customers, revenue`` as of
    ``rc.risk.quadrants``. The area of a circle says how many customers it stands for.
    """
    figure = base(look, HEIGHT)
    figure.update_layout(margin={"t": 0})
    figure.update_xaxes(
        range=[0, 1],
        tickmode="array",
        tickvals=[0, 0.25, 0.5, 0.75, 1],
        ticktext=[formats.share(each) for each in (0, 0.25, 0.5, 0.75, 1)],
        title={"text": texts("figures.quadrants.axis")},
    )
    fifths = range(1, FIFTHS + 1)
    figure.update_yaxes(
        range=[FIFTHS + HALF + ROOM, HALF - ROOM],
        tickmode="array",
        tickvals=[*fifths],
        ticktext=[texts(f"figures.quadrants.fifth_{each}") for each in fifths],
        showgrid=False,
    )
    _lines(figure, look)
    _circles(figure, cells, (texts, look, formats))
    for row in records(facts["quarters"]):
        _corner(figure, row, (texts, look, formats))
    return describe(figure, _quadrants_alt(facts["quarters"], texts, formats))


def calibration(
    tenths: pd.DataFrame, texts: Texts, look: Look, formats: Formats
) -> go.Figure:
    """Draw what the score said against what happened, a dot a tenth of the customers.

    ``tenths``: ``customers, score, lost, low, high`` as of ``rc.risk.hit_rate``.
    """
    figure = base(look, HEIGHT)
    for update in (figure.update_xaxes, figure.update_yaxes):
        update(**axes.amounts(formats, 0, 1, "share"))
    figure.update_xaxes(title={"text": texts("figures.calibration.axis")})
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"color": look.muted, "width": 1.4, "dash": "dot"},
        hoverinfo="skip",
    )
    rows = records(tenths)
    for row in rows:
        upright(figure, row["score"], (row["low"], row["high"]), look.accent)
    figure.add_scatter(
        x=[row["score"] for row in rows],
        y=[row["lost"] for row in rows],
        mode="markers",
        marker={"size": 9, "color": look.accent},
        cliponaxis=False,
        customdata=[_tenth(row, texts, formats) for row in rows],
        hovertemplate=HOVER,
    )
    _sides(figure, texts, look)
    return describe(figure, _calibration_alt(rows, texts, formats))


def _lines(figure: go.Figure, look: Look) -> None:
    """Part the valuable from the others, the leaving from the staying."""
    style = {"color": look.rule, "width": 1}
    figure.add_hline(y=1 + HALF, line=style, layer="below")
    figure.add_vline(x=HALF, line=style, layer="below")


def _circles(
    figure: go.Figure, cells: pd.DataFrame, drawing: tuple[Texts, Look, Formats]
) -> None:
    texts, look, formats = drawing
    rows = records(cells)
    most = max([row["customers"] for row in rows], default=1)
    sizes = [LARGEST * (row["customers"] / most) ** 0.5 for row in rows]
    figure.add_scatter(
        x=[(row["score_tenth"] + HALF) / TENTHS for row in rows],
        y=[row["revenue_fifth"] for row in rows],
        mode="markers",
        marker={
            "size": [max(size, SMALLEST) for size in sizes],
            "color": [_colour(row, look) for row in rows],
            "opacity": 1,
            "line": {"color": look.page, "width": 0.8},
        },
        customdata=[_cell(row, texts, formats) for row in rows],
        hovertemplate=HOVER,
    )


def _colour(row: Row, look: Look) -> str:
    if row["revenue_fifth"] > 1:
        return look.grey
    return look.lost_fill if row["score_tenth"] >= HALF * TENTHS else look.fill


def _corner(figure: go.Figure, row: Row, drawing: tuple[Texts, Look, Formats]) -> None:
    """Write a quarter's name, customers and revenue into its corner."""
    texts, look, formats = drawing
    across, upward = PLACES[row["quarter"]]
    name = texts(f"figures.quadrants.{row['quarter']}")
    lines = [
        f"<b>{name}</b>",
        _customers(row, texts, formats),
        formats.money(row["revenue"], "about"),
    ]
    colours = {"valuable_leaving": look.lost, "valuable_staying": look.accent}
    label(
        figure,
        (1 if across == "right" else 0, 1 if upward == "top" else 0),
        "<br>".join(lines),
        colours.get(row["quarter"], look.muted),
        xref="paper",
        yref="paper",
        xanchor=across,
        yanchor=upward,
        align=across,
    )


def _sides(figure: go.Figure, texts: Texts, look: Look) -> None:
    """Say on which side of the dotted line more, and fewer, were lost than said."""
    for x, y, side in ((0, 1, "more"), (1, 0, "fewer")):
        place = {
            "xanchor": "right" if x else "left",
            "yanchor": "top" if y else "bottom",
        }
        words = texts(f"figures.calibration.{side}")
        label(figure, (x, y), words, look.muted, xref="paper", yref="paper", **place)


def _tenth(row: Row, texts: Texts, formats: Formats) -> str:
    return "<br>".join(
        [
            texts(
                "figures.calibration.hover",
                count=row["customers"],
                n=formats.count(row["customers"]),
                said=formats.share(row["score"]),
                happened=formats.share(row["lost"]),
            ),
            texts(
                "figures.interval",
                low=formats.share(row["low"], 1),
                high=formats.share(row["high"], 1),
            ),
        ]
    )


def _cell(row: Row, texts: Texts, formats: Formats) -> str:
    low, high = (row["score_tenth"] + step for step in (0, 1))
    return texts(
        "figures.quadrants.hover",
        customers=_customers(row, texts, formats),
        interval=formats.interval(low / TENTHS, high / TENTHS),
        fifth=texts(f"figures.quadrants.fifth_{row['revenue_fifth']}"),
        amount=formats.money(row["revenue"]),
    )


def _customers(row: Row, texts: Texts, formats: Formats) -> str:
    n = formats.count(row["customers"])
    return texts("figures.quadrants.customers", count=row["customers"], n=n)


def _quadrants_alt(quarters: pd.DataFrame, texts: Texts, formats: Formats) -> str:
    title = texts("figures.quadrants.name")
    said = [
        texts(
            "figures.quadrants.alt",
            name=texts(f"figures.quadrants.{row['quarter']}"),
            customers=_customers(row, texts, formats),
            amount=formats.money(row["revenue"], "about"),
        )
        for row in records(quarters)
    ]
    return told(title, said, texts)


def _calibration_alt(rows: list[Row], texts: Texts, formats: Formats) -> str:
    title = texts("figures.calibration.name")
    if not rows:
        return texts("figures.empty", figure=title)
    low, high = rows[0], rows[-1]
    return texts(
        "figures.calibration.alt",
        figure=title,
        low=formats.share(low["score"]),
        low_happened=formats.share(low["lost"]),
        high=formats.share(high["score"]),
        high_happened=formats.share(high["lost"]),
    )
