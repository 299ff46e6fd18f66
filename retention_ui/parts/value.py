"""Sections of the value page."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, cast

import pandas as pd
import streamlit as st

from retention_core import periods, unfolding
from retention_core.intervals import ENOUGH_CUSTOMERS
from retention_ui import inputs, queries
from retention_ui.figures import lifecycle as lifecycle_figures
from retention_ui.figures import mix as mix_figures
from retention_ui.figures import unfolding as unfolding_figures
from retention_ui.findings import value as findings
from retention_ui.parts import common

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retention_core.mix import Returning
    from retention_core.periods import Grain
    from retention_ui.page import Page

SPANS = (24, 12, 6, 3)
HALF_YEAR = 6
A_YEAR = 365
LEAST_AGE, LOOKED_AT = 1, 6
SHARES = ("share", "low", "high", "year_share", "year_low", "year_high")
TIMELINE_KINDS = dict.fromkeys(
    (*SHARES, "of_previous", "of_previous_low", "of_previous_high"), "share"
)
CURVE_KINDS = dict.fromkeys(("share", "share_low", "share_high"), "share")
YEARS_KINDS = dict.fromkeys(("share", "low", "high"), "share")
MIX_KINDS = dict.fromkeys(("returning_revenue_share", "guest_revenue_share"), "share")


def timeline(page: Page) -> None:
    """Draw when a typical customer's next orders come, and how many get there."""
    frame = queries.ask(page.shop, "timeline")
    finding = findings.timeline(frame, page.formats)
    if frame.empty:
        _few(page, "timeline", finding.words(page.texts))
        return
    onward = frame.loc[frame["of_previous"].notna(), ["order", "of_previous"]]
    steps = [
        page(f"onward.{order}", share=page.formats.share(share))
        for order, share in onward.itertuples(index=False)
        if order > 2
    ]
    page.section(
        "timeline",
        finding.words(page.texts),
        lifecycle_figures.timeline(frame, *page.drawing),
        table=frame,
        kinds=TIMELINE_KINDS,
        until=page.formats.days(frame["until_days"].iloc[0]),
        onward=page("onward.all", steps=", ".join(steps)) if steps else "",
        older=_caution(page),
    )


def unfold(page: Page) -> None:
    """Draw what customers have brought by age, those who could be watched so long."""
    found = queries.ask(page.shop, "value_by_day")
    spans = [months for months in SPANS if _customers(found, _seen(page, months))]
    if not spans:
        _few(page, "unfolding", page("few.unfolding"))
        return
    drawn = st.container()
    # The longest first: it is what is shown before anybody chooses.
    options = [str(months) for months in sorted(spans)]
    asked = inputs.choice(page.scope, "months", options, str(spans[0]))
    months = int(asked)
    cohorts = _seen(page, months)
    curve = unfolding.curve(found, cohorts=cohorts, months=months)
    first = curve.iloc[0]
    with drawn:
        page.section(
            "unfolding",
            findings.unfolding(curve, page.formats).words(page.texts),
            unfolding_figures.unfolding(curve, *page.drawing),
            table=curve,
            kinds=CURVE_KINDS,
            customers=page.formats.count(first["customers"]),
            months=page.formats.count(months),
            interval=page.formats.interval(first["share_low"], first["share_high"]),
            older=_caution(page),
        )


