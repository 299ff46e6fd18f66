"""How the value to come is spread over customers: a histogram in round money."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from retention_core.orders import Orders

USUAL = 0.9  # of the customers lie below the last bin, or nearly so
BINS = 12
NEXT_TO_NOTHING = 0.1  # of a bin's width: below it a customer has a bin apart
ROUND = (1, 2, 5, 10)


@dataclass(frozen=True)
class Distribution:
    """What customers are worth, in bins.

    Attributes
    ----------
    bins
        ``value_from`` (within), ``value_to`` (not within; the last one: infinite),
        ``customers``, ``value`` (their sum). All are ``width`` wide but the first,
        which is for next to nothing, the second, which begins where that ends, and the
        last, which gathers the long tail. No bin without any customer is left out.
    median, mean, width
        In the currency.
    """

    bins: pd.DataFrame
    median: float
    mean: float
    width: float


def distribution(orders: Orders, customers: ir.Table) -> Distribution:
    """Spread customers over round bins of their value, in the engine.

    Parameters
    ----------
    customers
        A row a customer with ``clv``, 0 or more, as of :func:`clv.scores.held`.

    Returns
    -------
    As many bins as hold nine tenths of the customers: at most 13 of one round width
    (1, 2 or 5 times a power of ten), one for next to nothing, one for all above.
    """
    value = customers.clv
    facts = orders.run(
        customers.agg(
            median=value.median(), mean=value.mean(), usual=value.quantile(USUAL)
        )
    ).iloc[0]
    width, count = _bins(float(facts["usual"]))
    near = NEXT_TO_NOTHING * width
    place = ibis.least(value / width, float(count)).floor().cast("int64")
    placed = customers.select("clv", bin=ibis.ifelse(value < near, -1, place))
    found = orders.run(
        placed.group_by("bin").agg(customers=placed.count(), value=placed.clv.sum())
    ).set_index("bin")
    found = found.reindex(range(-1, count + 1), fill_value=0)
    edges = [0.0, near, *(width * np.arange(1, count + 1)), math.inf]
    bins = pd.DataFrame(
        {
            "value_from": edges[:-1],
            "value_to": edges[1:],
            "customers": found["customers"].to_numpy(np.int64),
            "value": found["value"].to_numpy(np.float64),
        }
    )
    return Distribution(bins, float(facts["median"]), float(facts["mean"]), width)


def _bins(usual: float) -> tuple[float, int]:
    """A round width, and how many bins of it hold what is ``usual``."""
    if not math.isfinite(usual) or usual <= 0:
        return 1.0, 1
    rough = usual / BINS
    power = 10.0 ** math.floor(math.log10(rough))
    width = next(power * step for step in ROUND if power * step >= rough * 0.999)
    return width, math.floor(usual / width + 1e-9) + 1
