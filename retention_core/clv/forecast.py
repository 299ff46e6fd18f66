"""What today's customers will buy in the months to come, and what that is worth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from retention_core.clv import scores
from retention_core.clv.errors import InvalidTermsError
from retention_core.clv.fits import fits as fit_both
from retention_core.clv.groups import Groups
from retention_core.clv.summary import summary
from retention_core.clv.uncertainty import SEED, draws_of_total

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from retention_core.clv.fits import Fits
    from retention_core.clv.fitting import Fit
    from retention_core.clv.special import Floats
    from retention_core.orders import Orders

MONTH_DAYS = 365.25 / 12


class Interval(NamedTuple):
    """A 95 % interval."""

    low: float
    high: float


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
    interval
        95 % interval of ``total``: :func:`clv.uncertainty.draws_of_total`.
    monthly
        A row a month: ``month`` (1 …), ``month_start`` (date), ``expected_purchases``,
        ``revenue`` with its 95 % ``low`` and ``high``; neither discounted nor times
        the margin.
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
    known = fits or fit_both(orders, model)
    timing, spend = known.timing, known.spend
    table = summary(orders)
    groups = Groups.of(orders, table, spend)
    by_month = scores.by_month(timing, groups.histories, terms)
    scored = scores.of_histories(timing, groups.histories, terms, by_month)
    discounted = scored["discounted_purchases"].to_numpy(np.float64)
    total = margin * float(groups.value @ discounted)
    interval, monthly = _spread(
        total, _monthly(orders, groups, by_month, terms), (timing, spend), groups, terms
    )
    return Forecast(
        customers=scores.of_customers(table, scored, spend, margin),
        total=total,
        interval=interval,
        monthly=monthly,
        fit=timing,
        spend=spend,
        independence=known.independence,
        terms=terms,
    )


def _monthly(
    orders: Orders, groups: Groups, by_month: Floats, terms: Terms
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


def _spread(
    total: float,
    monthly: pd.DataFrame,
    fits: tuple[Fit, Fit],
    groups: Groups,
    terms: Terms,
) -> tuple[Interval, pd.DataFrame]:
    """95 % intervals: of the total, and of each month's revenue.

    A month takes its share of the total's variance, as independent months would.
    """
    factors, deviation = draws_of_total(*fits, groups, float(terms.ends[-1]))
    rng = np.random.default_rng(SEED)
    revenue = monthly["revenue"].to_numpy(np.float64)
    share = revenue / (revenue.sum() or 1.0)
    spread = deviation / np.sqrt(np.where(share > 0, share, 1.0))
    chance = rng.standard_normal((factors.size, 1 + revenue.size))
    noise = chance * np.array([deviation, *spread])
    low, high = np.quantile(np.maximum(factors[:, None] + noise, 0), [0.025, 0.975], 0)
    low, high = np.minimum(low, 1), np.maximum(high, 1)
    bounds = monthly.assign(low=revenue * low[1:], high=revenue * high[1:])
    return Interval(total * float(low[0]), total * float(high[0])), bounds
