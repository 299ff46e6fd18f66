"""Who stays, who is lost: the window, movement per period, each customer's risk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import kendalltau

from retention_core import periods as calendar
from retention_core import silence, spells
from retention_core.risk import habits as habits
from retention_core.risk import scored
from retention_core.silence import ChurnWindow as ChurnWindow
from retention_core.silence import window as window
from retention_core.sliced import apart as apart
from retention_core.sliced import by_slice as by_slice

if TYPE_CHECKING:
    from collections.abc import Mapping

    import ibis.expr.types as ir

    from retention_core.orders import Orders
    from retention_core.periods import Grain

TREND_PERIODS, LEAST_TREND = 12, 6
MOVEMENT = (
    "period_start",
    *spells.COUNTS,
    "retention_rate",
    "strict_retention_rate",
    "churn_rate",
    "revenue_churn_rate",
    "quick_ratio",
    "reactivation_rate",
    "full_start",
    "complete",
)
SENSITIVITY = (
    "window_days",
    "period_start",
    "starting",
    "strict_retention_rate",
    "churn_rate",
    "revenue_churn_rate",
    "quick_ratio",
    "lost",
    "full_start",
    "trend_periods",
    "trend",
    "trend_p_value",
)


def retention_rate(starting: float, ending: float, new: float) -> float:
    """Customer retention rate (E − N) / S, a share; NaN when nobody was there.

    With S = 100, E = 105, N = 15 it is 0.9. It holds reactivated customers, so it
    can pass 1.
    """
    return (ending - new) / starting if starting else float("nan")


def movement(
    orders: Orders, *, grain: Grain = "month", window_days: int | None = None
) -> pd.DataFrame:
    """Customers won, won back and lost in each period: E = S + N + R − L.

    A customer is active at an instant when the last purchase day lies within the
    ``window_days`` days before it.

    Parameters
    ----------
    window_days
        The window ``w``, at least 1; :func:`window` of the orders if not given.

    Returns
    -------
    DataFrame
        A row a period from the first order to ``as_of``: ``period_start``; counts
        ``starting`` S, ``new`` N, ``reactivated`` R, ``lost`` L, ``ending`` E,
        ``new_and_lapsed`` (first purchase within the period, no longer active at its
        end), ``lapsed`` (had bought before, not active at the start); shares
        ``retention_rate`` (E − N)/S, ``strict_retention_rate`` (S − L)/S,
        ``churn_rate`` L/S, ``revenue_churn_rate`` (the same by the net revenue of the
        purchases in the window before the start), ``quick_ratio`` (N + R)/L,
        ``reactivation_rate`` (R over the ``lapsed``), null where they would divide by
        0; ``full_start`` (a whole window lies before it), ``complete``. The period of
        ``as_of`` ends there. Empty without known customers.

    Raises
    ------
    TooSmallError
        ``window_days`` is less than 1.
    """
    days = silence.chosen(orders, window_days)
    frame = spells.counted(orders, grain, days)
    full = pd.Timestamp(orders.first_day) + pd.Timedelta(days=days)
    last = pd.Timestamp(calendar.last_complete(orders.as_of, grain))
    start = frame["period_start"]
    frame = frame.assign(full_start=start >= full, complete=start <= last)
    return spells.with_rates(frame)[[*MOVEMENT]]


def sensitivity(
    orders: Orders, *, grain: Grain = "month", window_days: int | None = None
) -> pd.DataFrame:
    """What the last complete period would be with half and with double the window.

    Parameters
    ----------
    window_days
        The window ``w``, at least 1; :func:`window` of the orders if not given.

    Returns
    -------
    DataFrame
        A row a window, the shortest first: ``window_days`` (half, in whole days and
        at least 7, or ``w`` where that is less; ``w``; double), ``period_start`` of
        the last complete period, and of :func:`movement` under that window
        ``starting, strict_retention_rate, churn_rate, revenue_churn_rate,
        quick_ratio, lost``, null where the data does not hold a whole window before
        that period (``full_start``). ``trend``: Kendall's tau of the churn rate over
        the last 12 complete periods with a full start (``trend_periods``), above 0
        where it rises, and ``trend_p_value`` (Mann 1945, which takes the periods as
        independent); null with fewer than 6. Empty without a complete period.

    Raises
    ------
    TooSmallError
        ``window_days`` is less than 1.
    """
    days = silence.chosen(orders, window_days)
    return compared(
        {each: movement(orders, grain=grain, window_days=each) for each in beside(days)}
    )


def beside(days: int) -> list[int]:
    """Half the window, the window, and double it, as :func:`sensitivity` rounds."""
    half = max((days + 1) // 2, min(silence.LEAST_WINDOW, days))
    return sorted({half, days, 2 * days})


def compared(moved: Mapping[int, pd.DataFrame]) -> pd.DataFrame:
    """:func:`sensitivity` from the movement under each window, by its days."""
    found = [_last_complete(frame, days) for days, frame in moved.items()]
    return pd.concat(found, ignore_index=True)[[*SENSITIVITY]]


def _last_complete(moved: pd.DataFrame, days: int) -> pd.DataFrame:
    """One row of :func:`sensitivity`; none without a complete period."""
    done = moved[moved["complete"]]
    full = done.loc[done["full_start"], "churn_rate"].dropna().tail(TREND_PERIODS)
    tau, p_value = float("nan"), float("nan")
    if len(full) >= LEAST_TREND:
        tau, p_value = kendalltau(np.arange(len(full)), full)
    last = done.tail(1)
    rates = last[[*SENSITIVITY[2:8]]].astype("float64")
    return last.assign(
        **rates.where(last["full_start"], axis=0),
        window_days=days,
        trend_periods=len(full),
        trend=tau,
        trend_p_value=p_value,
    )


def risk(orders: Orders, *, window_days: int | None = None) -> ir.Table:
    """How likely each customer is to be lost.

    Parameters
    ----------
    window_days
        The window ``w``, at least 1; :func:`window` of the orders if not given.

    Returns
    -------
    Ibis table, one row a known customer, that stays in the engine: the columns of
    :func:`habits`, and

    ``probability_active``
        P(at least one order in the next ``w`` days), 0–1, under BG/NBD; null with too
        little data for the model (:class:`~retention_core.errors.TooLittleDataError`
        says when).
    ``churn_score``
        1 − ``probability_active``. Never 1 − P(alive), which is 0 for everyone who
        bought once.
    ``recency_rule``
        ``"active"`` if the last purchase day lies within ``w`` days, else ``"lost"``.

    Raises
    ------
    TooSmallError
        ``window_days`` is less than 1.
    """
    return scored(orders, window_days=silence.chosen(orders, window_days))
