"""Forecasts as answers that can be kept: numbers and small frames, no engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from retention_core import clv, periods
from retention_core.clv.errors import NoRepeatSpendError
from retention_core.errors import RetentionError, TooLittleDataError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retention_core.orders import Orders

HALF_A_MONTH = 15
ENDS = ("low", "high", "low_80", "high_80")


@dataclass(frozen=True)
class TooLittle:
    """Why there is no forecast: an error's code and its facts."""

    code: str
    fields: dict[str, Any]


@dataclass(frozen=True)
class Outlook:
    """A forecast as its page needs it.

    ``total`` has ``total, low, high, low_80, high_80``; ``monthly`` ``month, expected,
    low, high, low_80, high_80``, revenue by calendar month. ``before``: what the
    months before brought, by the same terms; None where the history does not reach back
    so far.
    """

    total: dict[str, float]
    monthly: pd.DataFrame
    before: clv.Before | None

    @property
    def months(self) -> int:
        """How many months ahead."""
        return len(self.monthly)


def fits(orders: Orders, *, model: str) -> clv.Fits | TooLittle:
    """Answer the fitted models, which the other questions are given."""
    try:
        return clv.fits(orders, model)
    except (TooLittleDataError, NoRepeatSpendError) as error:
        return TooLittle(error.code, error.fields)


def forecast(orders: Orders, *, fits: Mapping[str, Any], **terms: Any) -> Outlook:  # noqa: ANN401 the arguments of clv.forecast
    """Answer what today's customers will bring; ``terms`` as of ``clv.forecast``."""
    found = clv.forecast(orders, fits=clv.Fits.from_json(fits), **terms)
    monthly = found.monthly
    return Outlook(
        total={
            "total": found.total,
            **dict(zip(("low", "high"), found.interval, strict=True)),
            **dict(zip(("low_80", "high_80"), found.interval_80, strict=True)),
        },
        monthly=pd.DataFrame(
            {
                "month": _calendar(monthly),
                "expected": monthly["revenue"],
                **{end: monthly[end] for end in ENDS},
            }
        ),
        before=clv.brought_before(orders, found.terms),
    )


def simple(
    orders: Orders, *, margin: float, window_days: int
) -> clv.Simple | TooLittle:
    """Answer the simple lifetime value, or why there is none."""
    try:
        return clv.simple(orders, margin=margin, window_days=window_days)
    except RetentionError as error:
        return TooLittle(error.code, error.fields)


def _calendar(monthly: pd.DataFrame) -> list[pd.Timestamp]:
    """Name each month ahead by the calendar month that most of the first lies in."""
    middle = monthly["month_start"].iloc[0] + pd.Timedelta(days=HALF_A_MONTH)
    first = middle.date().replace(day=1)
    return [
        pd.Timestamp(periods.following(first, "month", step))
        for step in range(len(monthly))
    ]
