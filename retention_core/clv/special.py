"""Integrals that the models need, evaluated where closed forms lose their digits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, polygamma

if TYPE_CHECKING:
    from collections.abc import Callable

Floats = npt.NDArray[np.float64]

STEP = 0.08  # of the trapezoid rule
NEGLIGIBLE = 40.0  # e^-40 of the peak is below double precision
SMALLEST = 1e-290  # p itself, so that functions may divide by it
FARTHEST = 600.0  # largest logarithm of a range, so that nothing overflows
LEGENDRE_NODES, LEGENDRE_WEIGHTS = (
    (array + shift) / 2
    for array, shift in zip(np.polynomial.legendre.leggauss(64), (1, 0), strict=True)
)
CHEBYSHEV_POINTS = 24
CELLS = 2**21  # numbers held at once by one quadrature


def weighted(weights: Floats, values: Floats) -> Floats:
    """Sum of ``weights * values`` over the last axis, on one thread.

    ``@`` wakes all threads of the linear algebra library each time: a likelihood of
    tens of thousands of rows takes ten times longer on a busy machine.
    """
    return np.asarray(np.einsum("...i,i->...", values, weights))


def beta_mean(
    function: Callable[[Floats, slice], Floats], a: float, b: Floats
) -> Floats:
    """Mean of ``function(p, rows)`` over p ~ Beta(a, b), one mean for each ``b``.

    A double-exponential trapezoid rule in ``logit(p)``, centred and scaled per ``b``:
    better than 1e-8 for the functions of p here, unless hundreds of purchases meet a
    horizon a thousand times the age. It replaces Gaussian hypergeometric functions,
    whose series overflow or cancel for customers with hundreds of purchases.

    Parameters
    ----------
    function
        Takes p of shape (rows, nodes) and which rows of ``b`` these are.
    """
    nodes = _nodes(a, b)
    rows = max(1, CELLS // nodes.size)
    means = np.empty(b.size)
    for start in range(0, b.size, rows):
        part = slice(start, min(start + rows, b.size))
        p, weights = _beta_nodes(a, b[part, None], nodes)
        means[part] = (weights * function(p, part)).sum(axis=1)
    return means


def _nodes(a: float, b: Floats) -> Floats:
    """Trapezoid nodes wide enough for the heaviest tail of the Beta densities."""
    if not b.size:
        return np.zeros(1)
    reach = max(
        (2 + NEGLIGIBLE / min(a, b_)) / float(_width(a, np.array(b_)))
        for b_ in (float(b.min()), float(b.max()))
    )
    edge = np.arcsinh(max(9.0, reach))
    return np.arange(-edge, edge + STEP, STEP)


def _width(a: float, b: Floats) -> Floats:
    """Standard deviation of logit(p), at most what keeps the rule analytic."""
    spread = np.sqrt(polygamma(1, a) + polygamma(1, b))
    return np.minimum(spread, np.pi / 2)


def _beta_nodes(a: float, b: Floats, nodes: Floats) -> tuple[Floats, Floats]:
    width = _width(a, b)
    logit = np.log(a / b) + width * np.sinh(nodes)
    log_p, log_q = -np.logaddexp(0, -logit), -np.logaddexp(0, logit)
    weights = np.exp(a * log_p + b * log_q - betaln(a, b)) * np.cosh(nodes)
    return np.maximum(np.exp(log_p), SMALLEST), weights / weights.sum(
        axis=1, keepdims=True
    )


def slices(size: int) -> list[slice]:
    """Parts of so many rows that their quadrature nodes fit into the caches."""
    rows = CELLS // LEGENDRE_NODES.size // 16
    return [slice(start, start + rows) for start in range(0, max(size, 1), rows)]


def along(
    evaluate: Callable[[Floats, Floats], Floats], x: Floats, place: Floats
) -> Floats:
    """``evaluate(x, place)``, which is positive and smooth in ``place``, for many rows.

    Where there are far more rows than distinct ``x``, it is evaluated at Chebyshev
    points for each x and its logarithm interpolated, to better than 1e-8.
    """
    levels, rows = np.unique(x, return_inverse=True)
    if x.size <= levels.size * CHEBYSHEV_POINTS:
        return evaluate(x, place)
    low, high = float(place.min()), float(place.max())
    points = np.polynomial.chebyshev.chebpts1(CHEBYSHEV_POINTS)
    grid = np.tile((low + high + (high - low) * points) / 2, levels.size)
    known = evaluate(np.repeat(levels, CHEBYSHEV_POINTS), grid)
    basis = np.polynomial.chebyshev.chebvander(points, CHEBYSHEV_POINTS - 1)
    logs = np.log(np.maximum(known, SMALLEST)).reshape(levels.size, -1)
    coefficients = np.linalg.solve(basis, logs.T)[:, rows]
    where = (2 * place - low - high) / max(high - low, SMALLEST)
    return np.exp(np.polynomial.chebyshev.chebval(where, coefficients, tensor=False))


@dataclass(frozen=True)
class Powers:
    """The integral of (A + y)^-m (B + y)^-s for y from 0 to an ``end``, row by row.

    Attributes
    ----------
    log_integral
        Its logarithm, -inf where ``end`` is 0; exact to about 1e-12.
    first, second
        A + y and B + y at the nodes, of shape (rows, nodes).
    """

    log_integral: Floats
    first: Floats
    second: Floats
    _weights: Floats

    @classmethod
    def between(
        cls, first: tuple[Floats, Floats], second: tuple[Floats, Floats], end: Floats
    ) -> Powers:
        """Integrate; ``first`` is (A, m), ``second`` (B, s), all arrays.

        Gauss-Legendre in ln(least of A and B, + y), the variable in which neither
        factor has a singularity near the interval; ended where (A + y)^-m has become
        negligible.
        """
        (A, m), (B, s) = first, second  # noqa: N806
        least = np.minimum(A, B)
        fall = NEGLIGIBLE / np.maximum(m, NEGLIGIBLE / FARTHEST)
        reach = np.log1p(np.minimum(end, A * np.expm1(fall)) / least)[:, None]
        y = least[:, None] * np.expm1(reach * LEGENDRE_NODES)
        up, down = A[:, None] + y, B[:, None] + y
        logs = np.log(least[:, None] + y) - m[:, None] * np.log(up)
        logs -= s[:, None] * np.log(down)
        peak = logs.max(axis=1, keepdims=True)
        weights = np.exp(logs - peak) * LEGENDRE_WEIGHTS
        sums = weights.sum(axis=1)
        with np.errstate(divide="ignore"):
            log_integral = peak[:, 0] + np.log(sums) + np.log(reach[:, 0])
        return cls(log_integral, up, down, weights / sums[:, None])

    def mean(self, values: Floats) -> Floats:
        """Mean of ``values`` at the nodes, weighted by what is integrated."""
        return np.asarray((self._weights * values).sum(axis=1))
