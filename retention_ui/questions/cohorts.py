"""What the cohort page asks."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from retention_core import cohorts, measures

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from retention_core.measures import Relative
    from retention_core.orders import Orders
    from retention_core.periods import Grain


def truncated(orders: Orders, *, grain: Grain = "month") -> bool:
    """Whether the first cohort may hold older customers."""
    return cohorts.left_truncated(cohorts.retention(orders, grain=grain))


def measured(
    orders: Orders,
    *,
    measure: str,
    grain: Grain,
    relative_to: Relative | None,
    windows: Sequence[int] | None,
) -> pd.DataFrame:
    """Return a measure of every cohort at every age, with its interval."""
    days = None if windows is None else tuple(windows)
    return measures.measured(
        orders, measure, grain=grain, windows=days, relative_to=relative_to
    )


def members(  # noqa: PLR0913 a cell of a table, and which of its customers
    orders: Orders,
    *,
    cohort: str,
    period: int,
    grain: Grain,
    windows: Sequence[int] | None,
    came_back: bool | None = None,
    limit: int | None = None,
) -> pd.DataFrame:
    """Return the customers of a cohort, those who came back first."""
    start = dt.date.fromisoformat(cohort)
    days = None if windows is None else tuple(windows)
    found = cohorts.customers(
        orders, cohort=start, period=period, grain=grain, windows=days
    )
    if came_back is not None:
        found = found.filter(found.came_back == came_back)
    return orders.run(found if limit is None else found.limit(limit))


QUESTIONS: dict[str, Callable[..., Any]] = {
    "truncated": truncated,
    "measured": measured,
    "members": members,
}
