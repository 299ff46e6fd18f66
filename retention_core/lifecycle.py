"""A typical customer's life: when the second, third … order comes, and for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis
import numpy as np
import pandas as pd

from retention_core import survival
from retention_core.errors import TooSmallError
from retention_core.survival import LEAST_AT_RISK, LEAST_SHARE_AT_RISK

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from retention_core.orders import Orders

A_YEAR = 365
LEAST_WAITING = 10
QUARTILES = {"quarter_days": 0.25, "median_days": 0.5, "three_quarter_days": 0.75}
BAND = ["share", "low", "high"]
TIMELINE = (
    *("order", "customers", "reached", "until_days", "at_risk", *BAND),
    *("year_share", "year_low", "year_high", *QUARTILES),
    *("of_previous", "of_previous_low", "of_previous_high"),
)


def timeline(orders: Orders, *, upto: int = 6) -> pd.DataFrame:
    """When a typical customer's 2nd, 3rd … order comes, and how many get there.

    Kaplan–Meier over the days from the first purchase day to the n-th, those who are
    not there yet censored at ``as_of``. All rows are read on one day, ``until_days``,
    so that their shares can be compared: the last for which enough customers have been
    watched since their first order, whether they came back or not (at least 30, and a
    tenth of all), and ten or more still wait for their second.

    Parameters
    ----------
    upto
        The last purchase day looked at, at least 2.

    Returns
    -------
    DataFrame
        A row for each ``order`` n = 2 … ``upto``: ``customers`` (all), ``reached``
        (those seen to), ``until_days``, ``at_risk`` (still waiting then), ``share``
        there by then with its 95 % band ``low, high``; ``year_share, year_low,
        year_high`` within 365 days (null where that is beyond ``until_days``);
        ``quarter_days, median_days, three_quarter_days``: days within which a
        quarter, half, three quarters of those who get there do; ``of_previous,
        of_previous_low, of_previous_high``: share of those with n − 1 that gets to n,
        by the days since that order and read like the others (null where too few
        can be watched). Empty where fewer than 30 customers are known.

    Raises
    ------
    TooSmallError
        ``upto`` is less than 2.
    """
    if upto < 2:
        raise TooSmallError(name="upto", value=upto, least=2)
    reached, onward = _reached(orders, upto), _onward(orders, upto)
    watched = _watched(orders, upto)
    until = _last_day(watched[1], reached[2])
    rows: list[dict[str, Any]] = []
    for order in range(2, upto + 1) if until is not None else ():
        counts = reached[order]
        row = {
            "order": order,
            "customers": int(watched[1]["n"].sum()),
            "reached": int(counts["returned"].sum()),
            "until_days": until,
        }
        row |= _read(survival.kaplan_meier(counts), int(until or 0))
        last = _last_day(watched[order - 1], onward[order])
        rows.append(row | _of_previous(onward[order], last))
    return pd.DataFrame(rows, columns=[*TIMELINE])


def _reached(orders: Orders, upto: int) -> dict[int, pd.DataFrame]:
    """Days from the first purchase day to the n-th: ``days, returned, waiting``."""
    days = orders.purchase_days
    order = ibis.window(group_by=days.customer_id, order_by=days.day)
    every = days.select(
        position=ibis.row_number().over(order) + 1,
        days=days.day.delta(
            days.day.min().over(ibis.window(group_by=days.customer_id)), unit="day"
        ),
    )
    every = every.filter((every.position > 1) & (every.position <= upto))
    there = orders.run(every.group_by("position", "days").agg(n=_count()))
    people = days.group_by("customer_id").agg(first=days.day.min(), had=days.count())
    watched = ibis.literal(orders.as_of).delta(people["first"], unit="day")
    had = ibis.ifelse(people.had > upto, upto, people.had)
    still = orders.run(people.group_by(had=had, days=watched).agg(n=_count()))
    return {
        n: _waits(there[there["position"] == n], still[still["had"] < n])
        for n in range(2, upto + 1)
    }


def _onward(orders: Orders, upto: int) -> dict[int, pd.DataFrame]:
    """Days from the purchase day before to the n-th: ``days, returned, waiting``."""
    every = survival.waits(orders)
    every = every.mutate(n=every.position + 2, done=every.next_day.notnull())
    every = every.filter(every.n <= upto)
    found = orders.run(every.group_by("n", "days", "done").agg(customers=_count()))
    found = found.rename(columns={"n": "order", "customers": "n"})
    back, order = found["done"].astype(bool), found["order"]
    return {
        n: _waits(found[back & (order == n)], found[~back & (order == n)])
        for n in range(2, upto + 1)
    }


def _watched(orders: Orders, upto: int) -> dict[int, pd.DataFrame]:
    """Customers by the days from their n-th purchase day to ``as_of``: ``days, n``."""
    every = survival.waits(orders)
    every = every.filter(every.position < upto - 1)
    days = ibis.literal(orders.as_of).delta(every.day, unit="day")
    found = orders.run(every.group_by(every.position, seen=days).agg(n=_count()))
    found = found.rename(columns={"seen": "days"})
    return {n: found[found["position"] == n - 1] for n in range(1, upto)}


def _last_day(watched: pd.DataFrame, waits: pd.DataFrame) -> int | None:
    """Last day to read a curve on; ``None`` where too few were watched at all.

    ``watched`` counts the customers by the days seen, ``waits`` by their wait.
    """
    least = max(LEAST_AT_RISK, LEAST_SHARE_AT_RISK * watched["n"].sum())
    limits = []
    leaving = waits["returned"] + waits["waiting"]
    for days, n, enough in (
        (watched["days"], watched["n"], least),
        (waits["days"], leaving, LEAST_WAITING),
    ):
        longest_first = n[days.sort_values(ascending=False).index]
        many = longest_first.index[longest_first.cumsum() >= enough]
        if many.empty:
            return None
        limits.append(int(days[many[0]]))
    return min(limits)


def _waits(there: pd.DataFrame, still: pd.DataFrame) -> pd.DataFrame:
    """Two counts by days as :func:`survival.kaplan_meier` takes them."""
    parts = {"returned": there, "waiting": still}
    sums = {name: part.groupby("days")["n"].sum() for name, part in parts.items()}
    return (
        pd.DataFrame(sums).fillna(0).astype("int64").rename_axis("days").reset_index()
    )


def _read(curve: pd.DataFrame, until: int) -> dict[str, Any]:
    """Shares, bands and quartiles of a curve, as far as ``until``."""
    known = curve[curve["days"] <= until]
    last = known.iloc[-1]
    found: dict[str, Any] = {"at_risk": int(last["at_risk"])}
    found |= {name: last[of] for name, of in _of(BAND).items()}
    a_year = known[known["days"] == A_YEAR]
    if len(a_year):
        found |= {f"year_{name}": a_year.iloc[0][of] for name, of in _of(BAND).items()}
    for name, part in QUARTILES.items():
        share = float(last["returned"])
        day = survival.day_reaching(known, part * share) if share > 0 else None
        found[name] = np.nan if day is None else float(day)
    return found


def _of_previous(counts: pd.DataFrame, until: int | None) -> dict[str, float]:
    """Share that goes on from one order to the next."""
    if until is None:
        return {}
    curve = survival.kaplan_meier(counts)
    last = curve[curve["days"] <= until].iloc[-1]
    suffixes = {"returned": "", "low": "_low", "high": "_high"}
    return {f"of_previous{end}": float(last[of]) for of, end in suffixes.items()}


def _count() -> ir.Deferred:
    return ibis._.count()


def _of(names: list[str]) -> dict[str, str]:
    return {name: "returned" if name == "share" else name for name in names}
