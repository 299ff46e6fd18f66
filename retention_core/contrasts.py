"""Two samples beside each other: difference, interval and test; many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.stats import hypergeom
from scipy.stats import t as student

from retention_core.intervals import UPPER, wilson

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

ROUNDING = 1e-7  # of a logarithm: as likely, but for the last digits


class Sample(NamedTuple):
    """Mean, sample variance (n − 1) and size of one sample or of many."""

    mean: Floats
    variance: Floats
    size: Floats


class Contrast(NamedTuple):
    """A difference of two means, its 95 % interval, and the two-sided p value."""

    difference: Floats
    low: Floats
    high: Floats
    p_value: Floats


def newcombe(
    successes: ArrayLike,
    trials: ArrayLike,
    other_successes: ArrayLike,
    other_trials: ArrayLike,
) -> tuple[Floats, Floats]:
    """95 % interval of the difference of two independent shares.

    The hybrid of the two Wilson intervals: method 10 of Newcombe (1998), Statistics in
    Medicine 17, 873–890.

    Parameters
    ----------
    successes, trials, other_successes, other_trials
        Counts, ``0 <= successes <= trials``; scalars or arrays.

    Returns
    -------
    low, high
        Of the first share minus the other, in [−1, 1]; NaN where there was no trial.
    """
    k, n = (np.asarray(each, dtype=float) for each in (successes, trials))
    m, o = (np.asarray(each, dtype=float) for each in (other_successes, other_trials))
    share, other = k / np.where(n > 0, n, np.nan), m / np.where(o > 0, o, np.nan)
    (low, high), (other_low, other_high) = wilson(k, n), wilson(m, o)
    below = np.sqrt((share - low) ** 2 + (other_high - other) ** 2)
    above = np.sqrt((high - share) ** 2 + (other - other_low) ** 2)
    return share - other - below, share - other + above


def fisher(
    successes: int, trials: int, other_successes: int, other_trials: int
) -> float:
    """Two-sided p value of Fisher's exact test of two shares.

    The chance of every table that is no likelier than this one. Of hundreds of tables
    ten times faster than scipy's, which searches for where these begin.
    """
    back = successes + other_successes
    least, most = max(0, back - other_trials), min(trials, back)
    logs = hypergeom.logpmf(
        np.arange(least, most + 1), trials + other_trials, back, trials
    )
    unlikely = logs <= logs[successes - least] + ROUNDING
    return min(float(np.exp(logs[unlikely]).sum()), 1.0)


def welch(one: Sample, other: Sample) -> Contrast:
    """Difference of two means of unequal spread: Welch (1947), Biometrika 34, 28–35.

    Sizes are two or more. Where neither sample varies the difference is certain: its
    interval is a point and its p value 0, or 1 where there is none.
    """
    difference = np.asarray(one.mean - other.mean)
    own, others = one.variance / one.size, other.variance / other.size
    squared = own + others
    certain = squared == 0
    with np.errstate(divide="ignore", invalid="ignore"):
        freedom = squared**2 / (own**2 / (one.size - 1) + others**2 / (other.size - 1))
        freedom = np.where(certain, 1.0, freedom)
        p_value = 2 * student.sf(np.abs(difference) / np.sqrt(squared), freedom)
    p_value = np.where(certain, (difference == 0).astype(float), p_value)
    half = student.ppf(UPPER, freedom) * np.sqrt(squared)
    return Contrast(difference, difference - half, difference + half, p_value)


def holm(p_values: ArrayLike) -> Floats:
    """P values corrected for their number: Holm (1979), Scand. J. Statistics 6, 65–70.

    The chance of even one false claim among those at or below a level is at most that
    level, however the tests depend on each other.
    """
    found = np.asarray(p_values, dtype=float)
    order = np.argsort(found, kind="stable")
    stepped = np.maximum.accumulate(found[order] * np.arange(found.size, 0, -1))
    adjusted = np.empty_like(found)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted
