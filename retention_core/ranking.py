"""How well a number ranks those to whom something happened above the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from retention_core.intervals import ROUNDING, Z95

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


class Estimate(NamedTuple):
    """A number with its 95 % interval; NaN where there is nothing to tell it from."""

    value: float
    low: float
    high: float

    def within(self, least: float, most: float) -> Estimate:
        """The same, its interval cut to what is possible."""
        return Estimate(self.value, max(self.low, least), min(self.high, most))


class Areas(NamedTuple):
    """Areas under the curve of several numbers, and how they vary together.

    ``areas``: one each, 0–1. ``covariance``: theirs, a square matrix.
    """

    areas: Floats
    covariance: Floats

    def area(self, of: int) -> Estimate:
        """One area, its interval cut to 0–1."""
        variance = float(self.covariance[of, of])
        return estimate(float(self.areas[of]), variance).within(0.0, 1.0)

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
    size = len(numbers)
    if not happened.any() or not spared.any():
        return Areas(np.full(size, np.nan), np.full((size, size), np.nan))
    beaten = [placements(each, happened, spared) for each in numbers]
    below, above = np.stack(beaten, axis=1)
    values = below @ happened / happened.sum()
    covariance = _covariance(below, happened) + _covariance(above, spared)
    return Areas(values, covariance)


def placements(
    number: Floats, happened: Floats, spared: Floats
) -> tuple[Floats, Floats]:
    """Where a number puts each group among those on the other side.

    The share of the spared that are below, and the share of those to whom it happened
    that are above; ties count half. An area is the mean of either, its variance the
    sum of the variances of both means. 0 where the other side is empty.
    """
    below = weight_below(number, spared) / max(float(spared.sum()), 1.0)
    rest = float(happened.sum())
    above = (rest - weight_below(number, happened)) / max(rest, 1.0)
    return below, above


def correlation(one: Floats, other: Floats, customers: Floats) -> float:
    """Spearman's, over groups of customers; NaN where one side is all alike."""
    ranks = np.stack([weight_below(each, customers) for each in (one, other)])
    weighted = ranks * customers
    return correlated(float(customers.sum()), weighted.sum(axis=1), weighted @ ranks.T)


def correlated(n: float, sums: Floats, products: Floats) -> float:
    """Pearson's, of two numbers for ``n`` customers.

    ``sums``: of both. ``products``: a square matrix, the sums of squares and products.
    """
    around = products - np.outer(sums, sums) / n
    if (np.diag(around) <= ROUNDING * np.diag(products)).any():
        return float("nan")
    return float(around[0, 1] / np.sqrt(around[0, 0] * around[1, 1]))


def mean(values: Floats, customers: Floats) -> Estimate:
    """Mean over groups of customers, with the interval of the normal distribution."""
    value = float(values @ customers / customers.sum())
    return estimate(value, float(_covariance(values[None, :], customers)[0, 0]))


def estimate(value: float, variance: float) -> Estimate:
    """``value`` with its interval, were it normally distributed."""
    half = Z95 * float(np.sqrt(max(variance, 0.0)))
    return Estimate(value, value - half, value + half)


def weight_below(number: Floats, weights: Floats) -> Floats:
    """Weight of what is below each number, and half of what is equal to it."""
    levels, rows = np.unique(number, return_inverse=True)
    equal = np.bincount(rows, weights, minlength=levels.size)
    return np.asarray((np.cumsum(equal) - equal / 2)[rows], dtype=np.float64)


def variance_of_mean(n: float, total: float, squares: float) -> float:
    """Variance of the mean of ``n`` values from their sum and that of their squares."""
    if n < 2:
        return float("nan")
    return max(squares - total**2 / n, 0.0) / (n - 1) / n


def _covariance(values: Floats, weights: Floats) -> Floats:
    """Covariance of the means of the rows of ``values``, each column many times."""
    n = float(weights.sum())
    if n < 2:
        return np.full((len(values), len(values)), np.nan)
    away = values - (values @ weights / n)[:, None]
    return np.asarray((away * weights) @ away.T / (n - 1) / n)
