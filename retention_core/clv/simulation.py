"""Futures drawn from a fitted model: what customers may buy, and for how much.

A history tells the rate at which its customer buys and how soon it leaves up to a
known distribution, given that it is still a customer. Both are drawn, then the
purchases; only customers who buy are carried on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import ndtri
from scipy.stats import qmc

from retention_core.clv.betageo import BetaGeometric
from retention_core.clv.models import model_of
from retention_core.clv.spend import RUN_AWAY, population_mean

if TYPE_CHECKING:
    import numpy.typing as npt

    from retention_core.clv.fitting import Fit
    from retention_core.clv.special import Floats

    Indices = npt.NDArray[np.int64]

SEED = 20050124  # the same data give the same interval
LEAST = 1e-12  # rates and chances that would divide by zero
MOST = 1e6  # purchases within a horizon, beyond any belief
DIGITS = 6  # of a log-parameter: its last ones are those of a sum's order, and one draw
# that comes out differently shifts all that follow.


class Beliefs(NamedTuple):
    """Parameters as they may be: of timing and of spend, a row a draw."""

    timing: Floats
    spend: Floats

    def repeated(self, times: int) -> Beliefs:
        """Each draw so many times in a row."""
        return Beliefs(*(np.repeat(each, times, axis=0) for each in self))


def beliefs(timing: Fit, spend: Fit, size: int) -> Beliefs:
    """``size`` (a power of 2) draws from the normal that the Hessian gives.

    Of the logarithms. Sobol points fill it more evenly than chance does: few draws
    tell as much as many. Spend whose population mean has run away is the fitted one.
    """
    known = (timing.params.size, spend.params.size)
    points = qmc.Sobol(sum(known), seed=SEED).random(size)
    normal = np.split(ndtri(points), [known[0]], axis=1)
    drawn = Beliefs(*map(_drawn, (timing, spend), normal))
    fitted = spend.params.to_numpy(np.float64)
    means = np.array([population_mean(each) for each in drawn.spend])
    means /= population_mean(fitted)
    sane = (means > 1 / RUN_AWAY) & (means < RUN_AWAY)
    return drawn._replace(spend=np.where(sane[:, None], drawn.spend, fitted))


def fitted(timing: Fit, spend: Fit) -> Beliefs:
    """The parameters as they were estimated, as if they were known."""
    return Beliefs(
        *(_drawn(fit, np.zeros((1, fit.params.size))) for fit in (timing, spend))
    )


def _drawn(fit: Fit, normal: Floats) -> Floats:
    middle = np.log(fit.params.to_numpy(np.float64))
    return np.asarray(np.exp(np.round(middle + normal @ fit.steps, DIGITS)))


class People(NamedTuple):
    """Customers, a row each: history, and spend so far.

    ``known`` is the number of repeat days whose mean spend ``money`` is; 0 where
    nothing is known.
    """

    x: Floats
    t_x: Floats
    T: Floats
    known: Floats
    money: Floats


@dataclass(frozen=True)
class Bought:
    """Who buys in which draw.

    Attributes
    ----------
    draw, customer
        Where: rows of the beliefs and of the people, each pair at most once.
    purchases
        How many, 1 or more.
    until
        They are spread evenly from now to then, in days: to the horizon, or to the
        last of them or the day of leaving.
    """

    draw: Indices
    customer: Indices
    purchases: Indices
    until: Floats


def bought(
    model: str, timing: Floats, people: People, horizon: float, *, times: int = 1
) -> Bought:
    """Draw purchases within ``horizon``, ``times`` times for each row of ``timing``."""
    rng = np.random.default_rng(SEED)
    chances = model_of(model).probability_alive
    alive = np.stack([chances(row, people.x, people.t_x, people.T) for row in timing])
    alive = np.repeat(alive, times, axis=0)
    draw, customer = np.nonzero(rng.random(alive.shape) < alive)
    r, alpha, third, fourth = np.repeat(timing, times, axis=0)[draw].T
    x, age = people.x[customer], people.T[customer]
    rate = rng.standard_gamma(r + x) / (alpha + age)
    chosen = model_of(model)
    if isinstance(chosen, BetaGeometric):
        some = rng.poisson(np.minimum(rate * horizon, MOST))
        buys = np.flatnonzero(some)
        chance = rng.beta(third[buys], (fourth + x)[buys] + chosen.chances_at_first)
        kept, until = _until_leaving(some[buys], chance, horizon, rng)
    else:
        leaving = rng.standard_gamma(third) / (fourth + age)
        left = rng.standard_exponential(leaving.size) / np.maximum(leaving, LEAST)
        some = rng.poisson(np.minimum(rate * np.minimum(left, horizon), MOST))
        buys = np.flatnonzero(some)
        kept, until = some[buys], np.minimum(left[buys], horizon)
    return Bought(draw[buys], customer[buys], kept, until)


def _until_leaving(
    possible: Indices, chance: Floats, horizon: float, rng: np.random.Generator
) -> tuple[Indices, Floats]:
    """Purchases until one is the last, of those ``possible`` within the horizon.

    The first k of n purchases spread evenly over the horizon are spread evenly up to
    the next one, whose place is a beta.
    """
    uniform = 1 - rng.random(chance.size)
    rate = -np.log1p(-np.minimum(chance, 1 - LEAST))
    last = np.floor(-np.log(uniform) / np.maximum(rate, LEAST)) + 1
    kept = np.minimum(possible, last).astype(np.int64)
    until = np.full(chance.size, horizon)
    cut = kept < possible
    until[cut] *= rng.beta(kept[cut] + 1, possible[cut] - kept[cut])
    return kept, until
