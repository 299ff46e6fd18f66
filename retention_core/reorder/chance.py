"""Whether a product is bought again by the calendar, or by chance.

Two ways of buying at random are ruled out, both within each customer, so that how often
customers buy may differ between them as it will:

- *Memoryless*: given when a customer first and last bought, the days between fall
  anywhere (a Poisson process of any rate). The parts into which they cut that time are
  then uniform on the simplex, Dirichlet(1, …, 1), whatever the rate, and whether or not
  the customer has left since.
- *Picked up by the way*: given the customer's own orders, the product lies in any of
  them with the same chance. Then the orders without it fall into the intervals as
  Bose and Einstein's particles into cells. Orders that come by the calendar make a bag
  in every second one look regular; this does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq
from scipy.special import digamma, gammaln, ndtr, polygamma

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LARGEST_SHAPE = 1e4
NEAR = 1e-4  # of the mean, in deviations: where the saddlepoint formula is 0 / 0


def of_days(parts: Floats, customers: Floats, total: float) -> float:
    """P(intervals at least as even), if days are memoryless for each customer.

    The score test of a gamma shape of 1 against more, given each customer's sum, so
    that no rate is in it. Its statistic is ``Σ ln(t / Σ t)``, whose cumulant function
    is ``Σ_i lnΓ(n_i) − lnΓ(n_i(1 + s)) + n_i lnΓ(1 + s)``; the tail is that of
    Lugannani & Rice (1980), Advances in Applied Probability 12, 475–490.

    Parameters
    ----------
    parts, customers
        ``n``, finished intervals of a customer, 2 or more, and how many have so many.
    total
        The statistic, summed over customers.

    Returns
    -------
    float
        One-sided p value; 1 where nobody has two intervals.
    """
    if not len(parts):
        return 1.0

    def slope(s: float) -> float:
        each = parts * (digamma(1 + s) - digamma(parts * (1 + s)))
        return float(customers @ each) - total

    mean = total + slope(0.0)
    variance = _curvature(parts, customers, 0.0)
    if total <= mean + NEAR * np.sqrt(variance):
        return float(ndtr((mean - total) / np.sqrt(variance)))
    high = 1.0
    while slope(high) < 0 and high < LARGEST_SHAPE:
        high *= 2
    if slope(high) < 0:
        return 0.0
    s = float(brentq(slope, 0.0, high))
    cumulants = gammaln(parts) - gammaln(parts * (1 + s)) + parts * gammaln(1 + s)
    w = np.sqrt(2 * (s * total - float(customers @ cumulants)))
    u = s * np.sqrt(_curvature(parts, customers, s))
    density = np.exp(-(w**2) / 2) / np.sqrt(2 * np.pi)
    return float(np.clip(ndtr(-w) + density * (1 / u - 1 / w), 0.0, 1.0))


def shape(parts: Floats, customers: Floats, total: float) -> float:
    """Shape of the gamma law of one customer's intervals, each with an own mean.

    1 is chance; the deviation of an interval is its mean over the root of the shape.
    By maximum likelihood, given each customer's sum (Dirichlet with equal parameters).
    NaN where nobody has two intervals.
    """
    if not len(parts):
        return float("nan")

    def slope(log_shape: float) -> float:
        k = np.exp(log_shape)
        each = parts * (digamma(k) - digamma(parts * k))
        return float(customers @ each) - total

    low, high = -np.log(LARGEST_SHAPE), np.log(LARGEST_SHAPE)
    if slope(high) < 0:
        return LARGEST_SHAPE
    if slope(low) > 0:
        return 1 / LARGEST_SHAPE
    return float(np.exp(brentq(slope, low, high)))


def of_orders(observed: float, expected: float, variance: float) -> float:
    """P(orders without the product as evenly between those with it), if by chance.

    The arguments are sums over customers of :func:`between`: one-sided, normal, and
    cautious so, as each customer's share has its long tail on the other side. 1 where
    no order lies between.
    """
    return float(ndtr((observed - expected) / np.sqrt(variance))) if variance else 1.0


def _curvature(parts: Floats, customers: Floats, s: float) -> float:
    each = parts * polygamma(1, 1 + s) - parts**2 * polygamma(1, parts * (1 + s))
    return float(customers @ each)
