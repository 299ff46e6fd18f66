"""Months that stood out: their new customers, who came back, orders, revenue."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd

from retention_core import periods
from retention_core.findings.candidate import Candidate, Looked
from retention_core.findings.history import follows, last_of_month
from retention_core.findings.outliers import LEAST_MONTHS, standing_out
from retention_core.intervals import CLEAR, ENOUGH_CUSTOMERS

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from numpy.typing import NDArray

    from retention_core.findings.history import Histories
    from retention_core.orders import Orders

    Floats = NDArray[np.float64]

WORTH_SAYING = 0.05
OUT_BY = 0.15  # orders or revenue: apart from the months around by this share
LOYALTY = (1, 2, 3, 5, 9)
"""Customers with as many orders so far are alike: up to one, two, three, five, nine."""
AT_LEAST = 1e-12
A_YEAR = 365.25


def cohorts(orders: Orders, held: Histories, average_order: float) -> Looked:
    """New customers of a month who order again in the next more or less than others.

    The first month is left out: it may hold older customers.
    """
    frame = cohort_counts(orders, held)
    frame = frame[frame["customers"] >= ENOUGH_CUSTOMERS]
    n, k = (frame[name].to_numpy(float) for name in ("customers", "returned"))
    rate = k.sum() / max(n.sum(), 1)
    variance = np.maximum(rate * (1 - rate), AT_LEAST) / np.maximum(n, 1)
    found = []
    p_values = standing_out(k / np.maximum(n, 1), variance)
    for at, p_value in enumerate(p_values):
        rest = (k.sum() - k[at]) / max(n.sum() - n[at], 1)
        share = k[at] / n[at]
        if p_value > CLEAR or abs(share - rest) < WORTH_SAYING:
            continue
        month = frame.index[at].date().isoformat()
        numbers = {"share": share, "rest_share": rest, "customers": int(n[at])}
        found.append(
            Candidate(
                kind="cohort",
                subject=(month,),
                numbers=numbers,
                p_value=float(p_value),
                worth=abs(share - rest) * n[at] * average_order * fade(orders, month),
                month=month,
                customers=("cohort", month),
            )
        )
    return Looked("cohorts", len(frame) if len(frame) >= LEAST_MONTHS else 0, found)


def cohort_counts(orders: Orders, held: Histories) -> pd.DataFrame:
    """``customers, returned`` (in the month after the first) by month, but the first.

    Of the months that have a whole month after them.
    """
    rows = held.people
    counts = rows.group_by("cohort").agg(
        customers=rows.count(), returned=rows.returned.sum()
    )
    frame = orders.run(counts.order_by("cohort")).set_index("cohort")
    frame.index = pd.to_datetime(frame.index)
    last = pd.Timestamp(periods.last_complete(orders.as_of, "month"))
    return frame[frame.index < last].iloc[1:]


def returns(orders: Orders, held: Histories, average_order: float) -> Looked:
    """Months whose buyers came back in the next more or less than such buyers do.

    A month with many new customers sees fewer back without anything having happened.
    So each is held against what its buyers would have done, had they come back as all
    others with as many orders so far.
    """
    frame = expected_returns(orders, held)
    level = (frame["returned"] - frame["expected"]) / frame["buyers"]
    variance = np.maximum(frame["variance"], AT_LEAST) / frame["buyers"] ** 2
    p_values = standing_out(level.to_numpy(float), variance.to_numpy(float))
    found = []
    for (month, row), p_value in zip(frame.iterrows(), p_values, strict=True):
        share = row["returned"] / row["buyers"]
        usual = row["expected"] / row["buyers"]
        few = row["buyers"] < ENOUGH_CUSTOMERS
        if p_value > CLEAR or few or abs(share - usual) < WORTH_SAYING:
            continue
        day = pd.Timestamp(str(month)).date().isoformat()
        numbers = {"share": share, "usual": usual, "buyers": int(row["buyers"])}
        found.append(
            Candidate(
                kind="month_return",
                subject=(day,),
                numbers=numbers,
                p_value=float(p_value),
                worth=abs(share - usual)
                * row["buyers"]
                * average_order
                * fade(orders, day),
                month=day,
            )
        )
    return Looked("returns", len(frame) if len(frame) >= LEAST_MONTHS else 0, found)


def expected_returns(orders: Orders, held: Histories) -> pd.DataFrame:
    """``buyers, returned, expected, variance`` by month, but the first.

    ``expected``: had the buyers come back as all others with as many orders so far.
    """
    rows = held.days
    rows = rows.filter(last_of_month(rows))
    counts = rows.group_by("month", so_far=so_far(rows)).agg(
        buyers=rows.count(),
        returned=ibis.ifelse(follows(rows).fill_null(False), 1, 0).sum(),
    )
    frame = orders.run(counts)
    frame["month"] = pd.to_datetime(frame["month"])
    last = pd.Timestamp(periods.last_complete(orders.as_of, "month"))
    frame = frame[frame["month"] < last]
    frame = frame[frame["month"] > frame["month"].min()]
    return standardised(frame, "returned")


def so_far(rows: ir.Table) -> ir.IntegerValue:
    """In which group of ``LOYALTY`` a customer is, by the orders up to a row."""
    steps = [(rows.number <= most, most) for most in LOYALTY]
    return ibis.cases(*steps, else_=LOYALTY[-1] + 1)


def standardised(frame: pd.DataFrame, came: str) -> pd.DataFrame:
    """Sums by month of ``month, so_far, buyers`` and ``came``, beside the expected."""
    by = frame.groupby("so_far")[["buyers", came]].transform("sum")
    rate = by[came] / by["buyers"]
    frame = frame.assign(
        expected=frame["buyers"] * rate,
        variance=frame["buyers"] * rate * (1 - rate),
    )
    names = ["buyers", came, "expected", "variance"]
    return frame.groupby("month")[names].sum().astype("float64").sort_index()


def sales(orders: Orders) -> pd.DataFrame:
    """``orders, revenue, squared`` of all purchases by complete month, in order."""
    bought = orders.purchases
    month = periods.start_of(bought.ordered_at.date(), "month")
    sums = bought.group_by(month=month).agg(
        orders=bought.count(),
        revenue=bought.amount.sum(),
        squared=(bought.amount * bought.amount).sum(),
    )
    frame = orders.run(sums).set_index("month").astype("float64")
    frame.index = pd.to_datetime(frame.index)
    calendar = periods.starts(orders.first_day, orders.as_of, "month")
    known = [day for day in calendar if periods.complete(day, "month", orders.as_of)]
    if known and known[0] < orders.first_day:  # begun before the file
        known = known[1:]
    return frame.reindex(pd.DatetimeIndex(known, name="month")).fillna(0.0)


def unusual(orders: Orders, frame: pd.DataFrame) -> Looked:
    """Months with more or fewer orders, or revenue, than the months around them.

    Each by the day, beside the mean of its two neighbours, in logarithms. What a month
    does in other years too is no event: it counts by what goes beyond that. The first
    three months, in which a shop begins, and the last, which has but one neighbour,
    are left out.
    """
    found: list[Candidate] = []
    tests = 0
    inner = frame.iloc[2:]
    if len(inner) - 2 >= LEAST_MONTHS and bool(
        (inner[["orders", "revenue"]].to_numpy() > 0).all()
    ):
        for name in ("orders", "revenue"):
            tests += len(inner) - 2
            found += _unusual(orders, inner, name)
    return Looked("months", tests, found)


def _unusual(orders: Orders, frame: pd.DataFrame, name: str) -> list[Candidate]:
    calendar = pd.DatetimeIndex(frame.index)
    days = calendar.days_in_month.to_numpy(float)
    level = np.log(frame[name].to_numpy() / days)
    own = 1 / frame["orders"].to_numpy()
    if name == "revenue":
        own = (frame["squared"] / frame["revenue"] ** 2).to_numpy()
    beside = (level[:-2] + level[2:]) / 2
    variance = own[1:-1] + (own[:-2] + own[2:]) / 4
    months = calendar[1:-1]
    apart = _beyond_the_season(level[1:-1] - beside, months.month.to_numpy())
    each = float(frame["revenue"].sum() / frame[name].sum())
    p_values = standing_out(apart, variance, degree=0)
    found = []
    for at, p_value in enumerate(p_values):
        share = float(np.expm1(apart[at]))
        if p_value > CLEAR or abs(share) < OUT_BY:
            continue
        day = months[at].date().isoformat()
        usual = float(np.exp(beside[at]) * days[at + 1])
        value = float(frame[name].iloc[at + 1])
        found.append(
            Candidate(
                kind=f"month_{name}",
                subject=(day,),
                numbers={"value": value, "usual": usual, "change": value / usual - 1},
                p_value=float(p_value),
                worth=abs(value - usual) * each * fade(orders, day),
                month=day,
            )
        )
    return found


def _beyond_the_season(apart: Floats, month: NDArray[np.int64]) -> Floats:
    """What goes beyond the same month of the other years, to the same side."""
    found = apart.copy()
    for at, value in enumerate(apart):
        others = apart[(month == month[at]) & (np.arange(apart.size) != at)]
        same = np.sign(value) * others
        usual = max(float(same.max()), 0.0) if same.size else 0.0
        found[at] = np.sign(value) * max(abs(value) - usual, 0.0)
    return found


def fade(orders: Orders, month: str) -> float:
    """What happened a year ago is worth half of what happened now."""
    days = (orders.as_of - dt.date.fromisoformat(month)).days
    return float(0.5 ** (days / A_YEAR))
