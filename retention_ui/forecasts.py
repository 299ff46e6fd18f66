"""Forecasts as answers that can be kept: numbers and small frames, no engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from retention_core import clv, engine, periods, risk
from retention_core.clv import tables
from retention_core.clv.errors import NoRepeatSpendError
from retention_core.errors import RetentionError, TooLittleDataError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import ibis.expr.types as ir

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
    customers of so long ago have brought since, by the same terms; None where the
    history does not reach back so far.
    """

    total: dict[str, float]
    monthly: pd.DataFrame
    before: float | None

    @property
    def months(self) -> int:
        """How many months ahead."""
        return len(self.monthly)


@dataclass(frozen=True)
class Bringers:
    """Who brings it.

    ``matrix`` and ``tenths``: :mod:`retention_core.clv.tables`; ``customers``: the most
    valuable of all ``n_customers``.
    """

    matrix: pd.DataFrame
    tenths: pd.DataFrame
    customers: pd.DataFrame
    n_customers: int


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
        before=clv.brought_since(orders, found.terms),
    )


def bringers(
    orders: Orders,
    *,
    fits: Mapping[str, Any],
    window_days: int,
    limit: int,
    **terms: Any,  # noqa: ANN401 the arguments of clv.forecast
) -> Bringers:
    """Answer who brings it."""
    known = clv.Fits.from_json(fits)
    found = clv.forecast(orders, fits=known, **terms)
    # The score goes by BG/NBD, whichever model forecasts; where it is one, fit once.
    same = known.timing.model == "bg/nbd"
    params = known.timing.params.tolist() if same else risk.parameters(orders)
    chances = risk.scored_by(orders, window_days=window_days, params=params)
    with engine.held(found.customers, orders.backend) as customers:
        each = customers.select("customer_id", "clv", orders=customers.frequency + 1)
        names = ("customer_id", "days_since_last_order", "probability_active")
        grouped = each.join(chances.select(*names), "customer_id")
        matrix = orders.run(tables.frequency_recency(grouped, window_days=window_days))
        tenths = orders.run(tables.tenths(customers))
        listed = orders.run(_listed(customers).limit(limit))
    return Bringers(matrix, tenths, listed, known.timing.n_customers)


def rows(orders: Orders, *, fits: Mapping[str, Any], **terms: Any) -> pd.DataFrame:  # noqa: ANN401
    """List the forecast of every customer, most valuable first."""
    found = clv.forecast(orders, fits=clv.Fits.from_json(fits), **terms)
    return orders.run(_listed(found.customers))


def simple(
    orders: Orders, *, margin: float, window_days: int
) -> clv.Simple | TooLittle:
    """Answer the simple lifetime value, or why there is none."""
    try:
        return clv.simple(orders, margin=margin, window_days=window_days)
    except RetentionError as error:
        return TooLittle(error.code, error.fields)


def backtest(orders: Orders, *, model: str) -> clv.Backtest | TooLittle:
    """Answer how the model did on the part of the history held back from it."""
    try:
        return clv.backtest(orders, model=model)
    except RetentionError as error:
        return TooLittle(error.code, error.fields)


def _listed(scored: ir.Table) -> ir.Table:
    days = (scored.T - scored.recency).cast("int64")
    listed = scored.mutate(orders=scored.frequency + 1, days_since_last_order=days)
    return listed.order_by([listed.clv.desc(), listed.customer_id.asc()])


def _calendar(monthly: pd.DataFrame) -> list[pd.Timestamp]:
    """Name each month ahead by the calendar month that most of the first lies in."""
    middle = monthly["month_start"].iloc[0] + pd.Timedelta(days=HALF_A_MONTH)
    first = middle.date().replace(day=1)
    return [
        pd.Timestamp(periods.following(first, "month", step))
        for step in range(len(monthly))
    ]
