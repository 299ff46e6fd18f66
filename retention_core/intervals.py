"""Confidence intervals of shares, means and ratios; what counts as clear."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Z95 = 1.959963984540054
"""The standard normal's 97.5th percentile: 95 % between minus and plus."""
Z80 = 1.2815515655446004
"""Its 90th percentile: 80 % between minus and plus."""
UPPER = 0.975
"""Where a 95 % interval ends, as a quantile; it begins at one less this."""
CLEAR = 0.05
"""At this p value or less chance alone would hardly have done it."""
ENOUGH_CUSTOMERS = 30
"""Of fewer no sentence is told: their intervals are too wide to say much."""
ROUNDING = 1e-12
"""Spread smaller than this share of the squares is what adding up leaves over."""


def wilson(
    successes: ArrayLike, trials: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """95 % interval of a share (Wilson 1927).

    Parameters
    ----------
    successes, trials
        Counts, ``0 <= successes <= trials``; scalars or arrays.

    Returns
    -------
    low, high
        Shares in [0, 1]; NaN where there was no trial.
    """
    k = np.asarray(successes, dtype=np.float64)
    trials = np.asarray(trials, dtype=np.float64)
    n = np.where(trials > 0, trials, np.nan)
    share, spread = k / n, Z95**2 / n
    middle = (share + spread / 2) / (1 + spread)
    half = np.sqrt(share * (1 - share) * spread + spread**2 / 4) / (1 + spread)
    return np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)


def ratio(
    top: ArrayLike,
    bottom: ArrayLike,
    top_squared: ArrayLike,
    bottom_squared: ArrayLike,
    product: ArrayLike,
    units: ArrayLike,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """95 % interval of a ratio of two sums over independent units, such as customers.

    The ratio estimator of Cochran (1977), section 2.11: with ``R = Σy / Σx`` its
    variance is ``n/(n−1) · (Σy² − 2RΣxy + R²Σx²) / (Σx)²``; the interval takes
    Student's t with ``n − 1`` degrees of freedom. With ``x = 1`` it is the usual
    interval of a mean.

    Parameters
    ----------
    top, bottom
        ``Σy`` and ``Σx``.
    top_squared, bottom_squared, product
        ``Σy²``, ``Σx²`` and ``Σxy``.
    units
        ``n``, how many units the sums are over.

    Returns
    -------
    low, high
        In the unit of ``y / x``; NaN with fewer than two units, where ``Σx`` is not
        positive, and where the units do not differ, which says nothing of the spread.
    """
    y, x, yy, xx, xy, n = (
        np.asarray(each, dtype=np.float64)
        for each in (top, bottom, top_squared, bottom_squared, product, units)
    )
    x, n = np.where(x > 0, x, np.nan), np.where(n > 1, n, np.nan)
    found = y / x
    spread = yy - 2 * found * xy + found**2 * xx
    spread = np.where(spread > ROUNDING * yy, spread, np.nan)
    half = stdtrit(n - 1, UPPER) * np.sqrt(n / (n - 1) * spread) / x
    return found - half, found + half
