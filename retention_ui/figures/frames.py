"""Rows of small frames as plain Python values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]
"""One row of a frame, value by column name."""


def records(frame: pd.DataFrame) -> list[Row]:
    """Return the rows of a frame in their order."""
    return cast("list[Row]", frame.to_dict("records"))


def finished(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose period is complete."""
    return frame[frame["complete"].astype(bool)]


def unfinished(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose period is not over."""
    return frame[~frame["complete"].astype(bool)]
