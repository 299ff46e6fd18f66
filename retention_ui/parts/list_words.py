"""Why each customer is on a list, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from retention_core.lists.value import PAST_THE_HABIT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from retention_ui.page import Page

# From a field of the sentence to the column it is of, and how that is written.
Fields = dict[str, tuple[str, str]]
SILENT: Fields = {"silent": ("days_since_last_order", "days")}
FIELDS: Mapping[str, Fields] = {
    "valuable_leaving": {**SILENT, "usual": ("usual_gap_days", "days")},
    "due_reorder": {
        "bought": ("last_bought", "date"),
        "lasts": ("interval_days", "days"),
        "due": ("due_on", "date"),
    },
    "declining": {
        "recent": ("recent_gap_days", "days"),
        "earlier": ("earlier_gap_days", "days"),
    },
    "second_order": {
        "first": ("first_order", "date"),
        "deadline": ("deadline", "date"),
    },
    "one_short": {"missing": ("missing", "count"), "tier": ("next_tier", "tier")},
    "birthday": {"day": ("birthday_on", "date")},
    "subscription": {
        "gap": ("gap_days", "days"),
        "bought": ("bought_days", "count"),
    },
    "top_tenth": {"amount": ("revenue", "money"), "rank": ("rank", "count")},
    "win_back": {**SILENT, "odds": ("probability_in_window", "share")},
}


def reasons(page: Page, frame: pd.DataFrame, name: str) -> pd.Series:
    """Say why each customer of a list stands on it.

    ``frame`` has the columns of ``retention_core.lists.members``. Of a customer who is
    not on it any more (noted long ago) nothing is said.
    """
    fields = FIELDS[name]
    wanted = [column for column, _ in fields.values()]
    if frame.empty or not set(wanted) <= set(frame.columns):
        return pd.Series("", index=frame.index, dtype="object")
    written = {
        field: _written(page, frame[column], kind)
        for field, (column, kind) in fields.items()
    }
    keys = _keys(frame, name)
    said = [
        page(key, **dict(zip(written, values, strict=True))) if there else ""
        for key, there, *values in zip(
            keys, frame[wanted[0]].notna(), *written.values(), strict=True
        )
    ]
    return pd.Series(said, index=frame.index, dtype="object")


def _keys(frame: pd.DataFrame, name: str) -> list[str]:
    """The sentence of each: some lists have a second one."""
    other = pd.Series(False, index=frame.index)
    if name == "valuable_leaving":
        other = frame["times_usual"] <= PAST_THE_HABIT
    elif name == "win_back":
        other = frame["probability_in_window"].isna()
    elif name == "one_short":
        other = frame["missing"] > 1
    return [f"why.{name}_other" if each else f"why.{name}" for each in other]


def _written(page: Page, column: pd.Series, kind: str) -> list[str]:
    """Write a column; each value once: a list may have a hundred thousand rows."""
    formats = page.formats
    writers: dict[str, Callable[[Any], str]] = {
        "days": formats.days,
        "date": formats.date,
        "count": formats.count,
        "money": formats.money,
        "share": formats.share,
        "tier": lambda tier: page.texts(f"tiers.names.{int(tier)}"),
    }
    plain = column.round(2) if kind == "share" else column
    plain = column.round() if kind == "days" else plain
    words = {value: writers[kind](value) for value in plain.dropna().unique()}
    return [words.get(value, "") for value in plain]
