"""Confidence intervals of shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Z95 = 1.959963984540054
"""The standard normal's 97.5th percentile: 95 % between minus and plus."""


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
