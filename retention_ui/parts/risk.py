"""Who is about to leave: the list of customers by risk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from retention_ui import inputs, queries
from retention_ui.findings import risk as findings
from retention_ui.parts import common

if TYPE_CHECKING:
    from retention_ui.page import Page

ROWS_SHOWN = 1000
CHANCES = dict.fromkeys(("churn_score", "probability_active"), "share")
COLUMNS = (
    "customer_id",
    "churn_score",
    "purchase_days",
    "last_order",
    "days_since_last_order",
    "usual_gap_days",
    "recency_rule",
    "revenue",
)


def customers(page: Page, days: int) -> None:
    """List everybody by risk, or the good customers who have gone quiet."""
    who = inputs.choice(page.scope, "who", ("all", "quiet"))
    if who == "all":
        _risk(page, days)
    else:
        _quiet(page, days)


def _quiet(page: Page, days: int) -> None:
    asked = {"window_days": days}
    found = queries.ask(page.shop, "quiet_customers", limit=ROWS_SHOWN, **asked)
    count, _ = queries.ask(page.shop, "quiet", **asked)
    listing = common.Listing(
        frame=found,
        columns=_columns(page),
        rows=lambda: queries.rows(page.shop, "quiet_customers", **asked),
        kinds={},
        note=page("quiet_note"),
    )
    title = page("quiet", count=count, n=page.formats.count(count))
    common.listed(page, "quiet", title, listing)


def _risk(page: Page, days: int) -> None:
    found = queries.ask(page.shop, "risk", window_days=days, limit=ROWS_SHOWN)
    if found.empty:
        return
    undecided = queries.ask(page.shop, "undecided", window_days=days)
    scored = bool(found["churn_score"].notna().any())
    frame = found.assign(
        recency_rule=[page(f"rule.{code}") for code in found["recency_rule"]],
        churn_score=100 * found["churn_score"],
    )
    silence = page.formats.days(days)
    listing = common.Listing(
        frame=frame if scored else frame.drop(columns="churn_score"),
        columns=_columns(page),
        rows=lambda: queries.rows(page.shop, "risk", window_days=days),
        kinds=CHANCES,
        note=page(
            "score_note" if scored else "no_score_note",
            days=silence,
            customers=page.formats.count(queries.ask(page.shop, "known_customers")),
        ),
        help=page("help.risk", days=silence),
        asked={"window_days": days},
    )
    title = findings.risk(undecided, page.formats).words(page.texts)
    common.listed(page, "risk", title if scored else page("customers"), listing)


def _columns(page: Page) -> dict[str, Any]:
    """Return the columns of the list, in their order."""
    head = {name: page(f"columns.{name}") for name in COLUMNS}
    config = st.column_config
    return {
        "customer_id": config.TextColumn(head["customer_id"], pinned=True),
        "churn_score": config.ProgressColumn(
            head["churn_score"],
            min_value=0,
            max_value=100,
            format="%d%%",
            color="red",
        ),
        "purchase_days": config.NumberColumn(head["purchase_days"], format="localized"),
        "last_order": config.DateColumn(head["last_order"], format="D MMM YYYY"),
        "days_since_last_order": config.NumberColumn(
            head["days_since_last_order"], format=page.texts("units.days_pattern")
        ),
        "usual_gap_days": config.NumberColumn(
            head["usual_gap_days"], format=page.texts("units.days_pattern")
        ),
        "recency_rule": config.TextColumn(head["recency_rule"]),
        "revenue": config.NumberColumn(
            head["revenue"], format=page.formats.money_pattern
        ),
    }
