"""One customer through time: how sure it was that he is still one."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

import pandas as pd

from retention_core import periods
from retention_ui.figures import axes
from retention_ui.figures.frames import Row, records
from retention_ui.figures.look import HOVER, base, describe, label
from retention_ui.figures.marks import place

if TYPE_CHECKING:
    import datetime as dt

    import plotly.graph_objects as go

    from retention_core.periods import Grain
    from retention_ui.figures.look import Look
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

HEIGHT = 300
MOST_MONTHS = 30
LOWEST, HIGHEST = -0.13, 1.06
TICKS = -0.07
NEAR = 0.85


class Whose(TypedDict):
    """``months``: the horizon of the expected orders."""

    months: int


def periods_of(path: pd.DataFrame) -> tuple[list[dt.date], Grain]:
    """Return the periods that a path is drawn over, and how long they are."""
    first, last = (pd.Timestamp(path["day"].iloc[end]).date() for end in (0, -1))
    return months_or_quarters(first, last)


def months_or_quarters(first: dt.date, last: dt.date) -> tuple[list[dt.date], Grain]:
    """Return the months between two days, quarters where they would be too many."""
    starts = periods.starts(first, last, "month")
    if len(starts) <= MOST_MONTHS:
        return starts, "month"
    return periods.starts(first, last, "quarter"), "quarter"


def alive_path(
    path: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Whose],
) -> go.Figure:
    """Draw P(alive) day by day, with the days of an order as ticks.

    ``path`` has a row a day: ``day, bought, purchases`` (so far), ``probability_alive``
    and ``expected_purchases``; at least one.
    """
    figure = base(look, HEIGHT)
    starts, grain = periods_of(path)
    days = [pd.Timestamp(day).date() for day in path["day"]]
    at = [place(day, starts, grain) for day in days]
    figure.update_xaxes(**calendar(starts, grain, formats))
    figure.update_yaxes(**axes.amounts(formats, 0, 1, "share"))
    figure.update_yaxes(range=[LOWEST, HIGHEST])
    rows = records(path)
    figure.add_scatter(
        x=at,
        y=path["probability_alive"].tolist(),
        mode="lines",
        line={"color": look.accent, "width": 2.4},
        customdata=[_told(row, texts, formats, facts) for row in _silent(rows)],
        hovertemplate=HOVER,
    )
    bought = [index for index, row in enumerate(rows) if row["bought"]]
    figure.add_scatter(
        x=[at[index] for index in bought],
        y=[TICKS] * len(bought),
        mode="markers",
        marker={
            "symbol": "line-ns-open",
            "size": 12,
            "color": look.ink,
            "line": {"width": 1.4, "color": look.ink},
        },
        customdata=[
            texts(
                "figures.path.bought",
                day=formats.date(rows[index]["day"]),
                n=formats.count(rows[index]["purchases"]),
            )
            for index in bought
        ],
        hovertemplate=HOVER,
    )
    _now(figure, at[-1], rows[-1], (look, formats))
    return describe(figure, _alt(rows, texts, formats))


def calendar(
    starts: list[dt.date], grain: Grain, formats: Formats
) -> dict[str, object]:
    """Return the linear axis on which the n-th period lies around n.

    Its ticks are those of any other axis of periods.
    """
    shown = axes.periods(starts, grain, formats)
    names = shown["categoryarray"]
    return {
        "range": [-0.6, len(starts) - 0.4],
        "tickmode": "array",
        "tickvals": [names.index(name) for name in shown["tickvals"]],
        "ticktext": shown["ticktext"],
    }


def _silent(rows: list[Row]) -> list[Row]:
    """Add to each day how long ago the last order was."""
    found, silence = [], 0
    for row in rows:
        silence = 0 if row["bought"] else silence + 1
        found.append({**row, "silence": silence})
    return found


def _told(row: Row, texts: Texts, formats: Formats, facts: Whose) -> str:
    return "<br>".join(
        [
            texts(
                "figures.path.alive",
                day=formats.date(row["day"]),
                share=formats.share(row["probability_alive"]),
            ),
            texts(
                "figures.path.so_far",
                count=row["purchases"],
                n=formats.count(row["purchases"]),
                days=formats.days(row["silence"]),
            ),
            texts(
                "figures.path.expected",
                n=formats.ratio(row["expected_purchases"], 1),
                count=facts["months"],
                months=formats.count(facts["months"]),
            ),
        ]
    )


def _now(
    figure: go.Figure, at: float | None, row: Row, words: tuple[Look, Formats]
) -> None:
    """Mark today with a dot and its chance."""
    look, formats = words
    chance = float(row["probability_alive"])
    figure.add_scatter(
        x=[at],
        y=[chance],
        mode="markers",
        marker={"color": look.accent, "size": 8},
        hoverinfo="skip",
    )
    below = chance > NEAR
    text = f"<b>{formats.share(chance)}</b>"
    shift = {"yshift": -15 if below else 15, "xanchor": "right", "xshift": 6}
    label(figure, (at, chance), text, look.accent, bgcolor=look.page, **shift)


def _alt(rows: list[Row], texts: Texts, formats: Formats) -> str:
    return texts(
        "figures.path.alt",
        figure=texts("figures.path.title"),
        first=formats.date(rows[0]["day"]),
        last=formats.date(rows[-1]["day"]),
        n=formats.count(rows[-1]["purchases"]),
        share=formats.share(rows[-1]["probability_alive"]),
    )
