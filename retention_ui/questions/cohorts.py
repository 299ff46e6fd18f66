"""What the cohort page asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retention_core import cohorts
from retention_core.intervals import wilson

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from retention_core.orders import Orders
    from retention_core.periods import Grain


def truncated(orders: Orders, *, grain: Grain = "month") -> bool:
    """Whether the first cohort may hold older customers."""
    return cohorts.left_truncated(cohorts.retention(orders, grain=grain))


def cells(
    orders: Orders,
    *,
    measure: str = "retention",
    grain: Grain = "month",
    by: str | None = None,
) -> pd.DataFrame:
    """Return the cohort table that holds ``measure``; retention with its interval."""
    frame = CELLS.get(measure, cohorts.value)(orders, grain=grain, by=by)
    if "retention" not in frame:
        return frame
    low, high = wilson(frame["active_customers"], frame["cohort_size"])
    return frame.assign(low=low, high=high)


CELLS: dict[str, Callable[..., pd.DataFrame]] = {
    "retention": cohorts.retention,
    "active_customers": cohorts.retention,
    "repeat_by": cohorts.returned,
    "on_or_after": cohorts.returned,
}
QUESTIONS: dict[str, Callable[..., Any]] = {
    "truncated": truncated,
    "cells": cells,
}
