"""How the often written to answer, and how much is bought on discount only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from retention_ui import queries
from retention_ui.figures import answers as figures
from retention_ui.figures.frames import Row, records
from retention_ui.findings import answers as findings
from retention_ui.parts import tables

if TYPE_CHECKING:
    from retention_core.campaigns import Dependence
    from retention_ui.page import Page

SHARES = ("share", "low", "high", "discounted_orders_share")
KINDS = {**dict.fromkeys(SHARES, "share"), "trend_p_value": "p"}


def pressure(page: Page, days: int) -> None:
    """Draw the share that bought by how many messages they had got before."""
    frame: pd.DataFrame = queries.ask(page.shop, "campaign_pressure", days=days)
    if len(frame) < 2:
        return
    page.section(
        "pressure",
        findings.pressure(frame, page.formats).words(page.texts),
        figures.pressure(frame, *page.drawing),
        table=frame,
        kinds=KINDS,
        days=page.formats.days(days),
        p=page.formats.p_value(frame["trend_p_value"].iloc[0]),
    )


def dependence(page: Page) -> None:
    """Draw the share of orders on discount by quarter, beside who never pays in full.

    Nothing where these files know of no discount.
    """
    found: Dependence | None = queries.ask(page.shop, "campaign_dependence")
    if found is None:
        return
    formats = page.formats
    grid = st.grid(3, min_column_width=300, gap=("medium", "medium"))
    with grid.cell(column_span=2):
        page.section(
            "dependence",
            findings.dependence(found, formats).words(page.texts),
            figures.dependence(found.by_quarter, *page.drawing),
            table=found.by_quarter,
            kinds=KINDS,
            discounted=formats.count(found.discounted),
            orders=formats.count(found.orders),
            by_kind=_by_kind(page, found),
        )
    with grid.cell():
        tables.framed(
            page,
            ("full_price", _full_price(page, found), page("notes.full_price")),
            _table(page, found.by_orders),
            (found.by_orders, KINDS),
        )


def _by_kind(page: Page, found: Dependence) -> str:
    """Say the share of new and of returning customers' orders."""
    said = [
        page(f"by_kind.{each['kind']}", share=page.formats.share(each["share"], 1))
        for each in records(found.by_kind)
    ]
    return " ".join(said)


def _full_price(page: Page, found: Dependence) -> str:
    n = page.formats.count(found.never_full_price)
    return page("full_price.title", count=found.never_full_price, n=n)


def _table(page: Page, frame: pd.DataFrame) -> pd.DataFrame:
    rows = records(frame)
    columns = {
        "so_far": [page(f"full_price.steps.{each['from_orders']}") for each in rows],
        "customers": [page.formats.count(each["customers"]) for each in rows],
        "share": [_share(page, each) for each in rows],
    }
    return pd.DataFrame(
        {page(f"full_price.{name}"): each for name, each in columns.items()}
    )


def _share(page: Page, each: Row) -> str:
    formats = page.formats
    interval = formats.interval(each["low"], each["high"])
    share = formats.share(each["share"])
    return page("full_price.with_interval", share=share, interval=interval)
