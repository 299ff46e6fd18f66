"""Cohorts at one age: what their customers have paid, and will have paid by then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd
from scipy.special import ndtr

from retention_core import periods
from retention_core.clv.forecast import MONTH_DAYS, Terms
from retention_core.clv.groups import Groups
from retention_core.clv.newcomers import MONTHS
from retention_core.clv.summary import summary
from retention_core.clv.to_come import SHIFT, expected_until_age
from retention_core.intervals import ENOUGH_CUSTOMERS, Z95, ratio
from retention_core.ranking import variance_of_mean

if TYPE_CHECKING:
    import datetime as dt

    import ibis.expr.types as ir

    from retention_core.clv.fits import Fits
    from retention_core.clv.special import Floats
    from retention_core.orders import Orders
    from retention_core.periods import Grain

YEAR = 12


@dataclass(frozen=True)
class Younger:
    """The customers of one year beside those of the year before, at the same age.

    Attributes
    ----------
    first, last
        First days of the younger year's first and last month.
    value, before
        Worth per customer of both.
    low, high
        95 % interval of ``value`` − ``before``.
    p_value
        Two-sided.
    """

    first: dt.date
    last: dt.date
    value: float
    before: float
    low: float
    high: float
    p_value: float

    @classmethod
    def than(
        cls,
        days: tuple[dt.date, dt.date],
        values: tuple[float, float],
        deviation: float,
    ) -> Younger:
        """From ``first`` and ``last``, ``value`` and ``before``, and their error."""
        apart = values[0] - values[1]
        return cls(
            *days,
            *values,
            low=apart - Z95 * deviation,
            high=apart + Z95 * deviation,
            p_value=float(2 * ndtr(-abs(apart) / deviation)) if deviation else 1.0,
        )


@dataclass(frozen=True)
class Reached:
    """What customers who are old enough have brought by the age.

    Attributes
    ----------
    customers
        How many.
    value, low, high
        Margin per customer and its 95 % interval.
    """

    customers: int
    value: float
    low: float
    high: float


def by_day(
    orders: Orders,
    fits: Fits,
    *,
    months: int = MONTHS,
    annual_discount_rate: float = 0.10,
    margin: float = 1.0,
) -> pd.DataFrame:
    """Paid so far, and expected still, within so many months of the first order.

    Each customer is looked at to the same age, so that young cohorts can be held
    against old ones; money is discounted to the day of the first order.

    Parameters
    ----------
    fits
        What :func:`clv.fits` found.
    months, annual_discount_rate, margin
        As of :func:`clv.newcomer`.

    Returns
    -------
    DataFrame
        A row a day of first orders: ``day, customers``; sums over these customers:
        ``paid``, margin so far; ``paid_squared``, of each customer's; ``expected``
        until the age is reached; ``variance`` of that by chance, customers
        independent; ``shift_…``, by how much ``expected`` moves with each independent
        direction of the parameters (one standard error). For :func:`by_cohort`.

    Raises
    ------
    InvalidTermsError
        Arguments out of range.
    """
    terms = Terms(months, annual_discount_rate, margin)
    terms.check()
    paid = orders.run(paid_by(orders, terms))
    paid["day"] = pd.to_datetime(paid["day"])
    table = summary(orders)
    young = table.filter(table["T"] < float(terms.ends[-1]))
    groups = Groups.of(orders, young, fits.spend) if _any(paid, orders, terms) else None
    if groups is None:
        return paid.assign(expected=0.0, variance=0.0)
    to_come = expected_until_age(groups, fits, terms)
    age = pd.to_timedelta(groups.histories.T, unit="D")
    to_come["day"] = pd.Timestamp(orders.as_of) - age
    found = paid.merge(to_come.groupby("day", as_index=False).sum(), "left", "day")
    return found.fillna(0.0)


def by_cohort(days: pd.DataFrame, *, grain: Grain, as_of: dt.date) -> pd.DataFrame:
    """Worth per customer of each cohort at the age of :func:`by_day`.

    Returns
    -------
    DataFrame
        ``cohort`` (first day), ``customers``; per customer ``paid`` so far and
        ``expected`` until the age is reached, ``value`` (both), with the 95 % interval
        ``low, high`` of what these very customers will have brought (no wider than a
        point where all have reached the age); ``complete``, whether the cohort's
        period had ended by ``as_of``.
    """
    starts = [periods.first_day(day.date(), grain) for day in days["day"]]
    cohort = pd.Series(pd.to_datetime(starts), index=days.index, name="cohort")
    sums = days.drop(columns="day").groupby(cohort).sum()
    n = sums["customers"]
    deviation = np.sqrt(_uncertain(sums)) / n
    value = (sums["paid"] + sums["expected"]) / n
    found = pd.DataFrame(
        {
            "customers": n,
            "paid": sums["paid"] / n,
            "expected": sums["expected"] / n,
            "value": value,
            "low": value - Z95 * deviation,
            "high": value + Z95 * deviation,
        }
    ).reset_index()
    ended = [periods.complete(day.date(), grain, as_of) for day in found["cohort"]]
    return found.assign(complete=ended)


def reached(
    days: pd.DataFrame, *, as_of: dt.date, months: int, since: dt.date | None = None
) -> Reached | None:
    """What those brought who have reached the age: a check on what is expected.

    Parameters
    ----------
    days
        Of :func:`by_day`, with the same ``months``.
    since
        Leave out who came before; the first month of a file may hold older customers.

    Returns
    -------
    ``None`` with fewer than 30 such customers.
    """
    old = days[(pd.Timestamp(as_of) - days["day"]).dt.days >= MONTH_DAYS * months]
    if since is not None:
        old = old[old["day"] >= pd.Timestamp(since)]
    n, paid = int(old["customers"].sum()), float(old["paid"].sum())
    if n < ENOUGH_CUSTOMERS:
        return None
    low, high = ratio(paid, n, old["paid_squared"].sum(), n, paid, n)
    return Reached(n, paid / n, float(low), float(high))


def younger(
    days: pd.DataFrame, *, as_of: dt.date, since: dt.date | None = None
) -> Younger | None:
    """Whether the latest twelve finished months' customers differ from the year before.

    What is expected is uncertain, and who came in a year is chance as well.

    Parameters
    ----------
    days
        Of :func:`by_day`.
    since
        Leave out who came before; the first month of a file may hold older customers.

    Returns
    -------
    ``None`` where either year has fewer than 30 customers, or the earlier one is not
    whole.
    """
    end = periods.following(periods.last_complete(as_of, "month"), "month")
    middle, start = (periods.following(end, "month", -YEAR * n) for n in (1, 2))
    began = days["day"].min().date() if since is None else since
    if days.empty or began > start:
        return None
    day = days["day"]
    late = days[(day >= pd.Timestamp(middle)) & (day < pd.Timestamp(end))]
    early = days[(day >= pd.Timestamp(start)) & (day < pd.Timestamp(middle))]
    sums = [each.drop(columns="day").sum() for each in (late, early)]
    if min(each["customers"] for each in sums) < ENOUGH_CUSTOMERS:
        return None
    (value, spread), (before, spread_before) = (_mean(each) for each in sums)
    shifts = _shifts(sums[0]) / sums[0]["customers"]
    shifts = shifts - _shifts(sums[1]) / sums[1]["customers"]
    deviation = float(np.sqrt(spread + spread_before + np.square(shifts).sum()))
    last = periods.following(end, "month", -1)
    return Younger.than((middle, last), (value, before), deviation)


def _mean(sums: pd.Series) -> tuple[float, float]:
    """Worth per customer, and its variance but for the parameters'."""
    n, paid = float(sums["customers"]), float(sums["paid"])
    spread = variance_of_mean(n, paid, float(sums["paid_squared"]))
    return (paid + float(sums["expected"])) / n, spread + sums["variance"] / n**2


