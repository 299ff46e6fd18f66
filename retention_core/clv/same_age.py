"""What a year's new customers have paid, beside those of a year before by then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import ndtr

from retention_core import periods
from retention_core.clv.forecast import Terms
from retention_core.clv.maturing import paid_by
from retention_core.intervals import ENOUGH_CUSTOMERS, Z95
from retention_core.ranking import variance_of_mean

if TYPE_CHECKING:
    import datetime as dt

    from retention_core.orders import Orders

YEAR = 12


@dataclass(frozen=True)
class Seen:
    """What two years' new customers have paid by the same age: no model.

    Attributes
    ----------
    first, last
        First days of the younger year's first and last month.
    value, before
        Discounted margin per customer so far; of those of the year before, what it was
        a year ago.
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


def seen(
    orders: Orders,
    *,
    annual_discount_rate: float = 0.10,
    margin: float = 1.0,
    since: dt.date | None = None,
) -> Seen | None:
    """Whether new customers pay more or less than those of a year before did.

    Those who first ordered in the last twelve finished months, with all they have paid,
    beside those of the twelve months before, with what they had paid a year ago: as
    old, in the same seasons, nothing but what was seen.

    Parameters
    ----------
    annual_discount_rate, margin
        As of :func:`clv.newcomer`.
    since
        Leave out who came before; the first month of a file may hold older customers.

    Returns
    -------
    ``None`` where either year has fewer than 30 customers, or the earlier is not whole.

    Raises
    ------
    InvalidTermsError
        Arguments out of range.
    """
    # The oldest of a year's newcomers are not quite thirteen months old.
    terms = Terms(YEAR + 1, annual_discount_rate, margin)
    terms.check()
    last = periods.last_complete(orders.as_of, "month")
    end = periods.following(last, "month")
    middle, start = (periods.following(end, "month", -YEAR * n) for n in (1, 2))
    if max(orders.first_day, since or orders.first_day) > start:
        return None
    a_year_ago = (pd.Timestamp(orders.as_of) - pd.DateOffset(years=1)).date()
    late = _sums(orders, terms, middle, end)
    early = _sums(orders.until(a_year_ago), terms, start, middle)
    if min(late["customers"], early["customers"]) < ENOUGH_CUSTOMERS:
        return None
    (value, spread), (before, spread_before) = _mean(late), _mean(early)
    deviation = float(np.sqrt(spread + spread_before))
    apart = value - before
    return Seen(
        first=middle,
        last=last,
        value=value,
        before=before,
        low=apart - Z95 * deviation,
        high=apart + Z95 * deviation,
        p_value=float(2 * ndtr(-abs(apart) / deviation)) if deviation else 1.0,
    )


def _sums(orders: Orders, terms: Terms, start: dt.date, end: dt.date) -> pd.Series:
    days = orders.run(paid_by(orders, terms))
    day = pd.to_datetime(days["day"])
    within = (day >= pd.Timestamp(start)) & (day < pd.Timestamp(end))
    return days[within].drop(columns="day").sum().astype("float64")


def _mean(sums: pd.Series) -> tuple[float, float]:
    """Paid per customer, and its variance."""
    n, total = float(sums["customers"]), float(sums["paid"])
    return total / n, variance_of_mean(n, total, float(sums["paid_squared"]))
