"""How much each customer may buy, and be worth: intervals from simulated futures."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from retention_core.clv.betageo import BetaGeometric
from retention_core.clv.models import model_of
from retention_core.clv.simulation import LEAST, SEED, Beliefs, People, beliefs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retention_core.clv.fits import Fits
    from retention_core.clv.forecast import Terms
    from retention_core.clv.simulation import Indices
    from retention_core.clv.special import Floats

BELIEFS, TIMES = 64, 8  # parameter vectors, and futures of each
A_CHUNK = 1000  # customers simulated at once
TINY = 1e-9  # so that 0.9 of ten is nine
COLUMNS = ["frequency", "recency", "T", "monetary_value"]
ENDS = {
    f"{end}_{level}": (0.5 - level / 200 if end == "low" else 0.5 + level / 200)
    for level, end in product((80, 95), ("low", "high"))
}


def customer_intervals(
    fits: Fits, customers: pd.DataFrame, terms: Terms
) -> pd.DataFrame:
    """80 % and 95 % intervals of what each customer buys and is worth.

    From simulated futures: of each of 64 parameter vectors, drawn from the normal
    distribution that the Hessian gives their logarithms, eight. The value is that of
    ``clv``: margin times spend, each purchase discounted by its month. Purchases are
    whole numbers, so that an interval holds *at least* its share; of a customer who is
    likely gone it is 0 to 0.

    Parameters
    ----------
    customers
        Some rows of :attr:`clv.Forecast.customers`, or of :func:`clv.summary`: with
        ``frequency, recency, T, monetary_value``. About 0.1 s for a thousand; there is
        never more than a thousand of them in memory.

    Returns
    -------
    frame
        Index and length of ``customers``: ``purchases_low_80, purchases_high_80,
        purchases_low_95, purchases_high_95`` (within all months) and ``value_…``
        likewise (currency).
    """
    terms.check()
    parts = [_ends(*drawn) for drawn in customer_draws(fits, customers, terms)]
    columns = [f"{what}_{end}" for what in ("purchases", "value") for end in ENDS]
    ends = np.concatenate([np.zeros((0, len(columns))), *parts])
    frame = pd.DataFrame(ends, columns=columns, index=customers.index)
    whole = [name for name in columns if name.startswith("purchases")]
    return frame.astype(dict.fromkeys(whole, "int64"))


class Drawn(NamedTuple):
    """Purchases and value of customers (rows) in each future (columns)."""

    purchases: Indices
    value: Floats


def customer_draws(
    fits: Fits, customers: pd.DataFrame, terms: Terms
) -> Iterator[Drawn]:
    """Simulate the customers, a thousand at a time.

    Who share a history share its purchases; what is spent on them is the posterior's
    shape, which the history has too, times the scale v + x times the mean spend.
    """
    columns = (customers[name].to_numpy(np.float64) for name in COLUMNS)
    x, t_x, T, money = columns
    known = np.where(money > 0, x, 0)
    drawn = beliefs(fits.timing, fits.spend, BELIEFS)
    luck = Luck(drawn, fits.timing.model)
    for start in range(0, x.size, A_CHUNK):
        part = slice(start, start + A_CHUNK)
        rows = np.stack([x[part], t_x[part], T[part], known[part]])
        distinct, place = np.unique(rows, axis=1, return_inverse=True)
        nothing = np.zeros(distinct.shape[1])
        people = People(distinct[0], distinct[1], distinct[2], distinct[3], nothing)
        purchases, shape = _shapes(luck, people, terms)
        scale = luck.params[6] + (known[part] * money[part])[:, None]
        yield Drawn(purchases[place], shape[place] * scale)


@dataclass(frozen=True)
class Luck:
    """What chance has in store in each future: the same for every customer.

    So that a customer's interval is the same in whatever company it is asked for. Only
    how long a customer's own rate, chance to leave and mean spend take to come out
    depends on the number of its purchases, and is drawn for each number by itself.
    """

    drawn: Beliefs
    model: str

    def _rng(self, *what: int) -> np.random.Generator:
        return np.random.default_rng([SEED, *what])

    @cached_property
    def params(self) -> tuple[Floats, ...]:
        """Of timing and of spend: r, alpha, two of leaving, p, q, v; one a future."""
        return tuple(np.hstack(self.drawn.repeated(TIMES)).T)

    @cached_property
    def alive(self) -> Floats:
        """Below the chance to be alive, one is; evenly spread over 0 to 1."""
        size = BELIEFS * TIMES
        return np.asarray((self._rng(1).permutation(size) + 0.5) / size)

    def rates(self, x: Floats) -> Floats:
        """Purchases a day, times alpha + T, by number of purchases (rows)."""
        r = self.params[0]
        each = [self._rng(2, int(n)).standard_gamma(r + n) for n in x]
        return np.array(each)

    def last(self, x: Floats, chances_at_first: int) -> Floats:
        """Which purchase from now is the last, by number of purchases (rows)."""
        a, b = self.params[2:4]
        each = []
        for n in x:
            rng = self._rng(3, int(n))
            chance = np.clip(rng.beta(a, b + n + chances_at_first), LEAST, 1 - LEAST)
            waits = rng.standard_exponential(chance.size)
            each.append(np.floor(-waits / np.log1p(-chance)) + 1)
        return np.array(each)

    def stays(self, T: Floats) -> Floats:
        """Days from now on which one leaves, by age (rows)."""
        s, beta = self.params[2:4]
        rng = self._rng(3)
        leaving = np.maximum(rng.standard_gamma(s), LEAST)
        waits = rng.standard_exponential(leaving.size)
        return np.asarray(waits / leaving * (beta + T[:, None]))

    def means(self, known: Floats) -> Floats:
        """(v + x times mean spend) over the mean's scale, by purchases known (rows)."""
        p, q = self.params[4:6]
        each = [self._rng(4, int(n)).standard_gamma(p * n + q) for n in known]
        return np.maximum(each, LEAST)

    def arrivals(self, most: float) -> Floats:
        """When the first, second … purchase comes (rows), at a rate of one."""
        rows = int(most + 8 * np.sqrt(most)) + 30
        waits = self._rng(5).standard_exponential((rows, BELIEFS * TIMES))
        return np.asarray(waits.cumsum(axis=0))

    def spent(self, most: int) -> Floats:
        """Spend on nothing, one, two … purchases (rows), at a scale of one."""
        each = self._rng(6).standard_gamma(self.params[4], (most, BELIEFS * TIMES))
        return np.vstack([np.zeros(BELIEFS * TIMES), each.cumsum(axis=0)])