def against(page: Page) -> None:
    """Draw two half-years of first orders beside each other."""
    found = queries.ask(page.shop, "value_by_day")
    halves = _halves(page, found)
    if len(halves) < 2:
        _few(page, "against", page("few.against"))
        return
    names = {start.isoformat(): _half_named(page, start) for start in halves}
    drawn = st.container()
    latest, earlier = _first_look(halves)
    with st.container(horizontal=True, vertical_alignment="top", gap="small"):
        one = inputs.choice(page.scope, "one", list(names), latest, names)
        other = inputs.choice(page.scope, "other", list(names), earlier, names)
    ages = [halves[dt.date.fromisoformat(each)] for each in (one, other)]
    curves = tuple(
        unfolding.curve(found, cohorts=_cohorts(each), months=min(ages))
        for each in (one, other)
    )
    compared = unfolding.against(curves[0], curves[1])
    since = unfolding.apart_from(compared) if one != other else None
    finding = findings.against(
        (names[one], names[other]), compared, since, page.formats
    )
    figure = unfolding_figures.against(
        (curves[0], curves[1]),
        *page.drawing,
        one=names[one],
        other=names[other],
        since=since,
    )
    last = compared.iloc[-1]
    with drawn:
        page.section(
            "against",
            finding.words(page.texts),
            figure,
            table=compared,
            months=page.formats.count(min(ages)),
            one=names[one],
            other=names[other],
            value=page.formats.money(last["one"]),
            beside=page.formats.money(last["other"]),
            difference=page.formats.money(last["difference"]),
            low=page.formats.money(last["low"]),
            high=page.formats.money(last["high"]),
            older=_caution(page),
        )


def years(page: Page) -> None:
    """Draw what customers bring in their first, second, third year."""
    frame = queries.ask(page.shop, "tenure")
    frame = frame[frame["customers"] >= ENOUGH_CUSTOMERS]
    # Where the first month holds older customers, these years are not their first.
    older = _older(page)
    enough = older is None or bool(_after_a_year(page) > older)
    finding = findings.years(frame if enough else frame.iloc[:0], page.formats)
    if frame.empty or not enough:
        _few(page, "years", finding.words(page.texts))
        return
    page.section(
        "years",
        finding.words(page.texts),
        lifecycle_figures.years(frame, *page.drawing),
        table=frame,
        kinds=YEARS_KINDS,
        change=_change(page, frame),
        older=_caution(page),
    )


def mix(page: Page) -> None:
    """Draw the revenue of new and of returning customers by period."""
    drawn = st.container()
    grain = cast("Grain", inputs.choice(page.scope, "grain", periods.GRAINS, "month"))
    with drawn:
        revenue(page, grain)


def revenue(page: Page, grain: Grain) -> None:
    """Draw the revenue of new and of returning customers by periods of ``grain``."""
    frame = queries.ask(page.shop, "mix", grain=grain)
    shown = page.view.shown(frame, "period_start", grain)
    if not shown[["new_orders", "returning_orders", "guest_orders"]].to_numpy().any():
        common.nothing_matches(page)
        return
    found: Returning | None = None
    if queries.ask(page.shop, "known_customers") >= ENOUGH_CUSTOMERS:
        found = queries.ask(page.shop, "returning")
    figure = mix_figures.mix(shown, *page.drawing, grain=grain)
    page.section(
        "mix",
        findings.mix(found, page.formats).words(page.texts),
        page.marked(figure, list(shown["period_start"]), grain),
        table=shown,
        kinds=MIX_KINDS,
        when=_when(page, found),
    )


def paid(page: Page) -> None:
    """Draw what new customers pay beside what returning ones do."""
    frame = queries.ask(page.shop, "paid")
    finding = findings.paid(frame, page.formats)
    if finding.key == "paid.few":
        _few(page, "paid", finding.words(page.texts))
        return
    lacking = {"units_per_order": "quantities", "discount_share": "discounts"}
    absent = [
        page(f"absent.{what}")
        for measure, what in lacking.items()
        if measure not in set(frame["measure"])
    ]
    page.section(
        "paid",
        finding.words(page.texts),
        mix_figures.paid(frame, *page.drawing),
        table=frame,
        absent=" ".join(absent),
    )


def _few(page: Page, name: str, title: str) -> None:
    """Say that there is too little for a section, and from when on it works."""
    page.section(f"{name}_few", title)


