"""Slices of customers beside each other: lines by age, and rows for one share."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack, cast

import pandas as pd

from retention_ui.figures import axes, lines, rows
from retention_ui.figures.frames import Row, records
from retention_ui.figures.look import HOVER, base, describe, faded, label
from retention_ui.figures.placing import CLEARANCE, spread

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from retention_core.periods import Grain
    from retention_ui.figures.look import Look
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

HEIGHT = 300
PLOT_HEIGHT = 242
HEADROOM = 1.12
LEFT = 92
LONGEST_NAME = 14
THIN = 1.3


class Named(TypedDict):
    """``by``: the dimension's column; ``best``, ``worst``: the slices to name."""

    by: str
    best: str | None
    worst: str | None
    grain: Grain
    columns: int


class Overall(TypedDict):
    """``by``: the dimension's column; ``overall``: the share of all customers."""

    by: str
    overall: float | None


def slices_lines(
    average: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Named],
) -> go.Figure:
    """Draw retention by age, one line a slice, named left of its first point.

    ``average`` is ``rc.cohorts.average`` of cells split by a dimension.
    """
    figure = base(look, HEIGHT)
    kept = average[average["period"].between(1, facts["columns"])]
    kept = kept[kept["retention"].notna()]
    last = int(kept["period"].max()) if len(kept) else 1
    names = axes.age_names(range(1, last + 1), facts["grain"], texts)
    top = max(HEADROOM * kept["retention"].max(), 0.1) if len(kept) else 0.1
    figure.update_layout(margin={"l": LEFT})
    figure.update_xaxes(**axes.ages(last, facts["grain"], texts))
    figure.update_xaxes(range=[-0.1, last - 0.4])
    figure.update_yaxes(**axes.amounts(formats, 0, top, "share"), side="right")
    drawn = [
        _line(
            cast("str | None", each),
            frame.sort_values("period"),
            (names, texts, look, formats),
            facts,
        )
        for each, frame in kept.groupby(facts["by"], dropna=False, sort=False)
    ]
    # Named slices last: they lie on top of the grey ones.
    for series in sorted(drawn, key=lambda series: series.width):
        lines.draw(figure, series, names)
    _first_points(figure, drawn, top, look)
    return describe(figure, _lines_alt(drawn, names, texts, formats))


def slice_rows(
    shares: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Overall],
) -> go.Figure:
    """Draw one share a slice with its 95 % interval, best first.

    ``shares`` has the dimension's column, ``share, low, high, customers``. Colour
    says whether the interval lies above or below all customers, grey: neither.
    """
    ordered = _best_first(shares.rename(columns={facts["by"]: "slice"}))
    figure = base(look, 50 + 40 * max(len(ordered), 1))
    overall = facts["overall"]
    figure.update_layout(margin={"r": 40})
    rows.stack(figure, len(ordered), look)
    bounds = [each[side] for each in ordered for side in ("low", "high")]
    bounds += [] if overall is None else [overall]
    low, high = _frame_of(bounds)
    figure.update_xaxes(**axes.amounts(formats, low, high, "share"))
    for place, each in enumerate(ordered):
        _row(figure, place, each, (texts, look, formats), overall)
    rows.name_rows(
        figure,
        [_name(each, texts, formats) for each in ordered],
        [look.ink] * len(ordered),
    )
    if overall is not None and ordered:
        dotted = {"color": look.muted, "width": 1.4, "dash": "dot"}
        figure.add_vline(x=overall, line=dotted)
    return describe(figure, _rows_alt(ordered, overall, texts, formats))


def _best_first(shares: pd.DataFrame) -> list[Row]:
    known = shares[shares["share"].notna()]
    return records(known.sort_values("share", ascending=False))


