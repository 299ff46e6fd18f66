"""How often customers usually buy, and how many have bought only once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd

from retention_core import risk, silence
from retention_core.intervals import wilson

if TYPE_CHECKING:
    from retention_core.orders import Orders

BINS = 24
WIDTHS = (1, 2, 5, 7, 10, 14, 20, 30, 60, 90, 180, 365)
SHOWN = 0.95


@dataclass(frozen=True)
class UsualGap:
    """How often customers buy.

    Attributes
    ----------
    customers
        All known customers with a purchase.
    repeat_customers
        Those with two purchase days or more: only they have an interval of their own,
        the median of the days between their purchase days.
    lower, median, upper
        Quartiles of these intervals, in days; NaN without a repeat customer.
    histogram
        ``days_from, days_to`` (the last bin is open: null), ``customers`` by their own
        interval.
    once, once_active, once_lost
        Customers with a single purchase day; of these those silent for less than the
        window, and the rest.
    share_once, low, high
        Their share of all customers, with its 95 % interval (Wilson).
    window_days
        The window ``w``.
    """

    customers: int
    repeat_customers: int
    lower: float
    median: float
    upper: float
    histogram: pd.DataFrame
    once: int
    once_active: int
    once_lost: int
    share_once: float
    low: float
    high: float
    window_days: int


def usual_gap(orders: Orders, *, window_days: int | None = None) -> UsualGap:
    """How long customers usually take between orders, and how many have bought once.

    Counting only those who have come back, it says nothing of when the others will:
    that is :func:`retention_core.survival.next_purchase`.

    Parameters
    ----------
    window_days
        The window ``w``, at least 1; that of the orders if not given. A customer who
        has bought once and been silent for less may still come back.

    Raises
    ------
    TooSmallError
        ``window_days`` is less than 1.
    """
    days = silence.chosen(orders, window_days)
    habits = risk.habits(orders)
    active = (habits.days_since_last_order < days).cast("int64")
    counted = habits.group_by(gap=habits.usual_gap_days).agg(
        customers=habits.count(), active=active.sum()
    )
    found = orders.run(counted.order_by(ibis.asc("gap")))
    known = found[found["gap"].notna()]
    never = found[found["gap"].isna()]
    once, once_active = int(never["customers"].sum()), int(never["active"].sum())
    everyone = int(found["customers"].sum())
    low, high = wilson(once, everyone)
    quartiles = [_quantile(known, share) for share in (0.25, 0.5, 0.75)]
    return UsualGap(
        customers=everyone,
        repeat_customers=everyone - once,
        lower=quartiles[0],
        median=quartiles[1],
        upper=quartiles[2],
        histogram=_histogram(known),
        once=once,
        once_active=once_active,
        once_lost=once - once_active,
        share_once=once / everyone if everyone else float("nan"),
        low=float(low),
        high=float(high),
        window_days=days,
    )


def _quantile(known: pd.DataFrame, share: float) -> float:
    """The smallest interval that ``share`` of the customers do not pass."""
    reached = known["customers"].cumsum() >= share * known["customers"].sum()
    return float(known.loc[reached, "gap"].iloc[0]) if len(known) else float("nan")


def _histogram(known: pd.DataFrame) -> pd.DataFrame:
    """At most 24 bins of a round width, and what lies beyond in one that is open."""
    longest = _quantile(known, SHOWN) if len(known) else 0.0
    width = next((each for each in WIDTHS if longest < BINS * each), WIDTHS[-1])
    last = min(int(longest // width) + 1, BINS)
    place = np.minimum(known["gap"] // width, last).astype("int64")
    customers = np.bincount(place, weights=known["customers"], minlength=last + 1)
    edges = np.arange(last + 1) * width
    frame = pd.DataFrame(
        {
            "days_from": edges,
            "days_to": np.append(edges[1:].astype(float), np.nan),
            "customers": customers.astype("int64"),
        }
    )
    open_end = frame["customers"].iloc[-1] > 0
    return frame.iloc[: len(frame) if open_end else -1] if len(known) else frame[:0]
