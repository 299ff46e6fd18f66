"""What is to come: in short, by month, by the simple rule, and the fit behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from retention_ui import blocks, cards, queries
from retention_ui.figures import forecast as figures
from retention_ui.findings import forecast as findings
from retention_ui.findings.bringers import FIRST
from retention_ui.findings.finding import rate_of
from retention_ui.forecasts import ENDS, TooLittle
from retention_ui.parts import believe, bringers, common, patterns
from retention_ui.parts.forecast import outlook, reason

if TYPE_CHECKING:
    from retention_core.clv import Before, Fits, Simple
    from retention_ui.page import Page
    from retention_ui.parts.forecast import Terms

NOT_TO_BE_TRUSTED = ("poor", "worse_than_carried_on")
NOTHING_YET = pd.DataFrame(columns=["month", "expected", *ENDS])


def too_little(page: Page, why: TooLittle) -> None:
    """Say why there is no forecast; the simple value stands for it."""
    with st.container(gap="xsmall"):
        st.header(page("too_little"), anchor=False)
        st.markdown(page("until_then", why=reason(page, why)))
    history = queries.ask(page.shop, "history")
    drawn = figures.forecast(
        history, *page.drawing, monthly=NOTHING_YET, total=None, season=NOTHING_YET
    )
    page.section("history", page("history"), drawn, table=history)


def meanwhile(page: Page, asked: Terms) -> None:
    """Ask what needs no model while workers fit: the sections below have it then."""
    queries.ask(page.shop, "history")
    patterns.ask(page, asked)
    _simple(page, asked)


def in_short(page: Page, fits: Fits, asked: Terms) -> None:
    """Show what an owner needs: how much, who brings it, whether to believe it."""
    found = outlook(page, fits, asked)
    formats, months = page.formats, asked.months
    ends = (formats.money(found.total[end], "about") for end in ("low_80", "high_80"))
    expected = cards.Card(
        page("cards.expected.label", months=months),
        formats.money(found.total["total"], "about"),
        page("cards.expected.help"),
        delta=page("cards.expected.delta", interval=formats.span(*ends)),
    )
    before = _before(page, asked, found.before)
    tenth = bringers.found(page, fits, asked).held_by(FIRST)
    first = cards.Card(
        page("cards.tenth.label"),
        formats.share(tenth),
        page("cards.tenth.help"),
        delta=page(
            "cards.tenth.delta",
            customers=formats.count(-(-fits.timing.n_customers // 10)),
        ),
    )
    cards.show([expected, before, first, _tested(page, fits)])


def by_month(page: Page, fits: Fits, asked: Terms) -> None:
    """Draw revenue so far, and what today's customers should bring, if that holds."""
    found = outlook(page, fits, asked)
    test = queries.ask(page.shop, "backtest", model=fits.timing.model)
    margin = asked.margin
    total = found.total["total"]
    finding = findings.forecast(total, found.months, page.formats, margin)
    if (
        not isinstance(test, TooLittle)
        and test.actual
        and test.verdict.code in NOT_TO_BE_TRUSTED
    ):
        finding = findings.doubtful(test.verdict.fields["miss"], page.formats)
    page.section(
        "forecast",
        finding.words(page.texts),
        figures.forecast(
            queries.ask(page.shop, "history"),
            *page.drawing,
            monthly=found.monthly,
            total=found.total,
            season=patterns.year(page, asked).shaped(found.monthly),
        ),
        table=found.monthly,
    )
    missed = findings.unexplained(fits.unexplained, page.formats)
    if missed is not None:
        blocks.note(missed.words(page.texts))
    patterns.notes(page, fits, asked)


def simple(page: Page, asked: Terms) -> None:
    """Show the simple lifetime value with its factors."""
    found = _simple(page, asked)
    if isinstance(found, TooLittle):
        return
    formats = page.formats
    with st.container(gap="xsmall"):
        value = formats.money(found.value)
        st.header(
            page("simple.finding", value=value), help=page("help.simple"), anchor=False
        )
        blocks.note(page("notes.simple"))
        cards.show(_factors(page, found, asked.margin))


