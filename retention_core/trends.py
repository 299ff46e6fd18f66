"""Whether one age of the cohorts is getting better from cohort to cohort."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from retention_core.intervals import CLEAR, UPPER, Z95

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd
    from numpy.typing import NDArray

    from retention_core.periods import Grain

LEAST_COHORTS = 6
LEAST_CUSTOMERS = 10
ROUNDING = 1e-9
A_YEAR = {"week": 365.25 / 7, "month": 12.0, "quarter": 4.0, "year": 1.0}
"""Periods in a year."""

Direction = Literal["up", "down", "none"]


@dataclass(frozen=True)
class Trend:
    """A straight line through one age of the cohorts.

    Attributes
    ----------
    slope, low, high
        Change of the measure in a year, and its 95 % interval: 0.02 is two points of
        a share.
    p_value
        Two-sided, of no change.
    direction
        ``"up"`` or ``"down"`` where ``p_value`` is at most 0.05, else ``"none"``.
    cohorts
        How many the line is drawn through.
    level
        The measure over all of them.
    ends
        Start of the first and of the last of them, each with the height of the line.
    """

    slope: float
    low: float
    high: float
    p_value: float
    direction: Direction
    cohorts: int
    level: float
    ends: tuple[tuple[dt.date, float], tuple[dt.date, float]]


def trend(cells: pd.DataFrame, *, age: int, grain: Grain = "month") -> Trend | None:
    """Test one age of the cohorts for a straight trend.

    Least squares of the cohorts' values on when they began, each weighted by what it
    is per (customers, orders): 1 / variance under the hypothesis of no change, which
    for shares is pooled p(1 − p) / n and makes it the Cochran–Armitage test (Cochran
    1954, Biometrics 10, 417–451; Armitage 1955, Biometrics 11, 375–386). Cohorts of a
    restless shop differ by more than chance: the variance is multiplied by
    φ = max(1, X² / (n − 2)), X² being what the line leaves unexplained (McCullagh &
    Nelder 1989, section 4.5), and the slope is held against Student's t with n − 2
    degrees of freedom.

    Parameters
    ----------
    cells
        What :func:`retention_core.measures.measured` gave: a share or a ratio, not
        split.
    age
        Periods after the first order. Complete cells of cohorts with at least ten
        customers are used.

    Returns
    -------
    Trend or None
        None with fewer than six such cohorts, and for a count or a total, which says
        how large cohorts are and not how good.
    """
    seen = cells[cells["complete"] & (cells["period"] == age) & cells["value"].notna()]
    seen = seen[seen["cohort_size"] >= LEAST_CUSTOMERS].sort_values("cohort")
    if len(seen) < LEAST_COHORTS or not seen["kind"].isin(["share", "ratio"]).all():
        return None
    x = _places(seen["cohort"], grain)
    y, weight = (seen[name].to_numpy("float64") for name in ("value", "bottom"))
    level, middle = np.average(y, weights=weight), np.average(x, weights=weight)
    apart = float(weight @ (x - middle) ** 2)
    slope = float(weight @ ((x - middle) * (y - level))) / apart
    left = float(weight @ (y - level - slope * (x - middle)) ** 2)
    error = np.sqrt(max(_spread(seen, level), left / (len(seen) - 2)) / apart)
    if np.ptp(y) <= ROUNDING * abs(level):  # but for the last digits, all the same
        slope = 0.0
    first, last = (
        (seen["cohort"].iloc[at].date(), float(level + slope * (x[at] - middle)))
        for at in (0, -1)
    )
    return _tested(slope, float(error), level, (first, last), (len(seen), grain))


def widened(cells: pd.DataFrame, *, age: int) -> pd.DataFrame:
    """Complete cells of one age, their intervals wide enough for all of them.

    Of many 95 % intervals one in twenty misses by accident. These are so much wider
    that all of them hold together in 95 % of shops (Bonferroni), as far as an interval
    grows with the quantile of the normal distribution.
    """
    seen = cells[cells["complete"] & (cells["period"] == age) & cells["value"].notna()]
    times = norm.isf((1 - UPPER) / max(len(seen), 1)) / Z95
    low = seen["value"] - (seen["value"] - seen["low"]) * times
    high = seen["value"] + (seen["high"] - seen["value"]) * times
    return seen.assign(low=low, high=high)


def _tested(
    slope: float,
    error: float,
    level: float,
    ends: tuple[tuple[dt.date, float], tuple[dt.date, float]],
    of: tuple[int, Grain],
) -> Trend:
    """Hold a slope per period against its standard error."""
    cohorts, grain = of
    p_value = 1.0
    if slope:
        distance = abs(slope) / max(error, float(np.finfo(float).tiny))
        p_value = float(2 * student.sf(distance, cohorts - 2))
    direction: Direction = "none"
    if p_value <= CLEAR:
        direction = "up" if slope > 0 else "down"
    half = float(student.ppf(UPPER, cohorts - 2)) * error
    return Trend(
        slope=slope * A_YEAR[grain],
        low=(slope - half) * A_YEAR[grain],
        high=(slope + half) * A_YEAR[grain],
        p_value=p_value,
        direction=direction,
        cohorts=cohorts,
        level=float(level),
        ends=ends,
    )


def _spread(seen: pd.DataFrame, level: float) -> float:
    """Variance of one unit around the common value: p(1 − p) of a share.

    Of a ratio that of y − Rx (Cochran 1977, section 2.11), for each unit of x.
    """
    names = ["top_squared", "top_times_bottom", "bottom_squared", "bottom"]
    squares, products, others, units = seen[names].sum().astype("float64")
    spread = squares - 2 * level * products + level**2 * others
    return max(float(spread / units), 0.0)


def _places(starts: pd.Series, grain: Grain) -> NDArray[np.float64]:
    """When the cohorts began, in periods."""
    if grain == "week":
        return np.asarray((starts - starts.iloc[0]).dt.days / 7, dtype=float)
    months = starts.dt.year * 12 + starts.dt.month
    return np.asarray((months - months.iloc[0]) * A_YEAR[grain] / 12, dtype=float)
