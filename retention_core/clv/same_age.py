"""What a year's new customers have paid, beside those of a year before by then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from retention_core import periods
from retention_core.clv.forecast import Terms
from retention_core.clv.maturing import YEAR, Younger, paid_by
from retention_core.intervals import ENOUGH_CUSTOMERS
from retention_core.ranking import variance_of_mean

if TYPE_CHECKING:
    import datetime as dt

    from retention_core.orders import Orders


def seen(
    orders: Orders,
    *,
    annual_discount_rate: float = 0.10,
    margin: float = 1.0,
    since: dt.date | None = None,
) -> Younger | None:
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
    Worth is the discounted margin per customer so far; of those of the year before,
    what it was a year ago. ``None`` where either year has fewer than 30 customers, or
    the earlier is not whole.

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
    return Younger.than((middle, last), (value, before), deviation)


def _sums(orders: Orders, terms: Terms, start: dt.date, end: dt.date) -> pd.Series:
    days = orders.run(paid_by(orders, terms))
    day = pd.to_datetime(days["day"])
    within = (day >= pd.Timestamp(start)) & (day < pd.Timestamp(end))
    return days[within].drop(columns="day").sum().astype("float64")


def _mean(sums: pd.Series) -> tuple[float, float]:
    """Paid per customer, and its variance."""
    n, total = float(sums["customers"]), float(sums["paid"])
    return total / n, variance_of_mean(n, total, float(sums["paid_squared"]))
