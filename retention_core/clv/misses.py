"""How far a model missed a shop's own past, beyond what its own interval explains."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtri

from retention_core.clv import models
from retention_core.clv.newcomers import sigma_points
from retention_core.clv.uncertainty import ROWS, at_even_steps

if TYPE_CHECKING:
    import numpy.typing as npt

    from retention_core.clv.fitting import Fit
    from retention_core.clv.histories import Histories
    from retention_core.clv.special import Floats

DOUBT = 0.05


def own_error(
    timing: Fit, histories: Histories, expected: Floats, days: float
) -> float:
    """Standard deviation of the purchases within ``days``, by the model, as a share.

    Of those it expects in all. Chance, sum of n (E[Y (Y - 1)] + E[Y] - E[Y]²), and the
    parameters, by :func:`clv.newcomers.sigma_points`: what the interval of the total is
    made of, without its futures.

    Parameters
    ----------
    expected
        Purchases within ``days``, by history.

    Returns
    -------
    0 or more; NaN where nothing is expected.
    """
    h, total = histories, float(histories.customers @ expected)
    if not total > 0:
        return float("nan")
    rows = at_even_steps(h.customers * expected, h, ROWS)
    history = (h.frequency[rows], h.recency[rows], h.T[rows])
    mean = expected[rows]
    pairs = models.expected_pairs(timing, days, *history)
    # Rows stand for equal parts of the total: means of ratios are ratios of sums.
    chance = float(np.maximum(pairs / mean + 1 - mean, 0).mean()) / total
    either_way = [
        [(models.expected_purchases(to, days, *history) / mean).mean() for to in pair]
        for pair in sigma_points(timing)
    ]
    apart = np.diff(np.log(either_way), axis=1) / 2
    return float(np.sqrt(chance + np.square(apart).sum()))


def unexplained(misses: npt.ArrayLike, errors: npt.ArrayLike) -> float:
    """What several misses have beyond the errors that a model gives them itself.

    0 where the sum of squares of miss over error lies below the 95th percentile of
    chi-square with as many degrees of freedom as there are misses: they are then no
    larger than the model says. Else the square root of mean(miss²) - mean(error²), the
    method of moments of DerSimonian & Laird (1986, eq. 8), with equal weights and about
    a mean that is known: a right model misses by 0.

    Parameters
    ----------
    misses
        Each a share of what was expected: actual over forecast, less 1.
    errors
        Their standard deviations by the model (:func:`own_error`). Where one is not
        known, the miss is left out.

    Returns
    -------
    A relative standard deviation, 0 or more.
    """
    both = np.array([misses, errors], np.float64)
    missed, error = np.square(both[:, np.isfinite(both).all(axis=0)])
    tested = missed.size and (missed / error).sum() > chdtri(missed.size, DOUBT)
    return float(np.sqrt(max(0.0, (missed - error).mean()))) if tested else 0.0
