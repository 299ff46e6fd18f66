"""What a calendar month did to buying, apart from who was there and how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

OLDEST = 36
STEPS = 200
SETTLED = 1e-8
HALF = 0.5


def period_effects(
    counts: pd.DataFrame, starts: Sequence[dt.date]
) -> tuple[Floats, Floats]:
    """Effect of each month on purchases, cohort and age taken out.

    Purchases of a cohort in a month are Poisson around customers · cohort · age ·
    month: the age-period-cohort model [1]_, fitted by iterative proportional fitting
    [2]_, which gives the counts of maximum likelihood. An exponential trend may stand
    in any of the three: only how months differ from it means something.

    Parameters
    ----------
    counts
        ``cohort, period_start, purchases, customers`` of
        :func:`retention_core.clv.seasonality.counts`.
    starts
        The months wanted, without a gap. Ages from 1 month on are looked at, those
        from 36 on as one.

    Returns
    -------
    effects, purchases
        One each a month, in order: the factor, above 0; repeat purchases counted.

    References
    ----------
    .. [1] Clayton, D. & Schifflers, E. (1987). Models for temporal variation in cancer
       rates. II: Age-period-cohort models. Statistics in Medicine, 6(4), 469-481.
    .. [2] Deming, W. E. & Stephan, F. F. (1940). On a least squares adjustment of a
       sampled frequency table when the expected marginal totals are known. Annals of
       Mathematical Statistics, 11(4), 427-444.
    """
    cells = _cells(counts, starts)
    names = ("cohort_at", "age", "period_at")
    places = [cells[name].to_numpy("int64") for name in names]
    y = cells["purchases"].to_numpy("float64")
    totals = [np.bincount(place, y).astype(np.float64) for place in places]
    purchases = totals[-1]
    # A month without a purchase is low, not impossible.
    totals[-1] = np.maximum(purchases, HALF)
    factors = _proportional(cells["customers"].to_numpy("float64"), places, totals)
    return factors[-1], purchases


def _proportional(
    size: Floats, places: Sequence[NDArray[np.int64]], totals: Sequence[Floats]
) -> list[Floats]:
    """Factors of each margin with which ``size`` adds up to ``totals``."""
    factors = [np.ones_like(total) for total in totals]
    fitted = size.copy()
    for _ in range(STEPS):
        moved = 0.0
        for place, factor, total in zip(places, factors, totals, strict=True):
            expected = np.bincount(place, fitted, minlength=total.size)
            some = expected > 0
            step = np.where(some, total / np.where(some, expected, 1), 1)
            factor *= step
            fitted *= step[place]
            moved = max(moved, float(np.abs(step - 1)[total > 0].max(initial=0.0)))
        if moved < SETTLED:
            break
    return factors


def _cells(counts: pd.DataFrame, starts: Sequence[dt.date]) -> pd.DataFrame:
    """Every cohort in every month that was wanted, from its second month on."""
    frame = counts.assign(
        cohort_at=_month(counts["cohort"]), period_at=_month(counts["period_start"])
    )
    first = starts[0].year * 12 + starts[0].month
    sizes = frame.groupby("cohort_at")["customers"].sum()
    grid = pd.MultiIndex.from_product(
        [sizes.index, range(first, first + len(starts))],
        names=["cohort_at", "period_at"],
    ).to_frame(index=False)
    grid = grid[grid["period_at"] > grid["cohort_at"]]
    cells = grid.merge(
        frame[["cohort_at", "period_at", "purchases"]],
        on=["cohort_at", "period_at"],
        how="left",
    )
    age = (cells["period_at"] - cells["cohort_at"]).clip(upper=OLDEST)
    return cells.assign(
        purchases=cells["purchases"].fillna(0),
        customers=cells["cohort_at"].map(sizes),
        age=age,
        period_at=cells["period_at"] - first,
        cohort_at=cells["cohort_at"] - frame["cohort_at"].min(),
    )


def _month(days: pd.Series) -> pd.Series:
    at = pd.to_datetime(days)
    return at.dt.year * 12 + at.dt.month
