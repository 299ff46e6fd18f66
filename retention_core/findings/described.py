"""What can be said of every shop: it claims no difference, and needs no test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_core import survival
from retention_core.clv.concentration import concentration, held_by
from retention_core.findings.candidate import Candidate, Looked
from retention_core.intervals import ENOUGH_CUSTOMERS

if TYPE_CHECKING:
    from retention_core.findings.history import Histories
    from retention_core.orders import Orders

TENTH = 0.1


def described(orders: Orders, held: Histories) -> Looked:
    """What the best tenth brings, how many came back, and when the second order is."""
    rows = held.people
    known = int(orders.run(rows.agg(n=rows.count()))["n"][0])
    if known < ENOUGH_CUSTOMERS:
        return Looked("described", 0)
    again = held.days.filter(held.days.number == 2)
    returned = int(orders.run(again.agg(n=again.count()))["n"][0])
    numbers = {"share": returned / known, "customers": known, "returned": returned}
    came_back = Candidate("came_back", (), numbers, worth=0.5)
    found = [*_concentration(orders, known), came_back, *_next_order(orders)]
    return Looked("described", 0, found)


def _concentration(orders: Orders, known: int) -> list[Candidate]:
    curve = concentration(orders).rename(columns={"share_of_revenue": "share"})
    share = held_by(curve, TENTH)
    if not share > TENTH:  # money that went back leaves nothing to share
        return []
    numbers = {"share": share, "of": TENTH, "customers": round(known * TENTH)}
    return [Candidate("concentration", (), numbers, worth=1.0)]


def _next_order(orders: Orders) -> list[Candidate]:
    curve = survival.next_purchase(orders, after=1)
    days = survival.median_of_returned(curve)
    until = survival.horizon(curve, curve["at_risk"].max()) if len(curve) else None
    if days is None or until is None:
        return []
    return [Candidate("next_order", (), {"days": int(days), "until": int(until)})]
