"""Every retention figure a second time: slow, obvious, without an engine.

Written from definitions.md (sections 1 to 4), as is ``reference_churn``. They import
nothing of the core, so that the two can only agree by meaning the same. Where the
definitions leave a choice (whether an unnamed product can decide a slice, what half a
span is), they follow the core.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

HALF_A_CENT = 0.005
Z = stats.norm.ppf(0.975)
NOBODY = float("nan")


# Periods ----------------------------------------------------------------------------


def start_of(day: dt.date, grain: str) -> dt.date:
    if grain == "week":
        return day - dt.timedelta(days=day.isoweekday() - 1)
    if grain == "month":
        return dt.date(day.year, day.month, 1)
    if grain == "quarter":
        return dt.date(day.year, {0: 1, 1: 4, 2: 7, 3: 10}[(day.month - 1) // 3], 1)
    return dt.date(day.year, 1, 1)


def next_start(start: dt.date, grain: str) -> dt.date:
    longest = {"week": 7, "month": 31, "quarter": 92, "year": 366}
    return start_of(start + dt.timedelta(days=longest[grain]), grain)


def periods_of(first: dt.date, last: dt.date, grain: str) -> list[dt.date]:
    """Starts of the periods that hold a day from ``first`` to ``last``."""
    starts = [start_of(first, grain)]
    while next_start(starts[-1], grain) <= last:
        starts.append(next_start(starts[-1], grain))
    return starts


# Purchases and customers --------------------------------------------------------------


@dataclass(frozen=True)
class Purchase:
    order_id: str
    at: pd.Timestamp
    amount: float
    lines: tuple[dict, ...]

    @property
    def day(self) -> dt.date:
        return self.at.date()


@dataclass(frozen=True)
class Customer:
    """``purchases`` by time, then name; ``left``: (time, amount) of all other lines."""

    name: str
    purchases: tuple[Purchase, ...]
    left: tuple[tuple[pd.Timestamp, float], ...]

    @property
    def first(self) -> Purchase:
        return self.purchases[0]

    def days(self) -> list[int]:
        return sorted({purchase.day.toordinal() for purchase in self.purchases})

    def money(self) -> list[tuple[dt.date, float]]:
        """Net revenue by day, from the first purchase on."""
        bought = [(purchase.day, purchase.amount) for purchase in self.purchases]
        since = self.first.at
        return bought + [(at.date(), x) for at, x in self.left if at >= since]


@dataclass(frozen=True)
class Shop:
    """Lines up to ``as_of``; ``customers`` are the known ones with a purchase."""

    lines: pd.DataFrame
    as_of: dt.date
    first_day: dt.date
    customers: tuple[Customer, ...]

    @property
    def in_no_cohort(self) -> float:
        """Money of guests, of nobody's first purchase, and from before it."""
        guests = self.lines[self.lines["customer_id"].isna()]["amount"].sum()
        known = self.lines[self.lines["customer_id"].notna()]["amount"].sum()
        cohorts = sum(amount for each in self.customers for _, amount in each.money())
        return float(guests + known - cohorts)


def read(lines: pd.DataFrame, as_of: dt.date) -> Shop:
    """What is known of the shop at the end of ``as_of``."""
    end = pd.Timestamp(as_of) + pd.Timedelta(days=1)
    known = lines[(lines["ordered_at"] < end) & ~(lines["refunded_at"] >= end)]
    orders = defaultdict(list)
    for row in known[known["customer_id"].notna()].to_dict("records"):
        orders[row["customer_id"], row["order_id"]].append(row)
    purchases, left = defaultdict(list), defaultdict(list)
    for (name, order_id), rows in orders.items():
        bought = purchase_of(order_id, tuple(rows))
        if bought is None:
            left[name] += [(row["ordered_at"], row["amount"]) for row in rows]
        else:
            purchases[name].append(bought)
    customers = []
    for name, theirs in sorted(purchases.items()):
        theirs.sort(key=lambda each: (each.at, each.order_id))
        customers.append(Customer(name, tuple(theirs), tuple(left[name])))
    return Shop(known, as_of, known["ordered_at"].min().date(), tuple(customers))