def _line(
    slice_: str | None,
    frame: pd.DataFrame,
    drawing: tuple[list[str], Texts, Look, Formats],
    facts: Named,
) -> lines.Series:
    names, texts, look, formats = drawing
    full = _name({"slice": slice_}, texts, formats)
    name = axes.short(slice_, LONGEST_NAME, formats) if pd.notna(slice_) else full
    hover = [
        texts(
            "figures.curves.hover",
            name=full,
            age=names[int(age) - 1],
            share=formats.share(share, 1),
        )
        for age, share in zip(frame["period"], frame["retention"], strict=True)
    ]
    colour, width = look.grey, THIN
    if facts["best"] is not None and slice_ == facts["best"]:
        colour, width = look.accent, lines.SUBJECT
    if facts["worst"] is not None and slice_ == facts["worst"]:
        colour, width = look.lost, lines.SUBJECT
    places = [float(age - 1) for age in frame["period"]]
    shares = [float(share) for share in frame["retention"]]
    return lines.Series(name, places, shares, hover, colour, width)


def _first_points(
    figure: go.Figure, drawn: list[lines.Series], top: float, look: Look
) -> None:
    """Names in a column left of the first points, 14 px apart."""
    pixel = top / PLOT_HEIGHT
    depths = [(top - series.y[0]) / pixel for series in drawn]
    for series, depth in zip(drawn, spread(depths, CLEARANCE), strict=True):
        subject = series.width == lines.SUBJECT
        text = f"<b>{series.name}</b>" if subject else series.name
        colour = series.colour if subject else look.muted
        place = {"xanchor": "right", "xshift": -8}
        label(figure, (0, top - depth * pixel), text, colour, **place)


def _name(row: Row, texts: Texts, formats: Formats) -> str:
    """Name of a slice; customers without a value have one of ours."""
    value = row["slice"]
    absent = value is None or value != value
    return texts("figures.slices.none") if absent else formats.plain(value)


def _row(
    figure: go.Figure,
    place: int,
    each: Row,
    drawing: tuple[Texts, Look, Formats],
    overall: float | None,
) -> None:
    texts, look, formats = drawing
    colour, spoken = _side(each, overall, look)
    figure.add_scatter(
        x=[each["low"], each["high"]],
        y=[place, place],
        mode="lines",
        line={"color": faded(colour, rows.SEE_THROUGH), "width": 5},
        hoverinfo="skip",
    )
    low, high = formats.share(each["low"], 1), formats.share(each["high"], 1)
    words = [
        texts(
            "figures.slices.hover",
            name=_name(each, texts, formats),
            share=formats.share(each["share"], 1),
            n=formats.count(each["customers"]),
        ),
        texts("figures.interval", low=low, high=high),
    ]
    figure.add_scatter(
        x=[each["share"]],
        y=[place],
        mode="markers",
        marker={"size": 9, "color": colour},
        customdata=["<br>".join(words)],
        hovertemplate=HOVER,
    )
    value = f"<b>{formats.share(each['share'])}</b>"
    end = max(each["high"], each["share"])
    label(figure, (end, place), value, spoken, xanchor="left", xshift=8)


def _side(each: Row, overall: float | None, look: Look) -> tuple[str, str]:
    """Colour of the marks and of the words of a row."""
    if overall is not None and each["low"] > overall:
        return look.accent, look.accent
    if overall is not None and each["high"] < overall:
        return look.lost, look.lost
    return look.grey, look.muted


def _frame_of(bounds: list[float]) -> tuple[float, float]:
    """Range of the axis: what is drawn and a little air, within 0 and 100 %."""
    if not bounds:
        return 0.0, 1.0
    air = max(0.02, 0.2 * (max(bounds) - min(bounds)))
    return max(0.0, min(bounds) - air), min(1.0, max(bounds) + air)


def _lines_alt(
    drawn: list[lines.Series], names: list[str], texts: Texts, formats: Formats
) -> str:
    title = texts("figures.slices.name_lines")
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
        high=formats.share(order[-1].y[0]),
        worst=order[0].name,
        low=formats.share(order[0].y[0]),
    )


def _rows_alt(
    ordered: list[Row], overall: float | None, texts: Texts, formats: Formats
) -> str:
    title = texts("figures.slices.name_rows")
    if not ordered:
        return texts("figures.empty", figure=title)
    best, worst = ordered[0], ordered[-1]
    return texts(
        "figures.slices.alt_rows",
        figure=title,
        count=len(ordered),
        n=formats.count(len(ordered)),
        overall=formats.share(overall),
        best=_name(best, texts, formats),
        high=formats.share(best["share"]),
        worst=_name(worst, texts, formats),
        low=formats.share(worst["share"]),
    )
