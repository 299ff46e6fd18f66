"""Sections of the overview."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from retention_core import findings as findings_core
from retention_core import periods
from retention_ui import blocks, cards, queries
from retention_ui.account import money as account_of
from retention_ui.figures.frames import records
from retention_ui.figures.movement import movement as movement_figure
from retention_ui.figures.revenue import revenue as revenue_figure
from retention_ui.findings import churn as findings
from retention_ui.findings import overview as sentences
from retention_ui.findings import value as value_findings
from retention_ui.forecasts import TooLittle
from retention_ui.parts import common, forecast, value
from retention_ui.parts.forecast import USUAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamlit.delta_generator import DeltaGenerator

    from retention_core.findings import Finding, Looked
    from retention_ui.page import Page
    from retention_ui.questions.overview import Glance

YEARLY = ("customers", "orders", "revenue", "average_order_value")
MONTHLY = ("active_customers", "strict_retention_rate", "repeat_rate")
OF_GROUPS = ("group", "value_fell")
MOST_TOLD = 6  # two full rows of three
PLACE = 300


def year(page: Page) -> None:
    """Show the figures of the last twelve months."""
    figures, trend = _figures(page), _glance(page).trend
    known = bool(figures.loc[list(YEARLY), "previous"].notna().any())
    dates = {
        "date": page.formats.date(_end(page)),
        "first": page.formats.date(page.facts.first_day),
        "last": page.formats.date(page.facts.as_of),
    }
    told = "year" if known else "year_alone"
    year_begins = _end(page) + pd.Timedelta(days=1) - pd.DateOffset(years=1)
    begun = periods.first_day(page.facts.first_day, "month")
    if year_begins < pd.Timestamp(begun):
        told = "less_than_a_year"
    blocks.note(page(told if _a_month_is_over(page) else "year_unfinished", **dates))
    shown = [n for n in YEARLY if page.facts.customers or n != "customers"]
    cards.show([_card(page, name, figures, trend) for name in shown])


def month(page: Page) -> None:
    """Show the figures of the last finished month, and the year to come."""
    if not page.facts.customers or not _a_month_is_over(page):
        return
    figures, trend = _figures(page), _glance(page).trend
    last = _last(page)
    period = page.formats.period_in_sentence(last)
    before = {
        name: page.formats.period_in_sentence(periods.following(last, "month", -steps))
        for name, steps in (("previous", 1), ("year_ago", 12))
    }
    days = page.formats.days(common.window_days(page))
    told = "month" if _a_year_is_behind(page) else "month_alone"
    blocks.note(page(told, period=period, days=days, **before))
    shown = [_card(page, name, figures, trend) for name in MONTHLY]
    cards.show([*shown[:-1], _returning(page), shown[-1], _forecast(page)], across=5)


def account(page: Page) -> None:
    """Say what of the files is used, and what was set aside, with its money.

    Files are an editor's: whoever else looks is told nothing of them.
    """
    if not page.access.may("data"):
        return
    ledger = page.shop.dataset.ledger()
    money, formats = account_of(ledger), page.formats
    said = [page("account.used", used=formats.count(ledger.used + ledger.repaired))]
    for outcome in ("merged", "set_aside", "rejected"):
        if rows := getattr(ledger, outcome):
            amount = formats.money(abs(money[outcome]), "cents")
            written = {"rows": formats.count(rows), "amount": amount}
            said.append(page(f"account.{outcome}", count=rows, **written))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        rows = formats.count(ledger.rows_in)
        parts = ", ".join(said)
        blocks.note(page("account.line", rows=rows, parts=parts), width="content")
        common.lead(page, "data", page("account.link"))


def movement(page: Page) -> None:
    """Draw who was won, came back and was lost in each month."""
    moved = page.view.shown(_glance(page).movement, "period_start", "month")
    figure = movement_figure(moved, *page.drawing, grain="month")
    page.section(
        "movement",
        findings.movement(moved, page.formats, "month").words(page.texts),
        page.marked(figure, list(moved["period_start"]), "month"),
        table=moved,
    )


def revenue(page: Page) -> None:
    """Draw what returning and new customers brought in each month."""
    value.revenue(page, "month")


def without_customers(page: Page) -> None:
    """Show what files can answer that name no customers, and say what they cannot."""
    if not page.facts.orders:
        return
    frame = queries.ask(page.shop, "mix", grain="month")
    shown = page.view.shown(frame, "period_start", "month")
    figure = revenue_figure(shown, *page.drawing, grain="month")
    page.section(
        "revenue",
        value_findings.guests(shown, page.formats).words(page.texts),
        page.marked(figure, list(shown["period_start"]), "month"),
        table=shown[["period_start", "guest_orders", "guest_revenue", "complete"]],
    )
    common.no_customers(page)


def begin(page: Page) -> None:
    """Have workers start on what :func:`standing` waits for."""
    forecast.begin(page)
    if page.facts.customers and page.facts.products:
        queries.begin(page.shop, "found_products")


def place(page: Page) -> DeltaGenerator:
    """Reserve the place of what stands out: what is below must not jump down."""
    slot = st.empty()
    if page.facts.customers:
        slot.skeleton(height=PLACE)
    return slot


def standing(page: Page) -> None:
    """Say what stands out, each with its number and the page that shows it."""
    looked = _looked(page)
    tests = sum(each.tests for each in looked)
    found = [each for each in findings_core.choose(looked) if _may_be_told(page, each)]
    with st.container(gap="xsmall"):
        title = page("standing.title" if found else "standing.nothing")
        st.header(title, help=page("standing.help"), anchor=False)
        told = "note" if tests else "none"
        blocks.note(page(f"standing.{told}", n=page.formats.count(tests)))
        _tell(page, found[:MOST_TOLD])
        if rest := found[MOST_TOLD:]:
            count = page.formats.count(len(rest))
            label = page("standing.more", count=len(rest), n=count)
            with st.expander(label, type="compact"):
                _tell(page, rest)


def _looked(page: Page) -> list[Looked]:
    """All that was looked at; what waits for workers comes last."""
    days = common.window_days(page)
    looked: list[Looked] = queries.ask(page.shop, "found_customers", window_days=days)
    if page.facts.products:
        looked += queries.ask(page.shop, "found_products")
    fits = forecast.fitted(page, USUAL)
    known = None if isinstance(fits, TooLittle) else fits.to_json()
    asked = {"fits": known, "window_days": days}
    looked += queries.ask(page.shop, "found_leaving", **asked)
    return looked


def _may_be_told(page: Page, found: Finding) -> bool:
    """Whether whoever looks may compare groups, and sees the month it is about."""
    by = found.candidate.subject[0] if found.kind in OF_GROUPS else None
    if by is not None and (page.shop.slice.by or by not in page.groups):
        return False
    month = found.candidate.month
    return month is None or page.view.holds(dt.date.fromisoformat(month))


def _tell(page: Page, found: Sequence[Finding]) -> None:
    days = common.window_days(page)
    teller = sentences.Teller(page.texts, page.formats, page.groups, days)
    grid = st.grid(3, min_column_width=300, gap=("medium", "small"))
    for each in found:
        told = sentences.told(each, teller)
        with grid.cell(), st.container(gap="xxsmall"):
            st.markdown(f"**{told.sentence.words(page.texts)}**")
            blocks.note(told.beside.words(page.texts))
            common.lead(page, told.page, page(f"standing.{each.kind}"), **told.view)


def _figures(page: Page) -> pd.DataFrame:
    return _glance(page).figures.set_index("figure")


def _glance(page: Page) -> Glance:
    found: Glance = queries.ask(
        page.shop, "glance", window_days=common.window_days(page)
    )
    return found


def _last(page: Page) -> pd.Timestamp:
    return pd.Timestamp(periods.last_complete(page.facts.as_of, "month"))


def _end(page: Page) -> pd.Timestamp:
    """Return the last day of the last finished month."""
    return pd.Timestamp(periods.following(_last(page), "month")) - pd.Timedelta(days=1)


def _a_year_is_behind(page: Page) -> bool:
    """Whether the data holds the last finished month's namesake a year before."""
    begun = periods.first_day(page.facts.first_day, "month")
    return _last(page) - pd.DateOffset(years=1) >= pd.Timestamp(begun)