def purchase_of(order_id: str, rows: tuple[dict, ...]) -> Purchase | None:
    sold = tuple(row for row in rows if pd.isna(row["refunded_at"]))
    net = math.fsum(row["amount"] for row in rows)
    if not sold or (len(sold) < len(rows) and net <= HALF_A_CENT):
        return None
    return Purchase(order_id, min(row["ordered_at"] for row in sold), net, sold)


def first_value(customer: Customer, by: str) -> str | None:
    """Largest line of the first order decides, known or not; then the name."""
    at = customer.first.at
    lines = [row for each in customer.purchases if each.at == at for row in each.lines]
    largest = max(row["amount"] for row in lines)
    values = [row[by] for row in lines if row["amount"] == largest]
    return min((str(each) for each in values if not pd.isna(each)), default=None)


def only(shop: Shop, by: str, value: str | None) -> Shop:
    inside = tuple(each for each in shop.customers if first_value(each, by) == value)
    return Shop(shop.lines, shop.as_of, shop.first_day, inside)


# Cohorts ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cohort:
    """What each member did at each age.

    ``orders`` and ``revenue`` have a row a member and a column an age; ages beyond the
    last cell are further columns. ``complete`` has an entry for every observed cell.
    """

    group: str | None
    start: dt.date
    orders: np.ndarray
    revenue: np.ndarray
    complete: list[bool]

    @property
    def size(self) -> int:
        return len(self.orders)


def cohorts_of(
    shop: Shop,
    grain: str,
    by: str | None = None,
    windows: tuple[int, ...] | None = None,
) -> list[Cohort]:
    members = defaultdict(list)
    for each in shop.customers:
        group = first_value(each, by) if by else None
        members[group, start_of(each.first.day, grain)].append(each)
    keys = sorted(members, key=lambda key: (key[0] is None, key[0] or "", key[1]))
    return [_cohort(shop, members[key], key, grain, windows) for key in keys]


def _cohort(shop, members, key, grain, windows):
    start = key[1]
    if windows is None:
        starts = periods_of(start, shop.as_of, grain)
        number = {each: age for age, each in enumerate(starts)}
        ends = [next_start(each, grain) for each in starts]
        complete = [(end - dt.timedelta(days=1)) <= shop.as_of for end in ends]
        columns = len(starts)
    else:
        born_by = next_start(start, grain) - dt.timedelta(days=1)
        seen = [born_by + dt.timedelta(days=days) for days in (0, *windows)]
        complete = [True for day in seen if day <= shop.as_of]
        columns = len(windows) + 2

    def age(customer, day):
        if windows is None:
            return number[start_of(day, grain)]
        later = (day - customer.first.day).days
        return sum(later > days for days in (0, *windows))

    orders = np.zeros((len(members), columns))
    revenue = np.zeros((len(members), columns))
    for row, each in enumerate(members):
        for purchase in each.purchases:
            orders[row, age(each, purchase.day)] += 1
        for day, amount in each.money():
            revenue[row, age(each, day)] += amount
    # What was sent back whole is nothing, not what adding up in floats leaves of it.
    return Cohort(key[0], start, orders, revenue.round(9), complete)


def _cells(shop, grain, by, figures) -> pd.DataFrame:
    """``figures(cohort, age)`` of every observed cell."""
    rows = [
        {
            **({by: cohort.group} if by else {}),
            "cohort": pd.Timestamp(cohort.start),
            "period": age,
            "cohort_size": cohort.size,
            "active_customers": int((cohort.orders[:, age] > 0).sum()),
            **figures(cohort, age),
            "complete": complete,
        }
        for cohort in cohorts_of(shop, grain, by)
        for age, complete in enumerate(cohort.complete)
    ]
    return pd.DataFrame(rows)


def retention(shop: Shop, grain: str, by: str | None = None) -> pd.DataFrame:
    def figures(cohort, age):
        return {"retention": float((cohort.orders[:, age] > 0).mean())}

    return _cells(shop, grain, by, figures)


