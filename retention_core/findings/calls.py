"""Valuable customers who are leaving: worth a call now."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from retention_core import lists
from retention_core.contrasts import fisher
from retention_core.findings.candidate import Candidate, Looked
from retention_core.intervals import ENOUGH_CUSTOMERS
from retention_core.lists.value import best

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from retention_core.clv.fits import Fits
    from retention_core.orders import Orders

LIST = "valuable_leaving"


def leaving(orders: Orders, *, fits: Fits | None, window_days: int) -> Looked:
    """Who stands on the list of valuable customers leaving, if it tells anything.

    It does where those who stood on it a window ago did come back less than the other
    valuable customers of that day: Fisher's exact test.
    """
    past = orders.as_of - dt.timedelta(days=window_days)
    if past <= orders.first_day:
        return Looked("leaving", 0)
    now = _now(orders, fits, window_days)
    if not now["customers"]:
        return Looked("leaving", 0)
    then = _came_back(orders, orders.until(past), fits, window_days)
    n, k, m, back = (then[name] for name in ("listed", "came", "others", "others_came"))
    if min(n, m) < ENOUGH_CUSTOMERS:
        return Looked("leaving", 0)
    if k / n >= back / m:
        return Looked("leaving", 1)
    numbers = {**now, "share": k / n, "rest_share": back / m, "then": n}
    found = Candidate(
        kind="leaving",
        subject=(),
        numbers=numbers,
        p_value=fisher(k, n, back, m),
        worth=now["stake"],
    )
    return Looked("leaving", 1, [found])


def _now(orders: Orders, fits: Fits | None, window_days: int) -> dict[str, float]:
    with lists.people(orders, fits=fits, window_days=window_days) as people:
        rows = lists.members(orders, LIST, people, window_days=window_days)
        sums = rows.agg(customers=rows.count(), stake=rows.stake.sum().fill_null(0))
        row = orders.run(sums).iloc[0]
    return {"customers": int(row["customers"]), "stake": float(row["stake"])}


def _came_back(
    orders: Orders, past: Orders, fits: Fits | None, window_days: int
) -> dict[str, int]:
    """How many of the list, and of the other valuable ones, ordered since."""
    days = orders.purchase_days
    since = days.filter(days.day > past.as_of).select("customer_id").distinct()
    with lists.people(past, fits=fits, window_days=window_days) as people:
        listed = lists.members(past, LIST, people, window_days=window_days)
        top = best(people)
        top = top.filter(top.days_since_last_order < window_days)
        rows = top.select("customer_id")
        on = listed.select("customer_id", listed=listed.customer_id)
        back = since.select("customer_id", came=since.customer_id)
        rows = _joined(_joined(rows, on), back)
        flags = rows.group_by(on=rows.listed.notnull(), came=rows.came.notnull()).agg(
            n=rows.count()
        )
        frame = past.run(flags)
    sides = zip(frame["on"], frame["came"], strict=True)
    counts = dict(zip(sides, frame["n"].astype(int).tolist(), strict=True))
    came, stayed = counts.get((True, True), 0), counts.get((True, False), 0)
    others, silent = counts.get((False, True), 0), counts.get((False, False), 0)
    return {
        "listed": came + stayed,
        "came": came,
        "others": others + silent,
        "others_came": others,
    }


def _joined(rows: ir.Table, other: ir.Table) -> ir.Table:
    return rows.left_join(other, "customer_id").drop("customer_id_right")
