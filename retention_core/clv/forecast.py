"""What today's customers will buy in the months to come, and what that is worth."""

from __future__ import annotations

import math
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from retention_core import engine
from retention_core.clv import scores
from retention_core.clv.errors import InvalidTermsError
from retention_core.clv.fits import fits_of, nameless
from retention_core.clv.groups import Groups
from retention_core.clv.models import model_of
from retention_core.clv.summary import summary
from retention_core.clv.uncertainty import futures

if TYPE_CHECKING:
    from collections.abc import Iterator

    import ibis.expr.types as ir

    from retention_core.clv.ahead import Ahead
    from retention_core.clv.fits import Fits
    from retention_core.clv.fitting import Fit
    from retention_core.clv.special import Floats
    from retention_core.clv.uncertainty import Futures
    from retention_core.orders import Orders

MONTH_DAYS = 365.25 / 12


class Interval(NamedTuple):
    """Where a number lies with a stated chance."""

    low: float
    high: float


class Estimate(NamedTuple):
    """An expected number, with its 95 % and its 80 % interval."""

    total: float
    interval: Interval
    interval_80: Interval


@dataclass(frozen=True)
class Terms:
    """For how long, and what money is worth later.

    Attributes
    ----------
    months
        Of 30.4375 days.
    annual_discount_rate, margin
        Shares: 0.1 is 10 %.
    """

    months: int
    annual_discount_rate: float
    margin: float

    def check(self) -> None:
        """Raise ``InvalidTermsError`` where nothing can be forecast."""
        finite = math.isfinite(self.annual_discount_rate) and math.isfinite(self.margin)
        if (
            not finite
            or self.months < 1
            or self.annual_discount_rate <= -1
            or self.margin <= 0
        ):
            raise InvalidTermsError(**vars(self))

    @property
    def ends(self) -> Floats:
        """Days from now to the end of each month."""
        return MONTH_DAYS * np.arange(1.0, self.months + 1)

    @property
    def discounts(self) -> Floats:
        """What money at the end of each month is worth now: (1 + d)^-j."""
        monthly = (1 + self.annual_discount_rate) ** (1 / 12)
        return float(monthly) ** -np.arange(1.0, self.months + 1)


@dataclass(frozen=True)
class Forecast:
    """Expected value of the customers there are; new ones come on top.

    Attributes
    ----------
    customers
        Ibis table, one row a customer, in the engine of the orders: ``customer_id,
        frequency, recency, T, monetary_value`` as of :func:`clv.summary`;
        ``probability_alive``; ``probability_active`` and ``expected_purchases`` over
        all ``months``; ``expected_order_value``; ``clv``, discounted margin over the
        months. Ask it through ``orders.run``.
    total
        Customer equity: the sum of ``clv``, in the currency.
    interval, interval_80
        95 % and 80 % interval of ``total``: parameters, chance of buying, and what the
        model missed beyond them on the shop's own past, where the fits know it
        (``Fits.unexplained``): :func:`clv.uncertainty.futures`. One customer's:
        :func:`clv.customer_intervals`.
    purchases
        Expected purchases of all customers over all ``months``, with both intervals.
    monthly
        A row a month: ``month`` (1 …), ``month_start`` (date), ``expected_purchases``,
        ``revenue`` with its 95 % ``low`` and ``high`` and its 80 % ``low_80`` and
        ``high_80``; neither discounted nor times the margin.
    fit, spend
        The timing model (it may be another than asked for) and Gamma-Gamma.
    independence
        Pearson r between frequency and spend, which the models take to be 0.
    terms
        Months, discount, margin.
    """

    customers: ir.Table
    total: float
    interval: Interval
    interval_80: Interval
    purchases: Estimate
    monthly: pd.DataFrame
    fit: Fit
    spend: Fit
    independence: float
    terms: Terms