def _when(page: Page, found: Returning | None) -> str:
    """Say which months a share is about, how sure it is, and what it was before."""
    if found is None:
        return ""
    formats, texts = page.formats, page.texts
    first, last = formats.period(found.first), formats.period(found.last)
    words = [texts("value.when", first=first, last=last)]
    if not pd.isna(found.low):
        interval = formats.interval(found.low, found.high)
        words.append(texts("value.when_interval", interval=interval))
    if found.guests > 0:
        guests = formats.share(found.guests, 1)
        words.append(texts("value.when_guests", guests=guests))
    if not pd.isna(found.previous):
        before = formats.share(found.previous)
        words.append(texts("value.when_before", share=before))
    return " ".join(words)


def _older(page: Page) -> dt.date | None:
    """Return the end of the first month, where it may hold older customers."""
    if not queries.ask(page.shop, "truncated", grain="month"):
        return None
    return periods.following(periods.first_day(page.facts.first_day, "month"), "month")


def _after_a_year(page: Page) -> dt.date:
    """Return the last day on which a customer's whole year can have begun."""
    return page.facts.as_of - dt.timedelta(days=A_YEAR)


def _caution(page: Page) -> str:
    """Say that the first month may hold older customers, if so."""
    if _older(page) is None:
        return ""
    return page("older", period=page.formats.period(page.facts.first_day))


def _change(page: Page, frame: pd.DataFrame) -> str:
    """Say what the same customers brought in the year before, with its interval."""
    second = frame[frame["year"] == 2]
    if second.empty:
        return ""
    row = second.iloc[0]
    money = page.formats.money
    return page(
        "change",
        customers=page.formats.count(row["customers"]),
        before=money(row["previous_revenue_per_customer"]),
        now=money(row["revenue_per_customer"]),
        low=money(row["change_low"]),
        high=money(row["change_high"]),
    )


def _seen(page: Page, months: int) -> list[pd.Timestamp]:
    found = queries.ask(page.shop, "value_by_day")
    return unfolding.watched(found, as_of=page.facts.as_of, months=months)


def _customers(found: pd.DataFrame, cohorts: list[pd.Timestamp]) -> bool:
    """Whether enough customers first ordered in these months."""
    own = found[found["cohort"].isin(cohorts) & (found["days"] == 0)]
    return bool(own["customers"].sum() >= ENOUGH_CUSTOMERS)


def _halves(page: Page, found: pd.DataFrame) -> dict[dt.date, int]:
    """Half-years of first orders with enough customers; months each was watched.

    None of which only a month is known that may hold older customers.
    """
    starts = {pd.Timestamp(day).date() for day in found["cohort"]}
    firsts = sorted({dt.date(day.year, 1 if day.month < 7 else 7, 1) for day in starts})
    halves, older = {}, _older(page)
    for start in firsts:
        end = periods.following(start, "month", HALF_YEAR)
        if older is not None and end <= older:
            continue
        months = unfolding.months_watched(end, page.facts.as_of)
        if months >= LEAST_AGE and _customers(found, _cohorts(start.isoformat())):
            halves[start] = min(months, SPANS[0])
    return halves


def _cohorts(start: str) -> list[pd.Timestamp]:
    """Months of the half-year that begins on ``start``."""
    first = dt.date.fromisoformat(start)
    return [
        pd.Timestamp(periods.following(first, "month", steps))
        for steps in range(HALF_YEAR)
    ]


def _half_named(page: Page, start: dt.date) -> str:
    last = periods.following(start, "month", HALF_YEAR - 1)
    return f"{page.formats.month(start)}–{page.formats.period(last)}"


def _first_look(halves: Mapping[dt.date, int]) -> tuple[str, str]:
    """The latest half-year that was watched for long, and the same a year earlier."""
    long = [start for start, months in halves.items() if months >= LOOKED_AT]
    latest = (long or list(halves))[-1]
    before = [start for start in halves if start < latest]
    a_year = latest.replace(year=latest.year - 1)
    if a_year in halves:
        return latest.isoformat(), a_year.isoformat()
    other = before[-1] if before else next(each for each in halves if each != latest)
    return latest.isoformat(), other.isoformat()
