"""How much each customer may buy, and be worth: intervals from simulated futures."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from retention_core.clv.simulation import LEAST, SEED, Beliefs, People, beliefs, bought

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retention_core.clv.fits import Fits
    from retention_core.clv.forecast import Terms
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

    purchases: Floats
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
    v = np.repeat(drawn.spend[:, 2], TIMES)
    for start in range(0, x.size, A_CHUNK):
        part = slice(start, start + A_CHUNK)
        rows = np.stack([x[part], t_x[part], T[part], known[part]])
        distinct, place = np.unique(rows, axis=1, return_inverse=True)
        nothing = np.zeros(distinct.shape[1])
        people = People(distinct[0], distinct[1], distinct[2], distinct[3], nothing)
        purchases, shape = _shapes(fits, drawn, people, terms)
        scale = v + (known[part] * money[part])[:, None]
        yield Drawn(purchases[place], shape[place] * scale)


def _shapes(
    fits: Fits, drawn: Beliefs, people: People, terms: Terms
) -> tuple[Floats, Floats]:
    """Purchases, and their discounted margin over v + x times the mean spend."""
    end = float(terms.ends[-1])
    found = bought(fits.timing.model, drawn.timing, people, end, times=TIMES)
    rng = np.random.default_rng(SEED + 1)
    p, q, _ = np.repeat(drawn.spend, TIMES, axis=0)[found.draw].T
    spent = rng.standard_gamma(p * found.purchases)
    own = rng.standard_gamma(p * people.known[found.customer] + q)
    purchases = np.zeros((people.x.size, BELIEFS * TIMES))
    shape = np.zeros_like(purchases)
    purchases[found.customer, found.draw] = found.purchases
    worth = terms.margin * _discount(found.until, terms) * spent
    shape[found.customer, found.draw] = worth / np.maximum(own, LEAST)
    return purchases, shape


def _discount(until: Floats, terms: Terms) -> Floats:
    """Mean discount of purchases spread evenly from now to ``until``."""
    ends = np.r_[0.0, terms.ends]
    summed = np.r_[0.0, np.cumsum(terms.discounts * np.diff(ends))]
    return np.interp(until, ends, summed) / np.maximum(until, LEAST)


def _ends(purchases: Floats, value: Floats) -> Floats:
    """The ends of every interval: the smallest draw that so many do not exceed."""
    levels = np.array(list(ENDS.values()))
    size = purchases.shape[1]
    places = np.ceil(levels * size - TINY).astype(int) - 1
    found = [
        np.partition(each, places, axis=1)[:, places] for each in (purchases, value)
    ]
    return np.hstack(found)
