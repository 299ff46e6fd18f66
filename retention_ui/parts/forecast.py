"""Sections of the forecast page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from retention_core.errors import TooLittleDataError
from retention_ui import blocks, inputs, queries
from retention_ui.forecasts import TooLittle

if TYPE_CHECKING:
    from retention_core.clv import Comparison, Fits
    from retention_ui.forecasts import Outlook
    from retention_ui.page import Page

MOST = 0.5
MONTHS = ("6", "12", "24")
AUTOMATIC = "automatic"
MODELS = {
    AUTOMATIC: AUTOMATIC,
    "bg-nbd": "bg/nbd",
    "mbg-nbd": "mbg/nbd",
    "pareto-nbd": "pareto/nbd",
}


@dataclass(frozen=True)
class Terms:
    """What the forecast is asked for.

    ``model``: the core's name of one, or ``AUTOMATIC``, the one that the shop's own
    past speaks for.
    """

    months: int
    margin: float
    annual_discount_rate: float
    model: str


USUAL = Terms(months=12, margin=1.0, annual_discount_rate=0.1, model=AUTOMATIC)
"""What is asked for before anybody changes it."""


def terms(page: Page) -> Terms:
    """Draw the controls of the page."""
    with blocks.controls():
        months = inputs.choice(page.scope, "months", MONTHS, "12")
        margin = inputs.number(
            page.scope, "margin", 100, (1, 100), step=5, more=known_margin(page)
        )
        discount = inputs.number(page.scope, "discount", 10, (0, 100))
        model = inputs.choice(
            page.scope,
            "model",
            tuple(MODELS),
            names={name: page(f"model.{name}") for name in MODELS},
        )
    return Terms(int(months), margin / 100, discount / 100, MODELS[model])


def known_margin(page: Page) -> str:
    """Say what the list of products suggests, if it covers most of the revenue."""
    found = queries.ask(page.shop, "margin")
    if found is None or found.covered < MOST or not 0 < found.share < 1:
        return ""
    formats = page.formats
    share, covered = formats.share(found.share), formats.share(found.covered)
    return page.texts("forecast.margin.known", share=share, covered=covered)


def begin(page: Page, *more: str) -> None:
    """Have workers start on what :func:`fitted` will ask, and ``more`` of the model."""
    queries.begin_fits(page.shop, *more)


def fitted(page: Page, asked: Terms) -> Fits | TooLittle:
    """Return the fitted models, or why there are none.

    They know what they missed of the shop's own past: intervals of totals count it in.
    """
    with st.spinner(page.texts("forecast.working"), show_time=True):
        compared: Comparison = queries.ask(page.shop, "choice")
        model = compared.chosen if asked.model == AUTOMATIC else asked.model
        found: Fits | TooLittle = queries.ask(page.shop, "fits", model=model)
    return found if isinstance(found, TooLittle) else compared.counted_in(found)


def reason(page: Page, why: TooLittle) -> str:
    """Say why nothing can be forecast: what is missing, and no more."""
    fields, key = why.fields, why.code
    if key == TooLittleDataError.code:
        few = fields["repeat_customers"] < fields["needed_customers"]
        short = fields["history_days"] < fields["needed_days"]
        key = f"{key}.{'both' if few and short else 'customers' if few else 'days'}"
    return page.texts(f"forecast.why.{key}", **fields)


def known(fits: Fits, asked: Terms) -> dict[str, Any]:
    """Return what the questions about a forecast are given."""
    terms = {name: each for name, each in vars(asked).items() if name != "model"}
    return {"fits": fits.to_json(), **terms}


def outlook(page: Page, fits: Fits, asked: Terms) -> Outlook:
    """Return the forecast in total and by month."""
    found: Outlook = queries.ask(page.shop, "forecast", **known(fits, asked))
    return found


def detailed(page: Page) -> bool:
    """Whether the user wants to see all of it."""
    return inputs.toggle(page.scope, "details")
