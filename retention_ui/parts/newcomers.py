"""Sections of the page on new customers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pandas as pd
import streamlit as st

from retention_core import periods, slices
from retention_core.clv import maturing
from retention_core.clv import newcomers as core
from retention_ui import blocks, cards, inputs, queries
from retention_ui.figures import newcomers as figures
from retention_ui.figures import payback
from retention_ui.findings import newcomers as findings
from retention_ui.parts import common, forecast, newcomer_cards

if TYPE_CHECKING:
    import datetime as dt

    from retention_core.clv import Fits
    from retention_core.clv.maturing import Reached, Younger
    from retention_core.clv.newcomers import Newcomer, Payback
    from retention_core.clv.worth import Worths
    from retention_core.periods import Grain
    from retention_ui.forecasts import TooLittle
    from retention_ui.page import Page
    from retention_ui.parts.forecast import Terms

MONTHS = ("12", "24", "36")
USUAL_MONTHS = 24
GRAINS = ("month", "quarter", "year")
BEST_KNOWN = ("channel", "campaign", "product", "country")
DEAREST = 1_000_000.0
KINDS = {"share": "share"}


def terms(page: Page) -> tuple[Terms, float | None]:
    """Draw the controls; return what is asked for, and what a new customer costs.

    Margin and discount are those of the forecast page.
    """
    shared = inputs.Scope("forecast", page.texts)
    with blocks.controls():
        months = inputs.choice(page.scope, "months", MONTHS, str(USUAL_MONTHS))
        limits = (0.0, DEAREST)
        cost = inputs.number(page.scope, "cost", 0.0, limits, width=200)
        margin = inputs.number(shared, "margin", 100, (1, 100), step=5)
        discount = inputs.number(shared, "discount", 10, (0, 100))
    asked = replace(
        forecast.USUAL,
        months=int(months),
        margin=margin / 100,
        annual_discount_rate=discount / 100,
    )
    return asked, cost if cost >= core.CENT else None


def too_little(page: Page, why: TooLittle) -> None:
    """Say what is missing for such a figure, and where there is one that needs less."""
    facts = why.fields
    missing = {"repeat_customers": "needed_customers", "history_days": "needed_days"}
    lines = [
        page(f"lacking.{name}", **facts)
        for name, needed in missing.items()
        if name in facts and facts[name] < facts[needed]
    ]
    text = " ".join(lines) or forecast.reason(page, why)
    common.lacking(page, page.texts("forecast.too_little"), text)
    common.lead(page, "forecast", page("lacking.forecast"))


def worth(page: Page, fits: Fits, asked: Terms, cost: float | None) -> None:
    """Draw what a new customer brings by months, and when a cost is earned back."""
    found = newcomer(page, fits, asked)
    paid = core.payback(found.monthly, cost) if cost else None
    old = _reached(page, fits, asked)
    page.section(
        "worth",
        findings.worth(found, paid, old, page.formats).words(page.texts),
        payback.payback(found.monthly, *page.drawing, paid=paid),
        table=found.monthly,
        reached=_said(page, old),
        dotted=_dotted(page, paid, asked.months) if paid else "",
    )
    cards.show(newcomer_cards.worth(page, found, paid))
    if asked.margin == 1:
        blocks.note(page("margin.whole", known=forecast.known_margin(page)))


def newcomer(page: Page, fits: Fits, asked: Terms) -> Newcomer:
    """Return what a new customer is worth."""
    known = forecast.known(fits, asked)
    found: Newcomer = queries.ask(page.shop, "newcomer", **known)
    return found


def groups(page: Page, fits: Fits, asked: Terms, cost: float | None) -> None:
    """Draw what new customers of each group are worth; say whom to buy more of."""
    by = _by(page)
    if by is None:
        blocks.note(page("nothing_to_split"))
        return
    known = forecast.known(fits, asked)
    with st.spinner(page.texts("forecast.working")):
        found: Worths = queries.ask(page.shop, "worth_by", by=by, **known)
    names = [common.valued(page, by, each) for each in found.groups.get("group", [])]
    frame = found.groups.assign(group=names)
    dimension = common.named(page, by).lower()
    finding = findings.groups(frame, dimension, page.formats)
    if frame.empty:
        page.section("groups_few", finding.words(page.texts))
        return
    shown = _with_others(page, frame, found)
    page.section(
        "groups",
        finding.words(page.texts),
        figures.groups(shown, *page.drawing, overall=_overall(shown), cost=cost),
        table=shown,
        kinds=KINDS,
        small=_small(page, found),
        cost=page("dotted_too") if cost else "",
        span=findings.span(asked.months, page.formats).words(page.texts),
    )
    if len(shown) > 1:
        words = findings.buy_more(frame, cost, page.formats).words(page.texts)
        st.markdown(words)
    alarms = findings.alarms(frame, cost, page.formats)
    if alarms:
        lines = "\n".join(f"- {each.words(page.texts)}" for each in alarms)
        st.warning(f"{page('warning')}\n\n{lines}", icon=":material/search:")


def cohorts(page: Page, fits: Fits, asked: Terms) -> None:
    """Draw what each cohort's customers have paid, and are expected to, by one age."""
    drawn = st.container()
    grain = cast("Grain", inputs.choice(page.scope, "grain", GRAINS, "quarter"))
    days = _maturing(page, fits, asked)
    as_of = page.facts.as_of
    frame = maturing.by_cohort(days, grain=grain, as_of=as_of)
    shown = page.view.shown(frame, "cohort", grain)
    if shown.empty:
        common.nothing_matches(page)
        return
    found, old = newcomer(page, fits, asked), _reached(page, fits, asked)
    doubt = old is not None and findings.doubtful(found, old)
    seen = _seen(page, asked)
    apart = maturing.younger(days, as_of=as_of, since=_since(page))
    finding = findings.cohorts(
        seen, None if doubt else apart, asked.months, page.formats
    )
    span = findings.span(asked.months, page.formats).words(page.texts)
    expected = page("years.doubt") if doubt else _years(page, "said", apart, span=span)
    years = [_years(page, "seen", seen), expected]
    figure = figures.cohorts(shown, *page.drawing, grain=grain, newcomer=found.value)
    starts = list(shown["cohort"].tail(figures.MOST_COHORTS))
    with drawn:
        page.section(
            "cohorts",
            finding.words(page.texts),
            page.marked(figure, starts, grain),
            table=shown,
            years=" ".join(each for each in years if each),
            older=_older(page),
            span=span,
        )


