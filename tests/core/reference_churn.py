"""Churn, movement and waits a second time: see :mod:`tests.core.reference`."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tests.core.reference import (
    NOBODY,
    Shop,
    Z,
    divided,
    first_value,
    next_start,
    periods_of,
    wilson,
)


@dataclass(frozen=True)
class Move:
    """One period of all customers, by name; ``trailing`` is money before its start."""

    start: dt.date
    full_start: bool
    complete: bool
    before: set[str]
    after: set[str]
    old: set[str]
    fresh: set[str]
    trailing: dict[str, float]

    @property
    def lost(self) -> set[str]:
        return self.before - self.after

    @property
    def lapsed(self) -> set[str]:
        return self.old - self.before

    @property
    def reactivated(self) -> set[str]:
        return self.lapsed & self.after

    @property
    def new(self) -> set[str]:
        return self.fresh & self.after


def active(shop: Shop, instant: int, window_days: int) -> set[str]:
    """Whose last purchase day before the instant lies in the window before it."""
    names = set()
    for each in shop.customers:
        earlier = [day for day in each.days() if day < instant]
        if earlier and earlier[-1] >= instant - window_days:
            names.add(each.name)
    return names


def moves(shop: Shop, grain: str, window_days: int) -> list[Move]:
    if not shop.customers:
        return []
    tomorrow = shop.as_of + dt.timedelta(days=1)
    full_from = shop.first_day + dt.timedelta(days=window_days)
    found = []
    for start in periods_of(shop.first_day, shop.as_of, grain):
        s, e = start.toordinal(), min(next_start(start, grain), tomorrow).toordinal()
        born = {each.name: each.days()[0] for each in shop.customers}
        trailing = Counter()
        for each in shop.customers:
            for purchase in each.purchases:
                if s - window_days <= purchase.day.toordinal() < s:
                    trailing[each.name] += purchase.amount
        found.append(
            Move(
                start,
                full_start=start >= full_from,
                complete=next_start(start, grain) <= tomorrow,
                before=active(shop, s, window_days),
                after=active(shop, e, window_days),
                old={name for name, day in born.items() if day < s},
                fresh={name for name, day in born.items() if s <= day < e},
                trailing=trailing,
            )
        )
    return found


def movement(shop: Shop, grain: str, window_days: int) -> pd.DataFrame:
    rows = [
        {
            "period_start": pd.Timestamp(move.start),
            "ending": len(move.after),
            "new_and_lapsed": len(move.fresh - move.after),
            "retention_rate": divided(len(move.after - move.fresh), len(move.before)),
            **moved([move], [each.name for each in shop.customers]),
            "full_start": move.full_start,
            "complete": move.complete,
        }
        for move in moves(shop, grain, window_days)
    ]
    return pd.DataFrame(rows)


def moved(found: list[Move], names: list[str]) -> dict[str, float]:
    """Counts and rates of some customers over some periods together."""
    among = set(names)

    def many(what: str) -> int:
        return sum(len(getattr(move, what) & among) for move in found)

    def money(what: str) -> float:
        return math.fsum(
            move.trailing[name]
            for move in found
            for name in getattr(move, what) & among
        )

    start, lost, back, new = map(many, ("before", "lost", "reactivated", "new"))
    return {
        "starting": start,
        "new": new,
        "reactivated": back,
        "lost": lost,
        "lapsed": many("lapsed"),
        "strict_retention_rate": divided(start - lost, start),
        "churn_rate": divided(lost, start),
        "revenue_churn_rate": divided(money("lost"), money("before")),
        "quick_ratio": divided(new + back, lost),
        "reactivation_rate": divided(back, many("lapsed")),
    }


def churn_by_slice(
    shop: Shop, grain: str, by: str, window_days: int, periods: int
) -> pd.DataFrame:
    """The last complete periods with a full start, added up for each slice."""
    every = moves(shop, grain, window_days)
    chosen = [move for move in every if move.complete and move.full_start][-periods:]
    slices = defaultdict(list)
    for each in shop.customers:
        slices[first_value(each, by)].append(each.name)
    now = active(shop, shop.as_of.toordinal() + 1, window_days)
    rows = []
    for value, names in slices.items() if chosen else ():
        starts = np.array([sum(n in m.before for m in chosen) for n in names])
        losses = np.array([sum(n in m.lost for m in chosen) for n in names])
        there = starts > 0
        rows.append(
            {
                "slice": value,
                "customers": int(there.sum()),
                **moved(chosen, names),
                **of_clusters(losses[there], starts[there]),
                "active_customers": len(now & set(names)),
                "first_period": pd.Timestamp(chosen[0].start),
                "last_period": pd.Timestamp(chosen[-1].start),
            }
        )
    return pd.DataFrame(rows)


def of_clusters(losses: np.ndarray, starts: np.ndarray) -> dict[str, float]:
    """Wilson's interval with as many starts as the customers' differences allow."""
    n, total = len(starts), starts.sum()
    if n == 0:
        return {"effective_starting": 0.0, "low": NOBODY, "high": NOBODY}
    rate = losses.sum() / total
    size = float(n)
    if n > 1 and 0 < rate < 1:
        residuals = losses - rate * starts
        variance = n / (n - 1) * (residuals**2).sum() / total**2
        size = rate * (1 - rate) / variance if variance else math.inf
    size = min(size, float(total))
    low, high = wilson(rate * size, size)
    return {"effective_starting": size, "low": low, "high": high}


def waits(shop: Shop, after: int | None = None) -> list[tuple[int, bool]]:
    """(days, whether it ended) from each purchase day, or from the ``after``-th."""
    found = []
    for each in shop.customers:
        days = each.days()
        for position, day in enumerate(days):
            if after is not None and position != after - 1:
                continue
            if position + 1 < len(days):
                found.append((days[position + 1] - day, True))
            else:
                found.append((shop.as_of.toordinal() - day, False))
    return found


def kaplan_meier(found: list[tuple[int, bool]]) -> pd.DataFrame:
    """Day by day; who waited as long as somebody who returned was still at risk."""
    rows = []
    waiting, greenwood = 1.0, 0.0
    for day in range(max((days for days, _ in found), default=-1) + 1):
        at_risk = sum(days >= day for days, _ in found)
        ended = sum(days == day and done for days, done in found)
        waiting *= 1 - ended / at_risk
        if ended:
            greenwood += (
                ended / (at_risk * (at_risk - ended)) if at_risk > ended else math.nan
            )
        rows.append(
            {"days": day, "at_risk": at_risk, "returned": 1 - waiting}
            | _band(waiting, greenwood)
        )
    return pd.DataFrame(rows)


def _band(waiting: float, greenwood: float) -> dict[str, float]:
    """Greenwood on the log(-log) scale."""
    if waiting >= 1:
        return {"low": 0.0, "high": 0.0}
    if waiting <= 0 or math.isnan(greenwood):
        return {"low": NOBODY, "high": NOBODY}
    wide = math.exp(Z * math.sqrt(greenwood) / abs(math.log(waiting)))
    return {"low": 1 - waiting ** (1 / wide), "high": 1 - waiting**wide}


def window(shop: Shop) -> tuple[int, str]:
    """The churn window in days and where it comes from."""
    half = max((shop.as_of - shop.first_day).days // 2, 1)
    curve = kaplan_meier(waits(shop))
    default = min(365, half), "default"
    if curve.empty:
        return default
    enough = curve["at_risk"] >= max(0.1 * len(shop.customers), 30)
    if not enough.any():
        return default
    horizon = int(curve[enough]["days"].max())
    share = curve.set_index("days")["returned"]
    end = share[horizon]
    if end <= 0:
        return default
    for days in range(7, max(horizon, 7) + 1):
        now = share[min(days, horizon)]
        later = (end - now) / (1 - now) if now < 1 else 0.0
        if later <= 0.2 + 1e-9:
            return (days, "data") if days <= half else (half, "capped")
    raise AssertionError("at the horizon nobody is still to come")


def habits(shop: Shop, window_days: int) -> pd.DataFrame:
    rows = []
    for each in shop.customers:
        days = each.days()
        silent = shop.as_of.toordinal() - days[-1]
        active = range(
            shop.as_of.toordinal() + 1 - window_days, shop.as_of.toordinal() + 1
        )
        gaps = [later - day for day, later in itertools.pairwise(days)]
        rows.append(
            {
                "customer_id": each.name,
                "purchase_days": len(days),
                "last_order": pd.Timestamp(dt.date.fromordinal(days[-1])),
                "days_since_last_order": silent,
                "usual_gap_days": float(np.median(gaps)) if gaps else NOBODY,
                "revenue": math.fsum(each_.amount for each_ in each.purchases),
                "recency_rule": "active" if days[-1] in active else "lost",
            }
        )
    return pd.DataFrame(rows)
