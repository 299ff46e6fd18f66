"""What customers will still bring until they reach an age, and how surely."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from retention_core.clv import models
from retention_core.clv.forecast import MONTH_DAYS
from retention_core.clv.newcomers import sigma_points, spend_error
from retention_core.clv.special import slices

if TYPE_CHECKING:
    from collections.abc import Callable

    from retention_core.clv.fits import Fits
    from retention_core.clv.fitting import Fit
    from retention_core.clv.forecast import Terms
    from retention_core.clv.groups import Groups
    from retention_core.clv.histories import Histories
    from retention_core.clv.special import Floats

    Ask = Callable[[Fit, float, Floats, Floats, Floats], Floats]

SHIFT = "shift_"
STEPS, ROWS = 6, 300
"""Lengths to go, and histories of each, that stand for all."""
AT_ONCE = 2**17
"""Histories whose months are in memory at once."""


def expected_until_age(groups: Groups, fits: Fits, terms: Terms) -> pd.DataFrame:
    """What each history's customers will still bring until the age, and how surely.

    The age is that of ``terms``, counted from the first order; nobody is older.

    Returns
    -------
    DataFrame
        A row a history, in the order of ``groups``: ``expected, variance, shift_…`` as
        of :func:`clv.maturing.by_day`.
    """
    left = (terms.ends[-1] - groups.histories.T) / MONTH_DAYS
    purchases, discounted = _bought(fits.timing, groups.histories, left, terms)
    expected = groups.value * discounted
    each = np.divide(
        discounted, purchases, out=np.zeros_like(purchases), where=purchases > 0
    )
    columns = {"expected": expected}
    columns["variance"] = each**2 * _chance(groups, fits, purchases, left)
    for place, moved in enumerate(_moved(fits.timing, groups, left)):
        columns[f"{SHIFT}{place}"] = expected * moved
    columns[f"{SHIFT}spend"] = expected * spend_error(fits.spend)
    return pd.DataFrame(columns)


def _bought(
    timing: Fit, h: Histories, left: Floats, terms: Terms
) -> tuple[Floats, Floats]:
    """Expected purchases of each history until the age; and their discounted margin."""
    purchases, discounted = np.empty(left.size), np.empty(left.size)
    month = np.arange(1.0, terms.months + 1)[:, None]
    # Part by part: months by millions of histories would take all the memory.
    for part in slices(left.size, AT_ONCE):
        history = (h.frequency[part], h.recency[part], h.T[part])
        until = models.expected_until(timing, terms.ends, *history)
        by_month = np.diff(until, axis=0, prepend=0)
        by_month *= np.clip(left[part] - (month - 1), 0, 1)
        purchases[part] = by_month.sum(axis=0)
        by_month *= float(terms.discounts[0]) ** (h.T[part] / MONTH_DAYS + month)
        discounted[part] = terms.margin * by_month.sum(axis=0)
    return purchases, discounted


def _chance(groups: Groups, fits: Fits, mean: Floats, left: Floats) -> Floats:
    """Variance of what will be spent, parameters known, summed over the customers.

    Of one with mean spend m: E[Y] m² (1 + 1/p) + E[Y (Y − 1)] m² − (E[Y] m)², Y the
    purchases to come.
    """
    p = float(fits.spend.params["p"])
    pairs = _until_age(models.expected_pairs, fits.timing, groups.histories, left)
    of_one = mean * (1 + 1 / p) + pairs - mean**2
    return np.asarray(groups.square * np.maximum(of_one, 0))


def _moved(timing: Fit, groups: Groups, left: Floats) -> list[Floats]:
    """By how much, as a logarithm, each direction of the parameters moves the spend.

    That of some histories of those with about as long to go: it changes slowly.
    """
    h, points = groups.histories, sigma_points(timing)
    moved = [np.zeros(left.size) for _ in points]
    step = max(left.max() / STEPS, 1.0)
    ends = np.ceil(left / step) * step
    for end in np.unique(ends):
        alike = np.flatnonzero(ends == end)
        some = alike[:: max(1, alike.size // ROWS)]
        history = (h.frequency[some], h.recency[some], h.T[some])
        for place, pair in enumerate(points):
            up, down = (
                groups.value[some]
                @ models.expected_purchases(fit, end * MONTH_DAYS, *history)
                for fit in pair
            )
            if up > 0 and down > 0:
                moved[place][alike] = np.log(up / down) / 2
    return moved


def _until_age(ask: Ask, timing: Fit, h: Histories, left: Floats) -> Floats:
    """An expectation within the whole months that are left, each history its own."""
    found = np.zeros(left.size)
    months = np.ceil(left)
    for each in np.unique(months):
        rows = months == each
        history = (h.frequency[rows], h.recency[rows], h.T[rows])
        found[rows] = ask(timing, float(each) * MONTH_DAYS, *history)
    return found