def _a_month_is_over(page: Page) -> bool:
    return _end(page) >= pd.Timestamp(page.facts.first_day)


def _card(
    page: Page, name: str, figures: pd.DataFrame, trend: pd.DataFrame
) -> cards.Card:
    guests = page.facts.guest_orders / page.facts.orders if page.facts.orders else 0
    words = {
        "days": page.formats.days(common.window_days(page)),
        "guests": page.formats.share(guests, 1),
    }
    line = trend[trend["figure"] == name].sort_values("period_start")["value"]
    labels = page(f"cards.{name}.label"), page(f"cards.{name}.help", **words)
    row = records(figures.loc[[name]])[0]
    if name in YEARLY or not _a_year_is_behind(page):
        # The year before is the period before, said once; or there is none.
        del row["year_ago"]
    return cards.figure_card(name, labels, row, line, page)


def _returning(page: Page) -> cards.Card:
    """Return the card of the share that returning customers bring."""
    frame = queries.ask(page.shop, "mix", grain="month")
    over = frame[frame["complete"]].set_index("period_start")["returning_revenue_share"]
    last = _last(page)
    row = {
        name: float(over.get(last - pd.DateOffset(months=months), float("nan")))
        for name, months in (("value", 0), ("previous", 1), ("year_ago", 12))
        if months < 12 or _a_year_is_behind(page)
    }
    name = "returning_revenue_share"
    labels = page(f"cards.{name}.label"), page(f"cards.{name}.help")
    return cards.figure_card(name, labels, row, over, page)


def _forecast(page: Page) -> cards.Card:
    fits = forecast.fitted(page, USUAL)
    label, text = page("cards.forecast.label"), page("cards.forecast.help")
    if isinstance(fits, TooLittle):
        why = forecast.reason(page, fits)
        return cards.Card(label, page.formats.money(None), f"{text}\n\n{why}")
    found = forecast.outlook(page, fits, USUAL)
    ends = (
        page.formats.money(found.total[each], "about") for each in ("low_80", "high_80")
    )
    return cards.Card(
        label=label,
        value=page.formats.money(found.total["total"], "about"),
        help=text,
        delta=page("cards.forecast.delta", interval=page.formats.span(*ends)),
        line=found.monthly["expected"].tolist(),
    )