def _shifts(sums: pd.Series | pd.DataFrame) -> Floats:
    """By how much each direction of the parameters moves what is expected."""
    names = [name for name in sums.axes[-1] if str(name).startswith(SHIFT)]
    return sums[names].to_numpy(np.float64)


def _uncertain(sums: pd.DataFrame) -> Floats:
    """Variance of what is expected of each cohort: chance, and the parameters."""
    return np.asarray(sums["variance"] + np.square(_shifts(sums)).sum(axis=1))


def _any(paid: pd.DataFrame, orders: Orders, terms: Terms) -> bool:
    """Whether somebody is younger than the age."""
    if paid.empty:
        return False
    age = pd.Timestamp(orders.as_of) - paid["day"].max()
    return bool(age.days < terms.ends[-1])


def paid_by(orders: Orders, terms: Terms) -> ir.Table:
    """Discounted margin up to the age, summed by the day of the first order.

    Returns
    -------
    Ibis table
        ``day, customers, paid, paid_squared`` as of :func:`by_day`.
    """
    days = orders.purchase_days
    first = days.day.min().over(ibis.window(group_by=days.customer_id))
    each = days.mutate(first=first)
    age = each.day.delta(each["first"], unit="day")
    each = each.mutate(age=age.cast("float64"))
    each = each.filter(each.age < float(terms.ends[-1]))
    monthly = float(1 / terms.discounts[0])
    factor = ibis.literal(monthly).pow(-(each.age / MONTH_DAYS).ceil())
    paid = each.group_by("customer_id", "first").agg(
        paid=(each.amount * factor * terms.margin).sum()
    )
    return (
        paid.group_by(day=paid["first"])
        .agg(
            customers=paid.count(),
            paid=paid.paid.sum(),
            paid_squared=(paid.paid * paid.paid).sum(),
        )
        .order_by("day")
    )
