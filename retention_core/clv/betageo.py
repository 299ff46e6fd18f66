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

from retention_core.clv.distinct import Distinct, Pairs
from retention_core.clv.special import (
    Floats,
    along,
    beta_mean,
    chebyshev_points,
    slices,
    weighted,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from retention_core.clv.histories import Histories

ROWS = 2**14  # histories at once, so that what they hold stays in the caches


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
        x = h.by_frequency.levels
        ends, lasts = alpha + h.by_T.levels, alpha + h.by_recency.levels
        m_end, m_last = r + x[h.ends.first], r + x[h.lasts.first]
        log_end = np.log(ends)[h.ends.second]
        log_last = np.log(lasts)[h.lasts.second]
        to_leave = self._log_odds_to_leave(parameters, x)
        # Of each distinct (x, T) and (x, t_x), so that histories only look it up.
        end = m_end * log_end
        last = m_last * log_last - to_leave[h.lasts.first]
        value, alive, gone = _split(h, end, last)
        k = np.maximum(x + self.chances_at_first, 1)
        gone_by_x = np.asarray(np.bincount(h.lasts.first, gone, x.size), np.float64)
        gradient = (
            -weighted(alive, log_end) - weighted(gone, log_last),
            -weighted(alive, m_end / ends[h.ends.second])
            - weighted(gone, m_last / lasts[h.lasts.second]),
            gone.sum() / a,
            -weighted(gone_by_x, 1 / (b + k - 1)),
        )
        return value - float(weighted(h.customers_by_end, end)), np.array(gradient)

    def _log_odds_to_leave(self, parameters: Floats, x: Floats) -> Floats:
        """Log odds to leave at the last purchase, before the silence is known."""
        _, _, a, b = parameters
        k = x + self.chances_at_first
        return np.where(k > 0, np.log(a / (b + np.maximum(k, 1) - 1)), -np.inf)

    def probability_alive(
        self, parameters: Floats, x: Floats, t_x: Floats, T: Floats
    ) -> Floats:
        """P(still a customer at T): one over the denominator of eq. 10 of [FHL].

        For MBG/NBD the same with k = x + 1, as in [BDG].
        """
        r, alpha = parameters[:2]
        silence = np.log1p((T - t_x) / (alpha + t_x))
        odds = self._log_odds_to_leave(parameters, x) + (r + x) * silence
        return np.asarray(expit(-odds))

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
        self, parameters: Floats, horizon: Floats | float, x: Floats, T: Floats
    ) -> Floats:
        """Expected purchases within ``horizon``, given a customer at T.

        The numerator of eq. 10 of [FHL] before the leaving probability p is integrated
        out: the mean of (1 - E[exp(-rate p horizon)]) / p over p ~ Beta(a, b + k).
        """
        r, _, a, b = parameters

        def log_expected(x: Floats, place: Floats) -> Floats:
            u = np.exp(place)

            def purchases(p: Floats, rows: slice) -> Floats:
                m = (r + x[rows])[:, None]
                return np.asarray(-np.expm1(-m * np.log1p(p * u[rows, None])) / p)

            return np.log(beta_mean(purchases, a, b + x + self.chances_at_first))

        return _ahead(log_expected, parameters[1], horizon, x, T)

    def pairs_if_alive(
        self, parameters: Floats, horizon: float, x: Floats, T: Floats
    ) -> Floats:
        """E[Y (Y - 1)] of the purchases Y within ``horizon``, given a customer at T.

        From P(Y > j | p) = (1 - p)^j P(N > j), N the purchases of one who never leaves.
        """
        r, _, a, b = parameters

        def log_expected(x: Floats, place: Floats) -> Floats:
            u = np.exp(place)

            def pairs(p: Floats, rows: slice) -> Floats:
                return _pairs(p, (r + x[rows])[:, None], u[rows, None])

            return np.log(beta_mean(pairs, a, b + x + self.chances_at_first))

        return _ahead(log_expected, parameters[1], horizon, x, T)


def _ahead(
    log_expected: Callable[[Floats, Floats], Floats],
    alpha: float,
    horizon: Floats | float,
    x: Floats,
    T: Floats,
) -> Floats:
    """What depends on x and on u = horizon / (alpha + T), by row; 0 where u is 0.

    ``log_expected`` takes x and ln u; no singularity is nearer to a real ln u than pi.
    """
    ages, ends = Distinct.of(T), Distinct.of(np.broadcast_to(horizon, T.shape))
    both = Pairs.of(ages, ends)
    u = ends.levels[both.second] / (alpha + ages.levels[both.first])
    if not u.size or u.min() <= 0:
        some = np.flatnonzero(ends.each(ends.levels) > 0)
        found = np.zeros(T.size)
        if some.size:
            until = ends.each(ends.levels)[some]
            found[some] = _ahead(log_expected, alpha, until, x[some], T[some])
        return found
    places = Distinct(np.log(u), both.rows)
    points = chebyshev_points(places.levels)
    return np.asarray(np.exp(along(log_expected, Distinct.of(x), places, points)))


def _split(h: Histories, end: Floats, last: Floats) -> tuple[float, Floats, Floats]:
    """Customers who are still there, by (x, T), and who have left, by (x, t_x).

    First the log-likelihood that their log odds, ``end`` less ``last``, add.
    """
    value, alive, gone = 0.0, np.zeros(end.size), np.zeros(last.size)
    for part in slices(h.T.size, ROWS):
        i, j, n = h.ends.rows[part], h.lasts.rows[part], h.customers[part]
        odds = end[i] - last[j]
        less = np.exp(-np.abs(odds))
        value += float(weighted(n, np.maximum(odds, 0) + np.log1p(less)))
        # The smaller of both chances to the last digit.
        likely = n / (1 + less)
        unlikely = likely * less
        left = odds > 0
        alive += np.bincount(i, np.where(left, unlikely, likely), alive.size)
        gone += np.bincount(j, np.where(left, likely, unlikely), gone.size)
    return value, alive, gone


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
