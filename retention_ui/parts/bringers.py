"""Who brings the value to come: the best customers, and everybody's forecast."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from retention_ui import blocks, queries, state
from retention_ui.figures import bringers as figures
from retention_ui.figures.distribution import distribution as draw_distribution
from retention_ui.figures.frames import records
from retention_ui.figures.matrix import frequency_recency
from retention_ui.figures.paths import alive_path, periods_of
from retention_ui.findings import bringers as findings
from retention_ui.findings.bringers import FIRST
from retention_ui.parts import common
from retention_ui.parts.forecast import known

if TYPE_CHECKING:
    import pandas as pd

    from retention_core.clv import Fits
    from retention_ui.figures.matrix import Measure, Shown
    from retention_ui.findings.finding import Finding
    from retention_ui.page import Page
    from retention_ui.parts.forecast import Terms
    from retention_ui.questions.bringers import Brought

CHANCES = dict.fromkeys(("probability_alive", "probability_active"), "share")
SHARES = dict.fromkeys(
    ("share_of_customers", "share_of_value", "share_of_revenue"), "share"
)
MATRIX = dict.fromkeys(("probability_alive", "probability_in_window"), "share")
MEANS = ["frequency", "recency", "silence"]
NARROWEST = 330


def found(page: Page, fits: Fits, asked: Terms) -> Brought:
    """Return who brings it, with all that the sections below show of it."""
    answer: Brought = queries.ask(
        page.shop,
        "brought",
        window_days=common.window_days(page),
        limit=blocks.MOST_ROWS if page.shop.lists else 0,
        **known(fits, asked),
    )
    return answer


def brought(page: Page, fits: Fits, asked: Terms) -> None:
    """Draw how few hold the value to come, and list them beside it."""
    if not page.shop.lists:
        concentration(page, fits, asked)
        return
    grid = st.grid(3, min_column_width=300, gap=("medium", "medium"))
    with grid.cell():
        concentration(page, fits, asked)
    with grid.cell(column_span=2):
        customers(page, fits, asked)


def concentration(page: Page, fits: Fits, asked: Terms) -> None:
    """Draw what share of the value to come the best customers hold."""
    answer = found(page, fits, asked)
    curve, held = answer.curve, answer.held_by(FIRST)
    page.section(
        "brought",
        findings.concentration(held, page.formats).words(page.texts),
        figures.concentration(curve, *page.drawing, first=FIRST, held=held),
        table=curve,
        kinds=SHARES,
    )


def customers(page: Page, fits: Fits, asked: Terms) -> None:
    """List the most valuable customers, each with its 80 % intervals."""
    answer, count = found(page, fits, asked), page.formats.count
    frame = answer.customers
    asked_for = known(fits, asked)
    listing = common.Listing(
        frame=frame.assign(probability_active=100 * frame["probability_active"]),
        columns=_columns(page, float(frame["clv"].max())),
        rows=lambda: queries.rows(page.shop, "brought_rows", **asked_for),
        kinds=CHANCES,
        note=page(
            "notes.listed", shown=count(len(frame)), customers=count(answer.n_customers)
        ),
        asked=vars(asked),
    )
    common.listed(page, "customers", page("customers"), listing)


def matrices(page: Page, fits: Fits, asked: Terms) -> None:
    """Draw the field's two matrices over orders so far and days of silence."""
    groups, days = found(page, fits, asked).matrix, common.window_days(page)
    sentences: dict[Measure, Finding] = {
        "expected_purchases": findings.expected(groups, days, page.formats),
        "probability_alive": findings.alive(groups, days, page.formats),
    }
    bought_once = "sure" if fits.timing.model == "bg/nbd" else "unsure"
    grid = st.grid(2, min_column_width=NARROWEST, gap=("medium", "medium"))
    for measure, sentence in sentences.items():
        shown: Shown = {"measure": measure, "days": days, "months": asked.months}
        with grid.cell():
            page.section(
                f"matrix_{measure}",
                sentence.words(page.texts),
                frequency_recency(groups, *page.drawing, **shown),
                table=groups.drop(columns=MEANS),
                kinds=MATRIX,
                days=page.formats.days(days),
                months=page.formats.count(asked.months),
                bought_once=page(f"once.{bought_once}"),
                pale="" if groups["customers"].all() else page("notes.pale"),
            )


