"""Integrals that the models need, evaluated where closed forms lose their digits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, polygamma

if TYPE_CHECKING:
    from collections.abc import Callable

    from retention_core.clv.distinct import Distinct

Floats = npt.NDArray[np.float64]

STEP = 0.08  # of the trapezoid rule
NEGLIGIBLE = 40.0  # e^-40 of the peak is below double precision
SMALLEST = 1e-290  # p itself, so that functions may divide by it
LARGEST_LOGARITHM = 600.0  # largest logarithm of a range, so that nothing overflows
LEGENDRE_NODES, LEGENDRE_WEIGHTS = (
    (array + shift) / 2
    for array, shift in zip(np.polynomial.legendre.leggauss(32), (1, 0), strict=True)
)
DIGITS = 30.0  # ln(10^13): of an interpolation
CURVE_ROWS = 2**10  # below what the linear algebra library wakes its threads for
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


def slices(size: int, rows: int) -> list[slice]:
    """Parts of that many rows: small enough, and what they hold stays in the caches."""
    return [slice(start, start + rows) for start in range(0, max(size, 1), rows)]


def along(
    evaluate: Callable[[Floats, Floats], Floats],
    x: Distinct,
    place: Distinct,
    points: int,
) -> Floats:
    """``evaluate(x, place)``, smooth in ``place``, for many rows.

    Where there are far more rows than distinct ``x``, it is evaluated at ``points``
    Chebyshev points for each x and interpolated: see :func:`chebyshev_points`.

    Parameters
    ----------
    evaluate
        Gives arrays of shape (..., rows).
    x, place
        Of the same rows.
    """
    if x.rows.size <= x.levels.size * points:
        return evaluate(x.each(x.levels), place.each(place.levels))
    low, high = float(place.levels.min()), float(place.levels.max())
    nodes, inverse = _chebyshev(points)
    grid = np.tile((low + high + (high - low) * nodes) / 2, x.levels.size)
    known = evaluate(np.repeat(x.levels, points), grid)
    known = known.reshape(*known.shape[:-1], x.levels.size, points)
    where = (2 * place.levels - low - high) / max(high - low, SMALLEST)
    basis = np.asarray(
        np.polynomial.chebyshev.chebvander(where, points - 1), np.float64
    )
    return _looked_up(known @ inverse, basis, x.rows, place.rows)


def chebyshev_points(places: Floats, behind: float = np.inf) -> int:
    """Points for thirteen digits of a function of ln(time) over all ``places``.

    It may have singularities pi to the side, where a time is minus another one, and
    ln(``behind``) after the end.
    """
    half = max(float(np.ptp(places)) / 2 if places.size else 0.0, 1e-3)
    side, after = np.pi / half, 1 + np.log(behind) / half
    growth = min(side + np.hypot(1, side), after + np.sqrt(after**2 - 1))
    return int(np.clip(np.ceil(DIGITS / np.log(growth)), 8, 128))


def _looked_up(
    coefficients: Floats, basis: Floats, one: np.ndarray, other: np.ndarray
) -> Floats:
    """Curve ``one`` (axis -2 of the coefficients) at place ``other``, by row."""
    *shape, curves, _ = coefficients.shape
    found = np.empty((*shape, one.size))
    order = np.argsort(one, kind="stable")
    ends = np.searchsorted(one[order], np.arange(1, curves + 1))
    for curve, rows in enumerate(np.split(order, ends[:-1])):
        for part in slices(rows.size, CURVE_ROWS):
            places = basis[other[rows[part]]]
            found[..., rows[part]] = coefficients[..., curve, :] @ places.T
    return found


@lru_cache(maxsize=32)
def _chebyshev(points: int) -> tuple[Floats, Floats]:
    """Nodes, and what turns values there into coefficients (from the right)."""
    nodes = np.polynomial.chebyshev.chebpts1(points)
    basis = np.polynomial.chebyshev.chebvander(nodes, points - 1)
    return nodes, np.asarray(np.linalg.inv(basis).T, np.float64)


@dataclass(frozen=True)
class Powers:
    """The integral of (A + y)^-m (B + y)^-s for y from 0 to an ``end``, row by row.

    Attributes
    ----------
    log_integral
        Its logarithm, -inf where ``end`` is 0; exact to about 1e-12.
    log_first, log_second
        ln(A + y) and ln(B + y) at the nodes, of shape (rows, nodes).
    """

    log_integral: Floats
    log_first: Floats
    log_second: Floats
    _weights: Floats

    @classmethod
    def between(
        cls, first: tuple[Floats, Floats], second: tuple[Floats, Floats], end: Floats
    ) -> Powers:
        """Integrate; ``first`` is (A, m), ``second`` (B, s), all arrays.

        Gauss-Legendre in ln(least of A and B, + y), the variable in which neither
        factor has a singularity near the interval; ended where (A + y)^-m or
        (B + y)^-s has become negligible.
        """
        (A, m), (B, s) = first, second  # noqa: N806
        least, most = np.minimum(A, B), np.maximum(A, B)
        end = np.minimum(end, np.minimum(_negligible(A, m), _negligible(B, s)))
        reach = np.log1p(end / least)[:, None]
        part = reach * LEGENDRE_NODES
        near = np.log(least)[:, None] + part
        far = np.log(most[:, None] + least[:, None] * np.expm1(part))
        swapped = (B < A)[:, None]
        up, down = np.where(swapped, far, near), np.where(swapped, near, far)
        logs = near - m[:, None] * up - s[:, None] * down
        peak = logs.max(axis=1, keepdims=True)
        weights = np.exp(logs - peak) * LEGENDRE_WEIGHTS
        sums = weights.sum(axis=1)
        with np.errstate(divide="ignore"):
            log_integral = peak[:, 0] + np.log(sums) + np.log(reach[:, 0])
        return cls(log_integral, up, down, weights / sums[:, None])

    def mean(self, values: Floats) -> Floats:
        """Mean of ``values`` at the nodes, weighted by what is integrated."""
        return np.asarray(np.einsum("ij,ij->i", self._weights, values))


def _negligible(A: Floats, m: Floats) -> Floats:  # noqa: N803 as in the formula
    """Where ((A + y) / A)^-m has fallen below double precision."""
    return np.asarray(A) * np.expm1(
        NEGLIGIBLE / np.maximum(m, NEGLIGIBLE / LARGEST_LOGARITHM)
    )
