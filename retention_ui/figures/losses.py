"""Churn of slices of customers: a dot and its interval for each, lowest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

from retention_ui.figures import axes, rows
from retention_ui.figures.frames import Row, records
from retention_ui.figures.look import base, describe, label

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from retention_core.periods import Grain
    from retention_ui.figures.look import Look
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

LEAST_TOP = 0.05
HEADROOM = 1.15
ONE_DIGIT = 0.1


class Overall(TypedDict):
    """``overall``: churn of all customers; ``grain`` of the periods."""

    overall: float | None
    grain: Grain


def churn_rows(
    frame: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Overall],
) -> go.Figure:
    """Draw the churn rate of each slice with its 95 % interval, lowest first.

    ``frame`` has ``slice`` (its name), ``churn_rate, low, high, lost, starting,
    active_customers`` of ``rc.churn.by_slice``. Colour says whether the interval lies
    below or above all customers, grey: neither.
    """
    known = frame[frame["churn_rate"].notna()]
    ordered = records(known.sort_values(["churn_rate", "slice"]))
    overall = facts["overall"]
    figure = base(look, 50 + 40 * max(len(ordered), 1))
    figure.update_layout(margin={"r": 48})
    rows.stack(figure, len(ordered), look)
    top = HEADROOM * max(
        [LEAST_TOP, overall or 0.0, *(each["high"] for each in ordered)]
    )
    figure.update_xaxes(**axes.amounts(formats, 0, min(top, 1.0), "share"))
    if overall is not None and ordered:
        dotted = {"color": look.muted, "width": 1.4, "dash": "dot"}
        figure.add_vline(x=overall, line=dotted)
    names = [axes.short(each["slice"], 40, formats) for each in ordered]
    for place, (name, each) in enumerate(zip(names, ordered, strict=True)):
        _row(figure, (place, name), each, (texts, look, formats), facts)
    rows.name_rows(figure, names, [look.ink] * len(ordered))
    return describe(figure, _alt(ordered, names, overall, texts, formats))


def share(value: float | None, formats: Formats) -> str:
    """Write a rate of churn: small ones with a decimal."""
    small = value is not None and round(value, 3) < ONE_DIGIT
    return formats.share(value, 1 if small else 0)


def _row(
    figure: go.Figure,
    row: tuple[int, str],
    each: Row,
    drawing: tuple[Texts, Look, Formats],
    facts: Overall,
) -> None:
    texts, look, formats = drawing
    place, name = row
    colour, spoken = _side(each, facts["overall"], look)
    rows.interval(figure, place, (each["low"], each["high"]), colour)
    words = [
        texts(
            f"figures.losses.hover_{facts['grain']}",
            name=name,
            share=formats.share(each["churn_rate"], 1),
        ),
        texts(
            "figures.losses.counts",
            lost=formats.count(each["lost"]),
            starting=formats.count(each["starting"]),
        ),
        texts(
            "figures.interval",
            low=formats.share(each["low"], 1),
            high=formats.share(each["high"], 1),
        ),
        texts(
            "figures.losses.active",
            count=each["active_customers"],
            n=formats.count(each["active_customers"]),
        ),
    ]
    rows.dot(figure, (each["churn_rate"], place), colour, "<br>".join(words))
    value = f"<b>{share(each['churn_rate'], formats)}</b>"
    beside = {"xanchor": "left", "xshift": 8, "bgcolor": look.page}
    label(figure, (each["high"], place), value, spoken, **beside)


def _side(each: Row, overall: float | None, look: Look) -> tuple[str, str]:
    """Colour of the marks and of the words of a row."""
    if overall is not None and each["high"] < overall:
        return look.accent, look.accent
    if overall is not None and each["low"] > overall:
        return look.lost, look.lost
    return look.grey, look.muted


def _alt(
    ordered: list[Row],
    names: list[str],
    overall: float | None,
    texts: Texts,
    formats: Formats,
) -> str:
    title = texts("figures.losses.name")
    if not ordered:
        return texts("figures.empty", figure=title)
    return texts(
        "figures.losses.alt",
        figure=title,
        overall=share(overall, formats),
        best=names[0],
        low=share(ordered[0]["churn_rate"], formats),
        worst=names[-1],
        high=share(ordered[-1]["churn_rate"], formats),
    )