def _simple(page: Page, asked: Terms) -> Simple | TooLittle:
    days = common.window_days(page)
    found: Simple | TooLittle = queries.ask(
        page.shop, "simple", margin=asked.margin, window_days=days
    )
    return found


def fit(page: Page, fits: Fits) -> None:
    """Show the parameters, and which rung of the ladder held."""
    formats, timing = page.formats, fits.timing
    with st.expander(page("rung"), type="compact", icon=":material/function:"):
        rung, spend_rung = (
            page(f"rungs.{each.rung}", penalizer=each.penalizer)
            for each in (timing, fits.spend)
        )
        st.markdown(
            page(
                "rung_note",
                model=page(f"models.{_id(timing.model)}"),
                rung=rung,
                customers=formats.count(timing.n_customers),
                log_likelihood=formats.ratio(timing.log_likelihood, 2),
            )
        )
        st.markdown(
            page(
                "spend_note",
                rung=spend_rung,
                customers=formats.count(fits.spend.n_customers),
                correlation=formats.ratio(fits.independence, 2),
            )
        )
        rows = [
            (page(f"models.{_id(fit.model)}"), *row)
            for fit in (timing, fits.spend)
            for row in zip(
                fit.params.index,
                (formats.ratio(each, 4) for each in fit.params),
                (formats.ratio(each, 4) for each in fit.standard_errors),
                strict=True,
            )
        ]
        heads = ("model", "parameter", "estimate", "standard_error")
        named = pd.DataFrame(rows, columns=[page(f"fit.{head}") for head in heads])
        st.table(named, border="horizontal", hide_index=True)


def _factors(page: Page, found: Simple, margin: float) -> list[cards.Card]:
    formats = page.formats
    words = {
        "average_order_value": formats.money(found.average_order_value),
        "orders_per_year": formats.ratio(found.orders_per_year, 2),
        "lifespan_years": formats.ratio(found.lifespan_years, 2),
        "value": formats.money(found.value),
    }
    label = {name: page(f"simple.{name}") for name in words}
    if margin < 1:
        label["value"] = page("simple.value_margin", margin=formats.share(margin))
    helps = {name: page("help.simple") for name in words}
    helps["lifespan_years"] = page(f"simple.lifespan_{found.lifespan_source}")
    return [cards.Card(label[name], words[name], helps[name]) for name in words]


def _before(page: Page, asked: Terms, found: Before | None) -> cards.Card:
    """Return the card of what came in before; none without so long a history."""
    label = page("cards.before.label", months=asked.months)
    text = page("cards.before.help", months=asked.months)
    if found is None:
        return cards.Card(label, page.formats.money(None), text)
    total, existing = (
        page.formats.money(each, "about") for each in (found.total, found.existing)
    )
    delta = page(
        "cards.before.delta", amount=existing, n=page.formats.count(found.customers)
    )
    return cards.Card(label, total, text, delta=delta)


def _tested(page: Page, fits: Fits) -> cards.Card:
    """Return the card of how far off the model was on what is known."""
    label, text = page("cards.tested.label"), page("cards.tested.help")
    found = queries.ask(page.shop, "backtest", model=fits.timing.model)
    if isinstance(found, TooLittle) or not found.actual:
        return cards.Card(label, page.formats.money(None), text)
    if spread := believe.uneven(page, fits):
        over_all, *ends = spread
        least, most = (page.formats.change(end) for end in ends)
        words = page("cards.tested.uneven", least=least, most=most)
        return cards.Card(label, rate_of(over_all, page.formats), text, delta=words)
    miss = found.forecast / found.actual - 1
    weeks = page.formats.count(found.holdout_days // 7)
    low = "low" if miss < 0 else "high"
    return cards.Card(
        label,
        rate_of(abs(miss), page.formats),
        text,
        delta=page(f"cards.tested.{low}", weeks=weeks),
    )


def _id(model: str) -> str:
    return model.replace("/", "_").replace("-", "_")
