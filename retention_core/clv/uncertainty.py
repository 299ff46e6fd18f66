"""How far off a forecast may be: parameters are estimates, and buying is chance."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import stdtrit

from retention_core.clv.models import model_of
from retention_core.clv.simulation import (
    SEED,
    Beliefs,
    Bought,
    People,
    beliefs,
    bought,
    fitted,
)

if TYPE_CHECKING:
    from retention_core.clv.ahead import Ahead
    from retention_core.clv.fitting import Fit
    from retention_core.clv.forecast import Terms
    from retention_core.clv.groups import Groups
    from retention_core.clv.histories import Histories
    from retention_core.clv.special import Floats

BELIEFS = 256  # parameter vectors
TIMES = 4  # futures of each
ROWS = 100  # histories, spread over their shares of the total, that stand for all
FEW = 600  # customers who are all simulated
PURCHASES = 300_000  # simulated in all, about
PAIRINGS = 8  # of each future with a good or bad year, lest chance meet chance
LARGEST_STEP = 30.0  # a logarithm whose power is no longer a number of anything


class Unexplained(NamedTuple):
    """By how much a model missed a shop's own past beyond its own interval.

    Attributes
    ----------
    deviation
        Relative standard deviation, 0 or more: :func:`clv.misses.unexplained`.
    dates
        From how many dates of the past it is known.
    """

    deviation: float = 0.0
    dates: int = 0


class Futures(NamedTuple):
    """Totals of all customers, a row a draw.

    Attributes
    ----------
    revenue
        Of each month (columns), in the currency; neither discounted nor times margin.
    purchases
        Within all months.
    """

    revenue: Floats
    purchases: Floats

    def shaken(self, by: Unexplained) -> Futures:
        """The same in good years and in bad ones, of which the model knows nothing.

        All months of a future are multiplied by one factor, of median 1. Its logarithm
        is Student's t with as many degrees of freedom as there are dates: the spread is
        known from so few that a normal would hold too little.
        """
        if not by.deviation:
            return self
        size, rng = self.purchases.size, np.random.default_rng(SEED + 2)
        even = (np.arange(size * PAIRINGS) + 0.5).reshape(size, PAIRINGS).T
        levels = rng.permuted(even, axis=1).ravel() / even.size
        steps = np.sqrt(np.log1p(by.deviation**2)) * stdtrit(by.dates, levels)
        factor = np.exp(np.clip(steps, -LARGEST_STEP, LARGEST_STEP))
        return Futures(
            factor[:, None] * np.tile(self.revenue, (PAIRINGS, 1)),
            factor * np.tile(self.purchases, PAIRINGS),
        )


def futures(
    timing: Fit, spend: Fit, groups: Groups, by_month: Ahead, terms: Terms
) -> Futures:
    """Simulate what all customers together may buy and spend.

    Each of ``BELIEFS`` parameter vectors, drawn from the normal distribution that the
    Hessian gives their logarithms, has ``TIMES`` futures. Of few customers everyone is
    simulated under each of them. Of many, a sample is, with the fitted parameters, for
    the part that is chance (customers are independent: a customer who stands for w
    others adds sqrt(w) times its own deviation); the parameters' part is that of the
    expected total.

    Parameters
    ----------
    by_month
        Expected purchases in each month (rows) by history (columns).
    """
    expected = by_month.sum(axis=0)
    purchases = float(expected @ groups.histories.customers)
    few = groups.histories.n_customers <= FEW
    if few and purchases * BELIEFS * TIMES <= PURCHASES:
        everyone, drawn = _everyone(groups), beliefs(timing, spend, BELIEFS)
        return _simulated(timing.model, drawn, everyone, terms, TIMES)
    return _of_many(timing, spend, groups, by_month, terms)


def _of_many(
    timing: Fit, spend: Fit, groups: Groups, by_month: Ahead, terms: Terms
) -> Futures:
    revenue = by_month @ groups.value
    purchases = float(by_month.sum(axis=0) @ groups.histories.customers)
    worth = groups.value * by_month.sum(axis=0)
    if not worth.sum() > 0:
        return Futures(np.zeros((1, revenue.size)), np.zeros(1))
    some, weights = _sampled(groups, by_month.sum(axis=0))
    chance = _simulated(
        timing.model,
        fitted(timing, spend),
        some,
        terms,
        BELIEFS * TIMES,
        np.sqrt(weights),
    )
    factors = _factors(timing, spend, groups, worth, float(terms.ends[-1]))
    by_draw = [np.repeat(factor, TIMES) for factor in factors]
    return Futures(
        _around(by_draw[0][:, None] * revenue, chance.revenue),
        _around(by_draw[1] * purchases, chance.purchases),
    )


def _around(expected: Floats, chance: Floats) -> Floats:
    return np.asarray(np.maximum(expected + chance - chance.mean(axis=0), 0))


def _everyone(groups: Groups) -> People:
    """A row a customer; who share a history share its mean spend."""
    h, spenders = groups.histories, groups.spenders
    money = groups.money / np.maximum(spenders, 1)
    counts = np.r_[spenders, h.customers - spenders].astype(np.int64)
    known = np.r_[h.frequency, np.zeros_like(spenders)]
    twice = [np.tile(each, 2) for each in (h.frequency, h.recency, h.T)]
    columns = [*twice, known, np.tile(money, 2)]
    return People(*(np.repeat(each, counts) for each in columns))


def _sampled(groups: Groups, purchases: Floats) -> tuple[People, Floats]:
    """Customers at even steps of the running total, and how many each stands for."""
    h, worth = groups.histories, groups.value * purchases
    usual = float(worth @ purchases / worth.sum())
    size = int(np.clip(PURCHASES / (BELIEFS * TIMES * usual), 2, FEW))
    rows = at_even_steps(worth, h, size)
    weights = worth.sum() / size / (worth[rows] / h.customers[rows])
    # Who share a history do not share their spend: its mean square counts here.
    weights *= groups.square[rows] * h.customers[rows] / groups.value[rows] ** 2
    share = groups.spenders[rows] / h.customers[rows]
    pays = np.random.default_rng(SEED).random(size) < share
    money = groups.money[rows] / np.maximum(groups.spenders[rows], 1)
    x = h.frequency[rows]
    people = People(x, h.recency[rows], h.T[rows], np.where(pays, x, 0), money)
    return people, weights


def at_even_steps(expected: Floats, h: Histories, size: int) -> np.ndarray:
    """Rows of histories at even steps of a running total, neighbours being alike."""
    order = np.lexsort((h.recency, h.T, h.frequency))
    running = np.cumsum(expected[order])
    steps = (np.arange(size) + 0.5) / size * running[-1]
    return np.asarray(order[np.searchsorted(running, steps)])


def _simulated(
    model: str,
    drawn: Beliefs,
    people: People,
    terms: Terms,
    times: int,
    weights: Floats | float = 1.0,
) -> Futures:
    """Sums over people, each counted ``weights`` times."""
    months, size = terms.months, drawn.timing.shape[0] * times
    end = float(terms.ends[-1])
    found = bought(model, drawn.timing, people, end, times=times)
    spend = drawn.spend.repeat(times, axis=0)
    rng = np.random.default_rng(SEED + 1)
    scale = spend_scale(spend, found, people, rng)
    each = np.broadcast_to(weights, people.x.shape)[found.customer]
    cell = np.repeat(np.arange(found.draw.size), found.purchases)
    month = rng.random(cell.size) * (found.until / end * months)[cell]
    amount = rng.standard_gamma(spend[:, 0][found.draw[cell]]) * (scale * each)[cell]
    place = found.draw[cell] * months + month.astype(np.int64)
    revenue = np.bincount(place, amount, size * months).astype(np.float64)
    revenue = revenue.reshape(size, months)
    counts = np.bincount(found.draw, each * found.purchases, size)
    return Futures(revenue, counts.astype(np.float64))


def spend_scale(
    spend: Floats, found: Bought, people: People, rng: np.random.Generator
) -> Floats:
    """Draw who spends how much: a purchase is gamma (shape p) times this scale.

    The posterior of a customer's own rate is gamma with shape p x + q and rate
    v + x times the mean spend: [025] of :mod:`clv.spend`.
    """
    p, q, v = spend[found.draw].T
    known, money = people.known[found.customer], people.money[found.customer]
    rate = rng.standard_gamma(p * known + q) / (v + known * money)
    return np.asarray(1 / np.maximum(rate, np.finfo(float).tiny))


def _factors(
    timing: Fit, spend: Fit, groups: Groups, worth: Floats, horizon: float
) -> tuple[Floats, Floats]:
    """Expected revenue and purchases under each belief, over the fitted ones."""
    h, model = groups.histories, model_of(timing.model)
    rows = at_even_steps(worth, h, ROWS)
    x, t_x, T = h.frequency[rows], h.recency[rows], h.T[rows]
    kept = np.stack([1 / worth[rows], h.customers[rows] / worth[rows]])
    drawn = zip(beliefs(timing, spend, BELIEFS), fitted(timing, spend), strict=True)
    params = zip(*(np.vstack(pair) for pair in drawn), strict=True)
    sums = []
    for own, money in params:
        each = model.probability_alive(own, x, t_x, T)
        each = each * model.purchases_if_alive(own, horizon, x, T)
        sums.append(
            (kept[0] @ (groups.value_under(money, rows) * each), kept[1] @ each)
        )
    revenue, purchases = (np.array(column) for column in zip(*sums, strict=True))
    return revenue[:-1] / revenue[-1], purchases[:-1] / purchases[-1]
