"""Gamma-Gamma: what a customer spends on a purchase day.

Each purchase is gamma (shape ``p``) around a customer's own mean, whose rate is gamma
over customers (``q``, ``v``). Spend and frequency are taken to be independent, which
:func:`independence` checks.

References
----------
.. [025] Fader, P. S. & Hardie, B. G. S. (2013). The Gamma-Gamma model of monetary
   value. brucehardie.com/notes/025.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import digamma, gammaln

from retention_core import engine
from retention_core.clv.distinct import Distinct
from retention_core.clv.errors import NoRepeatSpendError
from retention_core.clv.fitting import PENALIZERS, Fit, Optimum, maximise
from retention_core.clv.special import weighted

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import numpy.typing as npt

    from retention_core.clv.special import Floats

PARAMETERS = ("p", "q", "v")
STARTS = ((5.0, 4.0, 3.0), (1.0, 2.0, 1.0), (20.0, 2.0, 0.2))
FARTHEST = 3.0  # times the observed mean: a population mean beyond has run away
POOLED = Optimum(np.log([1.0, 3.0, 2.0]), np.eye(3) / 4, PENALIZERS[-1], "pooled")


@dataclass(frozen=True)
class Spenders:
    """Frequency and mean spend of every repeat customer."""

    frequency: Distinct
    money: Floats

    @classmethod
    def of(cls, summary: ir.Table | pd.DataFrame) -> Spenders:
        """Those with ``frequency`` > 0 and ``monetary_value`` > 0."""
        known = (summary.frequency > 0) & (summary.monetary_value > 0)
        if isinstance(summary, pd.DataFrame):
            frame = summary[known]
        else:
            bought = summary.filter(known).order_by("frequency", "monetary_value")
            frame = engine.run(bought.select("frequency", "monetary_value"))
        if frame.empty:
            raise NoRepeatSpendError
        x = frame["frequency"].to_numpy(np.float64)
        return cls(Distinct.of(x), frame["monetary_value"].to_numpy(np.float64))

    @property
    def mean(self) -> float:
        """Mean spend per repeat purchase day."""
        purchases = self.frequency.levels[self.frequency.rows]
        return float(purchases @ self.money / purchases.sum())

    @property
    def independence(self) -> float:
        """Pearson r between frequency and mean spend; NaN where one is all alike."""
        purchases = self.frequency.levels[self.frequency.rows]
        if np.ptp(purchases) == 0 or np.ptp(self.money) == 0:
            return float("nan")
        return float(np.corrcoef(purchases, self.money).flat[1])

    def log_likelihood(self, parameters: Floats) -> tuple[float, Floats]:
        """Log-likelihood and its gradient: eq. 1a of [025]."""
        p, q, v = parameters
        x, rows = self.frequency.levels, self.frequency.rows
        m = self.money
        by_x = np.bincount(rows)
        counts = gammaln(p * x + q) - gammaln(p * x) + p * x * np.log(x)
        counts += q * np.log(v) - gammaln(q)
        each = x[rows]
        log_sum = np.log(v + m * each)
        power = p * each + q
        value = by_x @ counts + ((p * each - 1) * np.log(m) - power * log_sum).sum()
        psi = digamma(p * x + q)
        gradient = (
            by_x @ (x * (psi - digamma(p * x) + np.log(x)))
            + weighted(each, np.log(m) - log_sum),
            by_x @ (psi - digamma(q) + np.log(v)) - log_sum.sum(),
            m.size * q / v - (power / (v + m * each)).sum(),
        )
        return float(value), np.array(gradient)

    def in_unit(self, money: float) -> Spenders:
        """The same with spend counted in units of ``money``."""
        return Spenders(self.frequency, self.money / money)


def fit_spend(summary: ir.Table | pd.DataFrame) -> Fit:
    """Fit the Gamma-Gamma model to the spend of repeat customers.

    Customers with ``frequency`` 0 or ``monetary_value`` at most 0 are left out. The
    penaliser's ladder is that of :func:`clv.fit`, with spend rescaled so that its mean
    is 1; it is also gone down when the population's mean has run away (q near 1 or
    below), as in small samples it may. Where no rung helps, the last is ``"pooled"``:
    a customer's own mean counts as its purchases, the observed mean of all as two.

    Parameters
    ----------
    summary
        Customers with ``frequency`` and ``monetary_value``: an Ibis table or a frame.

    Returns
    -------
    Fit with ``params`` p, q (above 1) and v (in the currency).

    Raises
    ------
    NoRepeatSpendError
        Nobody has spent anything on a second day.
    """
    return fit_spenders(Spenders.of(summary))


def fit_spenders(spenders: Spenders) -> Fit:
    """:func:`fit_spend` for spenders who have been fetched already."""
    unit, n = spenders.mean, spenders.money.size
    optimum = maximise(
        spenders.in_unit(unit).log_likelihood,
        n,
        STARTS,
        sensible=_sensible,
    )
    if not _sensible(np.exp(optimum.log_parameters)):
        optimum = POOLED
    params = np.exp(optimum.log_parameters) * np.array([1, 1, unit])
    value, _ = spenders.log_likelihood(params)
    fitted = pd.Series(params, index=list(PARAMETERS))
    return Fit.of("gamma-gamma", fitted, value, n, optimum)


def _sensible(params: Floats) -> bool:
    """Whether the population's mean is near the observed one, which is 1."""
    return 1 / FARTHEST < population_mean(params) < FARTHEST


def population_mean(parameters: Floats) -> float:
    """Mean spend per purchase day of a customer nobody knows: p v / (q - 1) of [025].

    Infinite where q is 1 or below.
    """
    p, q, v = parameters
    return float(p * v / (q - 1)) if q > 1 else float("inf")


def expected_order_value(
    fit: Fit, frequency: npt.ArrayLike, monetary_value: npt.ArrayLike
) -> Floats:
    """Expected spend per purchase day, in the currency: eq. 5 of [025].

    A customer's own mean, drawn to the population's the more the fewer purchases there
    are. The population's mean where ``frequency`` is 0 or ``monetary_value`` is not
    above 0.
    """
    p, q, v = fit.params.to_numpy(np.float64)
    x = np.atleast_1d(np.asarray(frequency, np.float64))
    money = np.atleast_1d(np.asarray(monetary_value, np.float64))
    x = np.where(money > 0, x, 0)
    return np.asarray(p * (v + x * np.where(x > 0, money, 0)) / (p * x + q - 1))


def independence(summary: ir.Table | pd.DataFrame) -> float:
    """Pearson r between frequency and mean spend of repeat customers.

    The model takes them to be independent: near 0 is good, beyond 0.3 either way the
    forecast of value is biased. NaN where all have the same frequency or spend.
    """
    return Spenders.of(summary).independence
