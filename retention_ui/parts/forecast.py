"""Sections of the forecast page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from retention_ui import blocks, cards, inputs, queries
from retention_ui.figures import forecast as figures
from retention_ui.figures.matrix import frequency_recency
from retention_ui.findings import forecast as findings
from retention_ui.findings.finding import rate_of
from retention_ui.forecasts import ENDS, TooLittle
from retention_ui.parts import common

if TYPE_CHECKING:
    from retention_core.clv import Backtest, Fits, Simple
    from retention_ui.forecasts import Bringers, Outlook
    from retention_ui.page import Page

MOST = 0.5
MONTHS = ("6", "12", "24")
MODELS = {"bg-nbd": "bg/nbd", "mbg-nbd": "mbg/nbd", "pareto-nbd": "pareto/nbd"}
# The rules of a back-test in the order they are listed; the model's own stands first.
RULES = ("model", "own_rate", "past_spend", "recency")
NOT_TO_BE_TRUSTED = ("poor", "worse_than_carried_on")
NOTHING_YET = pd.DataFrame(columns=["month", "expected", *ENDS])


@dataclass(frozen=True)
class Terms:
    """What the forecast is asked for."""

    months: int
    margin: float
    annual_discount_rate: float
    model: str


USUAL = Terms(months=12, margin=1.0, annual_discount_rate=0.1, model="bg/nbd")
"""What is asked for before anybody changes it."""


def terms(page: Page) -> Terms:
    """Draw the controls of the page."""
    with blocks.controls():
        months = inputs.choice(page.scope, "months", MONTHS, "12")
        margin = inputs.number(
            page.scope, "margin", 100, (1, 100), step=5, more=_known_margin(page)
        )
        discount = inputs.number(page.scope, "discount", 10, (0, 100))
        model = inputs.choice(
            page.scope,
            "model",
            tuple(MODELS),
            names={name: page(f"model.{name}") for name in MODELS},
        )
    return Terms(int(months), margin / 100, discount / 100, MODELS[model])


def _known_margin(page: Page) -> str:
    """Say what the list of products suggests, if it covers most of the revenue."""
    found = queries.ask(page.shop, "margin")
    if found is None or found.covered < MOST or not 0 < found.share < 1:
        return ""
    formats = page.formats
    share, covered = formats.share(found.share), formats.share(found.covered)
    return page("margin.known", share=share, covered=covered)


def fitted(page: Page, asked: Terms) -> Fits | TooLittle:
    """Return the fitted models, or why there are none."""
    with st.spinner(page.texts("forecast.working"), show_time=True):
        found: Fits | TooLittle = queries.ask(page.shop, "fits", model=asked.model)
    return found


def known(fits: Fits, asked: Terms) -> dict[str, Any]:
    """Return what the questions about a forecast are given."""
    terms = {name: each for name, each in vars(asked).items() if name != "model"}
    return {"fits": fits.to_json(), **terms}


def outlook(page: Page, fits: Fits, asked: Terms) -> Outlook:
    """Return the forecast in total and by month."""
    found: Outlook = queries.ask(page.shop, "forecast", **known(fits, asked))
    return found


def too_little(page: Page, why: TooLittle) -> None:
    """Say why there is no forecast; the simple value stands for it."""
    with st.container(gap="xsmall"):
        st.header(page("too_little"), anchor=False)
        key = f"why.{why.code}"
        st.markdown(page(key, **why.fields))
        blocks.show(
            figures.forecast(
                queries.ask(page.shop, "history"),
                *page.drawing,
                monthly=NOTHING_YET,
                total=None,
                season=NOTHING_YET,
            ),
            "forecast.history",
        )


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
    before = cards.Card(
        page("cards.before.label", months=months),
        formats.money(found.before, "about"),
        page("cards.before.help", months=months),
        delta=_more(page, found),
    )
    tenths = bringers(page, fits, asked).tenths
    first = cards.Card(
        page("cards.tenth.label"),
        formats.share(float(tenths["share"].iloc[0])),
        page("cards.tenth.help"),
    )
    cards.show([expected, before, first, _tested(page, fits)])


def ahead(page: Page, fits: Fits, asked: Terms) -> None:
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
            season=NOTHING_YET,
        ),
        table=found.monthly,
    )


def tested(page: Page, asked: Terms) -> None:
    """Draw how the model did on the part of the history held back from it."""
    found = queries.ask(page.shop, "backtest", model=asked.model)
    if isinstance(found, TooLittle) or not found.actual:
        blocks.note(findings.tracking(None, page.formats).words(page.texts))
        return
    grid = st.grid(2, min_column_width=330, gap=("medium", "medium"))
    with grid.cell():
        page.section(
            "tracking",
            findings.tracking(found.tracking, page.formats).words(page.texts),
            figures.tracking(found.tracking, *page.drawing),
            table=found.tracking,
            date=page.formats.date(found.cutoff),
        )
    with grid.cell():
        _rules(page, found)


def groups(page: Page, fits: Fits, asked: Terms) -> None:
    """Draw who is expected back, and how few hold most of the value."""
    days = common.window_days(page)
    found = bringers(page, fits, asked)
    grid = st.grid(2, min_column_width=330, gap=("medium", "medium"))
    with grid.cell():
        page.section(
            "matrix",
            findings.matrix(found.matrix, days, page.formats).words(page.texts),
            frequency_recency(found.matrix, *page.drawing, days=days),
            table=found.matrix,
            kinds={"probability_active": "share"},
            days=page.formats.days(days),
        )
    with grid.cell():
        page.section(
            "tenths",
            findings.tenths(found.tenths, page.formats).words(page.texts),
            figures.tenths(found.tenths, *page.drawing),
            table=found.tenths,
            kinds={"share": "share"},
        )


def simple(page: Page, asked: Terms) -> None:
    """Show the simple lifetime value with its factors."""
    days = common.window_days(page)
    found = queries.ask(page.shop, "simple", margin=asked.margin, window_days=days)
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


def customers(page: Page, fits: Fits, asked: Terms) -> None:
    """List the customers by their forecast."""
    count = page.formats.count
    found = bringers(page, fits, asked)
    listing = common.Listing(
        frame=found.customers.assign(
            probability_active=100 * found.customers["probability_active"]
        ),
        columns=_columns(page, float(found.customers["clv"].max())),
        rows=lambda: queries.rows(page.shop, "forecast_rows", **known(fits, asked)),
        kinds=dict.fromkeys(("probability_alive", "probability_active"), "share"),
        note=page(
            "customers_note",
            shown=count(len(found.customers)),
            customers=count(found.n_customers),
        ),
        asked=vars(asked),
    )
    common.listed(page, "customers", page("customers"), listing)


def details(page: Page, fits: Fits) -> None:
    """Show the parameters, and which rung of the ladder held."""
    formats, timing = page.formats, fits.timing
    with st.expander(page("rung"), type="compact", icon=":material/function:"):
        rung = page(f"rungs.{timing.rung}", penalizer=timing.penalizer)
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


def bringers(page: Page, fits: Fits, asked: Terms) -> Bringers:
    """Return who brings it."""
    found: Bringers = queries.ask(
        page.shop,
        "bringers",
        window_days=common.window_days(page),
        limit=blocks.MOST_ROWS,
        **known(fits, asked),
    )
    return found


def _rules(page: Page, found: Backtest) -> None:
    baselines = found.baselines.set_index("rule")
    formats = page.formats
    top_tenth = baselines["top_tenth_share"]
    model, spend = (float(top_tenth[rule]) for rule in ("model", "past_spend"))
    listed = baselines.reindex([rule for rule in RULES if rule in baselines.index])
    actual = float(found.actual)
    columns = {
        "rule": [page(f"rules.{rule}") for rule in listed.index],
        "ratio": [formats.ratio(each / actual, 2) for each in listed["total"]],
        "miss": [formats.ratio(each, 2) for each in listed["mae"]],
        "top": [formats.share(each, 1) for each in listed["top_tenth_share"]],
    }
    table = pd.DataFrame(
        {page(f"rules.{name}"): each for name, each in columns.items()}
    )
    with st.container(gap="xsmall"):
        title = findings.rules(model, spend).words(page.texts)
        st.header(title, help=page("help.rules"), anchor=False)
        weeks = int(found.tracking["week"].max())
        blocks.note(page("notes.rules", weeks=weeks))
        st.table(table, border="horizontal", hide_index=True)
        blocks.note(page("notes.lot"))
        with st.container(horizontal=True, gap="small"):
            page.downloads("rules", found.baselines, {"top_tenth_share": "share"})


def _factors(page: Page, found: Simple, margin: float) -> list[cards.Card]:
    formats = page.formats
    words = {
        "average_order_value": formats.money(found.average_order_value),
        "orders_per_year": formats.ratio(found.orders_per_year),
        "lifespan_years": formats.ratio(found.lifespan_years),
        "value": formats.money(found.value),
    }
    label = {name: page(f"simple.{name}") for name in words}
    if margin < 1:
        label["value"] = page("simple.value_margin", margin=formats.share(margin))
    helps = {name: page("help.simple") for name in words}
    helps["lifespan_years"] = page(f"simple.lifespan_{found.lifespan_source}")
    return [cards.Card(label[name], words[name], helps[name]) for name in words]


def _more(page: Page, found: Outlook) -> str | None:
    """Say how the forecast stands to what the last such stretch brought."""
    if not found.before or found.before <= 0:
        return None
    change = page.formats.change(found.total["total"] / found.before - 1)
    return page("cards.before.delta", change=change)


def _tested(page: Page, fits: Fits) -> cards.Card:
    """Return the card of how far off the model was on what is known."""
    label, text = page("cards.tested.label"), page("cards.tested.help")
    found = queries.ask(page.shop, "backtest", model=fits.timing.model)
    if isinstance(found, TooLittle) or not found.actual:
        return cards.Card(label, page.formats.money(None), text)
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


def _columns(page: Page, highest: float) -> dict[str, Any]:
    config = st.column_config

    def head(name: str) -> str:
        return page(f"columns.{name}")

    return {
        "customer_id": config.TextColumn(head("customer_id"), pinned=True),
        "clv": config.ProgressColumn(
            head("clv"),
            min_value=0.0,
            max_value=max(highest, 1.0),
            format=page.formats.money_pattern,
            color="green",
        ),
        "orders": config.NumberColumn(head("orders"), format="localized"),
        "days_since_last_order": config.NumberColumn(
            head("days_since_last_order"), format=page.texts("units.days_pattern")
        ),
        "probability_active": config.NumberColumn(
            head("probability_active"), format="%.0f%%"
        ),
        "expected_purchases": config.NumberColumn(
            head("expected_purchases"), format="%.1f"
        ),
        "expected_order_value": config.NumberColumn(
            head("expected_order_value"), format=page.formats.money_pattern
        ),
    }
