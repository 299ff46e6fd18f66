"""Groups of customers beside each other: lines by age, and rows for one age."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

import pandas as pd

from retention_ui.figures import axes, lines, rows
from retention_ui.figures.frames import Row, records
from retention_ui.figures.look import base, describe, faded, label
from retention_ui.figures.placing import CLEARANCE, spread

if TYPE_CHECKING:
    from collections.abc import Mapping

    import plotly.graph_objects as go

    from retention_ui.figures.look import Look
    from retention_ui.figures.measured import Measured
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

HEIGHT = 300
PLOT_HEIGHT = 242
HEADROOM = 1.12
LEFT = 106
LONGEST_NAME = 14
THIN = 1.3
BAND = 0.14
FEWEST = 10
ENDS = ("low", "high")


class Chosen(TypedDict):
    """What is pointed out.

    ``pair``: the two groups that are compared, the higher one first, or none;
    ``clear``: whether they differ beyond chance; ``names``: the words for groups that
    are not names from the data.
    """

    pair: tuple[str, str] | None
    clear: bool
    names: Mapping[str, str]
    shown: Measured


class Lines(Chosen):
    """``age``: at which the two are compared; ``columns``: the highest one drawn."""

    age: int
    columns: int


class Rows(Chosen):
    """``overall``: all customers."""

    overall: float | None


def slices_lines(
    ages: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Lines],
) -> go.Figure:
    """Draw a measure by age, one line a group, named left of its first point.

    ``ages`` is what ``rc.groups.summed`` gave. The two that are compared have their
    95 % intervals, and a dot where they are.
    """
    shown = facts["shown"]
    figure = base(look, HEIGHT)
    kept = ages[ages["period"].between(1, facts["columns"]) & ages["value"].notna()]
    kept = kept[kept["customers"] >= FEWEST]
    last = int(kept["period"].max()) if len(kept) else 1
    names = shown.ages(range(1, last + 1), texts)
    low, top = _heights(kept, facts)
    figure.update_layout(margin={"l": LEFT})
    figure.update_xaxes(**axes.ages(last, shown.grain, texts))
    figure.update_xaxes(range=[-0.1, last - 0.4])
    figure.update_yaxes(**axes.amounts(formats, low, top, shown.unit), side="right")
    drawn = [
        _line(str(each), frame, (names, texts, look, formats), facts)
        for each, frame in kept.groupby("group", sort=False)
    ]
    for group, colour in _colours(facts, look).items():
        _band(figure, kept[kept["group"] == group], (names, low, top), colour)
    # Named groups last: they lie on top of the grey ones.
    for series in sorted(drawn, key=lambda series: series.width):
        lines.draw(figure, series, names)
    _compared(figure, kept, names, (look, facts))
    _first_points(figure, drawn, (low, top), look)
    return describe(figure, _lines_alt(drawn, names, (texts, formats), shown))


def slice_rows(
    found: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Rows],
) -> go.Figure:
    """Draw one age a group with its 95 % interval, best first.

    ``found`` has ``group, customers, value, low, high``. The two that are compared
    have the colours of their lines.
    """
    known = found[found["value"].notna()]
    ordered = records(known.sort_values("value", ascending=False))
    figure = base(look, 50 + 40 * max(len(ordered), 1))
    overall, shown = facts["overall"], facts["shown"]
    figure.update_layout(margin={"r": 40})
    rows.stack(figure, len(ordered), look)
    bounds = [
        float(each[side]) for each in ordered for side in ("low", "value", "high")
    ]
    bounds += [] if overall is None else [overall]
    low, high = _frame_of([each for each in bounds if pd.notna(each)], shown)
    figure.update_xaxes(**axes.amounts(formats, low, high, shown.unit))
    for place, each in enumerate(ordered):
        _row(figure, place, each, (texts, look, formats), facts)
    names = [formats.plain(_words(each["group"], facts)) for each in ordered]
    rows.name_rows(figure, names, [look.ink] * len(ordered))
    if overall is not None and ordered:
        dotted = {"color": look.muted, "width": 1.4, "dash": "dot"}
        figure.add_vline(x=overall, line=dotted)
    return describe(figure, _rows_alt(ordered, (texts, formats), facts))


def _words(group: object, facts: Chosen) -> str:
    return facts["names"].get(str(group), str(group))


def _colours(facts: Chosen, look: Look) -> dict[str, str]:
    """Accent over terracotta where two differ, else two colours without a judgement."""
    if facts["pair"] is None:
        return {}
    pair = (look.accent, look.lost if facts["clear"] else look.blue)
    return dict(zip(facts["pair"], pair, strict=True))


def _heights(kept: pd.DataFrame, facts: Lines) -> tuple[float, float]:
    """Both ends of the axis: every line, and the intervals of the two compared."""
    pair = facts["pair"] or ()
    ends = kept.loc[kept["group"].isin(pair), ["low", "high"]].to_numpy().ravel()
    values = [float(each) for each in (*kept["value"], *ends) if pd.notna(each)]
    least = 0.1 if facts["shown"].unit == "share" else 1.0
    return min([0.0, *values]), max([HEADROOM * each for each in values] + [least])


def _line(
    group: str,
    frame: pd.DataFrame,
    drawing: tuple[list[str], Texts, Look, Formats],
    facts: Lines,
) -> lines.Series:
    names, texts, look, formats = drawing
    words, shown = _words(group, facts), facts["shown"]
    frame = frame.sort_values("period")
    hover = [
        texts(
            "figures.slices.line_hover",
            name=formats.plain(words),
            age=names[int(each["period"]) - 1],
            value=shown.value(float(each["value"]), formats),
            n=formats.count(each["customers"]),
        )
        for each in records(frame)
    ]
    colour = _colours(facts, look).get(group)
    return lines.Series(
        name=axes.short(words, LONGEST_NAME, formats),
        x=[float(age - 1) for age in frame["period"]],
        y=[float(value) for value in frame["value"]],
        hover=hover,
        colour=colour or look.grey,
        width=lines.SUBJECT if colour else THIN,
    )


def _band(
    figure: go.Figure,
    frame: pd.DataFrame,
    drawing: tuple[list[str], float, float],
    colour: str,
) -> None:
    names, low, top = drawing
    frame = frame[frame["low"].notna()].sort_values("period")
    places = [names[int(age) - 1] for age in frame["period"]]
    lower, upper = (frame[end].clip(low, top) for end in ("low", "high"))
    figure.add_scatter(
        x=places + places[::-1],
        y=[*upper, *lower[::-1]],
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=faded(colour, BAND),
        hoverinfo="skip",
    )


def _compared(
    figure: go.Figure,
    kept: pd.DataFrame,
    names: list[str],
    drawing: tuple[Look, Lines],
) -> None:
    """A dot on each of the two lines at the age that is compared."""
    look, facts = drawing
    at_age = kept[kept["period"] == facts["age"]].set_index("group")["value"]
    for group, colour in _colours(facts, look).items():
        if group in at_age.index:
            figure.add_scatter(
                x=[names[facts["age"] - 1]],
                y=[float(at_age[group])],
                mode="markers",
                marker={"size": 9, "color": colour},
                hoverinfo="skip",
            )


def _first_points(
    figure: go.Figure,
    drawn: list[lines.Series],
    ends: tuple[float, float],
    look: Look,
) -> None:
    """Names in a column left of the first points, 14 px apart."""
    low, top = ends
    pixel = (top - low) / PLOT_HEIGHT
    depths = spread([(top - series.y[0]) / pixel for series in drawn], CLEARANCE)
    if depths and max(depths) > PLOT_HEIGHT:  # pushed below the axis: up from there
        heights = [max(PLOT_HEIGHT - depth, 0.0) for depth in depths]
        depths = [PLOT_HEIGHT - each for each in spread(heights, CLEARANCE)]
    for series, depth in zip(drawn, depths, strict=True):
        subject = series.width == lines.SUBJECT
        text = f"<b>{series.name}</b>" if subject else series.name
        colour = series.colour if subject else look.muted
        place = {"xanchor": "right", "xshift": -8}
        label(figure, (0, top - depth * pixel), text, colour, **place)


def _row(
    figure: go.Figure,
    place: int,
    each: Row,
    drawing: tuple[Texts, Look, Formats],
    facts: Rows,
) -> None:
    texts, look, formats = drawing
    shown = facts["shown"]
    named = _colours(facts, look).get(str(each["group"]))
    colour = named or look.grey
    name = formats.plain(_words(each["group"], facts))
    value = {end: shown.value(float(each[end]), formats) for end in ("value", *ENDS)}
    n = formats.count(each["customers"])
    words = [texts("figures.slices.row_hover", name=name, value=value["value"], n=n)]
    sure = pd.notna(each["low"])
    if sure:
        words.append(texts("figures.interval", low=value["low"], high=value["high"]))
        rows.interval(figure, place, (each["low"], each["high"]), colour)
    rows.dot(figure, (each["value"], place), colour, "<br>".join(words))
    text = f"<b>{shown.value(float(each['value']), formats, 0)}</b>"
    end = max(each["high"], each["value"]) if sure else each["value"]
    beside = {"xanchor": "left", "xshift": 8, "bgcolor": look.page, "borderpad": 0}
    label(figure, (end, place), text, named or look.muted, **beside)


def _frame_of(bounds: list[float], shown: Measured) -> tuple[float, float]:
    """Range of the axis: what is drawn and a little air; a share within 0 and 100 %."""
    if not bounds:
        return 0.0, 1.0
    share = shown.unit == "share"
    wide = 0.2 * (max(bounds) - min(bounds))
    air = max(0.02 if share else 0.02 * max(bounds), wide)
    low, high = min(bounds) - air, max(bounds) + air
    if min(bounds) >= 0:
        low = max(0.0, low)
    return low, min(1.0, high) if share else max(high, low + 1.0)


def _lines_alt(
    drawn: list[lines.Series],
    names: list[str],
    words: tuple[Texts, Formats],
    shown: Measured,
) -> str:
    texts, formats = words
    title = texts("figures.slices.by_age", name=shown.name(texts))
    if not drawn:
        return texts("figures.empty", figure=title)
    order = sorted(drawn, key=lambda series: series.y[0])
    return texts(
        "figures.slices.alt_lines",
        figure=title,
        count=len(drawn),
        n=formats.count(len(drawn)),
        age=names[int(order[-1].x[0])],
        best=order[-1].name,
        high=shown.value(order[-1].y[0], formats, 0),
        worst=order[0].name,
        low=shown.value(order[0].y[0], formats, 0),
    )


def _rows_alt(ordered: list[Row], words: tuple[Texts, Formats], facts: Rows) -> str:
    texts, formats = words
    shown, overall = facts["shown"], facts["overall"]
    title = texts("figures.slices.by_group", name=shown.name(texts))
    if not ordered or overall is None:
        return texts("figures.empty", figure=title)
    best, worst = ordered[0], ordered[-1]
    return texts(
        "figures.slices.alt_rows",
        figure=title,
        count=len(ordered),
        n=formats.count(len(ordered)),
        overall=shown.value(overall, formats, 0),
        best=formats.plain(_words(best["group"], facts)),
        high=shown.value(float(best["value"]), formats, 0),
        worst=formats.plain(_words(worst["group"], facts)),
        low=shown.value(float(worst["value"]), formats, 0),
    )
