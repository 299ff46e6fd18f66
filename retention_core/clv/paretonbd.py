"""Pareto/NBD: buying by chance, leaving by chance at any time.

While a customer stays, purchases are Poisson with a rate that is gamma over customers
(shape ``r``, rate ``alpha``); the time as a customer is exponential with a rate that is
gamma over customers (shape ``s``, rate ``beta``).

The published likelihood is a difference of two Gaussian hypergeometric functions; here
it one of integrals over the unseen day of leaving, whose terms are all positive. Each
depends on a frequency and one time, so that histories share them.

References
----------
.. [SMC] Schmittlein, D. C., Morrison, D. G. & Colombo, R. (1987). Counting your
   customers: Who are they and what will they do next? Management Science, 33(1), 1-24.
.. [009] Fader, P. S. & Hardie, B. G. S. (2005). A note on deriving the Pareto/NBD model
   and related expressions. brucehardie.com/notes/009.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import digamma, exprel, gammaln

from retention_core.clv.distinct import Distinct
from retention_core.clv.histories import Histories
from retention_core.clv.special import (
    Floats,
    Powers,
    along,
    chebyshev_points,
    slices,
    weighted,
)

BEYOND = 10.0  # times the longest age: leaving later is left out of both tails
ROWS = 2**14  # histories at once
QUADRATURE_ROWS = 2**9


@dataclass(frozen=True)
class ParetoNbd:
    """The Pareto/NBD; every method takes (r, alpha, s, beta) first."""

    name: ClassVar[str] = "pareto/nbd"
    parameters: ClassVar[tuple[str, ...]] = ("r", "alpha", "s", "beta")
    in_time: ClassVar[tuple[int, ...]] = (1, 3)
    starts: ClassVar[tuple[tuple[float, ...], ...]] = (
        (0.5, 0.2, 0.5, 0.3),
        (1.0, 1.0, 1.0, 1.0),
        (0.1, 0.1, 0.1, 0.1),
    )

    def log_likelihood(
        self, parameters: Floats, histories: Histories
    ) -> tuple[float, Floats]:
        """Log-likelihood and its gradient: eq. 18 of [009]."""
        r, alpha, s, beta = parameters
        x = histories.by_frequency.levels
        n = histories.customers_by_frequency
        counts = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
        slopes = np.array(
            [
                n @ (digamma(r + x) - digamma(r) + np.log(alpha)),
                n.sum() * r / alpha,
                n.sum() * np.log(beta),
                n.sum() * s / beta,
            ]
        )
        value, gradient = self._timing(parameters, histories)
        return value + float(n @ counts), gradient + slopes

    def _timing(self, parameters: Floats, h: Histories) -> tuple[float, Floats]:
        """The part that depends on when: a customer still at T, or gone before."""
        last, end = self._tails(parameters, h)
        stayed = self._stayed(parameters, h)
        value = 0.0
        sums = [np.zeros(pairs.first.size) for pairs in (h.lasts, h.ends, h.ends)]
        for part in slices(h.T.size, ROWS):
            i, j, n = h.lasts.rows[part], h.ends.rows[part], h.customers[part]
            chances = _chances(last[0][i], end[0][j], stayed[0][j])
            value += float(weighted(n, chances[0]))
            for total, at, chance in zip(sums, (i, j, j), chances[1:], strict=True):
                total += np.bincount(at, n * chance, total.size)
        gradient = weighted(sums[0], last[1:]) - weighted(sums[1], end[1:])
        return value, gradient + weighted(sums[2], stayed[1:])

    def _tails(self, parameters: Floats, h: Histories) -> tuple[Floats, Floats]:
        """:meth:`_tail` of each distinct (x, t_x) and (x, T)."""
        ages, since = h.by_T.levels, h.by_recency.levels
        times, place = np.unique(np.concatenate([since, ages]), return_inverse=True)
        first = np.concatenate([h.lasts.first, h.ends.first])
        second = np.concatenate([h.lasts.second, h.ends.second + since.size])
        x = Distinct(h.by_frequency.levels, first)
        tails = self._tail(parameters, x, Distinct(times, place[second]))
        return tails[:, : h.lasts.first.size], tails[:, h.lasts.first.size :]

    def _tail(self, parameters: Floats, x: Distinct, times: Distinct) -> Floats:
        """To have left after a time, and before one beyond all: its logarithm, slopes.

        That is s times the integral of (alpha + y)^-(r + x) (beta + y)^-(s + 1) over
        the day y of leaving; the slopes are by the four parameters: shape (5, rows).
        """
        r, alpha, s, beta = parameters
        if not times.levels.size:
            return np.zeros((5, 0))
        least = min(alpha, beta)
        places = np.log(least + times.levels)
        latest = BEYOND * np.exp(places.max())

        def evaluate(x: Floats, place: Floats) -> Floats:
            parts = slices(x.size, QUADRATURE_ROWS)
            found = [
                _after(parameters, x[part], np.exp(place[part]), latest)
                for part in parts
            ]
            return np.concatenate(found, axis=1)

        points = chebyshev_points(places, BEYOND)
        grown = along(evaluate, x, Distinct(places, times.rows), points)
        t = times.each(times.levels)
        m, A, B = r + x.each(x.levels), alpha + t, beta + t  # noqa: N806
        log_A, log_B = np.log(A), np.log(B)  # noqa: N806
        return np.array(
            [
                np.log(s) - (m - 1) * log_A - (s + 1) * log_B + grown[0],
                -log_A - grown[1],
                -m / A * grown[2],
                1 / s - log_B - grown[3],
                -(s + 1) / B * grown[4],
            ]
        )

    def _stayed(self, parameters: Floats, h: Histories) -> Floats:
        """To be a customer at T: its logarithm and slopes, of each distinct (x, T)."""
        r, alpha, s, beta = parameters
        m = r + h.by_frequency.levels[h.ends.first]
        T = h.by_T.levels[h.ends.second]
        A, B = alpha + T, beta + T  # noqa: N806
        log_A, log_B = np.log(A), np.log(B)  # noqa: N806
        logs = -m * log_A - s * log_B
        return np.array([logs, -log_A, -m / A, -log_B, -s / B])

    def probability_alive(
        self, parameters: Floats, x: Floats, t_x: Floats, T: Floats
    ) -> Floats:
        """P(still a customer at T): eq. 36 and 37 of [009]."""
        h = Histories(x, t_x, T, np.ones_like(x))
        (last, end), stayed = self._tails(parameters, h), self._stayed(parameters, h)
        alive = np.empty(x.size)
        for part in slices(x.size, ROWS):
            i, j = h.lasts.rows[part], h.ends.rows[part]
            alive[part] = _chances(last[0][i], end[0][j], stayed[0][j])[-1]
        return alive

    def buys_if_alive(
        self, parameters: Floats, horizon: float, x: Floats, T: Floats
    ) -> Floats:
        """P(an order within ``horizon``), given a customer at T.

        The mean over both rates of the chance to buy before leaving.
        """
        r, alpha, s, beta = parameters
        least = min(alpha, beta)
        by_T = Distinct.of(T)  # noqa: N806
        places = np.log(least + by_T.levels)

        def log_chance(x: Floats, place: Floats) -> Floats:
            since = np.exp(place)
            m, A, B = r + x, since + (alpha - least), since + (beta - least)  # noqa: N806
            until = np.full_like(x, horizon)
            y = Powers.between((A, m + 1), (B, np.full_like(x, s)), until)
            scale = np.log(m) + m * np.log(A) + s * np.log(B)
            return np.asarray(y.log_integral + scale)

        points = chebyshev_points(places, BEYOND)
        logs = along(log_chance, Distinct.of(x), Distinct(places, by_T.rows), points)
        return np.asarray(np.exp(logs))

    def purchases_if_alive(
        self, parameters: Floats, horizon: Floats | float, x: Floats, T: Floats
    ) -> Floats:
        """Expected purchases within ``horizon``, given a customer at T.

        Eq. 41 of [009] before P(alive), written so that s = 1 is no exception.
        """
        r, alpha, s, beta = parameters
        lasting = np.log1p(horizon / (beta + T))
        time = (beta + T) * lasting * exprel((1 - s) * lasting)
        return np.asarray((r + x) / (alpha + T) * time)

    def pairs_if_alive(
        self, parameters: Floats, horizon: float, x: Floats, T: Floats
    ) -> Floats:
        """E[Y (Y - 1)] of the purchases Y within ``horizon``, given a customer at T.

        The mean square of the rate times that of the time as a customer in it.
        """
        r, alpha, s, beta = parameters
        by_T = Distinct.of(T)  # noqa: N806
        m, B = r + x, beta + by_T.levels  # noqa: N806
        until = np.full_like(B, horizon)
        stay = Powers.between((B, np.zeros_like(B)), (B, np.full_like(B, s)), until)
        time = stay.mean(np.exp(stay.log_second) - B[:, None])
        square = 2 * time * np.exp(stay.log_integral + s * np.log(B))
        return np.asarray(m * (m + 1) / (alpha + T) ** 2 * by_T.each(square))


def _after(parameters: Floats, x: Floats, since: Floats, latest: float) -> Floats:
    """The integral of :meth:`ParetoNbd._tail`, and means over it: shape (5, rows).

    ``since`` and ``latest`` count from minus the lesser of alpha and beta. What the
    powers at ``since`` make of them is left out, so that few points say all.
    """
    r, alpha, s, beta = parameters
    least = min(alpha, beta)
    A, B = since + (alpha - least), since + (beta - least)  # noqa: N806
    m = r + x
    y = Powers.between((A, m), (B, np.full_like(x, s + 1)), latest - since)
    log_A, log_B = np.log(A), np.log(B)  # noqa: N806
    up, down = y.log_first - log_A[:, None], y.log_second - log_B[:, None]
    return np.array(
        [
            y.log_integral + (m - 1) * log_A + (s + 1) * log_B,
            y.mean(up),
            y.mean(np.exp(-up)),
            y.mean(down),
            y.mean(np.exp(-down)),
        ]
    )


def _chances(last: Floats, end: Floats, stayed: Floats) -> tuple[Floats, ...]:
    """From the logarithms of tails and of staying, by row.

    The logarithm of having stayed or left between ``last`` and ``end``; as shares of
    that, both tails and the chance to have stayed. The difference of the tails loses
    no digit of the sum: the later one is never more than the chance to have stayed.
    """
    with np.errstate(divide="ignore"):
        odds = last - stayed + np.log(1 - np.exp(np.minimum(end - last, 0)))
    more = np.maximum(odds, 0) + np.log1p(np.exp(-np.abs(odds)))
    total = stayed + more
    return total, np.exp(last - total), np.exp(end - total), np.exp(-more)


PARETO_NBD = ParetoNbd()