def value(shop: Shop, grain: str, by: str | None = None) -> pd.DataFrame:
    def figures(cohort, age):
        active = (cohort.orders[:, age] > 0).sum()
        orders, revenue = cohort.orders[:, age].sum(), cohort.revenue[:, age].sum()
        until_now = cohort.revenue[:, : age + 1].sum()
        return {
            "revenue": revenue,
            "orders": int(orders),
            "average_order_value": divided(revenue, orders),
            "revenue_per_customer": revenue / cohort.size,
            "cumulative_revenue_per_customer": until_now / cohort.size,
            "revenue_per_active_customer": divided(revenue, active),
        }

    return _cells(shop, grain, by, figures)


def returned(shop: Shop, grain: str, by: str | None = None) -> pd.DataFrame:
    def figures(cohort, age):
        twice = cohort.orders[:, : age + 1].sum(axis=1) >= 2
        later = cohort.orders[:, age:].sum(axis=1) >= 1
        return {"repeat_by": float(twice.mean()), "on_or_after": float(later.mean())}

    return _cells(shop, grain, by, figures)


PER = {
    "retention": ("active_customers", "cohort_size"),
    "average_order_value": ("revenue", "orders"),
    "revenue_per_customer": ("revenue", "cohort_size"),
    "revenue_per_active_customer": ("revenue", "active_customers"),
}
OF_THE_COHORT = ("repeat_by", "on_or_after", "cumulative_revenue_per_customer")


