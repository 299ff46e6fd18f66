"""One age from cohort to cohort, and whether it is getting better."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

import pandas as pd

from retention_ui.figures import axes
from retention_ui.figures.frames import Row, records
from retention_ui.figures.look import HOVER, base, describe, label
from retention_ui.figures.rows import stroke

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from retention_core.trends import Trend
    from retention_ui.figures.look import Look
    from retention_ui.figures.measured import Measured
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

HEIGHT = 300
HEADROOM = 1.12
LEAST_TOP = {"share": 0.1}
NEAR_AN_END = 0.15
# An interval this many times as high as the dots is cut off: one cohort of a few
# customers must not press all others flat.
TALLEST = 1.6


class Age(TypedDict):
    """``age`` in periods; ``overall``: all cohorts; ``outside``: the one to name.

    ``trend`` is ``None`` where there are too few cohorts for one.
    """

    age: int
    overall: float | None
    outside: object
    trend: Trend | None
    shown: Measured


def age_over_time(
    cells: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Age],
) -> go.Figure:
    """Draw one age of every cohort: a dot with its 95 % interval, and the trend.

    ``cells`` has ``cohort, period, value, low, high, complete``. The cohort that is
    not finished is an open dot without an interval. A clear trend is a line in
    accent, another one is grey.
    """
    shown = facts["shown"]
    figure = base(look, HEIGHT)
    rows = cells[(cells["period"] == facts["age"]) & cells["value"].notna()]
    rows = rows.sort_values("cohort")
    names = axes.names_of(list(rows["cohort"]), shown.grain, formats)
    dots = [
        each | {"name": name} for each, name in zip(records(rows), names, strict=True)
    ]
    done = [dot for dot in dots if dot["complete"]]
    top = _top(rows, done, shown)
    figure.update_xaxes(**axes.periods(list(rows["cohort"]), shown.grain, formats))
    figure.update_yaxes(
        **axes.amounts(formats, min(0.0, *_lows(done)), top, shown.unit)
    )
    if facts["overall"] is not None:
        dotted = {"color": look.muted, "width": 1.4, "dash": "dot"}
        figure.add_hline(y=facts["overall"], line=dotted)
    _intervals(figure, done, top, look)
    _trend(figure, facts["trend"], dots, look)
    for group in (done, [dot for dot in dots if not dot["complete"]]):
        figure.add_scatter(
            x=[dot["name"] for dot in group],
            y=[dot["value"] for dot in group],
            mode="markers",
            marker=_dot(look, done=group is done),
            customdata=[_hover(dot, shown, texts, formats) for dot in group],
            hovertemplate=HOVER,
        )
    _name(figure, dots, (look, formats), facts)
    return describe(figure, _alt(done, (texts, formats), facts))


def _lows(done: list[Row]) -> list[float]:
    return [0.0, *(float(dot["low"]) for dot in done if pd.notna(dot["low"]))]


def _top(rows: pd.DataFrame, done: list[Row], shown: Measured) -> float:
    """Top of the axis: the dots, and their intervals unless they are huge."""
    dots = [float(value) for value in rows["value"]]
    ends = [float(dot["high"]) for dot in done if pd.notna(dot["high"])]
    most = max(dots, default=0.0)
    highest = max([most, *(min(end, TALLEST * most) for end in ends)])
    return max(HEADROOM * highest, LEAST_TOP.get(shown.unit, 1.0))


def _intervals(figure: go.Figure, dots: list[Row], top: float, look: Look) -> None:
    """An interval from low to high behind each dot."""
    known = [dot for dot in dots if pd.notna(dot["low"])]
    x = [x for dot in known for x in (dot["name"], dot["name"], None)]
    y = [y for dot in known for y in (dot["low"], min(dot["high"], top), None)]
    stroke(figure, x, y, look.accent)


def _trend(figure: go.Figure, trend: Trend | None, dots: list[Row], look: Look) -> None:
    if trend is None:
        return
    names = {dot["cohort"].date(): dot["name"] for dot in dots}
    clear = trend.direction != "none"
    figure.add_scatter(
        x=[names[day] for day, _ in trend.ends],
        y=[height for _, height in trend.ends],
        mode="lines",
        line={
            "color": look.accent if clear else look.muted,
            "width": 2 if clear else 1.2,
            "dash": "dash",
        },
        hoverinfo="skip",
    )


def _dot(look: Look, *, done: bool) -> Row:
    if done:
        return {"size": 6, "color": look.accent}
    ring = {"color": look.accent, "width": 1.4}
    return {"size": 7, "color": look.page, "line": ring}


def _name(
    figure: go.Figure, dots: list[Row], drawing: tuple[Look, Formats], facts: Age
) -> None:
    """Name the cohort that the sentence is about."""
    look, formats = drawing
    place = next((i for i, d in enumerate(dots) if d["cohort"] == facts["outside"]), -1)
    if place < 0 or facts["overall"] is None:
        return
    dot = dots[place]
    above = dot["value"] > facts["overall"]
    value = facts["shown"].value(float(dot["value"]), formats, 0)
    end = dot["high" if above else "low"]
    at = dot["name"], dot["value"] if pd.isna(end) else end
    label(
        figure,
        at,
        f"<b>{dot['name']}: {value}</b>",
        look.accent if above else look.lost,
        **_inward(place, len(dots)),
        yshift=12 if above else -12,
        # A mark's line through the dot would run through its name.
        bgcolor=look.page,
        borderpad=0,
    )


def _inward(place: int, count: int) -> Row:
    """Keep a label near an end of the axis inside the figure."""
    if place < count * NEAR_AN_END:
        return {"xanchor": "left", "xshift": -6}
    if place >= count * (1 - NEAR_AN_END):
        return {"xanchor": "right", "xshift": 6}
    return {}


def _hover(dot: Row, shown: Measured, texts: Texts, formats: Formats) -> str:
    share = shown.value(float(dot["value"]), formats)
    first = texts("figures.age.hover", cohort=dot["name"], share=share)
    if not dot["complete"]:
        return f"{first}<br>{texts('figures.so_far')}"
    if pd.isna(dot["low"]):
        return first
    ends = {end: shown.value(float(dot[end]), formats) for end in ("low", "high")}
    return f"{first}<br>{texts('figures.interval', **ends)}"


def _alt(done: list[Row], words: tuple[Texts, Formats], facts: Age) -> str:
    texts, formats = words
    shown = facts["shown"]
    age = shown.ages([facts["age"]], texts)[0]
    title = texts("figures.over_time.name", name=shown.name(texts), age=age)
    if not done or facts["overall"] is None:
        return texts("figures.empty", figure=title)
    ordered = sorted(done, key=lambda dot: float(dot["value"]))
    return texts(
        "figures.age.alt",
        figure=title,
        overall=shown.value(facts["overall"], formats, 0),
        low=shown.value(float(ordered[0]["value"]), formats, 0),
        lowest=ordered[0]["name"],
        high=shown.value(float(ordered[-1]["value"]), formats, 0),
        highest=ordered[-1]["name"],
    )
