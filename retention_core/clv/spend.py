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

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd
from scipy.special import digamma, gammaln

from retention_core import engine
from retention_core.clv.distinct import Distinct
from retention_core.clv.errors import NoRepeatSpendError
from retention_core.clv.fitting import PENALIZERS, Fit, Optimum, maximise
from retention_core.clv.special import weighted

if TYPE_CHECKING:
    from collections.abc import Mapping

    import ibis.expr.types as ir
    import numpy.typing as npt

    from retention_core.clv.special import Floats

PARAMETERS = ("p", "q", "v")
STARTS = ((5.0, 4.0, 3.0), (1.0, 2.0, 1.0), (20.0, 2.0, 0.2))
BINS = 100  # of spend, for each factor of e
RUN_AWAY = 3.0  # times the observed mean: a population mean beyond has run away
POOLED = Optimum(np.log([1.0, 3.0, 2.0]), np.eye(3) / 4, PENALIZERS[-1], "pooled")


@dataclass(frozen=True)
class Spenders:
    """Repeat customers, those alike in frequency and (to 1 %) in mean spend together.

    A group is known by the mean and the variance of the logarithm of its customers'
    mean spends. To that order a likelihood is that of the customers one by one, to
    better than 1e-9 of itself (the next term is the third moment within 1 %), and
    there are some ten thousand groups, be there ten million customers.

    Attributes
    ----------
    frequency
        x of each group.
    customers
        How many they are.
    log_money, variance
        Mean and variance of the logarithm of their mean spends.
    mean
        Mean spend per repeat purchase day of all.
    independence
        Pearson r between frequency and mean spend over customers; NaN where one is all
        alike.
    """

    frequency: Distinct
    customers: Floats
    log_money: Floats
    variance: Floats
    mean: float
    independence: float

    @classmethod
    def of(cls, summary: ir.Table | pd.DataFrame) -> Spenders:
        """Those with ``frequency`` > 0 and ``monetary_value`` > 0."""
        if isinstance(summary, pd.DataFrame):
            summary = ibis.memtable(summary[["frequency", "monetary_value"]])
        frame = engine.run(_alike(summary))
        if frame.empty:
            raise NoRepeatSpendError
        columns = {str(name): frame[name].to_numpy(np.float64) for name in frame}
        x, n, money = (columns[name] for name in ("frequency", "customers", "money"))
        centre = (columns["bin"] + 0.5) / BINS
        away = columns["log_money"] / n
        variance = np.maximum(columns["log_square"] / n - away**2, 0)
        return cls(
            frequency=Distinct.of(x),
            customers=n,
            log_money=centre + away,
            variance=variance,
            mean=float(x @ money / (x @ n)),
            independence=_correlation(columns),
        )

    @property
    def n_customers(self) -> int:
        """How many customers there are."""
        return int(self.customers.sum())

    def log_likelihood(self, parameters: Floats) -> tuple[float, Floats]:
        """Log-likelihood and its gradient: eq. 1a of [025]."""
        p, q, v = parameters
        n, x = self.customers, self.frequency.levels
        by_x = np.bincount(self.frequency.rows, n)
        counts = gammaln(p * x + q) - gammaln(p * x) + p * x * np.log(x)
        counts += q * np.log(v) - gammaln(q)
        each = self.frequency.each(x)
        spent = each * np.exp(self.log_money)
        # Of ln(v + m x) and 1 / (v + m x), the second derivatives by ln m add to the
        # values at the mean what the differences within the group make of them.
        share = spent / (v + spent)
        bend = share * (1 - share) * self.variance / 2
        log_sum = np.log(v + spent) + bend
        inverse = (1 + (2 * share - 1) * share * self.variance / 2) / (v + spent)
        power = p * each + q
        value = by_x @ counts
        value += weighted(n, (p * each - 1) * self.log_money - power * log_sum)
        psi = digamma(p * x + q)
        gradient = (
            by_x @ (x * (psi - digamma(p * x) + np.log(x)))
            + weighted(n, each * (self.log_money - log_sum)),
            by_x @ (psi - digamma(q) + np.log(v)) - weighted(n, log_sum),
            n.sum() * q / v - weighted(n, power * inverse),
        )
        return float(value), np.array(gradient)

    def in_unit(self, money: float) -> Spenders:
        """The same with spend counted in units of ``money``."""
        logs = self.log_money - np.log(money)
        return replace(self, log_money=logs, mean=self.mean / money)


def _alike(summary: ir.Table) -> ir.Table:
    """Spenders of one frequency and one hundredth of ln(mean spend), summed."""
    known = (summary.frequency > 0) & (summary.monetary_value > 0)
    spenders = summary.filter(known).select(
        "frequency",
        money=summary.monetary_value,
        place=summary.monetary_value.ln() * BINS,
    )
    binned = spenders.mutate(bin=spenders.place.floor())
    # From the middle of the bin, so that no digit is lost when squares are taken.
    away = binned.mutate(away=(binned.place - binned.bin - 0.5) / BINS)
    return (
        away.group_by("frequency", "bin")
        .agg(
            customers=away.count(),
            money=away.money.sum(),
            square=(away.money * away.money).sum(),
            least=away.money.min(),
            most=away.money.max(),
            log_money=away.away.sum(),
            log_square=(away.away * away.away).sum(),
        )
        .order_by("frequency", "bin")
    )


def _correlation(columns: Mapping[str, Floats]) -> float:
    """Pearson r between frequency and spend; NaN where one is all alike."""
    x, n, money = (columns[name] for name in ("frequency", "customers", "money"))
    if np.ptp(x) == 0 or columns["least"].min() == columns["most"].max():
        return float("nan")
    away = x - x @ n / n.sum()
    mean = money.sum() / n.sum()
    square = columns["square"].sum() - n.sum() * mean**2
    return float(away @ money / np.sqrt((away**2 @ n) * square))


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
    unit, n = spenders.mean, spenders.n_customers
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
    return 1 / RUN_AWAY < population_mean(params) < RUN_AWAY


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
