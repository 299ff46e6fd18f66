"""BG/NBD and MBG/NBD: buying by chance, leaving by chance after a purchase.

While a customer stays, purchases are Poisson with a rate that is gamma over customers
(shape ``r``, rate ``alpha``); after each purchase the customer leaves with a chance
that is beta over customers (``a``, ``b``). In the MBG/NBD there is one chance to leave
at the first purchase too. Throughout, ``k`` counts a customer's chances to leave that
were not taken or may have been the last: x in BG/NBD, x + 1 in MBG/NBD.

References
----------
.. [FHL] Fader, P. S., Hardie, B. G. S. & Lee, K. L. (2005). "Counting your customers"
   the easy way: An alternative to the Pareto/NBD model. Marketing Science, 24(2),
   275-284.
.. [027] Fader, P. S. & Hardie, B. G. S. (2013). Overcoming the BG/NBD model's #NUM!
   error problem. brucehardie.com/notes/027.
.. [BDG] Batislam, E. P., Denizel, M. & Filiztekin, A. (2007). Empirical validation and
   comparison of models for customer base analysis. International Journal of Research in
   Marketing, 24(3), 201-209.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from scipy.special import betaln, digamma, expit, gammaln

from retention_core.clv.special import Floats, along, beta_mean, weighted

if TYPE_CHECKING:
    from retention_core.clv.histories import Histories


@dataclass(frozen=True)
class BetaGeometric:
    """The BG/NBD, or with ``chances_at_first`` of 1 the MBG/NBD.

    Every method takes the parameters (r, alpha, a, b) first; times are in the unit of
    ``alpha``.
    """

    name: str
    chances_at_first: int
    parameters: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")
    in_time: ClassVar[tuple[int, ...]] = (1,)
    starts: ClassVar[tuple[tuple[float, ...], ...]] = (
        (0.5, 0.2, 0.8, 2.0),
        (0.1, 0.1, 0.1, 0.1),
        (2.0, 1.0, 1.0, 5.0),
    )

    def log_likelihood(
        self, parameters: Floats, histories: Histories
    ) -> tuple[float, Floats]:
        """Log-likelihood and its gradient: eq. 6 of [FHL], in the form of [027].

        For MBG/NBD that of [BDG], which is the same with k = x + 1.
        """
        r, alpha, a, b = parameters
        x = histories.by_frequency.levels
        k = x + self.chances_at_first
        n = histories.customers_by_frequency
        counts = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        counts += betaln(a, b + k) - betaln(a, b)
        slopes = (
            digamma(r + x) - digamma(r) + np.log(alpha),
            np.full_like(x, r / alpha),
            digamma(a + b) - digamma(a + b + k),
            digamma(b + k) - digamma(b) + digamma(a + b) - digamma(a + b + k),
        )
        value, gradient = self._timing(parameters, histories)
        return value + float(n @ counts), gradient + np.array([n @ s for s in slopes])

    def _timing(self, parameters: Floats, h: Histories) -> tuple[float, Floats]:
        """The part that depends on when: still a customer at T, or gone after t_x."""
        r, alpha, a, b = parameters
        log_end = np.log(alpha + h.by_T.levels)[h.by_T.rows]
        log_last = np.log(alpha + h.by_recency.levels)[h.by_recency.rows]
        stayed = -(r + h.frequency) * log_end
        odds = self._log_odds_gone(parameters, h.frequency, log_end - log_last)
        alive, n = expit(-odds), h.customers
        gone = 1 - alive
        k = np.maximum(h.frequency + self.chances_at_first, 1)
        rate = alive / (alpha + h.T) + gone / (alpha + h.recency)
        gradient = (
            -weighted(n, alive * log_end + gone * log_last),
            -weighted(n, (r + h.frequency) * rate),
            weighted(n, gone) / a,
            -weighted(n, gone / (b + k - 1)),
        )
        value = weighted(n, stayed + np.logaddexp(0, odds))
        return float(value), np.array(gradient)

    def _log_odds_gone(self, parameters: Floats, x: Floats, silence: Floats) -> Floats:
        """Log odds of having left, ``silence`` = ln((alpha + T) / (alpha + t_x))."""
        r, _, a, b = parameters
        k = x + self.chances_at_first
        odds = np.log(a / (b + np.maximum(k, 1) - 1)) + (r + x) * silence
        return np.where(k > 0, odds, -np.inf)

    def probability_alive(
        self, parameters: Floats, x: Floats, t_x: Floats, T: Floats
    ) -> Floats:
        """P(still a customer at T): one over the denominator of eq. 10 of [FHL].

        For MBG/NBD the same with k = x + 1, as in [BDG].
        """
        alpha = parameters[1]
        silence = np.log1p((T - t_x) / (alpha + t_x))
        return np.asarray(expit(-self._log_odds_gone(parameters, x, silence)))

    def buys_if_alive(
        self, parameters: Floats, horizon: float, x: Floats, T: Floats
    ) -> Floats:
        """P(an order within ``horizon``), given a customer at T.

        Somebody who is a customer at T leaves only after the next purchase, and has a
        rate that is gamma with shape r + x and rate alpha + T: [FHL], appendix.
        """
        r, alpha = parameters[:2]
        return np.asarray(-np.expm1(-(r + x) * np.log1p(horizon / (alpha + T))))

    def purchases_if_alive(
        self, parameters: Floats, horizon: float, x: Floats, T: Floats
    ) -> Floats:
        """Expected purchases within ``horizon``, given a customer at T.

        The numerator of eq. 10 of [FHL] before the leaving probability p is integrated
        out: the mean of (1 - E[exp(-rate p horizon)]) / p over p ~ Beta(a, b + k).
        """
        r, alpha, a, b = parameters

        def expected(x: Floats, log_age: Floats) -> Floats:
            u = horizon * np.exp(-log_age)

            def purchases(p: Floats, rows: slice) -> Floats:
                m = (r + x[rows])[:, None]
                return np.asarray(-np.expm1(-m * np.log1p(p * u[rows, None])) / p)

            return beta_mean(purchases, a, b + x + self.chances_at_first)

        return along(expected, x, np.log(alpha + T))

    def pairs_if_alive(
        self, parameters: Floats, horizon: float, x: Floats, T: Floats
    ) -> Floats:
        """E[Y (Y - 1)] of the purchases Y within ``horizon``, given a customer at T.

        From P(Y > j | p) = (1 - p)^j P(N > j), N the purchases of one who never leaves.
        """
        r, alpha, a, b = parameters

        def expected(x: Floats, log_age: Floats) -> Floats:
            u = horizon * np.exp(-log_age)

            def pairs(p: Floats, rows: slice) -> Floats:
                return _pairs(p, (r + x[rows])[:, None], u[rows, None])

            return beta_mean(pairs, a, b + x + self.chances_at_first)

        return along(expected, x, np.log(alpha + T))


def _pairs(p: Floats, m: Floats, u: Floats) -> Floats:
    """E[Y (Y - 1)] given p: the limit where p is so small that the terms cancel."""
    silent = np.exp(-m * np.log1p(p * u))
    mean = -np.expm1(-m * np.log1p(p * u)) / p
    slope = m * u * silent / (1 + p * u)
    exact = 2 * (1 - p) * (mean - slope) / p
    small = p * u * (m + 1) < 1e-5
    return np.asarray(np.where(small, m * (m + 1) * u**2, exact))


BG_NBD = BetaGeometric("bg/nbd", chances_at_first=0)
MBG_NBD = BetaGeometric("mbg/nbd", chances_at_first=1)
