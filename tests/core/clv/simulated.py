"""Shops drawn from the models, whose truth is therefore known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

SPEND = (6.25, 3.74, 15.44)
KINDS = {
    "bg/nbd": {
        "typical": (0.25, 30.0, 0.8, 2.5),
        "sparse": (0.15, 60.0, 0.9, 1.5),
        "heavy": (1.5, 40.0, 0.6, 6.0),
    },
    "mbg/nbd": {
        "typical": (0.5, 40.0, 0.9, 1.6),
        "sparse": (0.3, 60.0, 1.2, 1.2),
        "heavy": (1.5, 40.0, 0.6, 6.0),
    },
    "pareto/nbd": {
        "typical": (0.55, 75.0, 0.6, 80.0),
        "sparse": (0.2, 90.0, 0.8, 60.0),
        "heavy": (1.5, 40.0, 0.5, 150.0),
    },
}


@dataclass(frozen=True)
class Shop:
    """Customers as they were known on a day, and what they bought after it.

    Attributes
    ----------
    known
        A row a customer: ``frequency, recency, T, monetary_value`` as of
        ``clv.summary``, times in days.
    later
        A row a purchase after that day: ``customer`` (row of ``known``), ``after``
        (days), ``spend``.
    """

    known: pd.DataFrame
    later: pd.DataFrame

    def purchases(self, days: float) -> np.ndarray:
        """Purchases of each customer within ``days``."""
        within = self.later[self.later["after"] <= days]
        return np.bincount(within["customer"], minlength=len(self.known))

    def spend(self, days: float) -> np.ndarray:
        """Spend of each customer within ``days``."""
        within = self.later[self.later["after"] <= days]
        return np.bincount(
            within["customer"], within["spend"], minlength=len(self.known)
        )


def draw(
    model: str,
    params: tuple[float, ...],
    customers: int,
    rng: np.random.Generator,
    *,
    span: float = 730.0,
    ahead: float = 366.0,
    whole_days: bool = False,
) -> Shop:
    """A shop of so many ``customers``, who came evenly over ``span`` days."""
    r, alpha, third, fourth = params
    T = np.sort(rng.uniform(1, span, customers))
    rate = rng.gamma(r, 1 / alpha, customers)
    stays, chances = np.full(customers, np.inf), np.full(customers, np.inf)
    if model == "pareto/nbd":
        leave = rng.gamma(third, 1 / fourth, customers)
        stays = rng.exponential(1 / np.maximum(leave, 1e-12))
    else:
        leaving = np.maximum(rng.beta(third, fourth, customers), 1e-12)
        chances = rng.geometric(leaving) - float(model == "mbg/nbd")
    bought = rng.poisson(rate * np.minimum(T + ahead, stays))
    customer = np.repeat(np.arange(customers), bought)
    until = np.minimum(T + ahead, stays)[customer]
    time = rng.uniform(0, 1, customer.size) * until
    order = np.lexsort((time, customer))
    customer, time = customer[order], time[order]
    nth = np.arange(customer.size) - (np.cumsum(bought) - bought)[customer]
    kept = nth < chances[customer]
    return _known(T, customer[kept], time[kept], rng, whole_days)


def _known(T, customer, time, rng, whole_days):
    p, q, v = SPEND
    if whole_days:
        T, time = np.floor(T), np.floor(time)
        first = np.r_[True, (np.diff(time) != 0) | (np.diff(customer) != 0)]
        first &= time > 0
        customer, time = customer[first], time[first]
    own = rng.gamma(q, 1 / v, T.size)
    spend = rng.gamma(p, 1 / own[customer])
    past = time <= T[customer]
    x = np.bincount(customer[past], minlength=T.size)
    recency = np.zeros(T.size)
    np.maximum.at(recency, customer[past], time[past])
    total = np.bincount(customer[past], spend[past], minlength=T.size)
    known = pd.DataFrame(
        {
            "frequency": x,
            "recency": recency,
            "T": T,
            "monetary_value": total / np.maximum(x, 1),
        }
    )
    later = pd.DataFrame(
        {
            "customer": customer[~past],
            "after": (time - T[customer])[~past],
            "spend": spend[~past],
        }
    )
    return Shop(known, later)
