"""The silence after which a customer counts as lost, from the shop's own orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from retention_core import survival
from retention_core.errors import TooSmallError
from retention_core.survival import ROUNDING

if TYPE_CHECKING:
    import pandas as pd

    from retention_core.orders import Orders

LEAST_WINDOW = 7
DEFAULT_WINDOW = 365
STILL_RETURNING = 0.2


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


def chosen(orders: Orders, window_days: int | None) -> int:
    """Return the window to work with: the one given, else the data's own.

    Raises
    ------
    TooSmallError
        ``window_days`` is less than 1.
    """
    if window_days is None:
        return window(orders).days
    if window_days < 1:
        raise TooSmallError(name="window_days", value=window_days, least=1)
    return window_days