def average(frame: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """All complete cells of an age as one cohort."""
    done = frame[frame["complete"]]
    return pd.DataFrame([keys | _together(cells) for keys, cells in _ages(done, by)])


def _together(cells: pd.DataFrame) -> dict[str, float]:
    added = ("cohort_size", "active_customers", "revenue", "orders")
    row = {name: cells[name].sum() for name in added if name in cells}
    for name in OF_THE_COHORT:
        if name in cells:
            whole = (cells[name] * cells["cohort_size"]).sum()
            row[name] = divided(whole, row["cohort_size"])
    for name, (top, bottom) in PER.items():
        if name in cells:
            row[name] = divided(row[top], row[bottom])
    if "retention" in cells:
        row["low"], row["high"] = wilson(row["active_customers"], row["cohort_size"])
    return row


def _ages(frame, by):
    if frame.empty:
        return
    names = [by, "period"] if by else ["period"]
    for found, cells in frame.groupby(names, dropna=False):
        keys = dict(zip(names, found, strict=True))
        if by and pd.isna(keys[by]):
            keys[by] = None
        yield keys, cells


def divided(top: float, bottom: float) -> float:
    return float(top / bottom) if bottom else NOBODY


# Measures with intervals --------------------------------------------------------------

SHARES = ("retention", "active_customers", "repeat_by", "on_or_after")


def relatives(measure: str) -> tuple[str | None, ...]:
    """Second orders are a share already; what is per order or active has no base."""
    alone = ("repeat_by", "average_order_value", "revenue_per_active_customer")
    return (None,) if measure in alone else (None, "first", "before")


def what(cohort: Cohort, measure: str, age: int) -> np.ndarray:
    """What is added up over the members, one number each."""
    orders, revenue = cohort.orders, cohort.revenue
    if measure in ("retention", "active_customers"):
        return (orders[:, age] > 0).astype(float)
    if measure == "repeat_by":
        return (orders[:, : age + 1].sum(axis=1) >= 2).astype(float)
    if measure == "on_or_after":
        return (orders[:, age:].sum(axis=1) >= 1).astype(float)
    if measure == "orders":
        return orders[:, age]
    if measure == "cumulative_revenue_per_customer":
        return revenue[:, : age + 1].sum(axis=1)
    return revenue[:, age]


def per_what(cohort, measure, age, relative_to):
    """What it is divided by, one number a member; None in the first period's before."""
    if relative_to == "first":
        return what(cohort, measure, 0)
    if relative_to == "before":
        return what(cohort, measure, age - 1) if age else None
    if measure == "average_order_value":
        return cohort.orders[:, age]
    if measure == "revenue_per_active_customer":
        return (cohort.orders[:, age] > 0).astype(float)
    return np.ones(cohort.size)


def measured(
    shop: Shop,
    measure: str,
    grain: str,
    by: str | None = None,
    windows: tuple[int, ...] | None = None,
    relative_to: str | None = None,
) -> pd.DataFrame:
    rows = []
    for cohort in cohorts_of(shop, grain, by, windows):
        for age, complete in enumerate(cohort.complete):
            top = what(cohort, measure, age)
            bottom = per_what(cohort, measure, age, relative_to)
            figures = estimated(measure, relative_to, top, bottom, cohorts=1)
            rows.append(
                {
                    **({by: cohort.group} if by else {}),
                    "cohort": pd.Timestamp(cohort.start),
                    "period": age,
                    "cohort_size": cohort.size,
                    "active_customers": int((cohort.orders[:, age] > 0).sum()),
                    **figures,
                    "complete": complete,
                }
            )
    return pd.DataFrame(rows)


def measured_average(
    shop: Shop,
    measure: str,
    grain: str,
    by: str | None = None,
    windows: tuple[int, ...] | None = None,
    relative_to: str | None = None,
) -> pd.DataFrame:
    """All cohorts complete at an age as one; a count or a total per cohort."""
    at = defaultdict(list)
    for cohort in cohorts_of(shop, grain, by, windows):
        for age, complete in enumerate(cohort.complete):
            if complete:
                at[cohort.group, age].append(cohort)
    rows = []
    for (group, age), cohorts in at.items():
        top = np.concatenate([what(each, measure, age) for each in cohorts])
        per = [per_what(each, measure, age, relative_to) for each in cohorts]
        bottom = None if per[0] is None else np.concatenate(per)
        active = sum((each.orders[:, age] > 0).sum() for each in cohorts)
        rows.append(
            {
                **({by: group} if by else {}),
                "period": age,
                "cohorts": len(cohorts),
                "cohort_size": sum(each.size for each in cohorts),
                "active_customers": int(active),
                **estimated(measure, relative_to, top, bottom, len(cohorts)),
            }
        )
    return pd.DataFrame(rows)


def estimated(measure, relative_to, top, bottom, cohorts) -> dict[str, float]:
    """Value and 95 % interval from the customers' own numbers."""
    if bottom is None:
        return {"value": NOBODY, "low": NOBODY, "high": NOBODY}
    # Who orders then or later did so in or after the period before too: a part of it.
    part = measure in SHARES and (relative_to != "before" or measure == "on_or_after")
    if part:
        found = divided(top.sum(), bottom.sum())
        low, high = wilson(top.sum(), bottom.sum())
    else:
        found, low, high = ratio(top, bottom)
    counted = measure in ("active_customers", "orders", "revenue")
    times = len(top) / cohorts if counted and relative_to is None else 1
    if found >= 0:
        low = max(low, 0.0) if low == low else low
    return {"value": found * times, "low": low * times, "high": high * times}


def ratio(y: np.ndarray, x: np.ndarray) -> tuple[float, float, float]:
    """Ratio estimator over independent customers, Student's t."""
    n = len(y)
    if x.sum() <= 0:
        return NOBODY, NOBODY, NOBODY
    r = y.sum() / x.sum()
    if n < 2:
        return r, NOBODY, NOBODY
    squares = ((y - r * x) ** 2).sum()
    if squares <= 1e-12 * max((y**2).sum(), 1e-300):
        return r, NOBODY, NOBODY
    error = math.sqrt(n / (n - 1) * squares) / x.sum()
    reach = stats.t.ppf(0.975, n - 1) * error
    return r, r - reach, r + reach


def wilson(successes: float, trials: float) -> tuple[float, float]:
    if not trials:
        return NOBODY, NOBODY
    share = successes / trials
    middle = (share + Z**2 / (2 * trials)) / (1 + Z**2 / trials)
    spread = share * (1 - share) / trials + Z**2 / (4 * trials**2)
    reach = Z * math.sqrt(spread) / (1 + Z**2 / trials)
    return max(middle - reach, 0.0), min(middle + reach, 1.0)
