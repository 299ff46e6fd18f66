"""The test of the model: what it said of a stretch of the past, and what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

from retention_ui.figures import axes
from retention_ui.figures.frames import Row, records
from retention_ui.figures.look import HOVER, base, describe, faded, label
from retention_ui.figures.rows import SEE_THROUGH, upright

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from retention_ui.figures.look import Look
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

    Drawing = tuple[Texts, Look, Formats]

HEIGHT = 280
HEADROOM = 1.08
TICKS = (13, 26, 52, 104, 208, 416)  # weeks between two of them
MOST_TICKS = 6
SEVEN_OR_MORE = 7


class Past(TypedDict):
    """``before``: ``week`` (… -1, 0), ``actual, forecast``, since the history began."""

    before: pd.DataFrame


def tracking(
    weeks: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Past],
) -> go.Figure:
    """Draw repeat orders added up week by week, with the split marked.

    ``weeks`` has ``week, actual, forecast``, both cumulative since the split. Before
    it the forecast is pale: of what the model had seen.
    """
    figure = base(look, HEIGHT)
    before = facts["before"]
    begun = float(before["actual"].iloc[-1]) if len(before) else 0.0
    after = weeks.assign(
        actual=weeks["actual"] + begun, forecast=weeks["forecast"] + begun
    )
    first = int(before["week"].min()) if len(before) else 0
    last = int(weeks["week"].max()) if len(weeks) else TICKS[0]
    figure.update_xaxes(
        range=[first, last],
        **_weeks(first, last, formats),
        title={"text": texts("figures.tracked.axis")},
    )
    heights = [*before["actual"], *before["forecast"]]
    heights += [*after["actual"], *after["forecast"]]
    top = HEADROOM * max([1.0, *heights])
    figure.update_yaxes(**axes.amounts(formats, 0, top, "count"))
    drawing = (texts, look, formats)
    pale = faded(look.accent, SEE_THROUGH)
    _line(figure, before, "forecast", {"color": pale, "width": 2.4}, drawing)
    _line(figure, before, "actual", {"color": look.ink, "width": 1.6}, drawing)
    _line(figure, after, "forecast", {"color": look.accent, "width": 2.4}, drawing)
    _line(figure, after, "actual", {"color": look.ink, "width": 1.6}, drawing)
    if len(weeks):
        _split(figure, (first, last), drawing)
        _corner(figure, records(weeks)[-1], drawing)
    return describe(figure, _tracking_alt(weeks, texts, formats))


def by_frequency(
    groups: pd.DataFrame, texts: Texts, look: Look, formats: Formats
) -> go.Figure:
    """Draw mean orders by the orders before: what happened, what was forecast.

    ``groups``: ``frequency, customers, actual, low, high, forecast`` as of
    ``rc.clv.backtest``.
    """
    names = [
        texts(
            "figures.by_frequency.orders_more"
            if each == SEVEN_OR_MORE
            else "figures.by_frequency.orders",
            count=int(each) + 1,
            n=formats.count(each + 1),
        )
        for each in groups["frequency"]
    ]
    return _grouped(groups, names, "by_frequency", (texts, look, formats))


def by_decile(
    groups: pd.DataFrame, texts: Texts, look: Look, formats: Formats
) -> go.Figure:
    """Draw mean orders by tenths of the customers, most expected first.

    ``groups``: ``decile, customers, actual, low, high, forecast`` as of
    ``rc.clv.backtest``.
    """
    names = [formats.count(each) for each in groups["decile"]]
    return _grouped(groups, names, "by_decile", (texts, look, formats))


def _weeks(first: int, last: int, formats: Formats) -> dict[str, object]:
    """Ticks at round numbers of weeks from the split, the split among them."""
    step = next(
        (each for each in TICKS if (last - first) // each <= MOST_TICKS), TICKS[-1]
    )
    start = -(-first // step) * step
    values = [*range(start, last + 1, step)] or [0]
    words = [formats.count(abs(each)) for each in values]
    return {"tickmode": "array", "tickvals": values, "ticktext": words}


def _line(
    figure: go.Figure,
    weeks: pd.DataFrame,
    column: str,
    stroke: dict[str, object],
    drawing: Drawing,
) -> None:
    figure.add_scatter(
        x=weeks["week"].tolist(),
        y=weeks[column].tolist(),
        mode="lines",
        line=stroke,
        customdata=[_week(row, column, drawing) for row in records(weeks)],
        hovertemplate=HOVER,
    )


def _week(row: Row, column: str, drawing: Drawing) -> str:
    texts, _, formats = drawing
    side = "before" if row["week"] <= 0 else "after"
    return texts(
        f"figures.tracked.{side}_{column}",
        week=formats.count(abs(row["week"])),
        n=formats.count(row[column]),
    )


def _split(figure: go.Figure, ends: tuple[int, int], drawing: Drawing) -> None:
    """Mark where the model stopped seeing; say what lies on either side."""
    texts, look, _ = drawing
    style = {"color": look.muted, "width": 1.4, "dash": "dot"}
    figure.add_vline(x=0, line=style, layer="below")
    first, last = ends
    sides = {"seen": (-first, "right", -6), "held_back": (last, "left", 6)}
    for side, (room, anchor, shift) in sides.items():
        if room * 4 >= last - first:
            words = texts(f"figures.tracked.{side}")
            place = {"yref": "paper", "yanchor": "top", "xanchor": anchor}
            label(figure, (0, 1), words, look.muted, **place, xshift=shift)


def _corner(figure: go.Figure, end: Row, drawing: Drawing) -> None:
    """Write both totals since the split into the empty corner."""
    texts, look, formats = drawing
    for place, (column, colour) in enumerate(
        (("forecast", look.accent), ("actual", look.ink))
    ):
        text = texts(f"figures.tracked.{column}", n=formats.count(end[column]))
        corner = {"xref": "paper", "yref": "paper", "xanchor": "right"}
        label(figure, (1, 0.10 * (place + 1)), f"<b>{text}</b>", colour, **corner)


def _grouped(
    groups: pd.DataFrame, names: list[str], name: str, drawing: Drawing
) -> go.Figure:
    """Dots with intervals for what happened, a dash for what was forecast."""
    texts, look, formats = drawing
    figure = base(look, HEIGHT)
    figure.update_xaxes(**axes.category(names))
    figure.update_xaxes(title={"text": texts(f"figures.{name}.axis")})
    highs = [*groups["high"].dropna(), *groups["actual"], *groups["forecast"]]
    top = HEADROOM * max([0.1, *highs])
    figure.update_yaxes(**axes.amounts(formats, 0, top, "count"))
    rows = records(groups)
    for x, row in zip(names, rows, strict=True):
        upright(figure, x, (row["low"], row["high"]), look.ink)
    hover = [_group(row, x, name, drawing) for x, row in zip(names, rows, strict=True)]
    marks = {
        "forecast": {
            "symbol": "line-ew",
            "size": 18,
            "line": {"color": look.accent, "width": 3},
        },
        "actual": {"size": 9, "color": look.ink},
    }
    for column, marker in marks.items():
        figure.add_scatter(
            x=names,
            y=groups[column].tolist(),
            mode="markers",
            marker=marker,
            cliponaxis=False,
            customdata=hover,
            hovertemplate=HOVER,
        )
    return describe(figure, _grouped_alt(rows, names, name, (texts, formats)))


def _group(row: Row, place: str, name: str, drawing: Drawing) -> str:
    texts, _, formats = drawing
    lines = [
        texts(
            f"figures.{name}.hover",
            group=place,
            customers=formats.count(round(row["customers"])),
        ),
        texts("figures.by_frequency.actual", n=formats.ratio(row["actual"], 2)),
    ]
    if row["low"] == row["low"]:
        low, high = (formats.ratio(row[end], 2) for end in ("low", "high"))
        lines.append(texts("figures.interval", low=low, high=high))
    forecast = formats.ratio(row["forecast"], 2)
    lines.append(texts("figures.by_frequency.forecast", n=forecast))
    return "<br>".join(lines)


def _tracking_alt(weeks: pd.DataFrame, texts: Texts, formats: Formats) -> str:
    title = texts("figures.tracked.name")
    if not len(weeks):
        return texts("figures.empty", figure=title)
    last = records(weeks)[-1]
    return texts(
        "figures.tracked.alt",
        figure=title,
        weeks=formats.count(last["week"]),
        actual=formats.count(last["actual"]),
        forecast=formats.count(last["forecast"]),
    )


def _grouped_alt(
    rows: list[Row], names: list[str], name: str, words: tuple[Texts, Formats]
) -> str:
    texts, formats = words
    title = texts(f"figures.{name}.name")
    if not rows:
        return texts("figures.empty", figure=title)
    ends = {
        f"{end}_{column}": formats.ratio(rows[place][column], 2)
        for end, place in (("first", 0), ("last", -1))
        for column in ("actual", "forecast")
    }
    named = {"first": names[0], "last": names[-1]}
    return texts(f"figures.{name}.alt", figure=title, **named, **ends)
