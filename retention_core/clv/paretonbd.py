"""Pareto/NBD: buying by chance, leaving by chance at any time.

While a customer stays, purchases are Poisson with a rate that is gamma over customers
(shape ``r``, rate ``alpha``); the time as a customer is exponential with a rate that is
gamma over customers (shape ``s``, rate ``beta``).

The published likelihood is a difference of two Gaussian hypergeometric functions; here
it is the integral over the unseen day of leaving that the difference comes from, whose
terms are all positive, so that no digit is lost.

References
----------
.. [SMC] Schmittlein, D. C., Morrison, D. G. & Colombo, R. (1987). Counting your
   customers: Who are they and what will they do next? Management Science, 33(1), 1-24.
.. [009] Fader, P. S. & Hardie, B. G. S. (2005). A note on deriving the Pareto/NBD model
   and related expressions. brucehardie.com/notes/009.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from scipy.special import digamma, expit, exprel, gammaln

from retention_core.clv.special import Floats, Powers, slices, weighted

if TYPE_CHECKING:
    from retention_core.clv.histories import Histories


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
        value, gradient = 0.0, np.zeros(4)
        for part in slices(h.T.size):
            history = (h.frequency[part], h.recency[part], h.T[part])
            logs, slopes = self._stayed_or_left(parameters, *history)
            value += float(weighted(h.customers[part], logs))
            gradient += weighted(h.customers[part], slopes)
        return value, gradient

    def _stayed_or_left(
        self, parameters: Floats, x: Floats, t_x: Floats, T: Floats
    ) -> tuple[Floats, Floats]:
        """Logarithm of the sum of both chances, and its slopes by the parameters."""
        r, alpha, s, beta = parameters
        m, A, B = r + x, alpha + T, beta + T  # noqa: N806
        stayed = -m * np.log(A) - s * np.log(B)
        y = self._left(parameters, x, t_x, T)
        odds = np.log(s) + y.log_integral - stayed
        alive, gone = expit(-odds), expit(odds)
        slopes = (
            -alive * np.log(A) - gone * y.mean(np.log(y.first)),
            -m * (alive / A + gone * y.mean(1 / y.first)),
            gone / s - alive * np.log(B) - gone * y.mean(np.log(y.second)),
            -s * alive / B - (s + 1) * gone * y.mean(1 / y.second),
        )
        return stayed + np.logaddexp(0, odds), np.array(slopes)

    def _left(self, parameters: Floats, x: Floats, t_x: Floats, T: Floats) -> Powers:
        """Over the day of leaving y between t_x and T."""
        r, alpha, s, beta = parameters
        return Powers.between(
            (alpha + t_x, r + x), (beta + t_x, np.full_like(x, s + 1)), T - t_x
        )

    def probability_alive(
        self, parameters: Floats, x: Floats, t_x: Floats, T: Floats
    ) -> Floats:
        """P(still a customer at T): eq. 36 and 37 of [009]."""
        r, alpha, s, beta = parameters
        stayed = -(r + x) * np.log(alpha + T) - s * np.log(beta + T)
        left = [
            self._left(parameters, x[part], t_x[part], T[part]).log_integral
            for part in slices(x.size)
        ]
        return np.asarray(expit(stayed - np.log(s) - np.concatenate(left)))

    def buys_if_alive(
        self, parameters: Floats, horizon: float, x: Floats, T: Floats
    ) -> Floats:
        """P(an order within ``horizon``), given a customer at T.

        The mean over both rates of the chance to buy before leaving.
        """
        r, alpha, s, beta = parameters
        m, A, B = r + x, alpha + T, beta + T  # noqa: N806
        every = np.full_like(x, s), np.full_like(x, horizon)
        first = [
            Powers.between(
                (A[part], m[part] + 1), (B[part], every[0][part]), every[1][part]
            ).log_integral
            for part in slices(x.size)
        ]
        scale = np.log(m) + m * np.log(A) + s * np.log(B)
        return np.asarray(np.exp(scale + np.concatenate(first)))

    def purchases_if_alive(
        self, parameters: Floats, horizon: float, x: Floats, T: Floats
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
        m, B = r + x, beta + T  # noqa: N806
        none = np.zeros_like(x)
        stay = Powers.between(
            (B, none), (B, np.full_like(x, s)), np.full_like(x, horizon)
        )
        time = stay.mean(stay.second - B[:, None])
        square = 2 * time * np.exp(stay.log_integral + s * np.log(B))
        return np.asarray(m * (m + 1) / (alpha + T) ** 2 * square)


PARETO_NBD = ParetoNbd()
