"""Sections of the churn page: who came and went, how many were kept, in which group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from retention_core import churn
from retention_ui import blocks, cards, queries
from retention_ui.figures.frames import Row, records
from retention_ui.figures.losses import churn_rows
from retention_ui.figures.movement import movement as movement_figure
from retention_ui.figures.movement import rates as rates_figure
from retention_ui.findings import churn as findings
from retention_ui.findings.finding import rate_of
from retention_ui.parts import common, tables

if TYPE_CHECKING:
    from retention_core.periods import Grain
    from retention_ui.page import Page

FIGURES = (
    "strict_retention_rate",
    "churn_rate",
    "retention_rate",
    "revenue_churn_rate",
    "quick_ratio",
)
RATES = dict.fromkeys((*FIGURES[:-1], "reactivation_rate", "low", "high"), "share")
SUM = ("starting", "new", "reactivated", "lost", "ending")
BELOW = (
    "strict_retention_rate",
    "churn_rate",
    "retention_rate",
    "revenue_churn_rate",
    "quick_ratio",
    "reactivation_rate",
)
COLUMNS = 3
MOST_SLICES = 9
A_YEAR = pd.DateOffset(years=1)
A_YEAR_OF_WEEKS = pd.Timedelta(weeks=52)


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
    figure = movement_figure(moved, *page.drawing, grain=grain)
    page.section(
        "movement",
        findings.movement(moved, page.formats, grain).words(page.texts),
        page.marked(figure, list(moved["period_start"]), grain),
        table=moved,
        kinds=RATES,
    )


def account(page: Page, days: int, grain: Grain) -> None:
    """Add the customers up: start, won, back, lost, end; and what follows from it."""
    moved = page.view.shown(_moved(page, days, grain), "period_start", grain)
    chosen = _accounted(moved, grain)
    if chosen.empty:
        return
    full = chosen["full_start"].astype(bool).all()
    note = page("notes.account", gap="" if full else page("account.gap"))
    finding = findings.account(moved, page.formats, grain).words(page.texts)
    names = [*SUM, *(["new_and_lapsed"] if chosen["new_and_lapsed"].any() else [])]
    numbers = {name: list(chosen[name]) for name in names}
    # Without a full window the counts are too low, and rates would mislead.
    known = chosen[[*BELOW]].where(chosen["full_start"].astype(bool), axis=0)
    numbers |= {name: list(known[name]) for name in BELOW}
    lines = [
        tables.Line(
            page(f"account.{name}"),
            each,
            tables.writer(name, page.formats),
            bold=name in ("starting", "ending"),
        )
        for name, each in numbers.items()
    ]
    heads = [
        page.formats.period(row["period_start"], grain)
        + ("" if row["full_start"] else r" \*")
        for row in records(chosen)
    ]
    section, columns = ("account", finding, note), (page("account.line"), heads)
    tables.told(page, section, columns, lines, (chosen, RATES))


def kept(page: Page, days: int, grain: Grain) -> None:
    """Draw the retention rates over time."""
    moved = page.view.shown(_moved(page, days, grain), "period_start", grain)
    known = moved[moved["strict_retention_rate"].notna()]
    figure = rates_figure(moved, *page.drawing, grain=grain)
    page.section(
        "rates",
        findings.rate(moved, page.formats, grain).words(page.texts),
        page.marked(figure, list(known["period_start"]), grain),
        table=moved,
        kinds=RATES,
    )


def losses(page: Page, by: str, days: int, grain: Grain) -> None:
    """Draw the churn of each group of customers."""
    found = queries.ask(
        page.shop, "churn_by_slice", by=by, grain=grain, window_days=days
    )
    known = found[found["slice"].notna() & (found["starting"] > 0)]
    if known.empty:
        blocks.note(page("losses.none"))
        return
    overall = float(found["lost"].sum() / found["starting"].sum())
    names = [common.valued(page, by, value) for value in known["slice"]]
    largest = known.assign(slice=names).head(MOST_SLICES)
    ends = churn.apart(largest)
    rows = {row["slice"]: row for row in records(largest)}
    told = (rows[ends[0]], rows[ends[1]]) if ends else None
    dimension = common.named(page, by).lower()
    several = len(known) > MOST_SLICES
    page.section(
        "losses",
        findings.losses(told, dimension, page.formats, grain).words(page.texts),
        churn_rows(largest, *page.drawing, overall=overall, grain=grain),
        table=found,
        kinds=RATES,
        grain=page.texts(f"grains.{grain}"),
        first=page.formats.period(found["first_period"].iloc[0], grain),
        last=page.formats.period(found["last_period"].iloc[0], grain),
        overall=rate_of(overall, page.formats),
        shown=page("losses.shown", n=page.formats.count(len(known))) if several else "",
    )


def _accounted(moved: pd.DataFrame, grain: Grain) -> pd.DataFrame:
    """The same period a year ago, if it is known, and the last three finished ones."""
    done = moved[moved["complete"]]
    last = done.tail(COLUMNS)
    if last.empty:
        return last
    back = A_YEAR_OF_WEEKS if grain == "week" else A_YEAR
    ago = done[done["period_start"] == last["period_start"].iloc[-1] - back]
    ago = ago[~ago["period_start"].isin(last["period_start"])]
    chosen: pd.DataFrame = pd.concat([ago, last])
    return chosen


def _moved(page: Page, days: int, grain: Grain) -> pd.DataFrame:
    found: pd.DataFrame = queries.ask(
        page.shop, "movement", grain=grain, window_days=days
    )
    return found
