"""Sections of the churn page: the window, and a rate worked out by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import streamlit as st

from retention_core import churn, periods, survival
from retention_ui import blocks, inputs, queries
from retention_ui.figures import churn as figures
from retention_ui.findings import churn as findings
from retention_ui.parts import common, tables

if TYPE_CHECKING:
    from retention_core.churn import ChurnWindow
    from retention_core.periods import Grain
    from retention_ui.page import Page

SENSITIVITY = (
    "starting",
    "lost",
    "strict_retention_rate",
    "churn_rate",
    "revenue_churn_rate",
    "quick_ratio",
)
RATES = dict.fromkeys(SENSITIVITY[2:5], "share")
EXAMPLES = ((100, 105, 15), (150, 200, 80))


def window(page: Page, found: ChurnWindow, days: int) -> None:
    """Draw the chance of a later return, and where the window lies in it."""
    title = findings.window(found, page.formats, days).words(page.texts)
    if found.curve.empty:
        page.section("window_few", title)
        return
    figure = figures.window_curve(
        found.curve,
        *page.drawing,
        days=days,
        proposal=found.days if days != found.days else None,
    )
    page.section(
        "window",
        title,
        figure,
        table=found.curve,
        kinds={"returned": "share", "return_later": "share"},
        source=page(f"sources.{found.source}", days=page.formats.days(found.days)),
    )


def gaps(page: Page, days: int) -> None:
    """Draw all waits beside the finished ones only."""
    curve = queries.ask(page.shop, "curves").gaps
    if survival.horizon(curve, curve["at_risk"].max()) is None:
        page.section("gaps_few", page("few.gaps"))
        return
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


def sensitivity(page: Page, days: int, grain: Grain) -> None:
    """Say what half and double the window would make of the last finished period."""
    moved = {
        each: queries.ask(page.shop, "movement", grain=grain, window_days=each)
        for each in churn.beside(days)
    }
    found = churn.compared(moved)
    if found.empty:
        return
    formats = page.formats
    lines = [
        tables.Line(
            page(f"sensitivity.{name}"), list(found[name]), tables.writer(name, formats)
        )
        for name in SENSITIVITY
    ]
    heads = [formats.days(each) for each in found["window_days"]]
    used = list(found["window_days"]).index(days)
    heads[used] = f"**{heads[used]}**"
    way = findings.trend(found)
    longest = formats.count(found["trend_periods"].max())
    note = page(
        "notes.sensitivity",
        period=formats.period(found["period_start"].iloc[0], grain),
        gap="" if found["full_start"].all() else page("sensitivity.gap"),
        trend=page(f"sensitivity.{way}", n=longest) if way else "",
    )
    title = findings.sensitivity(found, days, formats).words(page.texts)
    section = ("sensitivity", title, note)
    columns = page("sensitivity.line"), heads
    tables.told(page, section, columns, lines, (found, RATES))


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


def asked(page: Page, found: ChurnWindow) -> tuple[int, Grain, str | None]:
    """Let the user choose window, periods and split."""
    days = move_window(page, found)
    with blocks.controls():
        grain = inputs.choice(page.scope, "grain", periods.GRAINS, "month")
        return days, cast("Grain", grain), common.split(page)


def _type_in(page: Page, values: dict[str, int]) -> None:
    for name, value in values.items():
        inputs.reset(page.scope, name, value)
