"""What a new customer is worth: by group, by cohort."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

import pandas as pd

from retention_core.intervals import CLEAR as BEYOND_CHANCE
from retention_ui.figures import axes, rows
from retention_ui.figures.frames import Row, records
from retention_ui.figures.look import (
    CLEAR,
    HOVER,
    base,
    describe,
    faded,
    label,
    told,
    unified,
)
from retention_ui.figures.payback import THIN

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from retention_core.periods import Grain
    from retention_ui.figures.look import Look
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

HEIGHT = 300
HEADROOM = 1.12
MOST_COHORTS = 36


class Beside(TypedDict):
    """``overall``: of all customers; ``cost`` of a new one, if it is known."""

    overall: float | None
    cost: float | None


class Maturing(TypedDict):
    """``grain`` of the cohorts; ``newcomer``: what a new customer is worth."""

    grain: Grain
    newcomer: float


def groups(
    frame: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Beside],
) -> go.Figure:
    """Draw what a new customer of each group is worth, best first.

    ``frame`` has ``group`` (its name), ``customers, share, first_order, value, low,
    high, rest_value, adjusted_p_value`` as of ``rc.clv.worth.Worths``; the last is
    null where a group is not compared.
    """
    ordered = records(frame)
    figure = base(look, 50 + 40 * max(len(ordered), 1))
    figure.update_layout(margin={"r": 56})
    rows.stack(figure, len(ordered), look)
    beside = (facts["overall"], facts["cost"])
    known = [each for each in beside if each is not None]
    ends = [float(each[end]) for each in ordered for end in ("low", "high")]
    low, high = min([0.0, *ends]), max([1.0, *ends, *known])
    figure.update_xaxes(**axes.amounts(formats, low, HEADROOM * high, "money"))
    if facts["overall"] is not None and ordered:
        figure.add_vline(x=facts["overall"], line={"color": look.muted, **THIN})
    if facts["cost"] and ordered:
        figure.add_vline(x=facts["cost"], line={"color": look.lost, **THIN})
    for place, each in enumerate(ordered):
        _group(figure, place, each, (texts, look, formats))
    names = [axes.short(each["group"], 40, formats) for each in ordered]
    rows.name_rows(figure, names, [look.ink] * len(ordered))
    return describe(figure, _groups_alt(ordered, facts, texts, formats))


def cohorts(
    frame: pd.DataFrame,
    texts: Texts,
    look: Look,
    formats: Formats,
    **facts: Unpack[Maturing],
) -> go.Figure:
    """Draw what customers of each cohort have paid by an age, and will have.

    ``frame`` is that of ``rc.clv.maturing.by_cohort``; the last 36 are drawn. Paid is
    solid, expected an outline with its interval; a cohort that is not over is pale.
    """
    shown = frame.sort_values("cohort").tail(MOST_COHORTS)
    figure = base(look, HEIGHT)
    figure.update_layout(barmode="stack", bargap=0.28)
    starts = [day.date() for day in shown["cohort"]]
    grain = facts["grain"]
    figure.update_xaxes(**axes.periods(starts, grain, formats))
    unified(figure, look)
    top = HEADROOM * max([1.0, facts["newcomer"], *shown["high"], *shown["value"]])
    low = min([0.0, *shown["paid"]])
    figure.update_yaxes(**axes.amounts(formats, low, top, "money"))
    names = axes.names_of(starts, grain, formats)
    _bars(figure, shown, names, (texts, look, formats))
    if len(shown):
        figure.add_hline(y=facts["newcomer"], line={"color": look.muted, **THIN})
    return describe(figure, _cohorts_alt(shown, names, (texts, formats)))


def _group(
    figure: go.Figure, place: int, each: Row, words: tuple[Texts, Look, Formats]
) -> None:
    texts, look, formats = words
    colour, spoken = _side(each, look)
    rows.interval(figure, place, (each["low"], each["high"]), colour)
    money = {
        name: formats.money(each[name])
        for name in ("value", "low", "high", "first_order", "rest_value")
    }
    said = [
        texts(
            "figures.newcomers.group",
            name=axes.short(each["group"], 40, formats),
            **money,
        ),
        texts("figures.interval", **money),
        texts(
            "figures.newcomers.customers",
            n=formats.count(each["customers"]),
            share=formats.share(each["share"], 1),
        ),
    ]
    if pd.notna(each["rest_value"]):
        said.append(texts("figures.newcomers.rest", **money))
    rows.dot(figure, (each["value"], place), colour, "<br>".join(said))
    beside = {"xanchor": "left", "xshift": 8, "bgcolor": look.page, "borderpad": 0}
    text = f"<b>{formats.money(each['value'], 'about')}</b>"
    label(figure, (each["high"], place), text, spoken, **beside)


def _side(each: Row, look: Look) -> tuple[str, str]:
    """Colour of the marks and of the words of a row."""
    p_value = each["adjusted_p_value"]
    if pd.isna(p_value) or p_value > BEYOND_CHANCE:
        return look.grey, look.muted
    colour = look.accent if each["value"] > each["rest_value"] else look.lost
    return colour, colour


def _bars(
    figure: go.Figure,
    shown: pd.DataFrame,
    names: list[str],
    words: tuple[Texts, Look, Formats],
) -> None:
    texts, look, formats = words
    done = shown["complete"].astype(bool)
    solid = [look.fill if each else faded(look.fill, rows.SEE_THROUGH) for each in done]
    figure.add_bar(
        x=names,
        y=shown["paid"].tolist(),
        marker={"color": solid, "line": {"width": 0.8, "color": look.page}},
        customdata=[_paid(each, texts, formats) for each in records(shown)],
        hovertemplate=HOVER,
    )
    figure.add_bar(
        x=names,
        y=shown["expected"].tolist(),
        marker={"color": CLEAR, "line": {"width": 1.3, "color": look.fill}},
        customdata=[_expected(each, texts, formats) for each in records(shown)],
        hovertemplate=HOVER,
    )
    for name, each in zip(names, records(shown), strict=True):
        if each["high"] > each["low"]:
            rows.upright(figure, name, (each["low"], each["high"]), look.fill)


def _paid(each: Row, texts: Texts, formats: Formats) -> str:
    return texts(
        "figures.newcomers.paid",
        amount=formats.money(each["paid"]),
        customers=formats.count(each["customers"]),
    )


def _expected(each: Row, texts: Texts, formats: Formats) -> str:
    money = {
        name: formats.money(each[name]) for name in ("expected", "value", "low", "high")
    }
    if each["high"] <= each["low"]:
        return texts("figures.newcomers.reached")
    said = [texts("figures.newcomers.expected", **money)]
    if not each["complete"]:
        said.append(texts("figures.so_far"))
    return "<br>".join(said)


def _groups_alt(
    ordered: list[Row], facts: Beside, texts: Texts, formats: Formats
) -> str:
    parts = [
        texts(
            "figures.newcomers.alt_group",
            name=axes.short(each["group"], 40, formats),
            amount=formats.money(each["value"], "about"),
        )
        for each in ordered
    ]
    if facts["overall"] is not None and ordered:
        overall = formats.money(facts["overall"], "about")
        parts.append(texts("figures.newcomers.alt_all", amount=overall))
    return told(texts("figures.newcomers.by_group"), parts, texts)


def _cohorts_alt(
    shown: pd.DataFrame, names: list[str], words: tuple[Texts, Formats]
) -> str:
    texts, formats = words
    listed = records(shown)
    ends = {0: "first", len(listed) - 1: "last"} if listed else {}
    parts = [
        texts(
            "figures.newcomers.alt_cohort",
            name=names[place],
            paid=formats.money(listed[place]["paid"]),
            expected=formats.money(listed[place]["expected"]),
        )
        for place in ends
    ]
    return told(texts("figures.newcomers.by_cohort"), parts, texts)
