"""Who is about to leave: value against risk, the test on the past, the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from retention_core.risk import QUARTERS
from retention_ui import blocks, inputs, queries
from retention_ui.blocks import MOST_ROWS
from retention_ui.figures import risk as figures
from retention_ui.figures.frames import records
from retention_ui.findings import risk as findings
from retention_ui.forecasts import TooLittle
from retention_ui.parts import common, tables

if TYPE_CHECKING:
    from retention_core.risk import HitRate, Quadrants
    from retention_ui.page import Page
    from retention_ui.questions.risk import Fitted

CHANCES = dict.fromkeys(("churn_score", "probability_active"), "share")
COLUMNS = (
    "customer_id",
    "customer_name",
    "email",
    "consent",
    "churn_score",
    "purchase_days",
    "last_order",
    "days_since_last_order",
    "usual_gap_days",
    "recency_rule",
    "revenue",
)


def about_to_leave(page: Page, days: int) -> None:
    """Set value against risk, list the customers, hold the score to account."""
    fitted: Fitted | TooLittle = queries.ask(page.shop, "fitted")
    if isinstance(fitted, TooLittle):
        customers(page, days, fitted, None)
        return
    asked = {"window_days": days, "params": fitted.params}
    found: Quadrants = queries.ask(page.shop, "quadrants", **asked)
    value_at_risk(page, days, found)
    customers(page, days, fitted, found)
    held_to_account(page, days)


def value_at_risk(page: Page, days: int, found: Quadrants) -> None:
    """Draw customers by churn score and by revenue so far."""
    page.section(
        "quadrants",
        findings.quadrants(found, page.formats).words(page.texts),
        figures.quadrants(found.cells, *page.drawing, quarters=found.quarters),
        table=found.cells,
        days=page.formats.days(days),
        amount=page.formats.money(found.valuable_from),
    )


def held_to_account(page: Page, days: int) -> None:
    """Draw what the score said a window ago against what happened; rule beside it."""
    found: HitRate | TooLittle = queries.ask(page.shop, "hit_rate", window_days=days)
    silence = page.formats.days(days)
    if isinstance(found, TooLittle):
        with st.container(gap="xsmall"):
            st.header(page("hits.too_little", days=silence), anchor=False)
            blocks.note(page(f"hits.{found.code}", **_facts(page, found)))
        return
    grid = st.grid(2, min_column_width=330, gap=("medium", "medium"))
    with grid.cell():
        _measured(page, found)
    with grid.cell():
        page.section(
            "calibration",
            findings.calibration(found, page.formats).words(page.texts),
            figures.calibration(found.calibration, *page.drawing),
            table=found.calibration,
            kinds=dict.fromkeys(("score", "lost", "low", "high"), "share"),
        )


def _measured(page: Page, found: HitRate) -> None:
    silence = page.formats.days(found.window_days)
    title = findings.hit_rate(found, page.formats).words(page.texts)
    note = page(
        "notes.hit_rate",
        customers=page.formats.count(found.customers),
        date=page.formats.date(found.cutoff),
        days=silence,
        lost=page.formats.share(found.base_rate),
    )
    table, below = _measures(page, found), _verdict(page, found)
    section = ("hit_rate", title, note)
    tables.framed(page, section, table, (found.measures, {}), below, days=silence)


def customers(
    page: Page, days: int, fitted: Fitted | TooLittle, found: Quadrants | None
) -> None:
    """List everybody by risk, or one quarter; lead to the list of whom to contact.

    Where single customers are not shown, only say what such a list would.
    """
    if not page.shop.lists:
        _counted(page, days, fitted, found)
    elif found is None:
        _risk(page, days, fitted, found, None)
    else:
        who = inputs.choice(page.scope, "who", ("all", *QUARTERS), width=240)
        _risk(page, days, fitted, found, None if who == "all" else who)
    common.lead(page, "lists", page("to_list"), list="valuable_leaving")


def _counted(
    page: Page, days: int, fitted: Fitted | TooLittle, found: Quadrants | None
) -> None:
    """Say how many score and rule disagree on."""
    silence = page.formats.days(days)
    with st.container(gap="xsmall"):
        title = _title(page, found, None)
        st.header(title, help=page("help.risk", days=silence), anchor=False)
        blocks.note(f"{_score_note(page, silence, fitted)} {page('not_listed')}")


def _risk(
    page: Page,
    days: int,
    fitted: Fitted | TooLittle,
    found: Quadrants | None,
    quarter: str | None,
) -> None:
    params = None if isinstance(fitted, TooLittle) else fitted.params
    asked = {"window_days": days, "params": params, "quarter": quarter}
    rows = queries.ask(page.shop, "risk", limit=MOST_ROWS, **asked)
    frame = rows.assign(
        recency_rule=[page(f"rule.{code}") for code in rows["recency_rule"]],
        churn_score=100 * rows["churn_score"].astype("float64"),
    )
    if params is None:
        frame = frame.drop(columns="churn_score")
    silence = page.formats.days(days)
    listing = common.Listing(
        frame=frame,
        columns=_columns(page, frame),
        rows=lambda: queries.rows(page.shop, "risk", **asked),
        kinds=CHANCES,
        note=_note(page, silence, fitted),
        help=page("help.risk", days=silence),
        asked=asked,
    )
    common.listed(page, "risk", _title(page, found, quarter), listing)


def _title(page: Page, found: Quadrants | None, quarter: str | None) -> str:
    if found is None:
        return page("customers")
    if quarter is None:
        return findings.risk(found.undecided, page.formats).words(page.texts)
    sizes = found.quarters.set_index("quarter")["customers"]
    count = int(sizes[quarter])
    return page(
        "quarter",
        name=page.texts(f"figures.quadrants.{quarter}"),
        customers=page("counted", count=count, n=page.formats.count(count)),
    )


def _note(page: Page, silence: str, fitted: Fitted | TooLittle) -> str:
    known = page.formats.count(queries.ask(page.shop, "known_customers"))
    key = "rule_note" if isinstance(fitted, TooLittle) else "list_note"
    return f"{_score_note(page, silence, fitted)} {page(key, customers=known)}"


def _score_note(page: Page, silence: str, fitted: Fitted | TooLittle) -> str:
    """Say what the score is, or why there is none."""
    if isinstance(fitted, TooLittle):
        return page(f"no_score.{fitted.code}", **_facts(page, fitted))
    key = "score" if fitted.converged else "boundary"
    return page(f"{key}_note", days=silence)


def _facts(page: Page, why: TooLittle) -> dict[str, str]:
    """Write the facts of why there is no model."""
    return {name: page.formats.count(value) for name, value in why.fields.items()}


def _measures(page: Page, found: HitRate) -> pd.DataFrame:
    """Write the test as a small table: score, silent days, rule."""
    formats, rows = page.formats, records(found.measures)
    shares = {
        name: [_with_interval(page, row, measure) for row in rows]
        for name, measure in (("right", "right"), ("ranks", "auc"))
    }
    columns = {
        "what": [page(f"hits.{row['name']}") for row in rows],
        **shares,
        "error": [formats.ratio(row["brier"], 3) for row in rows],
    }
    return pd.DataFrame({page(f"hits.{name}"): each for name, each in columns.items()})


def _with_interval(page: Page, row: dict[str, Any], of: str) -> str:
    value = page.formats.share(row[of])
    if pd.isna(row[f"{of}_low"]):
        return value
    interval = page.formats.interval(row[f"{of}_low"], row[f"{of}_high"])
    return page("hits.with_interval", value=value, interval=interval)


def _verdict(page: Page, found: HitRate) -> str:
    """Say by how much score and rule differ, and what anybody could have said."""
    formats = page.formats
    said = []
    for measure in ("right", "auc", "brier"):
        gap = findings.of(found, measure)
        by = sorted(abs(gap[side]) for side in ("low", "high"))
        low, high = (
            formats.ratio(each, 3) if measure == "brier" else formats.ratio(100 * each)
            for each in by
        )
        ahead = findings.better(found, measure)
        said.append(page(f"hits.{measure}_{ahead}", low=low, high=high))
    most = max(found.base_rate, 1 - found.base_rate)
    key = "all_lost" if found.base_rate > 1 / 2 else "none_lost"
    said.append(page(f"hits.{key}", share=formats.share(most)))
    if not found.fit.converged:
        said.append(page("hits.boundary"))
    return " ".join(said)


def _columns(page: Page, frame: pd.DataFrame) -> dict[str, Any]:
    """Return the columns of the list, in their order; none that repeats the first."""
    head = {name: page(f"columns.{name}") for name in COLUMNS}
    config = st.column_config
    columns = {
        "customer_id": config.TextColumn(head["customer_id"], pinned=True),
        "customer_name": config.TextColumn(head["customer_name"]),
        "email": config.TextColumn(head["email"]),
        "consent": config.TextColumn(head["consent"]),
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
    if (
        "email" in frame
        and frame["email"].fillna("").isin(("", *frame["customer_id"])).all()
    ):
        columns.pop("email")
    return columns
