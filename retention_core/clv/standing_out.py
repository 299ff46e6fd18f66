"""Groups that stand out from the others, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import ndtr

from retention_core.contrasts import holm
from retention_core.intervals import CLEAR

if TYPE_CHECKING:
    from retention_core.clv.special import Floats

PAIR = 2


def held_against_others(
    customers: Floats, value: Floats, deviation: Floats
) -> pd.DataFrame:
    """Each group beside the others, but for those that stand out already.

    One very low group makes every other one look high. So the group that is farthest
    from the mean of all others is tested first, and if it clearly differs it is left
    out of what the rest is held against, until none does: each step at 5 % for all
    groups that are left (Holm 1979), and no step surer than the one before. Two groups
    that are left are one test.

    Parameters
    ----------
    customers, value, deviation
        Of each group: how many, the mean of its customers, its standard error.

    Returns
    -------
    DataFrame
        A row a group: ``rest_value``, mean of those it is held against; ``p_value``
        (two-sided); ``adjusted_p_value``. NaN where there is nothing to hold it
        against, and for one of the last two that lies between those that stand out.
    """
    found = np.full((3, value.size), np.nan)
    left = np.arange(value.size)
    surest, sides = 0.0, set[bool]()
    while left.size > PAIR:
        rest, away = _beside_others(customers[left], value[left], deviation[left])
        p_value = 2 * ndtr(-away)
        adjusted = np.maximum(holm(p_value), surest)
        found[:, left] = rest, p_value, adjusted
        first = int(away.argmax())
        if not adjusted[first] <= CLEAR:
            return _named(found)
        sides.add(bool(value[left[first]] > rest[first]))
        surest, left = float(adjusted[first]), np.delete(left, first)
    if left.size == PAIR:
        found[:, left] = _pair(customers[left], value[left], deviation[left], surest)
        between = [(above in sides) for above in value[left] > found[0, left]]
        if found[2, left[0]] <= CLEAR:
            found[:, left[between]] = np.nan
    return _named(found)


def _pair(customers: Floats, value: Floats, deviation: Floats, surest: float) -> Floats:
    rest, away = _beside_others(customers, value, deviation)
    p_value = 2 * ndtr(-away)
    return np.stack([rest, p_value, np.maximum(p_value, surest)])


def _beside_others(
    customers: Floats, value: Floats, deviation: Floats
) -> tuple[Floats, Floats]:
    """Mean of all others, and how many standard errors a group is away from it."""
    weights = customers * (1 - np.eye(customers.size))
    weights = weights / weights.sum(axis=1, keepdims=True)
    rest = weights @ value
    error = np.sqrt(deviation**2 + weights**2 @ deviation**2)
    return rest, np.abs(value - rest) / error


def _named(found: Floats) -> pd.DataFrame:
    return pd.DataFrame(found.T, columns=["rest_value", "p_value", "adjusted_p_value"])
