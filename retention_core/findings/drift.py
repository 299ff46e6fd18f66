"""Trends: month-1 retention, churn, order value."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd
from scipy.special import ndtr

from retention_core import periods
from retention_core.churn import movement
from retention_core.findings.candidate import Candidate, Looked
from retention_core.findings.months import (
    AT_LEAST,
    cohort_counts,
    so_far,
    standardised,
)
from retention_core.intervals import CLEAR
from retention_core.trends import LEAST_COHORTS, trend

if TYPE_CHECKING:
    from retention_core.findings.history import Histories
    from retention_core.orders import Orders
    from retention_core.trends import Trend

MONTHS = 24
HALF = 12
POINTS_A_YEAR = 0.02
PER_CENT_A_YEAR = 0.03
POINT_OF_CHURN = 0.003


def retention(orders: Orders, held: Histories, average_order: float) -> Looked:
    """Whether new customers come back more and more, or less and less.

    A straight line through the last 24 months' share back in the next month
    (:func:`retention_core.trends.trend`).
    """
    frame = cohort_counts(orders, held).tail(MONTHS)
    line = _line(frame["returned"], frame["customers"])
    if line is None:
        return Looked("trends", 0)
    found = []
    if line.p_value <= CLEAR and abs(line.slope) >= POINTS_A_YEAR:
        a_year = frame["customers"].tail(HALF).sum()
        numbers = {"slope": line.slope, **_ends(line), "months": line.cohorts}
        candidate = Candidate(
            kind="retention_trend",
            subject=(line.direction,),
            numbers=numbers,
            p_value=line.p_value,
            worth=abs(line.slope) * a_year * average_order,
        )
        found.append(candidate)
    return Looked("trends", 1, found)


def churn(orders: Orders, held: Histories, window_days: int) -> Looked:
    """Whether more customers are lost from month to month, or fewer.

    A shop whose customers grow older loses fewer of them, without any of them having
    changed. So the line goes through the share of each month's orders that none
    followed within the window, beside what customers with as many orders so far do;
    and churn itself (:func:`retention_core.churn.movement`) must have moved to the
    same side, from the twelve months before the last twelve to these.
    """
    frame = _kept(orders, held, window_days).tail(MONTHS)
    if len(frame) < LEAST_COHORTS:
        return Looked("trends", 0)
    level = (frame["kept"] - frame["expected"]) / frame["buyers"]
    rate = frame["kept"].sum() / frame["buyers"].sum()
    line = _line((level + rate) * frame["buyers"], frame["buyers"])
    if line is None:
        return Looked("trends", 0)
    if line.p_value > CLEAR:
        return Looked("trends", 1)
    moved = movement(orders, window_days=window_days)
    done = moved[moved["complete"] & moved["full_start"]]
    now, before = (done.tail(n).head(HALF) for n in (HALF, 2 * HALF))
    rates = [
        each["lost"].sum() / max(each["starting"].sum(), 1) for each in (now, before)
    ]
    rises = rates[0] > rates[1]
    clear = len(done) >= 2 * HALF and rises == (line.slope < 0)
    if not clear or abs(rates[0] - rates[1]) < POINT_OF_CHURN:
        return Looked("trends", 1)
    lost = abs(rates[0] - rates[1]) * now["starting"].sum()
    numbers = {"now": rates[0], "before": rates[1], "lost": float(lost)}
    side = "up" if rises else "down"
    found = Candidate("churn_trend", (side,), numbers, line.p_value, worth=float(lost))
    return Looked("trends", 1, [found])


def order_value(orders: Orders, sales: pd.DataFrame) -> Looked:
    """Whether the average order grows, or shrinks.

    Two tests, and the less sure counts: a line through the months, which knows how
    restless these are, and one through the orders with customers as units, who each
    order in their own size.
    """
    frame = sales.tail(MONTHS)
    if len(frame) < 2 * LEAST_COHORTS or not (frame["orders"] > 0).all():
        return Looked("trends", 0)
    line = _line(frame["revenue"], frame["orders"], frame["squared"])
    if line is None or line.level <= 0:
        return Looked("trends", 0)
    slope = line.slope / line.level
    if line.p_value > CLEAR or abs(slope) < PER_CENT_A_YEAR:
        return Looked("trends", 1)
    p_value = max(line.p_value, _by_customers(orders, frame))
    now, before = (frame.tail(n).head(len(frame) // 2).sum() for n in _halves(frame))
    averages = [each["revenue"] / each["orders"] for each in (now, before)]
    if p_value > CLEAR or (averages[0] > averages[1]) != (slope > 0):
        return Looked("trends", 1)
    numbers = {"now": averages[0], "before": averages[1], "months": len(frame) // 2}
    worth = abs(averages[0] - averages[1]) * float(now["orders"])
    side = "up" if slope > 0 else "down"
    found = Candidate("order_value_trend", (side,), numbers, p_value, worth)
    return Looked("trends", 1, [found])


def _halves(frame: pd.DataFrame) -> tuple[int, int]:
    return len(frame) // 2, 2 * (len(frame) // 2)


def _kept(orders: Orders, held: Histories, window_days: int) -> pd.DataFrame:
    """Orders by month, but the first, that another followed within the window."""
    rows, last = held.days, orders.as_of - dt.timedelta(days=window_days)
    within = rows.next.delta(rows.day, unit="day") <= window_days
    counts = rows.group_by("month", so_far=so_far(rows)).agg(
        buyers=rows.count(), kept=ibis.ifelse(within.fill_null(False), 1, 0).sum()
    )
    frame = orders.run(counts)
    frame["month"] = pd.to_datetime(frame["month"])
    whole = pd.Timestamp(periods.last_complete(last, "month"))
    frame = frame[frame["month"] <= whole]
    return standardised(frame[frame["month"] > frame["month"].min()], "kept")


def _line(
    top: pd.Series, bottom: pd.Series, squared: pd.Series | None = None
) -> Trend | None:
    """A straight line through a share, or with squares a mean, by month."""
    cells = pd.DataFrame(
        {
            "cohort": top.index,
            "period": 1,
            "complete": True,
            "cohort_size": bottom.to_numpy(),
            "value": (top / bottom.where(bottom > 0)).to_numpy(),
            "kind": "share" if squared is None else "ratio",
            "top_squared": (top if squared is None else squared).to_numpy(),
            "bottom_squared": bottom.to_numpy(),
            "top_times_bottom": top.to_numpy(),
            "bottom": bottom.to_numpy(),
        }
    )
    return trend(cells, age=1)


def _by_customers(orders: Orders, frame: pd.DataFrame) -> float:
    """P value of a line through single orders, with customers as its units.

    Least squares with the variance of clusters (Liang & Zeger 1986, Biometrika 73).
    """
    place = np.arange(len(frame), dtype=float)
    number = frame["orders"].to_numpy()
    middle = float(np.average(place, weights=number))
    mean = float(frame["revenue"].sum() / number.sum())
    squares = float(number @ (place - middle) ** 2)
    top = float(((place - middle) * frame["revenue"].to_numpy()).sum())
    slope = top / max(squares, AT_LEAST)
    bought = orders.purchases
    month = periods.start_of(bought.ordered_at.date(), "month")
    since, until = frame.index[0].date(), frame.index[-1].date()
    at = periods.boundaries_between(ibis.literal(since), month, "month") - middle
    rows = bought.select(
        who=ibis.coalesce(bought.customer_id, bought.order_id),
        month=month,
        left=at * (bought.amount - mean - slope * at),
    )
    rows = rows.filter((rows.month >= since) & (rows.month <= until))
    each = rows.group_by("who").agg(left=rows.left.sum())
    spread = orders.run(each.agg(squares=(each.left * each.left).sum()))
    error = np.sqrt(float(spread["squares"][0])) / max(squares, AT_LEAST)
    return float(2 * ndtr(-abs(slope) / max(error, AT_LEAST)))


def _ends(line: Trend) -> dict[str, float]:
    (_, first), (_, last) = line.ends
    return {"first": first, "last": last}
