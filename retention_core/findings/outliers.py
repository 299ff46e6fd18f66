"""Months that leave the line of all others, however restless these are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import t as student

from retention_core.clv.trend import polynomials

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEAST_MONTHS = 8
MOST_OUT = 4


def standing_out(level: Floats, variance: Floats, *, degree: int = 1) -> Floats:
    """P value of each month: how surely it leaves the trend of the others.

    Deletion residuals (Cook & Weisberg 1982, section 2.2) of a weighted line, whose
    months vary by ``variance`` and, where they are more restless than that, by what
    they vary beside it; held against Student's t. The farthest month is taken out and
    the next one looked at, up to four times, so that two of them cannot hide each
    other (generalized ESD: Rosner 1983, Technometrics 25, 165–172); an earlier one is
    at least as sure as a later one.

    Parameters
    ----------
    level
        Of each month, in order and without a gap.
    variance
        What chance alone would make of each; above 0.

    Returns
    -------
    Array of two-sided p values, one a month, not corrected for their number; 1 where
    there are fewer than 8 months.
    """
    n = level.size
    found = np.ones(n)
    if n < LEAST_MONTHS:
        return found
    left, design = np.arange(n), polynomials(n, degree)
    taken: list[int] = []
    steps: list[float] = []
    for _ in range(min(MOST_OUT, n // 4)):
        away = np.array([_away(int(at), left, design, level, variance) for at in left])
        freedom = left.size - 1 - design.shape[1]
        p_values = 2 * student.sf(away, freedom)
        found[left] = p_values
        first = int(away.argmax())
        taken.append(int(left[first]))
        steps.append(float(p_values[first]))
        left = np.delete(left, first)
    sure = np.minimum.accumulate(np.array(steps)[::-1])[::-1]
    found[taken] = sure
    # What was never the farthest is no surer than the last one that was.
    found[left] = np.maximum(found[left], sure[-1])
    return found


def _away(
    at: int, left: NDArray[np.int64], design: Floats, level: Floats, variance: Floats
) -> float:
    """How many standard errors a month lies from the line of the others."""
    rest = left[left != at]
    x, y, own = design[rest], level[rest], variance[rest]
    more = _beside(x, y, own)
    weight = 1 / (own + more)
    spread = np.linalg.pinv(x.T @ (x * weight[:, None]))
    line = spread @ (x.T @ (weight * y))
    squares = float(weight @ (y - x @ line) ** 2) / (rest.size - x.shape[1])
    error = variance[at] + more + design[at] @ spread @ design[at]
    return float(abs(level[at] - design[at] @ line) / np.sqrt(error * max(squares, 1)))


def _beside(x: Floats, y: Floats, own: Floats) -> float:
    """Variance of months beside their own, by moments (DerSimonian & Laird 1986)."""
    weight = 1 / own
    inverse = np.linalg.pinv(x.T @ (x * weight[:, None]))
    line = inverse @ (x.T @ (weight * y))
    squares = float(weight @ (y - x @ line) ** 2)
    trace = float(weight.sum() - np.trace(inverse @ (x.T @ (x * (weight**2)[:, None]))))
    return max((squares - (y.size - x.shape[1])) / trace, 0.0) if trace > 0 else 0.0
