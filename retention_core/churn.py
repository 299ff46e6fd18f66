"""Who stays, who is lost: the window, movement per period, each customer's risk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from retention_core import periods, spells, survival
from retention_core.errors import TooSmallError
from retention_core.risk import habits as habits
from retention_core.risk import scored
from retention_core.survival import ROUNDING

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from retention_core.orders import Orders
    from retention_core.periods import Grain

LEAST_WINDOW = 7
DEFAULT_WINDOW = 365
STILL_RETURNING = 0.2
MOVEMENT = (
    "period_start",
    "starting",
    "new",
    "reactivated",
    "lost",
    "ending",
    "new_and_lapsed",
    "retention_rate",
    "strict_retention_rate",
    "churn_rate",
    "revenue_churn_rate",
    "quick_ratio",
    "full_start",
    "complete",
)


@dataclass(frozen=True)
class ChurnWindow:
    """The silence after which a customer counts as lost.

    Attributes
    ----------
    days
        The window ``w``.
    source
        ``"data"``; ``"capped"``: the data asks for more than half its span, and
        gets that; ``"default"``: too few returns to ask.
    curve
        ``days`` of silence from 0 to the last day that can be read; ``returned``,
        the share of waits that had ended by then; ``return_later``, the chance that
        a customer silent for so long still returns. Empty with ``"default"``.
    """

    days: int
    source: Literal["data", "capped", "default"]
    curve: pd.DataFrame


def window(orders: Orders) -> ChurnWindow:
    """The shortest silence after which no more than one in five still returns.

    From the Kaplan–Meier curve F of the days between a customer's purchase days,
    read up to the last day H with enough customers still at risk
    (:func:`retention_core.survival.horizon`): ``(F(H) − F(w)) / (1 − F(w)) ≤ 0.2``,
    at least 7 days and at most half the span of the data. Without any return: 365
    days or half the span, whichever is less.
    """
    half = max((orders.as_of - orders.first_day).days // 2, 1)
    counts = survival.interval_counts(orders)
    found = survival.kaplan_meier(counts)
    last = survival.horizon(found, int(counts["waiting"].sum()))
    curve = found.loc[found["days"] <= (-1 if last is None else last)]
    curve = curve[["days", "returned"]]
    end = float(curve["returned"].max()) if len(curve) else 0.0
    away = 1 - curve["returned"]
    later = (end - curve["returned"]) / away.where(away > 0)
    curve = curve.assign(return_later=later.fillna(0.0))
    if end == 0:
        return ChurnWindow(min(DEFAULT_WINDOW, half), "default", curve.iloc[:0])
    silent = curve.loc[curve["return_later"] <= STILL_RETURNING + ROUNDING, "days"]
    days = max(int(silent.iloc[0]), LEAST_WINDOW)
    if days > half:
        return ChurnWindow(half, "capped", curve)
    return ChurnWindow(days, "data", curve)


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
        end); shares ``retention_rate`` (E − N)/S, ``strict_retention_rate``
        (S − L)/S, ``churn_rate`` L/S, ``revenue_churn_rate`` (the same by revenue of
        the window before the start), ``quick_ratio`` (N + R)/L, null where they would
        divide by 0; ``full_start`` (a whole window lies before it), ``complete``. The
        period of ``as_of`` ends there. Empty without known customers.

    Raises
    ------
    TooSmallError
        ``window_days`` is less than 1.
    """
    days = _days(orders, window_days)
    frame = spells.counted(orders, grain, days)
    full = pd.Timestamp(orders.first_day) + pd.Timedelta(days=days)
    last = pd.Timestamp(periods.last_complete(orders.as_of, grain))
    start = frame["period_start"]
    frame = frame.assign(full_start=start >= full, complete=start <= last)
    return _with_rates(frame)[[*MOVEMENT]]


def _days(orders: Orders, window_days: int | None) -> int:
    if window_days is None:
        return window(orders).days
    if window_days < 1:
        raise TooSmallError(name="window_days", value=window_days, least=1)
    return window_days


def _with_rates(frame: pd.DataFrame) -> pd.DataFrame:
    starting = frame["starting"].where(frame["starting"] > 0)
    lost = frame["lost"].where(frame["lost"] > 0)
    revenue = frame["revenue"].where((frame["revenue"] > 0) & starting.notna())
    return frame.assign(
        retention_rate=(frame["ending"] - frame["new"]) / starting,
        strict_retention_rate=(frame["starting"] - frame["lost"]) / starting,
        churn_rate=frame["lost"] / starting,
        revenue_churn_rate=frame["lost_revenue"] / revenue,
        quick_ratio=(frame["new"] + frame["reactivated"]) / lost,
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
    return scored(orders, window_days=_days(orders, window_days))
