"""Forecasts as answers that can be kept: numbers and small frames, no engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from retention_core import clv, engine, periods, risk
from retention_core.clv import tables
from retention_core.clv.errors import NoRepeatSpendError
from retention_core.errors import RetentionError, TooLittleDataError
from retention_ui.blocks import MOST_ROWS

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from retention_core.clv.fitting import Fit
    from retention_core.orders import Orders

HALF_A_MONTH = 15


@dataclass(frozen=True)
class TooLittle:
    """Why there is no forecast: an error's code and its facts."""

    code: str
    fields: dict[str, Any]


@dataclass(frozen=True)
class Outlook:
    """A forecast as its page needs it.

    ``monthly``: ``month, expected, low, high``, revenue by calendar month; ``matrix``
    and ``tenths``: :mod:`retention_core.clv.tables`; ``customers``: the most valuable;
    ``fits``: a row a parameter, ``model, parameter, estimate, standard_error``.
    """

    total: float
    low: float
    high: float
    months: int
    monthly: pd.DataFrame
    history: pd.DataFrame
    matrix: pd.DataFrame
    tenths: pd.DataFrame
    customers: pd.DataFrame
    fits: pd.DataFrame
    model: str
    rung: str
    penalizer: float
    log_likelihood: float
    n_customers: int
    n_repeat: int
    independence: float


def forecast(orders: Orders, *, window_days: int, **terms: Any) -> Outlook | TooLittle:  # noqa: ANN401 the arguments of clv.forecast
    """Answer what today's customers will bring; ``terms`` as of ``clv.forecast``."""
    try:
        found = clv.forecast(orders, **terms)
    except (TooLittleDataError, NoRepeatSpendError) as error:
        return TooLittle(error.code, error.fields)
    # The score goes by BG/NBD, whichever model forecasts; where it is one, fit once.
    same = found.fit.model == "bg/nbd"
    params = found.fit.params.tolist() if same else risk.parameters(orders)
    chances = risk.scored_by(orders, window_days=window_days, params=params)
    with engine.held(found.customers, orders.backend) as customers:
        each = customers.select("customer_id", "clv", orders=customers.frequency + 1)
        names = ("customer_id", "days_since_last_order", "probability_active")
        grouped = each.join(chances.select(*names), "customer_id")
        matrix = orders.run(tables.frequency_recency(grouped, window_days=window_days))
        tenths = orders.run(tables.tenths(customers))
        listed = orders.run(_listed(customers).limit(MOST_ROWS))
    monthly = found.monthly
    return Outlook(
        total=found.total,
        low=found.interval.low,
        high=found.interval.high,
        months=len(monthly),
        monthly=pd.DataFrame(
            {
                "month": _calendar(monthly),
                "expected": monthly["revenue"],
                "low": monthly["low"],
                "high": monthly["high"],
            }
        ),
        history=tables.history(orders),
        matrix=matrix,
        tenths=tenths,
        customers=listed,
        fits=pd.concat([_parameters(found.fit), _parameters(found.spend)]),
        model=found.fit.model,
        rung=found.fit.rung,
        penalizer=found.fit.penalizer,
        log_likelihood=found.fit.log_likelihood,
        n_customers=found.fit.n_customers,
        n_repeat=found.spend.n_customers,
        independence=found.independence,
    )


def rows(orders: Orders, **terms: Any) -> pd.DataFrame:  # noqa: ANN401
    """List the forecast of every customer, most valuable first."""
    return orders.run(_listed(clv.forecast(orders, **terms).customers))


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


def _parameters(fit: Fit) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "model": fit.model,
            "parameter": fit.params.index,
            "estimate": fit.params.to_numpy(),
            "standard_error": fit.standard_errors.reindex(fit.params.index).to_numpy(),
        }
    )
