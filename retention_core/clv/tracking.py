"""Purchases added up week by week: what happened beside what the model says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd

from retention_core.clv import models
from retention_core.clv.ahead import Ahead

if TYPE_CHECKING:
    from collections.abc import Callable

    import ibis.expr.types as ir

    from retention_core.clv.fitting import Fit
    from retention_core.clv.histories import Histories
    from retention_core.clv.holdout import Holdout
    from retention_core.clv.special import Floats

NODES = 12
A_WEEK = 7


def tracked(
    holdout: Holdout, days: ir.Table, timing: Fit, histories: Histories
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Repeat purchases by week before and after the cut-off, both cumulative.

    Parameters
    ----------
    days
        As of :attr:`Holdout.purchase_days`.

    Returns
    -------
    before
        ``week`` (… -1, 0: ended so many weeks before the cut-off), ``actual`` and
        ``forecast`` since the history began: the sum over customers of E[X(t - first)],
        eq. 9 of Fader, Hardie & Lee (2005), as in their tracking plots.
    after
        ``week`` (0 …), ``actual`` and ``forecast`` since the cut-off. The last week may
        be a part of one.
    """
    daily = holdout.orders.run(_daily(holdout, days))
    since, bought = (daily[c].to_numpy(np.float64) for c in ("since", "purchases"))
    later = np.minimum(np.arange(0, holdout.days + A_WEEK, A_WEEK), holdout.days)
    known = (holdout.calibration.span_days - 1) // A_WEEK * A_WEEK
    earlier = np.arange(-known, A_WEEK, A_WEEK)
    after = pd.DataFrame(
        {
            "week": np.arange(later.size),
            "actual": [bought[(since > 0) & (since <= end)].sum() for end in later],
            "forecast": _ahead(timing, histories, later),
        }
    )
    # Customers by how many days before the cut-off they came: their first is no repeat.
    ages = histories.T.astype(np.int64)
    born = np.bincount(ages, histories.customers).astype(np.float64)
    first = np.array([born[-end:].sum() for end in earlier])
    actual = np.array([bought[since <= end].sum() for end in earlier]) - first
    forecast = _behind(timing, born, earlier)
    before = {"week": earlier // A_WEEK, "actual": actual, "forecast": forecast}
    return pd.DataFrame(before), after


def _daily(holdout: Holdout, days: ir.Table) -> ir.Table:
    """Purchases of customers known at the cut-off, by days since."""
    cutoff = ibis.literal(holdout.cutoff)
    known = days.filter(days.day <= cutoff).select("customer_id").distinct()
    theirs = days.semi_join(known, "customer_id")
    daily = theirs.select(since=theirs.day.delta(cutoff, unit="day"))
    return daily.group_by("since").agg(purchases=daily.count()).order_by("since")


def _ahead(timing: Fit, h: Histories, ends: np.ndarray) -> Floats:
    """Expected purchases of all customers up to each end, in days."""

    def total(until: Floats) -> Floats:
        between = Ahead.of(timing, until, (h.frequency, h.recency, h.T))
        return np.cumsum(between @ h.customers)

    return _smooth(timing, total, float(ends[-1]))(ends)


def _behind(timing: Fit, born: Floats, ends: np.ndarray) -> Floats:
    """Expected repeat purchases of all since each one's first, up to each end."""
    new = np.zeros(1)

    def one(until: Floats) -> Floats:
        return models.expected_until(timing, until, new, new, new)[:, 0]

    expected = _smooth(timing, one, float(born.size))(np.arange(born.size))
    # Who came n days before the cut-off is a customer for n + end days at that end.
    return np.array([born[-end:] @ expected[: max(born.size + end, 0)] for end in ends])


def _smooth(
    timing: Fit, function: Callable[[Floats], Floats], last: float
) -> Callable[[np.ndarray], Floats]:
    """A function of the days to come, 0 at 0, from a few of its values.

    Expected purchases are smooth in the logarithm of the time to come plus the time
    scale of the rates, so that a polynomial is exact (better than 1e-8).
    """
    scale = float(timing.params["alpha"])
    domain = [np.log(scale), np.log(scale + last)]

    def placed(places: Floats) -> Floats:
        return function(np.maximum(np.exp(places) - scale, 0))

    curve = np.polynomial.Chebyshev.interpolate(placed, NODES - 1, domain)
    return lambda days: np.where(days > 0, curve(np.log(scale + days)), 0.0)
