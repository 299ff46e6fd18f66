"""Sections of the forecast page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from retention_ui import blocks, inputs, queries
from retention_ui.figures import forecast as figures
from retention_ui.findings import forecast as findings
from retention_ui.forecasts import ENDS, TooLittle

if TYPE_CHECKING:
    from retention_core.clv import Backtest, Fits
    from retention_ui.forecasts import Outlook
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


def detailed(page: Page) -> bool:
    """Whether the user wants to see all of it."""
    return inputs.toggle(page.scope, "details")


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
