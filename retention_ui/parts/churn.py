"""Sections of the churn page."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pandas as pd
import streamlit as st

from retention_core import churn, periods, survival
from retention_ui import blocks, cards, inputs, queries
from retention_ui.figures import churn as figures
from retention_ui.figures.frames import Row, records
from retention_ui.figures.movement import movement as movement_figure
from retention_ui.figures.movement import rates as rates_figure
from retention_ui.figures.survival import next_orders
from retention_ui.findings import churn as findings
from retention_ui.parts import common

if TYPE_CHECKING:
    from retention_core.churn import ChurnWindow
    from retention_core.periods import Grain
    from retention_ui.page import Page

FIGURES = (
    "strict_retention_rate",
    "churn_rate",
    "retention_rate",
    "revenue_churn_rate",
    "quick_ratio",
)
RATES = dict.fromkeys(FIGURES[:-1], "share")
EXAMPLES = ((100, 105, 15), (150, 200, 80))


def window(page: Page, found: ChurnWindow, days: int) -> None:
    """Draw the chance of a later return, and where the window lies in it."""
    figure = figures.window_curve(
        found.curve,
        *page.drawing,
        days=days,
        proposal=found.days if days != found.days else None,
    )
    page.section(
        "window",
        findings.window(found, page.formats, days).words(page.texts),
        figure,
        table=found.curve,
        kinds={"returned": "share", "return_later": "share"},
        source=page(f"sources.{found.source}", days=page.formats.days(found.days)),
    )


def gaps(page: Page, days: int) -> None:
    """Draw all waits beside the finished ones only."""
    curve = queries.ask(page.shop, "gaps")
    finished = survival.day_reaching(curve, 0.8, of="finished")
    page.section(
        "gaps",
        findings.gaps(finished, days, page.formats).words(page.texts),
        figures.gaps(curve, *page.drawing, days=days, percentile_80=finished),
        table=curve,
        kinds=dict.fromkeys(("returned", "low", "high", "finished"), "share"),
    )


def move_window(page: Page, found: ChurnWindow) -> int:
    """Let the user move the window of the whole product."""
    scope = inputs.Scope("shared", page.texts)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        with st.container(width=420):
            days = inputs.slider(
                scope, "window", found.days, common.window_limits(found)
            )
        if days != found.days:
            st.button(
                page("back", days=page.formats.days(found.days)),
                on_click=inputs.reset,
                args=(scope, "window", found.days),
                type="tertiary",
                icon=":material/undo:",
                key="churn.back",
            )
    return days


def rates(page: Page, days: int, grain: Grain) -> None:
    """Draw the five rates of the last finished period as cards."""
    moved = _moved(page, days, grain)
    known = moved[moved["complete"] & moved["full_start"]]
    if known.empty:
        after = page.facts.first_day + pd.Timedelta(days=days)
        blocks.note(page("no_period", date=page.formats.date(after)))
        return
    rows = records(known)
    last = rows[-1]
    before: Row = dict.fromkeys(FIGURES, float("nan"))
    if len(rows) > 1:
        before = rows[-2]
    start = page.formats.period(last["period_start"], grain)
    counts = ("starting", "ending", "new", "lost", "reactivated")
    numbers = {name: page.formats.count(last[name]) for name in counts}
    numbers["days"] = page.formats.days(days)
    if len(rows) > 1:
        previous = page.formats.period(before["period_start"], grain)
        blocks.note(page("period", period=start, previous=previous))
    else:
        blocks.note(page("period_alone", period=start))
    shown = [
        cards.figure_card(
            name,
            (page(f"cards.{name}.label"), page(f"cards.{name}.help", **numbers)),
            {"value": last[name], "previous": before[name]},
            known[name],
            page,
        )
        for name in FIGURES
    ]
    cards.show(shown, across=5)


def movement(page: Page, days: int, grain: Grain) -> None:
    """Draw who was won, came back and was lost in each period."""
    moved = page.view.shown(_moved(page, days, grain), "period_start", grain)
    page.section(
        "movement",
        findings.movement(moved, page.formats, grain).words(page.texts),
        movement_figure(moved, *page.drawing, grain=grain),
        table=moved,
        kinds=RATES,
    )


def kept(page: Page, days: int, grain: Grain) -> None:
    """Draw the retention rates over time."""
    moved = page.view.shown(_moved(page, days, grain), "period_start", grain)
    page.section(
        "rates",
        findings.rate(moved, page.formats, grain).words(page.texts),
        rates_figure(moved, *page.drawing, grain=grain),
        table=moved,
        kinds=RATES,
    )


def next_order(page: Page) -> None:
    """Draw the time to the second, third and fourth order."""
    waits = {
        after: queries.ask(page.shop, "next_purchase", after=after)
        for after in (1, 2, 3)
    }
    table = pd.concat([frame.assign(order=after + 1) for after, frame in waits.items()])
    page.section(
        "next_order",
        findings.next_order(waits[1], page.formats).words(page.texts),
        next_orders(waits, *page.drawing),
        table=table,
        kinds=dict.fromkeys(("returned", "low", "high"), "share"),
    )


def calculator(page: Page) -> None:
    """Work out a retention rate from numbers typed by hand."""
    fields = ("starting", "ending", "new")
    with st.expander(page("calculator"), icon=":material/calculate:"):
        with st.container(horizontal=True, gap="small"):
            for number, example in enumerate(EXAMPLES):
                words = dict(zip(fields, example, strict=True))
                st.button(
                    page("example", **words),
                    on_click=_type_in,
                    args=(page, words),
                    key=f"churn.example{number}",
                )
        with blocks.controls():
            starting, ending, new = (
                inputs.number(page.scope, name, value, (0, 10**9), width=220)
                for name, value in zip(fields, EXAMPLES[0], strict=True)
            )
        rate = churn.retention_rate(starting, ending, new)
        words = {"starting": starting, "ending": ending, "new": new}
        if starting:
            st.metric(
                page("rate"),
                page.formats.share(rate, 1),
                help=page("rate_help", **words),
                delta_color="gray",
                delta_arrow="off",
            )
        else:
            blocks.note(page("no_start"))


def grain(page: Page) -> Grain:
    """Let the user choose the periods of movement and rates."""
    return cast("Grain", inputs.choice(page.scope, "grain", periods.GRAINS, "month"))


def _type_in(page: Page, values: dict[str, int]) -> None:
    for name, value in values.items():
        inputs.reset(page.scope, name, value)


def _moved(page: Page, days: int, grain: Grain) -> pd.DataFrame:
    found: pd.DataFrame = queries.ask(
        page.shop, "movement", grain=grain, window_days=days
    )
    return found
