"""Sections of the basket page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from retention_core.baskets import REAL
from retention_ui import blocks, inputs, queries
from retention_ui.figures import baskets as figures
from retention_ui.findings import baskets as findings
from retention_ui.parts import common

if TYPE_CHECKING:
    import pandas as pd

    from retention_core.baskets import Size
    from retention_ui.page import Page
    from retention_ui.pairs import Pairs

MIN_COUNT = 5
MOST_LEFT_OUT = 200
DAYS = 30
SHARE = "%.1f%%"
SHARES = ("support", "confidence", "reverse_confidence")
KINDS = dict.fromkeys(SHARES, "share") | dict.fromkeys(("p_value", "q_value"), "p")


@dataclass(frozen=True)
class Found:
    """The pairs, what they were found in, and what was asked for."""

    pairs: Pairs
    size: Size
    asked: dict[str, Any]


def possible(page: Page) -> bool:
    """Say which export has products, where these files have none."""
    if page.facts.products:
        return True
    common.lacking(page, page("no_products"), page("no_products_note"))
    return False


def find(page: Page) -> Found:
    """Draw the controls; return the pairs that they ask for."""
    often = queries.ask(page.shop, "ubiquitous")
    names = often["product"].tolist()[:MOST_LEFT_OUT]
    with blocks.controls():
        basket = inputs.choice(page.scope, "basket", ("order", "customer"))
        count = inputs.number(page.scope, "min_count", MIN_COUNT, (1, 10_000))
        left_out = inputs.several(page.scope, "leave_out", names) if names else []
    if names:
        shares = [
            f"{page.formats.md(each.product)} {page.formats.share(each.share)}"
            for each in often.head(5).itertuples()
        ]
        blocks.note(page("ubiquitous", products=", ".join(shares)))
    within = {"within_days": DAYS if basket == "customer" else None}
    asked = {"min_count": int(count), "leave_out": left_out, **within}
    pairs = queries.ask(page.shop, "pairs", **asked)
    return Found(pairs, queries.ask(page.shop, "basket_size", **within), asked)


def pairs(page: Page, found: Found) -> None:
    """Draw the strongest pairs beside what chance would give."""
    shown, count = found.pairs.shown, page.formats.count(found.asked["min_count"])
    if shown.empty:
        title = page("no_pairs", count=count)
        size = _size(page, found)
        common.lacking(page, title, page("no_pairs_note", **size))
        return
    grid = st.grid(2, min_column_width=330, gap=("medium", "medium"))
    with grid.cell():
        page.section(
            "pairs",
            findings.pairs(found.pairs.real, found.pairs.others, page.formats).words(
                page.texts
            ),
            figures.pairs(shown, *page.drawing),
            count=count,
        )
    with grid.cell():
        page.section(
            "matrix",
            findings.product_matrix(shown, page.formats).words(page.texts),
            figures.product_matrix(shown, *page.drawing),
        )


def table(page: Page, found: Found) -> None:
    """List all pairs; those that may be chance only when asked for."""
    pairs = found.pairs.shown
    if pairs.empty:
        return

    def rows() -> pd.DataFrame:
        return queries.rows(page.shop, "all_pairs", **found.asked)

    with st.container(gap="xsmall"):
        st.header(page("table"), help=page("help.table"), anchor=False)
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            page.downloads("all", rows, KINDS, **found.asked)
            every = inputs.toggle(page.scope, "chance")
        shown = pairs if every else pairs[pairs["q_value"] <= REAL]
        columns = _columns(page)
        percent = {name: 100 * shown[name] for name in SHARES}
        q = {"q_value": [page.formats.p_value(each) for each in shown["q_value"]]}
        blocks.table(
            shown.assign(**percent, **q)[list(columns)], "baskets.table", columns
        )
        blocks.note(_note(page, found, every=every))


def _note(page: Page, found: Found, *, every: bool) -> str:
    """Explain the columns; where the list is cut, say so first."""
    note = page("notes.table", **_size(page, found))
    total = found.pairs.real + found.pairs.others * every
    if total <= blocks.MOST_ROWS:
        return note
    shown, total_words = map(page.formats.count, (blocks.MOST_ROWS, total))
    return f"{page('notes.cut', shown=shown, total=total_words)} {note}"


def _size(page: Page, found: Found) -> dict[str, str]:
    return {
        "baskets": page.formats.count(found.size.n_baskets),
        "products": page.formats.count(found.size.n_products),
    }


def _columns(page: Page) -> dict[str, Any]:
    config = st.column_config

    def head(name: str) -> str:
        return page(f"columns.{name}")

    return {
        "antecedent": config.TextColumn(head("antecedent"), pinned=True),
        "consequent": config.TextColumn(head("consequent")),
        "count": config.NumberColumn(head("count"), format="localized"),
        "confidence": config.NumberColumn(head("confidence"), format=SHARE),
        "reverse_confidence": config.NumberColumn(
            head("reverse_confidence"), format=SHARE
        ),
        "lift": config.NumberColumn(head("lift"), format="%.2f"),
        "support": config.NumberColumn(head("support"), format=SHARE),
        "leverage": config.NumberColumn(head("leverage"), format="%.4f"),
        "q_value": config.TextColumn(head("q_value"), alignment="right"),
    }