def forecast(
    orders: Orders,
    *,
    months: int = 12,
    annual_discount_rate: float = 0.10,
    margin: float = 1.0,
    model: str = "bg/nbd",
    fits: Fits | None = None,
) -> Forecast:
    """Expected purchases and discounted value of every customer.

    ``clv = margin · E[M] · sum over months j of (E[Y(j)] − E[Y(j−1)]) / (1 + d)^j``
    with months of 30.4375 days and d the monthly discount (definitions.md §5). The
    model is fitted on distinct histories, which are scored in Python and joined to the
    customers in the engine.

    Parameters
    ----------
    months
        How far ahead, 1 or more.
    annual_discount_rate
        Share a year, above -1; d = (1 + annual)^(1/12) − 1.
    margin
        Share of revenue that is kept, above 0.
    model
        ``"bg/nbd"``, ``"mbg/nbd"`` or ``"pareto/nbd"``. Where it has no proper maximum
        on these customers, the first of the others that has; ``.fit.model`` says which.
    fits
        What :func:`clv.fits` found, if known already; ``model`` is then not looked at.
        ``comparison.counted_in(fits)`` of :func:`clv.compare` widens the intervals of
        totals by what the model missed on the shop's own past.

    Raises
    ------
    TooLittleDataError
        Before anything is fitted: fewer than 50 repeat customers, or a history of less
        than 3 median purchase intervals.
    NoRepeatSpendError
        Repeat customers never paid anything.
    InvalidTermsError, UnknownModelError
        Arguments out of range.
    """
    terms = Terms(months, annual_discount_rate, margin)
    terms.check()
    known, groups = _known(orders, model, fits)
    return _forecast(orders, summary(orders), known, groups, terms)


@contextmanager
def forecast_held(
    orders: Orders, terms: Terms, *, model: str = "bg/nbd", fits: Fits | None = None
) -> Iterator[Forecast]:
    """:func:`forecast`, with its ``customers`` worked out once for several questions.

    By one look at the orders; the table is gone afterwards.

    Raises
    ------
    TooLittleDataError, NoRepeatSpendError, InvalidTermsError, UnknownModelError
        As there.
    """
    terms.check()
    model_of(model)
    with engine.held(summary(orders), orders.backend) as table:
        known = fits or fits_of(orders, table, model)
        groups = Groups.of(orders, table, known.spend)
        found = _forecast(orders, table, known, groups, terms)
        with engine.held(found.customers, orders.backend) as customers:
            yield replace(found, customers=customers)


def _forecast(
    orders: Orders, table: ir.Table, known: Fits, groups: Groups, terms: Terms
) -> Forecast:
    timing, spend, margin = known.timing, known.spend, terms.margin
    by_month = scores.by_month(timing, groups.histories, terms)
    scored = scores.of_histories(timing, groups.histories, terms, by_month)
    discounted = scored["discounted_purchases"].to_numpy(np.float64)
    total = margin * float(groups.value @ discounted)
    future = futures(timing, spend, groups, by_month, terms).shaken(known.unexplained)
    equity = margin * future.revenue @ terms.discounts
    purchases = float(by_month.sum(axis=0) @ groups.histories.customers)
    return Forecast(
        customers=scores.of_customers(table, scored, spend, margin),
        total=total,
        interval=_interval(equity, 0.95, total),
        interval_80=_interval(equity, 0.80, total),
        purchases=Estimate(
            purchases,
            _interval(future.purchases, 0.95, purchases),
            _interval(future.purchases, 0.80, purchases),
        ),
        monthly=_bounded(_monthly(orders, groups, by_month, terms), future),
        fit=timing,
        spend=spend,
        independence=known.independence,
        terms=terms,
    )


def _known(orders: Orders, model: str, fits: Fits | None) -> tuple[Fits, Groups]:
    """The fits, and what the histories share, by one look at the orders."""
    if fits is not None:
        return fits, Groups.of(orders, nameless(orders), fits.spend)
    model_of(model)
    with engine.held(nameless(orders), orders.backend) as table:
        found = fits_of(orders, table, model)
        return found, Groups.of(orders, table, found.spend)


def _monthly(
    orders: Orders, groups: Groups, by_month: Ahead, terms: Terms
) -> pd.DataFrame:
    first = pd.Timestamp(orders.as_of) + pd.Timedelta(days=1)
    begins = np.floor(MONTH_DAYS * np.arange(terms.months))
    return pd.DataFrame(
        {
            "month": np.arange(1, terms.months + 1),
            "month_start": first + pd.to_timedelta(begins, unit="D"),
            "expected_purchases": by_month @ groups.histories.customers,
            "revenue": by_month @ groups.value,
        }
    )


def _interval(draws: Floats, share: float, expected: float) -> Interval:
    """The middle ``share`` of the draws; ``expected`` is in it."""
    low, high = np.quantile(draws, [(1 - share) / 2, (1 + share) / 2])
    return Interval(min(float(low), expected), max(float(high), expected))


def _bounded(monthly: pd.DataFrame, future: Futures) -> pd.DataFrame:
    columns: dict[str, list[float]] = {}
    each = list(zip(future.revenue.T, monthly["revenue"], strict=True))
    for share, suffix in ((0.95, ""), (0.80, "_80")):
        ends = [_interval(draws, share, float(middle)) for draws, middle in each]
        columns[f"low{suffix}"] = [end.low for end in ends]
        columns[f"high{suffix}"] = [end.high for end in ends]
    return monthly.assign(**columns)
