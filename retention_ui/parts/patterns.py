"""What the timing models do not know: regular buyers, and seasons."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from retention_ui import blocks, queries
from retention_ui.figures import patterns as figures
from retention_ui.findings import patterns as findings

if TYPE_CHECKING:
    from retention_core.clv import Fits, Regularity, Season
    from retention_ui.page import Page
    from retention_ui.parts.forecast import Terms
    from retention_ui.questions.patterns import Year

SHARES = ("share_from", "share_to", "share", "low", "high", "by_chance")


def notes(page: Page, fits: Fits, asked: Terms) -> None:
    """Say below a forecast what it does not know, where there is something to say."""
    found = (
        findings.regular_note(_regularity(page)),
        findings.season_note(year(page, asked).season, page.formats),
    )
    for each in found:
        if each is not None:
            blocks.note(each.words(page.texts))


def in_detail(page: Page, fits: Fits, asked: Terms) -> None:
    """Draw how even the waits are, and the months of the year."""
    grid = st.grid(2, min_column_width=330, gap=("medium", "medium"))
    with grid.cell():
        _gaps(page, _regularity(page))
    with grid.cell():
        _months(page, year(page, asked).season)


def ask(page: Page, asked: Terms) -> None:
    """Ask what the sections here show, before they do."""
    _regularity(page)
    year(page, asked)


def year(page: Page, asked: Terms) -> Year:
    """Return the season, and its shape over the months ahead.

    ``year(page, asked).shaped(monthly)`` is the line beside a forecast.
    """
    found: Year = queries.ask(page.shop, "season", months=asked.months)
    return found


def _regularity(page: Page) -> Regularity:
    found: Regularity = queries.ask(page.shop, "regularity")
    return found


def _gaps(page: Page, found: Regularity) -> None:
    formats = page.formats
    title = findings.regularity(found, formats).words(page.texts)
    if found.code == "unknown":
        page.section("regularity_unknown", title, customers=found.customers)
        return
    page.section(
        "regularity",
        title,
        figures.gap_shares(found.bins, *page.drawing),
        table=found.bins,
        kinds=dict.fromkeys(SHARES, "share"),
        customers=formats.count(found.customers),
        pairs=formats.count(found.pairs),
        even=formats.share(found.even),
        interval=formats.interval(found.even_low, found.even_high),
    )
    spread = page(
        "regularity.spread",
        k=formats.ratio(found.k),
        interval=formats.span(formats.ratio(found.low), formats.ratio(found.high)),
        spread=formats.share(1 / math.sqrt(found.k)),
    )
    blocks.note(f"{spread} {page(f'regularity.{found.code}')}")


def _months(page: Page, found: Season) -> None:
    formats = page.formats
    title = findings.season(found, formats).words(page.texts)
    if found.code in ("too_short", "too_few"):
        page.section(f"season_{found.code}", title)
        return
    table = found.index.assign(month=found.index["month"].astype("int64"))
    page.section(
        "season",
        title,
        figures.months_of_the_year(
            found.index,
            *page.drawing,
            observed=found.observed,
            once=found.code == "one_year",
        ),
        table=pd.DataFrame(table),
        kinds=dict.fromkeys(("index", "low", "high"), "share"),
        sure=page(f"season.{found.code}", p=formats.p_value(found.p_value)),
        months=formats.count(found.months),
    )
