"""Weighted trends through the logarithms of counts, and months that leave them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def polynomials(n: int, degree: int) -> Floats:
    """Polynomials of time for ``n`` months, a column a degree from 0 on."""
    at = np.polynomial.legendre.legvander(np.linspace(-1, 1, n), degree)
    return np.asarray(at, dtype=np.float64)


def left(design: Floats, y: Floats, weight: Floats) -> tuple[Floats, float]:
    """Weighted least squares: the solution, and the sum of squares left."""
    root = np.sqrt(weight)
    solution = np.linalg.lstsq(design * root[:, None], y * root, rcond=None)[0]
    squares = float(weight @ (y - design @ solution) ** 2)
    return np.asarray(solution, dtype=np.float64), squares


def besides(design: Floats, height: Floats, counts: Floats) -> float:
    """Variance of the months beside that of their counts, at least 0."""
    n, columns = design.shape
    whole = left(design, height, np.ones(n))[1] / (n - columns)
    return float(max(whole - by_chance(counts).mean(), 0.0))


def by_chance(counts: Floats) -> Floats:
    """Variance of the logarithms of Poisson counts."""
    return np.asarray(1 / np.maximum(counts, 1))


def beside_others(
    height: Floats, counts: Floats, tested: Iterable[int]
) -> tuple[Floats, Floats]:
    """How far months are from the straight trend of all others, and how surely.

    A deletion residual (Cook & Weisberg 1982, *Residuals and Influence in Regression*,
    §2.2): what a month does to the trend and to its variance cannot hide it. Others
    vary as their counts do at the least; the month's own count varies as the smaller
    of what it is and what the trend expects, since few make a wide logarithm.

    Parameters
    ----------
    height
        Logarithm of each month's level, in order and without a gap; 4 or more.
    counts
        What each rests on, 0 or more.
    tested
        Places of the months that are looked at.

    Returns
    -------
    apart, error
        Of each tested month: its logarithm less the trend's, and the standard error,
        for a t test with ``height.size − 3`` degrees of freedom.
    """
    time = polynomials(height.size, 1)
    found = np.array([_beside(at, time, height, counts) for at in tested])
    return found[:, 0], found[:, 1]


def _beside(
    at: int, time: Floats, height: Floats, counts: Floats
) -> tuple[float, float]:
    rest, level, number = (np.delete(each, at, 0) for each in (time, height, counts))
    more = besides(rest, level, number)
    weight = 1 / (by_chance(number) + more)
    solution, squares = left(rest, level, weight)
    spread = np.linalg.inv(rest.T @ (rest * weight[:, None]))
    apart = float(height[at] - time[at] @ solution)
    expected = counts[at] * np.exp(-apart)
    own = float(by_chance(np.minimum(counts[at], expected))) + more
    scale = max(squares / (level.size - rest.shape[1]), 1.0)
    return apart, float(np.sqrt(scale * (own + time[at] @ spread @ time[at])))
