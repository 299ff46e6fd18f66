"""Whether customers buy more in some months of the year than in others."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import stdtrit
from scipy.stats import f as fisher

from retention_core import periods
from retention_core.clv import trend
from retention_core.clv.forecast import MONTH_DAYS
from retention_core.clv.periodic import period_effects
from retention_core.intervals import CLEAR, UPPER

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    import ibis.expr.types as ir
    from numpy.typing import NDArray

    from retention_core.orders import Orders

    Floats = NDArray[np.float64]

Code = Literal["seasonal", "none", "one_year", "too_short", "too_few"]

YEAR = 12
MOST_MONTHS = 60
LEAST_A_MONTH = 10
CLEAR_SEASON = 0.01


class Month(NamedTuple):
    """A month of the year: its index (1 is the mean of twelve) and 95 % interval."""

    month: int
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Season:
    """How buying goes up and down with the months of the year.

    Attributes
    ----------
    code
        ``"seasonal"``, ``"none"`` (two years or more that do not agree on a season);
        ``"one_year"`` (less than two: nobody can tell a season from chance);
        ``"too_short"`` (fewer than 11 months), ``"too_few"`` (fewer than 10 repeat
        purchases a month).
    months
        Complete calendar months it rests on, from the second of the history on, at
        most the last 60.
    p_value
        Chance of months that differ so much without a season; NaN where it cannot be
        told.
    index
        ``month`` (1–12), ``index``, ``low``, ``high``: purchases a day of a known
        customer in that month, 1 being the mean of the twelve, with its 95 % interval.
        Of one year 1 is the straight trend of all other months; a month that was not
        seen is NaN. Empty for a shorter or a sparse history.
    observed
        ``period_start``, ``index``: each month it rests on, 1 being the trend.
    beyond_chance
        Of one year: the highest of the months that are above the trend of the others
        beyond chance, at 5 % for all of them together; ``None`` without one.
    """

    code: Code
    months: int
    p_value: float
    index: pd.DataFrame
    observed: pd.DataFrame
    beyond_chance: Month | None = None

    @property
    def highest(self) -> Month:
        """The month that is highest, of those that are known."""
        return self._at(np.nanargmax)

    @property
    def lowest(self) -> Month:
        """The month that is lowest."""
        return self._at(np.nanargmin)

    def ahead(self, as_of: dt.date, months: int) -> pd.DataFrame:
        """The shape of the year over the months of a forecast.

        Parameters
        ----------
        as_of, months
            The forecast's: its months are of 30.4375 days and begin the day after.

        Returns
        -------
        DataFrame
            ``month`` (1 …), ``month_start``, ``index`` (mean over the days of the
            month) and ``share`` of all these months (adds up to 1). Empty where a
            month of the year is not known.
        """
        columns = ["month", "month_start", "index", "share"]
        if self.index.empty or self.index["index"].isna().any():
            return pd.DataFrame(columns=columns)
        ends = np.floor(MONTH_DAYS * np.arange(months + 1)).astype("int64")
        days = pd.Timestamp(as_of) + pd.to_timedelta(np.arange(1, ends[-1] + 1), "D")
        daily = self.index.set_index("month")["index"].reindex(days.month).to_numpy()
        mean = np.add.reduceat(daily, ends[:-1]) / np.diff(ends)
        begins = days[ends[:-1]]
        number = np.arange(1, months + 1)
        values = (number, begins, mean, mean / mean.sum())
        return pd.DataFrame(dict(zip(columns, values, strict=True)))

    def _at(self, choose: Callable[[Floats], np.intp]) -> Month:
        return _named(self.index, int(choose(self.index["index"].to_numpy("float64"))))


def seasonality(orders: Orders) -> Season:
    """Find out whether the years of a history agree on high and low months.

    Counted are repeat purchase days of known customers from the month after their
    first on: what a forecast of today's customers is about. (Revenue would follow a
    few large orders.) Growth, and that young customers buy otherwise than old ones, is
    taken out: each month's purchases are held against what the cohorts of that size,
    kind and age buy (:func:`retention_core.clv.periodic.period_effects`). What is left
    for a month is compared a day, so that February is not low for being short.

    Through its logarithm goes a polynomial of time, one bend a year, and twelve months
    that add up to 0, by least squares weighted with counts and what months vary
    besides. An F test of the twelve against what is left decides: at 1 in 100, since
    months in a row are alike by accident and the test does not know.

    Complete months only, from the second of the history on (nobody is known in the
    first), the last 60 at most; two full years are needed for evidence of a season. Of
    less, each of the last twelve months is held against the trend of all others
    (:func:`retention_core.clv.trend.beside_others`), one-sided and corrected for their
    number (Bonferroni): whether it was high, not whether it will be.
    """
    found = orders.run(counts(orders))
    return season_of(found, orders.first_day, orders.as_of)


def counts(orders: Orders) -> ir.Table:
    """Purchase days by the month of a customer's first one and by calendar month.

    Returns
    -------
    Ibis table
        ``cohort``, ``period_start`` (first days of months), ``purchases`` (days with
        a purchase), ``customers`` (whose first day it is: the cohort's size where both
        are the same month, else 0).
    """
    days = orders.purchase_days
    firsts = days.group_by("customer_id").agg(first=days.day.min())
    each = days.join(firsts, "customer_id")
    keys = {
        "cohort": periods.start_of(each.first, "month"),
        "period_start": periods.start_of(each.day, "month"),
    }
    return each.group_by(**keys).agg(
        purchases=each.count(), customers=(each.day == each.first).cast("int64").sum()
    )


def season_of(found: pd.DataFrame, first_day: dt.date, as_of: dt.date) -> Season:
    """:func:`seasonality` of the ``counts`` of a shop."""
    starts = _starts(first_day, as_of)
    if len(starts) < YEAR - 1:
        return _unknown("too_short", len(starts))
    if found.empty:
        return _unknown("too_few", len(starts))
    effects, purchases = period_effects(found, starts)
    if purchases.mean() < LEAST_A_MONTH:
        return _unknown("too_few", len(starts))
    days = [calendar.monthrange(day.year, day.month)[1] for day in starts]
    height = np.log(effects / days)
    if len(starts) < 2 * YEAR:
        return _last_year(starts, height, purchases)
    return _tested(starts, height, purchases)


def _starts(first_day: dt.date, as_of: dt.date) -> list[dt.date]:
    """The complete months in which customers of an earlier one may buy again."""
    second = periods.following(periods.first_day(first_day, "month"), "month")
    last = periods.last_complete(as_of, "month")
    return (
        periods.starts(second, last, "month")[-MOST_MONTHS:] if second <= last else []
    )


def _tested(starts: list[dt.date], height: Floats, purchases: Floats) -> Season:
    """Of two years and more: twelve months, and whether they are beyond chance."""
    n = len(starts)
    time = trend.polynomials(n, n // YEAR)
    # Twelve months that add up to 0 are eleven numbers and less their sum.
    contrasts = np.vstack([np.eye(YEAR - 1), -np.ones(YEAR - 1)])
    design = np.hstack([time, contrasts[[day.month - 1 for day in starts]]])
    free = n - design.shape[1]
    besides = trend.besides(design, height, purchases)
    weight = 1 / (trend.by_chance(purchases) + besides)
    solution, left = trend.left(design, height, weight)
    explained = (trend.left(time, height, weight)[1] - left) / (YEAR - 1)
    variance = max(left / free, float(np.finfo(float).tiny))
    p_value = float(fisher.sf(explained / variance, YEAR - 1, free))
    spread = np.linalg.inv(design.T @ (design * weight[:, None])) * variance
    own = slice(time.shape[1], None)
    effect = contrasts @ solution[own]
    error = np.sqrt(np.diag(contrasts @ spread[own, own] @ contrasts.T))
    above = height - time @ solution[: time.shape[1]]
    return Season(
        code="seasonal" if p_value <= CLEAR_SEASON else "none",
        months=n,
        p_value=p_value,
        index=_indexed(effect, float(stdtrit(free, UPPER)) * error),
        observed=_observed(starts, above, effect),
    )


def _last_year(starts: list[dt.date], height: Floats, purchases: Floats) -> Season:
    """The last twelve months, each beside the straight trend of all others."""
    n = len(starts)
    last = np.arange(max(n - YEAR, 0), n)
    free = n - 3
    months = [starts[at].month - 1 for at in last]
    effect, error = np.full((2, YEAR), np.nan)
    effect[months], error[months] = trend.beside_others(height, purchases, last)
    half = float(stdtrit(free, UPPER)) * error
    columns = {"index": effect, "low": effect - half, "high": effect + half}
    index = pd.DataFrame({name: np.exp(each) for name, each in columns.items()})
    index.insert(0, "month", np.arange(1, YEAR + 1))
    least = float(stdtrit(free, 1 - CLEAR / last.size)) * error
    clear = np.flatnonzero(effect > least)
    highest = clear[effect[clear].argmax()] if clear.size else None
    time = trend.polynomials(n, 1)
    above = height - time @ trend.left(time, height, np.ones(n))[0]
    above[last] = effect[months]
    return Season(
        code="one_year",
        months=n,
        p_value=float("nan"),
        index=index,
        observed=_observed(starts, above, np.zeros(1)),
        beyond_chance=None if highest is None else _named(index, int(highest)),
    )


def _named(index: pd.DataFrame, place: int) -> Month:
    row = index.iloc[place]
    ends = (float(row[name]) for name in ("index", "low", "high"))
    return Month(place + 1, *ends)


def _indexed(effect: Floats, half: Floats) -> pd.DataFrame:
    mean = np.exp(effect).mean()
    return pd.DataFrame(
        {
            "month": np.arange(1, YEAR + 1),
            "index": np.exp(effect) / mean,
            "low": np.exp(effect - half) / mean,
            "high": np.exp(effect + half) / mean,
        }
    )


def _observed(starts: list[dt.date], height: Floats, effect: Floats) -> pd.DataFrame:
    index = np.exp(height) / np.exp(effect).mean()
    return pd.DataFrame({"period_start": pd.to_datetime(starts), "index": index})


def _unknown(code: Code, months: int) -> Season:
    return Season(
        code=code,
        months=months,
        p_value=float("nan"),
        index=pd.DataFrame(columns=["month", "index", "low", "high"], dtype="float64"),
        observed=pd.DataFrame(columns=["period_start", "index"]),
    )