def distribution(page: Page, fits: Fits, asked: Terms) -> None:
    """Draw how many customers are worth how much."""
    spread = found(page, fits, asked).distribution
    page.section(
        "distribution",
        findings.distribution(spread, page.formats).words(page.texts),
        draw_distribution(
            spread.bins,
            *page.drawing,
            median=spread.median,
            mean=spread.mean,
            width=spread.width,
        ),
        table=spread.bins,
        months=page.formats.count(asked.months),
        near=page.formats.money(spread.bins["value_to"].iloc[0]),
    )


def path(page: Page, fits: Fits, asked: Terms) -> None:
    """Draw how sure it was, day by day, that one customer is still one.

    Nothing where single customers are not shown.
    """
    if not page.shop.lists:
        return
    listed = found(page, fits, asked).customers["customer_id"].tolist()
    with st.container(gap="xsmall"):
        path_of(page, fits, _customer(page, listed), asked.months, named=True)


def path_of(page: Page, fits: Fits, customer: str, months: int, *, named: bool) -> None:
    """Draw it of a customer who was chosen; orders to come within ``months``.

    The heading is ``named`` after the customer where nothing else on the page is.
    """
    asked = {"fits": fits.to_json(), "customer_id": customer, "months": months}
    days: pd.DataFrame = queries.ask(page.shop, "alive_path", **asked)
    if days.empty:
        nobody = page.texts("forecast.path.nobody", customer=page.formats.md(customer))
        blocks.note(nobody)
        return
    today = records(days.tail(1))[0]
    silence = (today["day"] - days.loc[days["bought"], "day"].iloc[-1]).days
    figure = alive_path(days, *page.drawing, months=months)
    once = "sure" if fits.timing.model == "bg/nbd" else "unsure"
    who = customer if named else None
    sentence = findings.alive_path(who, today, silence, page.formats)
    page.section(
        "path",
        sentence.words(page.texts),
        page.marked(figure, *periods_of(days)),
        table=days,
        kinds={"probability_alive": "share"},
        bought_once=page.texts(f"forecast.once.path_{once}"),
    )


def _customer(page: Page, listed: list[str]) -> str:
    """Let the reader choose one of the most valuable, or type anybody's id.

    It does not stand in the address: an id may be somebody's e-mail.
    """
    key = page.scope.key("customer")
    if not state.widget(key):
        state.set_widget(key, state.chosen(key) or listed[0])
    chosen: str | None = st.selectbox(
        page.scope.label("customer"),
        listed,
        key=key,
        accept_new_options=True,
        help=page.scope.help("customer"),
        width=280,
    )
    chosen = (chosen or listed[0]).strip()
    state.choose(key, chosen)
    return chosen


def _columns(page: Page, highest: float) -> dict[str, Any]:
    config, money = st.column_config, page.formats.money_pattern

    def head(name: str) -> str:
        return page(f"columns.{name}")

    return {
        "customer_id": config.TextColumn(head("customer_id"), pinned=True),
        "clv": config.ProgressColumn(
            head("clv"),
            min_value=0.0,
            max_value=max(highest, 1.0),
            format=money,
            color="green",
        ),
        "value_low_80": config.NumberColumn(
            head("value_low_80"), format=money, help=page("help.interval_80")
        ),
        "value_high_80": config.NumberColumn(
            head("value_high_80"), format=money, help=page("help.interval_80")
        ),
        "expected_purchases": config.NumberColumn(
            head("expected_purchases"), format="%.1f"
        ),
        "purchases_low_80": config.NumberColumn(
            head("purchases_low_80"), format="localized", help=page("help.interval_80")
        ),
        "purchases_high_80": config.NumberColumn(
            head("purchases_high_80"), format="localized", help=page("help.interval_80")
        ),
        "expected_order_value": config.NumberColumn(
            head("expected_order_value"), format=money
        ),
        "probability_active": config.NumberColumn(
            head("probability_active"), format="%.0f%%"
        ),
        "orders": config.NumberColumn(head("orders"), format="localized"),
        "days_since_last_order": config.NumberColumn(
            head("days_since_last_order"), format=page.texts("units.days_pattern")
        ),
    }
