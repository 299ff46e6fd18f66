"""How well a number ranks those to whom something happened above the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from retention_core.intervals import Z95

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


class Estimate(NamedTuple):
    """A number with its 95 % interval; NaN where there is nothing to tell it from."""

    value: float
    low: float
    high: float


class Areas(NamedTuple):
    """Areas under the curve of several numbers, and how they vary together.

    ``areas``: one each, 0–1. ``covariance``: theirs, a square matrix.
    """

    areas: Floats
    covariance: Floats

    def area(self, of: int) -> Estimate:
        """One area, its interval cut to 0–1."""
        found = estimate(float(self.areas[of]), float(self.covariance[of, of]))
        return Estimate(found.value, max(found.low, 0.0), min(found.high, 1.0))

    def difference(self, one: int, other: int) -> Estimate:
        """How far one area is above another, of the same customers."""
        contrast = np.zeros(self.areas.size)
        contrast[one] += 1
        contrast[other] -= 1
        variance = float(contrast @ self.covariance @ contrast)
        return estimate(float(contrast @ self.areas), variance)


def areas(numbers: Floats, happened: Floats, spared: Floats) -> Areas:
    """Area under the ROC curve (AUC) of several numbers for the same customers.

    The chance that somebody to whom it happened has the higher number than somebody
    to whom it did not; ties count half. One half is chance, 1 without a mistake.

    Parameters
    ----------
    numbers
        A row a number, a column a group of customers who are alike.
    happened, spared
        How many customers of each group it happened to, and how many not.

    Returns
    -------
    Areas
        With the covariance of DeLong, DeLong & Clarke-Pearson (1988), which is why
        two numbers for the same customers can be compared. All NaN without a customer
        on either side; the covariance alone with a single one.
    """
    n_happened, n_spared = float(happened.sum()), float(spared.sum())
    size = len(numbers)
    if not n_happened or not n_spared:
        return Areas(np.full(size, np.nan), np.full((size, size), np.nan))
    below = np.stack([_below(each, spared) for each in numbers]) / n_spared
    above = 1 - np.stack([_below(each, happened) for each in numbers]) / n_happened
    values = below @ happened / n_happened
    covariance = _covariance(below, happened) + _covariance(above, spared)
    return Areas(values, covariance)


def mean(values: Floats, customers: Floats) -> Estimate:
    """Mean over groups of customers, with the interval of the normal distribution."""
    value = float(values @ customers / customers.sum())
    return estimate(value, float(_covariance(values[None, :], customers)[0, 0]))


def estimate(value: float, variance: float) -> Estimate:
    """``value`` with its interval, were it normally distributed."""
    half = Z95 * float(np.sqrt(max(variance, 0.0)))
    return Estimate(value, value - half, value + half)


def _below(number: Floats, weights: Floats) -> Floats:
    """Weight of what is below each number, and half of what is equal to it."""
    levels, rows = np.unique(number, return_inverse=True)
    equal = np.bincount(rows, weights, minlength=levels.size)
    return np.asarray((np.cumsum(equal) - equal / 2)[rows], dtype=np.float64)


def _covariance(values: Floats, weights: Floats) -> Floats:
    """Covariance of the means of the rows of ``values``, each column many times."""
    n = float(weights.sum())
    if n < 2:
        return np.full((len(values), len(values)), np.nan)
    away = values - (values @ weights / n)[:, None]
    return np.asarray((away * weights) @ away.T / (n - 1) / n)