def _shapes(luck: Luck, people: People, terms: Terms) -> tuple[Indices, Floats]:
    """Purchases, and their discounted margin over v + x times the mean spend."""
    counts, until = _bought(luck, people, float(terms.ends[-1]))
    known, own = np.unique(people.known, return_inverse=True)
    columns = np.arange(counts.shape[1])
    spent = luck.spent(int(counts.max()))[counts, columns]
    worth = terms.margin * _discount(until, terms) * spent
    return counts, worth / luck.means(known)[own]


def _bought(luck: Luck, people: People, horizon: float) -> tuple[Indices, Floats]:
    """Purchases of each customer (rows), and until when they are spread evenly."""
    model, history = model_of(luck.model), (people.x, people.t_x, people.T)
    chances = [model.probability_alive(own, *history) for own in luck.drawn.timing]
    alive = luck.alive < np.repeat(chances, TIMES, axis=0).T
    levels, own = np.unique(people.x, return_inverse=True)
    # Purchase days: there is at most one a day.
    rate = np.minimum(luck.rates(levels)[own] / (luck.params[1] + people.T[:, None]), 1)
    until, last = np.full_like(rate, horizon), np.full_like(rate, np.inf)
    if isinstance(model, BetaGeometric):
        last = luck.last(levels, model.chances_at_first)[own]
    else:
        until = np.minimum(luck.stays(people.T), horizon)
    reach = np.where(alive, rate * until, 0)
    arrivals = luck.arrivals(float(reach.max()))
    pairs = zip(arrivals.T, reach.T, strict=True)
    counts = np.array([np.searchsorted(*pair) for pair in pairs]).T
    left, future = np.nonzero(last < counts)
    counts[left, future] = last[left, future]
    after = arrivals[counts[left, future], future]
    until[left, future] = after / rate[left, future]
    return counts, np.minimum(until, horizon)


def _discount(until: Floats, terms: Terms) -> Floats:
    """Mean discount of purchases spread evenly from now to ``until``."""
    ends = np.r_[0.0, terms.ends]
    summed = np.r_[0.0, np.cumsum(terms.discounts * np.diff(ends))]
    return np.interp(until, ends, summed) / np.maximum(until, LEAST)


def _ends(purchases: Indices, value: Floats) -> Floats:
    """The ends of every interval: the smallest draw that so many do not exceed."""
    levels = np.array(list(ENDS.values()))
    size = purchases.shape[1]
    places = np.ceil(levels * size - TINY).astype(int) - 1
    found = [
        np.partition(each, places, axis=1)[:, places] for each in (purchases, value)
    ]
    return np.hstack(found)
