"""What a customer who has just made the first purchase will be worth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from retention_core.clv import models
from retention_core.clv.forecast import Terms
from retention_core.clv.spend import RUN_AWAY, population_mean
from retention_core.errors import NoOrdersError, TooSmallError
from retention_core.intervals import Z80, Z95

if TYPE_CHECKING:
    from retention_core.clv.fits import Fits
    from retention_core.clv.fitting import Fit
    from retention_core.clv.special import Floats
    from retention_core.orders import Orders

MONTHS = 24
CENT = 0.01


@dataclass(frozen=True)
class FirstOrders:
    """Net revenue of the first purchase day.

    Attributes
    ----------
    customers
        Who made one.
    mean, error
        Mean and its standard error, in the currency; ``error`` is 0 for one customer.
    later_error
        Standard error of the logarithm of the mean over customers of their own mean on
        later days: what the data say without a model. Where a few spend very much,
        Gamma-Gamma is too sure. 0 with fewer than two who paid again.
    """

    customers: int
    mean: float
    error: float
    later_error: float


@dataclass(frozen=True)
class Newcomer:
    """A customer who has just made the first purchase, on average.

    Attributes
    ----------
    monthly
        A row a month from 0, the first order, to ``terms.months``: ``month``;
        ``expected_purchases``, repeat purchase days by its end; ``value``, discounted
        margin by its end; its intervals ``low_80, high_80`` (80 %) and ``low, high``
        (95 %) for the mean of many such customers.
    first
        The first orders there were.
    order_value
        Expected net revenue of a later purchase day.
    terms
        Months, discount, margin.
    """

    monthly: pd.DataFrame
    first: FirstOrders
    order_value: float
    terms: Terms

    @property
    def value(self) -> float:
        """Worth over all months."""
        return float(self.monthly["value"].iloc[-1])


@dataclass(frozen=True)
class Payback:
    """A newcomer beside what it cost to win one.

    Attributes
    ----------
    cost
        Of one new customer, 0.01 or more.
    ratio, low, high
        Worth over the cost (LTV:CAC), with its 95 % interval.
    month
        The month by whose end the cost is earned back: 0 with the first order, ``None``
        not within the months looked at.
    earliest, latest
        The same for the upper and the lower end of the 95 % interval.
    """

    cost: float
    ratio: float
    low: float
    high: float
    month: int | None
    earliest: int | None
    latest: int | None


def newcomer(
    orders: Orders,
    fits: Fits,
    *,
    months: int = MONTHS,
    annual_discount_rate: float = 0.10,
    margin: float = 1.0,
) -> Newcomer:
    """Cumulative expected margin of a new customer, month by month.

    ``margin · (F + E[M] · sum over months j of (E[X(j)] − E[X(j−1)]) / (1 + d)^j)``: F
    is the mean of the first purchase day, E[M] of a later one, X the repeat purchases
    of a history that has just begun (eq. 9 of Fader, Hardie & Lee 2005); months and d
    as of :func:`clv.forecast`.

    The interval is for the mean of many: uncertainty of the parameters by sigma points
    (values one standard error either way along each independent direction of their
    covariance), of F, and of how much customers' own means differ, should that leave
    E[M] less sure than Gamma-Gamma says. A single customer differs far more.

    Parameters
    ----------
    fits
        What :func:`clv.fits` found.
    months, annual_discount_rate, margin
        As of :func:`clv.forecast`.

    Raises
    ------
    NoOrdersError
        No known customer has an order.
    InvalidTermsError
        Arguments out of range.
    """
    terms = Terms(months, annual_discount_rate, margin)
    terms.check()
    first = first_orders(orders)
    order_value = population_mean(fits.spend.params.to_numpy(np.float64))
    purchases, later = unfolding(fits.timing, terms)
    spend = max(spend_error(fits.spend), first.later_error)
    apart = purchases_error(fits.timing, terms.ends) ** 2 + spend**2
    value = np.concatenate([[0.0], order_value * later])
    error = value * np.sqrt(np.concatenate([[0.0], apart]))
    value, error = value + first.mean, np.hypot(error, first.error)
    bounds = {
        f"{side}{name}": margin * value * _spread(sign * z * error, value)
        for name, z in (("_80", Z80), ("", Z95))
        for side, sign in (("low", -1), ("high", 1))
    }
    monthly = pd.DataFrame(
        {
            "month": np.arange(months + 1),
            "expected_purchases": np.concatenate([[0.0], purchases]),
            "value": margin * value,
            **bounds,
        }
    )
    return Newcomer(monthly, first, order_value, terms)


def first_orders(orders: Orders) -> FirstOrders:
    """Mean net revenue of the first purchase day of each known customer.

    Raises
    ------
    NoOrdersError
        No known customer has an order.
    """
    days = orders.purchase_days
    each = days.group_by("customer_id").agg(
        repeats=days.count() - 1,
        first=days.amount.argmin(days.day),
        spent=days.amount.sum(),
    )
    own = (each.spent - each["first"]) / each.repeats.nullif(0)
    asked = each.agg(
        n=each.count(),
        mean=each["first"].mean(),
        spread=each["first"].var(),
        payers=each.count(where=own > 0),
        later=own.mean(where=own > 0),
        later_spread=own.var(where=own > 0),
    )
    row = orders.run(asked).fillna(0.0).iloc[0].astype(float)
    if not row["n"]:
        raise NoOrdersError
    later_error = 0.0
    if row["payers"]:
        later_error = np.sqrt(row["later_spread"] / row["payers"]) / row["later"]
    return FirstOrders(
        customers=int(row["n"]),
        mean=float(row["mean"]),
        error=float(np.sqrt(row["spread"] / row["n"])),
        later_error=float(later_error),
    )


def payback(monthly: pd.DataFrame, cost: float) -> Payback:
    """When a new customer has earned back what it cost to win one.

    Parameters
    ----------
    monthly
        Of :class:`Newcomer`.
    cost
        Of one new customer, in the currency of ``monthly``.

    Raises
    ------
    TooSmallError
        ``cost`` is less than 0.01.
    """
    if not cost >= CENT:
        raise TooSmallError(name="cost", value=cost, least=CENT)
    last = monthly.iloc[-1]
    return Payback(
        cost=cost,
        ratio=float(last["value"]) / cost,
        low=float(last["low"]) / cost,
        high=float(last["high"]) / cost,
        month=_earned(monthly, "value", cost),
        earliest=_earned(monthly, "high", cost),
        latest=_earned(monthly, "low", cost),
    )


def unfolding(timing: Fit, terms: Terms) -> tuple[Floats, Floats]:
    """Expected repeat purchases of a newcomer by the end of each month.

    As they are, and each discounted by its month.
    """
    purchases = _until(timing, terms.ends)
    return purchases, np.cumsum(np.diff(purchases, prepend=0) * terms.discounts)


def purchases_error(timing: Fit, ends: Floats) -> Floats:
    """Standard error of the logarithm of a newcomer's expected purchases by ``ends``.

    ``ends`` in days, above 0.
    """
    either_way = [
        np.log(_until(up, ends) / _until(down, ends)) / 2
        for up, down in sigma_points(timing)
    ]
    return np.asarray(np.sqrt(np.square(either_way).sum(axis=0)))


def spend_error(spend: Fit) -> float:
    """Standard error of the logarithm of the mean spend per purchase day.

    A mean that has run away in one direction counts as far off, not as infinite.
    """
    usual = population_mean(spend.params.to_numpy(np.float64))
    total = 0.0
    for pair in sigma_points(spend):
        means = [population_mean(each.params.to_numpy(np.float64)) for each in pair]
        up, down = np.clip(np.array(means) / usual, 1 / RUN_AWAY, RUN_AWAY)
        total += float(np.log(up / down) / 2) ** 2
    return float(np.sqrt(total))


def sigma_points(fit: Fit) -> list[tuple[Fit, Fit]]:
    """The fit moved one standard error up and down each independent direction.

    Wider than a slope at the optimum sees, and far fewer than draws: 4 parameters ask
    for 8 evaluations (Julier & Uhlmann 1997, the unscented transformation).
    """
    return [
        (
            replace(fit, params=fit.params * np.exp(step)),
            replace(fit, params=fit.params * np.exp(-step)),
        )
        for step in fit.steps
    ]


def _until(timing: Fit, ends: Floats) -> Floats:
    none = np.zeros(1)
    return models.expected_until(timing, ends, none, none, none)[:, 0]


def _spread(error: Floats, value: Floats) -> Floats:
    """Factor of ``error`` on the scale of logarithms; 1 where nothing is worth it."""
    share = np.divide(error, value, out=np.zeros_like(error), where=value > 0)
    return np.asarray(np.exp(share))


def _earned(monthly: pd.DataFrame, name: str, cost: float) -> int | None:
    enough = monthly.loc[monthly[name] >= cost, "month"]
    return None if enough.empty else int(enough.iloc[0])
