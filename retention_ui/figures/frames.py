"""Small frames: their rows as plain Python values, their periods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict, cast

if TYPE_CHECKING:
    import pandas as pd

    from retention_core.periods import Grain

MOST_PERIODS = 24

Row = dict[str, Any]
"""One row of a frame, value by column name."""


class Period(TypedDict):
    """``grain`` of the periods."""

    grain: Grain


def records(frame: pd.DataFrame) -> list[Row]:
    """Return the rows of a frame in their order."""
    return cast("list[Row]", frame.to_dict("records"))


def finished(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose period is complete."""
    return frame[frame["complete"].astype(bool)]


def unfinished(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose period is not over."""
    return frame[~frame["complete"].astype(bool)]


def latest(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the periods that a figure draws, the last 24, oldest first."""
    return frame.sort_values("period_start").tail(MOST_PERIODS)
