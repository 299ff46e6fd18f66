"""What the page on new customers asks; each is given the fitted models."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from retention_core.clv import Fits, maturing, newcomers, same_age, worth

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from retention_core.orders import Orders


def newcomer(
    orders: Orders,
    *,
    fits: Mapping[str, Any],
    **terms: Any,  # noqa: ANN401 as of the core
) -> newcomers.Newcomer:
    """Answer what a new customer is worth, month by month."""
    return newcomers.newcomer(orders, Fits.from_json(fits), **terms)


def by_group(
    orders: Orders,
    *,
    fits: Mapping[str, Any],
    by: str,
    **terms: Any,  # noqa: ANN401
) -> worth.Worths:
    """Answer what a new customer of each group is worth."""
    return worth.by_dimension(orders, Fits.from_json(fits), by=by, **terms)


def by_day(
    orders: Orders,
    *,
    fits: Mapping[str, Any],
    **terms: Any,  # noqa: ANN401
) -> pd.DataFrame:
    """Answer what the customers of each first day paid and will pay by one age."""
    return maturing.by_day(orders, Fits.from_json(fits), **terms)


def seen(
    orders: Orders,
    *,
    since: str | None,
    **terms: Any,  # noqa: ANN401
) -> maturing.Younger | None:
    """Answer what new customers have paid, beside those of a year before by then."""
    start = dt.date.fromisoformat(since) if since else None
    return same_age.seen(orders, since=start, **terms)


QUESTIONS: dict[str, Callable[..., Any]] = {
    "newcomer": newcomer,
    "worth_by": by_group,
    "maturing": by_day,
    "same_age": seen,
}