def _maturing(page: Page, fits: Fits, asked: Terms) -> pd.DataFrame:
    known = forecast.known(fits, asked)
    found: pd.DataFrame = queries.ask(page.shop, "maturing", **known)
    return found


def _reached(page: Page, fits: Fits, asked: Terms) -> Reached | None:
    """What those brought who could be watched for all months asked for."""
    return maturing.reached(
        _maturing(page, fits, asked),
        as_of=page.facts.as_of,
        months=asked.months,
        since=_since(page),
    )


def _seen(page: Page, asked: Terms) -> Younger | None:
    """What younger customers have paid so far, beside those a year before."""
    since = _since(page)
    found: Younger | None = queries.ask(
        page.shop,
        "same_age",
        margin=asked.margin,
        annual_discount_rate=asked.annual_discount_rate,
        since=since.isoformat() if since else None,
    )
    return found


def _since(page: Page) -> dt.date | None:
    """Return the end of the first month, where it may hold older customers."""
    if not queries.ask(page.shop, "truncated", grain="month"):
        return None
    return periods.following(periods.first_day(page.facts.first_day, "month"), "month")


def _older(page: Page) -> str:
    if _since(page) is None:
        return ""
    first = page.formats.period(page.facts.first_day)
    return page.texts("value.older", period=first)


def _said(page: Page, old: Reached | None) -> str:
    if old is None:
        return page("reached.none")
    money = {end: page.formats.money(getattr(old, end)) for end in newcomer_cards.ENDS}
    count = page.formats.count(old.customers)
    words = page("reached.said", customers=count, **money)
    if _since(page) is None:
        return words
    first = page.formats.period(page.facts.first_day)
    return f"{words} {page('reached.but_first', period=first)}"


def _years(page: Page, told: str, apart: Younger | None, **fields: str) -> str:
    """Write both years' worth: what has been seen, or what is expected with it."""
    if apart is None:
        return ""
    formats = page.formats
    return page(
        f"years.{told}",
        **fields,
        first=formats.period(apart.first),
        last=formats.period(apart.last),
        value=formats.money(apart.value),
        before=formats.money(apart.before),
        low=formats.money(apart.low),
        high=formats.money(apart.high),
    )


def _by(page: Page) -> str | None:
    """Let the user choose what parts the customers; none where nothing does."""
    found = [*page.groups]
    found += [f"{slices.SINCE}{mark.day.isoformat()}" for mark in page.marks]
    if not found:
        return None
    first = next((each for each in BEST_KNOWN if each in found), found[0])
    names = {by: common.named(page, by) for by in found}
    return inputs.choice(page.scope, "by", found, first, names=names, width=220)


def _with_others(page: Page, frame: pd.DataFrame, found: Worths) -> pd.DataFrame:
    """The named groups, and below them all others together."""
    if found.others is None:
        return frame
    row = found.others.reindex(frame.columns).to_frame().T.infer_objects()
    row["group"] = page("others")
    return pd.concat([frame, row], ignore_index=True)


def _overall(shown: pd.DataFrame) -> float:
    weights = shown["customers"] / shown["customers"].sum()
    return float((weights * shown["value"]).sum())


def _small(page: Page, found: Worths) -> str:
    if not found.small_groups:
        return ""
    return page(
        f"small.{'left_out' if found.others is None else 'pooled'}",
        customers=page.formats.count(found.small_customers),
        groups=page.formats.count(found.small_groups),
    )


def _dotted(page: Page, paid: Payback, months: int) -> str:
    """Say what the dotted line is, and how surely the cost is earned back when."""
    cost = page.texts("figures.newcomers.cost", amount=page.formats.money(paid.cost))
    ends = {"low": paid.earliest, "high": paid.latest}
    words = {
        end: newcomer_cards.when(page, "when", each, months)
        for end, each in ends.items()
    }
    return page("dotted", cost=cost, **words)
