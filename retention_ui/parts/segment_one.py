"""The customers of one segment: who they are, what to do, the way to a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from retention_ui import blocks, inputs, queries
from retention_ui.blocks import MOST_ROWS
from retention_ui.figures.frames import Row, records
from retention_ui.parts.handing_out import Source, hand_out
from retention_ui.parts.segments import means, past, scores

if TYPE_CHECKING:
    from retention_ui.page import Page
    from retention_ui.parts.segments import Asked
    from retention_ui.questions.segments import Segmented

USUAL = "at_risk"
LISTED = (
    *("customer_id", "customer_name", "why", "stake"),
    *("recency_score", "frequency_score", "monetary_score"),
)


def one(page: Page, asked: Asked, found: Segmented) -> None:
    """Draw the segment that was chosen: who it is, what to do, the way to a file."""
    rows = {row["segment"]: row for row in records(found.table)}
    name = _choice(page, rows)
    row = rows[name]
    n = page.formats.count(row["customers"])
    words = page(f"names.{name}")
    with st.container(gap="xsmall"):
        title = page("one.title", name=words, count=row["customers"], n=n)
        st.header(title, help=page(f"help.stake{past(asked)}"), anchor=False)
        blocks.note(_rule(page, name, asked))
        st.markdown(page("one.do", words=page(f"do.{name}")))
        if not row["customers"]:
            return
        if not page.shop.lists:
            blocks.note(page("not_listed"))
            return
        source = Source(
            name=f"segment.{name}",
            question="segment_rows",
            asked={"segment": name, **asked.everything},
            customers=int(row["customers"]),
            reasons=_reasons,
            title=words,
        )
        _preview(page, source)
    hand_out(page, source)


def _choice(page: Page, rows: dict[str, Row]) -> str:
    """Let the user choose a segment, each with its size."""
    names = {
        name: page(
            "one.option",
            name=page(f"names.{name}"),
            n=page.formats.count(row["customers"]),
        )
        for name, row in rows.items()
    }
    filled = [name for name, row in rows.items() if row["customers"]]
    default = USUAL if USUAL in filled or not filled else filled[0]
    return inputs.choice(
        page.scope, "segment", list(names), default, names=names, width=320
    )


def _reasons(page: Page, frame: pd.DataFrame) -> pd.Series:
    """Say why a customer is in the segment: what was scored, and the scores."""
    said = [
        page.texts(
            "segments.why",
            date=page.formats.date(row["last_order"]),
            orders=page.texts(
                "segments.orders",
                count=row["orders"],
                n=page.formats.count(row["orders"]),
            ),
            amount=page.formats.money(row["revenue"]),
            recency=row["recency_score"],
            frequency=row["frequency_score"],
            monetary=row["monetary_score"],
        )
        for row in records(frame)
    ]
    return pd.Series(said, index=frame.index, dtype="object")


def _preview(page: Page, source: Source) -> None:
    """Show the first thousand, each with the reason."""
    found = queries.ask(page.shop, source.question, limit=MOST_ROWS, **source.asked)
    frame = found.assign(why=source.reasons(page, found))
    heads = {each: page(f"columns.{each}") for each in LISTED}
    config = st.column_config
    kinds: dict[str, Any] = {
        "customer_id": config.TextColumn(heads["customer_id"], pinned=True),
        "why": config.TextColumn(heads["why"], width="large"),
        "stake": config.NumberColumn(heads["stake"], format=page.formats.money_pattern),
    }
    shown = [name for name in LISTED if name in frame]
    columns = {name: kinds.get(name, config.Column(heads[name])) for name in shown}
    blocks.table(frame[shown], f"{page.name}.{source.name}.table", columns)
    n = page.formats.count(source.customers)
    cut = "cut" if source.customers > MOST_ROWS else "all"
    most = page.formats.count(MOST_ROWS)
    blocks.note(page(f"notes.preview_{cut}", n=n, most=most))


def _rule(page: Page, name: str, asked: Asked) -> str:
    return page("one.rule", scores=scores(page, name), means=means(page, name, asked))
