"""Rows of key figures: value, change, small line, and the definition at hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import streamlit as st

from retention_ui.formats import ABSENT
from retention_ui.header import glossary_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from retention_ui.formats import Formats
    from retention_ui.page import Page
    from retention_ui.texts import Texts

Tone = Literal["green", "red", "gray"]
Kind = Literal["count", "money", "share", "ratio"]

# What a figure counts in, and whether more of it is good (1), bad (-1) or neither (0).
KINDS: dict[str, tuple[Kind, int]] = {
    "customers": ("count", 1),
    "orders": ("count", 1),
    "revenue": ("money", 1),
    "average_order_value": ("money", 1),
    "strict_retention_rate": ("share", 1),
    "churn_rate": ("share", -1),
    "retention_rate": ("share", 1),
    "revenue_churn_rate": ("share", -1),
    "quick_ratio": ("ratio", 1),
    "repeat_rate": ("share", 1),
    "active_customers": ("count", 1),
    "returning_revenue_share": ("share", 0),
}
POINTS_SHOWN = 12


@dataclass(frozen=True)
class Card:
    """One figure, ready to be shown; ``line`` is the small line under it."""

    label: str
    value: str
    help: str
    delta: str | None = None
    tone: Tone = "gray"
    arrow: Literal["up", "down", "off"] = "off"
    line: Sequence[float] = field(default=())


def figure_card(
    figure: str,
    words: tuple[str, str],
    row: Mapping[str, float],
    line: pd.Series,
    page: Page,
) -> Card:
    """Make the card of one figure of the core.

    Parameters
    ----------
    figure
        A name of ``KINDS``.
    words
        Label and help.
    row
        ``value`` and ``previous``; with ``year_ago`` the change on that stands after
        the other. Absent numbers are NaN.
    line
        The figure over the finished periods, oldest first.
    """
    kind, good = KINDS[figure]
    formats, drawn_with = page.formats, (page.texts, page.formats)
    value, previous = float(row["value"]), float(row["previous"])
    delta, moved = change(figure, value, previous, *drawn_with)
    if "year_ago" in row:
        on_last_year, _ = change(figure, value, float(row["year_ago"]), *drawn_with)
        first, second = delta or ABSENT, on_last_year or ABSENT
        if delta or on_last_year:
            delta = page.texts("units.changes", first=first, second=second)
    return Card(
        label=words[0],
        value=_written(kind, value, formats),
        help=_explained(words[1], figure, page),
        delta=delta,
        tone=_tone(moved * good),
        arrow="off" if not moved else "up" if moved > 0 else "down",
        line=line.dropna().tail(POINTS_SHOWN).tolist(),
    )


def show(cards: Sequence[Card], across: int = 4) -> None:
    """Draw cards side by side, two by two on a phone."""
    with st.grid(across, min_column_width=150, gap="xsmall"):
        for card in cards:
            st.metric(
                card.label,
                card.value,
                card.delta,
                delta_color=card.tone,
                delta_arrow=card.arrow,
                chart_data=card.line if len(card.line) > 1 else None,
                chart_type="line",
                border=True,
                height="stretch",
                help=card.help,
            )


def change(
    figure: str, value: float, previous: float, texts: Texts, formats: Formats
) -> tuple[str | None, int]:
    """Return the change of a figure in words and its direction.

    Shares change in points. What is written as 0 is no change: it has no direction.
    """
    (kind, good), difference = KINDS[figure], value - previous
    if difference != difference:
        return None, 0
    if kind == "share":
        number = formats.points(difference)
    elif kind == "ratio":
        number = formats.signed_ratio(difference)
    elif good < 0 or not previous:
        number = formats.difference(difference)
    else:
        number = formats.change(difference / abs(previous))
    text = texts("units.points", change=number) if kind == "share" else number
    if not any(each.isdigit() and int(each) for each in number):
        return text, 0
    return text, 1 if difference > 0 else -1


def _explained(help_text: str, figure: str, page: Page) -> str:
    """Add the way to the figure's line in the glossary."""
    term = page.term(figure)
    return f"{help_text} {glossary_words(page.texts, term)}" if term else help_text


def _written(kind: Kind, value: float, formats: Formats) -> str:
    if kind == "share":
        return formats.share(value, 1)
    if kind == "money":
        return formats.money(value)
    return formats.count(value) if kind == "count" else formats.ratio(value)


def _tone(direction: int) -> Tone:
    if not direction:
        return "gray"
    return "green" if direction > 0 else "red"
