"""How far off a total may be: parameters are estimates, and buying is chance."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from retention_core.clv.models import expected_pairs, expected_purchases
from retention_core.clv.spend import FARTHEST, population_mean

if TYPE_CHECKING:
    from retention_core.clv.fitting import Fit
    from retention_core.clv.groups import Groups
    from retention_core.clv.histories import Histories
    from retention_core.clv.special import Floats

DRAWS = 400
ROWS = 100  # histories, spread over their shares of the total, that stand for all
SEED = 20050124  # the same data give the same interval
LEAST_TAIL = 0.5  # of q + p x - 2: below it the spend distribution has no variance


def draws_of_total(
    timing: Fit, spend: Fit, groups: Groups, horizon: float
) -> tuple[Floats, float]:
    """Simulated totals as multiples of the expected one, and chance's share.

    Returns
    -------
    factors
        For each of ``DRAWS`` parameter vectors, drawn from the normal distribution that
        the Hessian gives their logarithms, the value expected within ``horizon`` over
        the one expected with the fitted parameters.
    deviation
        Standard deviation of the total, as a share of it, were the parameters known:
        from the second moments of purchases and spend, customers independent.
    """
    rng = np.random.default_rng(SEED)
    h = groups.histories
    purchases = expected_purchases(timing, horizon, h.frequency, h.recency, h.T)
    expected = groups.value * purchases
    total = float(expected.sum())
    if total <= 0:
        return np.ones(DRAWS), 0.0
    rows = _rows(expected, h)
    x, t_x, T = h.frequency[rows], h.recency[rows], h.T[rows]
    kept = np.ones(rows.size) if rows.size == expected.size else 1 / expected[rows]
    factors = np.empty(DRAWS)
    pairs = zip(_draws(timing, rng), _spend_draws(spend, rng), strict=True)
    for draw, (params, money) in enumerate(pairs):
        drawn = replace(timing, params=pd.Series(params, index=timing.params.index))
        bought = expected_purchases(drawn, horizon, x, t_x, T)
        factors[draw] = kept @ (groups.value_under(money, rows) * bought)
    scale = kept @ expected[rows]
    return factors / scale, float(
        np.sqrt(_variance(timing, spend, groups, horizon)) / total
    )


def _rows(expected: Floats, h: Histories) -> np.ndarray:
    """Histories at even steps of the running total, neighbours being alike."""
    if expected.size <= ROWS:
        return np.arange(expected.size)
    order = np.lexsort((h.recency, h.T, h.frequency))
    running = np.cumsum(expected[order])
    steps = (np.arange(ROWS) + 0.5) / ROWS * running[-1]
    return np.asarray(order[np.searchsorted(running, steps)])


def _draws(fit: Fit, rng: np.random.Generator) -> Floats:
    middle = np.log(fit.params.to_numpy(np.float64))
    return np.exp(rng.multivariate_normal(middle, fit.covariance, DRAWS))


def _spend_draws(spend: Fit, rng: np.random.Generator) -> Floats:
    """Draws of p, q, v; one whose population mean has run away is the fitted one."""
    fitted = spend.params.to_numpy(np.float64)
    usual = population_mean(fitted)
    draws = _draws(spend, rng)
    means = np.array([population_mean(draw) for draw in draws]) / usual
    sane = (means > 1 / FARTHEST) & (means < FARTHEST)
    return np.where(sane[:, None], draws, fitted)


def _variance(timing: Fit, spend: Fit, groups: Groups, horizon: float) -> float:
    """Variance of all that is spent within ``horizon``, parameters known.

    Of one customer E[S^2] = E[Y] E[z^2] + E[Y (Y - 1)] E[m^2] with Y purchases, z the
    spend on one and m the customer's own mean, whose posterior [025] gives.
    """
    p, q = float(spend.params["p"]), float(spend.params["q"])
    h = groups.histories
    history = (h.frequency, h.recency, h.T)
    mean = expected_purchases(timing, horizon, *history)
    pairs = expected_pairs(timing, horizon, *history)
    known = np.where(groups.spenders > 0, h.frequency, 0)
    tail = np.maximum(p * known + q - 2, LEAST_TAIL)
    own_square = groups.square * (1 + 1 / tail)
    second = mean * own_square * (1 + 1 / p) + pairs * own_square
    return float(np.maximum(second - mean**2 * groups.square, 0).sum())
