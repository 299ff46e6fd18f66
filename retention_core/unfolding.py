"""Revenue per customer by the time since the first order: how value unfolds."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd

from retention_core import periods
from retention_core.intervals import ratio

if TYPE_CHECKING:
    from collections.abc import Collection

    from retention_core.orders import Orders

A_MONTH = 30.4375
SUMS = ["revenue", "squares", "products"]
CURVE = ["months", "customers", "value", "low", "high", "share", "share_low"]


def by_day(orders: Orders) -> pd.DataFrame:
    """Net revenue of each month's new customers by days since their first purchase.

    Returns
    -------
    DataFrame
        ``cohort`` (month of the first purchase day), ``days`` (since it), ``customers``
        (with a purchase day then; on day 0: the whole cohort), ``revenue``; ``squares``
        and ``products``: what the sums over customers of (revenue so far)² and of
        first day's revenue × revenue so far grow by. Their running sums over ``days``
        are what the intervals of :func:`curve` need.
    """
    days = orders.purchase_days
    whole = ibis.window(group_by=days.customer_id)
    order = ibis.cumulative_window(group_by=days.customer_id, order_by=days.day)
    first_of = ibis.window(group_by=days.customer_id, order_by=days.day)
    each = days.select(
        first=days.day.min().over(whole),
        day=days.day,
        amount=days.amount,
        total=days.amount.sum().over(order),
        first_amount=days.amount.first().over(first_of),
    )
    before = each.total - each.amount
    summed = each.group_by(
        cohort=each["first"].truncate("M").cast("date"),
        days=each.day.delta(each["first"], unit="day"),
    ).agg(
        customers=each.count(),
        revenue=each.amount.sum(),
        squares=(each.total * each.total - before * before).sum(),
        products=(each.first_amount * each.amount).sum(),
    )
    return orders.run(summed.order_by(["cohort", "days"]))


def days_of(months: int) -> int:
    """Whole days in so many months of 30.4375 days: 12 are 365, 24 are 730."""
    return math.floor(A_MONTH * months)


def months_watched(after: dt.date, as_of: dt.date) -> int:
    """Months for which all were seen whose first day lies before ``after``.

    0 or less: not even that day of all of them.
    """
    months = math.ceil(((as_of - after).days + 2) / A_MONTH)
    while after + dt.timedelta(days=days_of(months) - 1) > as_of:
        months -= 1
    return months


def watched(found: pd.DataFrame, *, as_of: dt.date, months: int) -> list[pd.Timestamp]:
    """Cohorts all of whose customers were seen for ``months`` after their first day.

    ``found`` is what :func:`by_day` gave.
    """
    starts = [pd.Timestamp(day) for day in sorted(found["cohort"].unique())]
    needed = dt.timedelta(days=days_of(months) - 1)
    return [
        start
        for start in starts
        if periods.following(start.date(), "month") + needed <= as_of
    ]


def curve(
    found: pd.DataFrame, *, cohorts: Collection[pd.Timestamp], months: int
) -> pd.DataFrame:
    """Cumulative revenue per customer by months since the first purchase day.

    Parameters
    ----------
    found
        What :func:`by_day` gave.
    cohorts
        Months of the first purchase; all of them seen for ``months``
        (:func:`watched`), so that every age is about the same customers.
    months
        The last age, in months of 30.4375 days.

    Returns
    -------
    DataFrame
        A row an age 0 … ``months`` (0: the first purchase day itself): ``months,
        customers, value`` (net revenue so far per customer) with its 95 % t interval
        ``low, high``; ``share`` of what these customers bring by the last age, with
        ``share_low, share_high`` (ratio estimator; for the first day, null else);
        null without revenue. Empty without customers.
    """
    own = found[found["cohort"].isin(list(cohorts))]
    ages = np.arange(months + 1)
    n = float(own.loc[own["days"] == 0, "customers"].sum())
    if not n:
        return pd.DataFrame(columns=[*CURVE, "share_high"])
    daily = own.groupby("days")[SUMS].sum().sort_index().cumsum()
    last_days = [days_of(int(age)) for age in ages]
    at = np.searchsorted(daily.index.to_numpy(), last_days, side="right") - 1
    sums = daily.iloc[at].reset_index(drop=True)
    revenue, squares = sums["revenue"], sums["squares"]
    low, high = ratio(revenue, n, squares, n, revenue, n)
    first, whole = sums.iloc[0], sums.iloc[-1]
    bounds = ratio(
        first["revenue"],
        whole["revenue"],
        first["squares"],
        whole["squares"],
        whole["products"],
        n,
    )
    known = whole["revenue"] > 0
    return pd.DataFrame(
        {
            "months": ages,
            "customers": int(n),
            "value": revenue / n,
            "low": low,
            "high": high,
            "share": revenue / whole["revenue"] if known else np.nan,
            "share_low": np.where(ages == 0, np.maximum(bounds[0], 0), np.nan),
            "share_high": np.where(ages == 0, np.minimum(bounds[1], 1), np.nan),
        }
    )


def against(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Two curves of different customers beside each other, at the ages both have.

    Returns
    -------
    DataFrame
        ``months, one, other, difference`` (one less other) with its 95 % interval
        ``low, high``: both curves' own spread added up (Welch).
    """
    names = ["months", "value", "low", "high"]
    both = one[names].merge(other[names], on="months", suffixes=("_one", "_other"))
    half_one, half_other = (
        ((both[f"high_{name}"] - both[f"low_{name}"]) / 2).to_numpy()
        for name in ("one", "other")
    )
    difference = both["value_one"] - both["value_other"]
    half = np.hypot(half_one, half_other)
    return pd.DataFrame(
        {
            "months": both["months"],
            "one": both["value_one"],
            "other": both["value_other"],
            "difference": difference,
            "low": difference - half,
            "high": difference + half,
        }
    )


def apart_from(compared: pd.DataFrame) -> int | None:
    """First age from which the difference leaves out 0 and stays on its side.

    ``compared`` is what :func:`against` gave; ``None`` where it does not at the end.
    """
    low, high = compared["low"].to_numpy(), compared["high"].to_numpy()
    side = np.where(low > 0, 1, np.where(high < 0, -1, 0))
    if not len(side) or not side[-1]:
        return None
    others = np.flatnonzero(side != side[-1])
    start = int(others[-1]) + 1 if len(others) else 0
    return int(compared["months"].iloc[start])
