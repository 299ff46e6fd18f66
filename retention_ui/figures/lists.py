"""Value against risk, intervals of products, and when second orders come."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypedDict, Unpack

from retention_ui.figures import axes, lines, rows
from retention_ui.figures.frames import Row, records
from retention_ui.figures.look import HOVER, base, describe, label

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from retention_ui.figures.look import Look
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

HEIGHT = 340
CURVE_HEIGHT = 300
# Round amounts, of each power of ten: the first that are not too many.
STEPS = ((1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8), (1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1,))
MOST_TICKS = 8
ROOM = 1.12
LAST_DAY = 365
DAY_TICKS = (0, 60, 120, 180, 240, 300, 360)
LATE = 0.6


class Drawn(TypedDict, total=False):
    """``boxed``: whether a box can be drawn over it, which takes the finger."""

    boxed: bool


class Waits(TypedDict):
    """Days by which half, and most, of those who come back have."""

    half: int | None
    most: int | None


def value_at_risk(
    points: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Drawn],
) -> go.Figure:
    """Draw the most valuable customers by risk and by what is at stake.

    ``points``: ``customer_id, stake, risk, leaving, days_since_last_order,
    usual_gap_days`` as of ``rc.lists.chart``. Upward stands the decimal logarithm of
    the stake: a box's ends are that as well (:func:`stake_at`).
    """
    figure = base(look, HEIGHT)
    known = points[points["stake"] > 0]
    figure.update_xaxes(**axes.amounts(formats, 0, 1, "share"))
    figure.update_xaxes(title={"text": texts("figures.value_at_risk.axis")})
    figure.update_yaxes(**_stakes(known, formats))
    if facts.get("boxed"):
        figure.update_layout(dragmode="select", selectdirection="any")
        figure.update_layout(newselection={"line": {"color": look.ink, "width": 1}})
    for leaving, colour in ((False, look.grey), (True, look.lost_fill)):
        part = known[known["leaving"].astype(bool) == leaving]
        figure.add_scatter(
            x=part["risk"].round(4).tolist(),
            y=[round(math.log10(stake), 4) for stake in part["stake"]],
            mode="markers",
            marker={
                "size": 7 if leaving else 5,
                "color": colour,
                "line": {"color": look.page, "width": 0.6},
            },
            unselected={"marker": {"opacity": 0.35}},
            cliponaxis=False,
            customdata=[_customer(row, texts, formats) for row in records(part)],
            hovertemplate=HOVER,
        )
    return describe(figure, _value_alt(known, texts, formats))


def stake_at(height: float) -> float:
    """Return the stake at a height of the picture of value and risk."""
    return float(10.0**height)


def intervals(
    products: pd.DataFrame, texts: Texts, look: Look, formats: Formats
) -> go.Figure:
    """Draw after how many days each product is bought again, with its interval.

    ``products``: ``product, interval_days, low, high, repeat_customers, customers``.
    The first leads: it is the one that was chosen, or the one with most customers.
    """
    listed = records(products)
    figure = base(look, 50 + 40 * max(len(listed), 1))
    figure.update_layout(margin={"r": 76})
    rows.stack(figure, len(listed), look)
    ends = [each["high"] if each["high"] == each["high"] else 0 for each in listed]
    top = ROOM * max([1, *ends, *(each["interval_days"] for each in listed)])
    figure.update_xaxes(**axes.amounts(formats, 0, top, "count"))
    figure.update_xaxes(title={"text": texts("figures.intervals.axis")})
    names = [axes.short(each["product"], 40, formats) for each in listed]
    for place, (name, each) in enumerate(zip(names, listed, strict=True)):
        colour = look.grey if place else look.accent
        _product(figure, (place, name), each, (texts, look, formats), colour)
    rows.name_rows(figure, names, [look.ink] * len(listed))
    return describe(figure, _intervals_alt(listed, names, texts, formats))


def second_orders(
    curve: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Waits],
) -> go.Figure:
    """Draw the share who have ordered a second time, by days after the first.

    ``curve``: ``days, returned`` as of ``rc.survival.kaplan_meier``.
    """
    most = facts["most"]
    until = max(LAST_DAY if most is None else min(LAST_DAY, 2 * most), 30)
    shown = records(curve[curve["days"] <= until])
    figure = base(look, CURVE_HEIGHT)
    last = int(max([30, *(row["days"] for row in shown)]))
    top = min(1.0, ROOM * max([0.05, *(row["returned"] for row in shown)]))
    kept = [] if most is None else [most]
    figure.update_xaxes(**axes.days(last, DAY_TICKS, formats, kept))
    figure.update_xaxes(title={"text": texts("figures.second_orders.axis")})
    figure.update_yaxes(**axes.amounts(formats, 0, top, "share"))
    if shown:
        series = lines.Series(
            texts("figures.second_orders.name"),
            [float(row["days"]) for row in shown],
            [float(row["returned"]) for row in shown],
            [_returned(row, texts, formats) for row in shown],
            look.accent,
            lines.SUBJECT,
        )
        lines.draw(figure, series, shape="hv")
    for name in ("half", "most"):
        _by(figure, (name, facts), (last, top), (texts, look, formats))
    return describe(figure, _second_alt(facts, texts, formats))


def _stakes(points: pd.DataFrame, formats: Formats) -> dict[str, object]:
    """Axis of money in equal ratios: 10, 20, 50, 100 and so on."""
    if points.empty:
        return {"range": [0, 1], "tickvals": []}
    low, high = float(points["stake"].min()), float(points["stake"].max())
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in STEPS:
        ticks = [step * 10.0**power for power in powers for step in steps]
        shown = [tick for tick in ticks if low / ROOM <= tick <= high * ROOM]
        if len(shown) <= MOST_TICKS:
            break
    room = max(0.04 * math.log10(high / low), 0.02)
    return {
        "range": [math.log10(low) - room, math.log10(high) + room],
        "tickmode": "array",
        "tickvals": [math.log10(tick) for tick in shown],
        "ticktext": [formats.money(tick) for tick in shown],
    }


def _customer(row: Row, texts: Texts, formats: Formats) -> str:
    usual = row["usual_gap_days"]
    key = "hover_once" if usual != usual or usual is None else "hover"
    return texts(
        f"figures.value_at_risk.{key}",
        customer=formats.plain(row["customer_id"]),
        amount=formats.money(row["stake"]),
        risk=formats.share(row["risk"]),
        silent=formats.days(row["days_since_last_order"]),
        usual=formats.days(usual),
    )


def _product(
    figure: go.Figure,
    row: tuple[int, str],
    each: Row,
    drawing: tuple[Texts, Look, Formats],
    colour: str,
) -> None:
    texts, look, formats = drawing
    place, name = row
    days, low, high = each["interval_days"], each["low"], each["high"]
    known = low == low and high == high
    if known:
        rows.interval(figure, place, (low, high), colour)
    words = [
        texts("figures.intervals.hover", name=name, days=formats.days(days)),
        texts(
            "figures.intervals.of",
            count=each["repeat_customers"],
            n=formats.count(each["repeat_customers"]),
        ),
    ]
    if known:
        ends = {"low": formats.days(low), "high": formats.days(high)}
        words.append(texts("figures.interval", **ends))
    rows.dot(figure, (days, place), colour, "<br>".join(words))
    value = f"<b>{formats.days(days)}</b>"
    beside = {"xanchor": "left", "xshift": 8, "bgcolor": look.page}
    spoken = look.muted if place else look.accent
    label(figure, (high if known else days, place), value, spoken, **beside)


def _by(
    figure: go.Figure,
    what: tuple[str, Waits],
    plot: tuple[int, float],
    drawing: tuple[Texts, Look, Formats],
) -> None:
    """Mark the day by which half, or most, of those who come back have."""
    texts, look, formats = drawing
    name, facts = what
    day = facts["half"] if name == "half" else facts["most"]
    last, top = plot
    if day is None or day > last:
        return
    colour, dash = (look.muted, "dot") if name == "half" else (look.lost, "solid")
    stroke = {"color": colour, "width": 1.4, "dash": dash}
    figure.add_shape(type="line", x0=day, x1=day, y0=0, y1=top, line=stroke)
    late = day > LATE * last
    text = texts(f"figures.second_orders.{name}", days=formats.days(day))
    place = {"xanchor": "right" if late else "left", "xshift": -6 if late else 6}
    at = (day, top * (0.94 if name == "most" else 0.06))
    label(figure, at, text, colour, bgcolor=look.page, **place)


def _returned(row: Row, texts: Texts, formats: Formats) -> str:
    return texts(
        "figures.second_orders.hover",
        days=formats.days(row["days"]),
        share=formats.share(row["returned"], 1),
    )


def _value_alt(points: pd.DataFrame, texts: Texts, formats: Formats) -> str:
    title = texts("figures.value_at_risk.name")
    if points.empty:
        return texts("figures.empty", figure=title)
    leaving = int(points["leaving"].sum())
    return texts(
        "figures.value_at_risk.alt",
        figure=title,
        count=len(points),
        n=formats.count(len(points)),
        leaving=formats.count(leaving),
        least=formats.money(points["stake"].min()),
        most=formats.money(points["stake"].max()),
    )


def _intervals_alt(
    listed: list[Row], names: list[str], texts: Texts, formats: Formats
) -> str:
    title = texts("figures.intervals.name")
    if not listed:
        return texts("figures.empty", figure=title)
    return texts(
        "figures.intervals.alt",
        figure=title,
        count=len(listed),
        n=formats.count(len(listed)),
        first=names[0],
        days=formats.days(listed[0]["interval_days"]),
    )


def _second_alt(facts: Waits, texts: Texts, formats: Formats) -> str:
    title = texts("figures.second_orders.name")
    if facts["most"] is None:
        return texts("figures.empty", figure=title)
    return texts(
        "figures.second_orders.alt",
        figure=title,
        half=formats.days(facts["half"]),
        most=formats.days(facts["most"]),
    )
