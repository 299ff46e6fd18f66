"""How near a forecast came to what happened, over customers who are alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from retention_core import ranking
from retention_core.intervals import ratio

if TYPE_CHECKING:
    from retention_core.clv.holdout import Outcomes
    from retention_core.clv.special import Floats

TENTHS = 10
SEVEN_OR_MORE = 7


class Errors(NamedTuple):
    """Forecast purchases of all; mean absolute and root mean squared miss of each."""

    total: float
    mae: float
    rmse: float


def errors(expected: Floats, found: Outcomes) -> Errors:
    """How far expected purchases, one number a history, were off."""
    customers = found.customers
    missed = expected[found.rows] - found.purchases
    n = customers.sum()
    return Errors(
        total=float(found.histories.customers @ expected),
        mae=float(customers @ np.abs(missed) / n),
        rmse=float(np.sqrt(customers @ missed**2 / n)),
    )


def brier(chance: Floats, found: Outcomes) -> float:
    """Mean squared error of the chance to buy in the holdout, one a history: 0-1."""
    missed = found.bought @ (1 - chance) ** 2 + found.spared @ chance**2
    return float(missed / found.customers.sum())


def rank_correlation(number: Floats, found: Outcomes) -> float:
    """Spearman's, of a number by history with the purchases."""
    each = number[found.rows]
    return ranking.correlation(each, found.purchases, found.customers)


def top_share(number: Floats, found: Outcomes, size: float) -> float:
    """Share of the holdout's spend by the ``size`` customers ranked first.

    Who ties at the edge shares evenly. NaN where nothing was spent.
    """
    spend = found.by_history(found.spend)
    first = _until(-number, found.histories.customers, np.array([size]), spend)
    return float(first[0, 0]) / float(spend.sum()) if spend.sum() > 0 else float("nan")


def by_frequency(expected: Floats, found: Outcomes) -> pd.DataFrame:
    """Mean purchases, expected and actual, by frequency (7 is 7 and more)."""
    frequency = np.minimum(found.histories.frequency, SEVEN_OR_MORE).astype(np.int64)
    levels, rows = np.unique(frequency, return_inverse=True)
    each = _sums(expected, found)
    sums = np.array([np.bincount(rows, one) for one in each], np.float64)
    return pd.DataFrame({"frequency": levels, **_means(sums)}).astype(
        {"customers": "int64"}
    )


def by_decile(expected: Floats, found: Outcomes) -> pd.DataFrame:
    """The same by tenths of the customers, those of whom most is expected first.

    Customers with the same expectation share evenly the tenths that they stretch over.
    """
    customers = found.histories.customers
    edges = np.linspace(0, customers.sum(), TENTHS + 1)
    sums = np.diff(_until(-expected, customers, edges, *_sums(expected, found)))
    return pd.DataFrame({"decile": np.arange(1, TENTHS + 1), **_means(sums)})


def _sums(expected: Floats, found: Outcomes) -> tuple[Floats, ...]:
    """Of each history: customers, purchases, their squares, what was expected."""
    n = found.customers
    return (
        found.histories.customers,
        found.by_history(n * found.purchases),
        found.by_history(n * found.purchases**2),
        found.histories.customers * expected,
    )


def _means(sums: Floats) -> dict[str, Floats]:
    n, total, squares, expected = sums
    low, high = ratio(total, n, squares, n, total, n)
    return {
        "customers": n,
        "actual": total / n,
        "low": np.maximum(low, 0),
        "high": high,
        "forecast": expected / n,
    }


def _until(
    order: Floats, customers: Floats, places: Floats, *amounts: Floats
) -> Floats:
    """Amounts (rows) of the first so many customers (columns) in an order."""
    _, rows = np.unique(order, return_inverse=True)
    running = [
        np.concatenate([[0.0], np.cumsum(np.bincount(rows, each))])
        for each in (customers, *amounts)
    ]
    return np.stack([np.interp(places, running[0], each) for each in running[1:]])
