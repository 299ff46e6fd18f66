"""New customers for whom it is time to order again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import ibis

from retention_core import survival
from retention_core.lists.asked import Asked, listed

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from retention_core.orders import Orders

HALF, MOST = 0.5, 0.8
LEAST_RETURNED = 10


class Waits(NamedTuple):
    """Days after the first purchase day by which those who come back have come back.

    ``half``, ``most``: half of them, and 80 %.
    """

    half: int
    most: int


def usual_waits(orders: Orders) -> Waits | None:
    """When those who come back a second time do so (Kaplan-Meier).

    From :func:`retention_core.survival.next_purchase` after the first purchase day,
    everybody who still waits counted in. Those who ever come back: the share of the
    curve at its horizon (:func:`retention_core.survival.horizon`). None where fewer
    than 10 have come back: nothing is to be said of when.
    """
    counts = survival.waiting_times(orders, most=1)
    first = counts[counts["after"] == 1]
    if first["returned"].sum() < LEAST_RETURNED:
        return None
    curve = survival.kaplan_meier(first)
    last = survival.horizon(curve, int(curve["at_risk"].max()))
    known = curve if last is None else curve[curve["days"] <= last]
    back = float(known["returned"].max())
    days = [survival.day_reaching(known, share * back) for share in (HALF, MOST)]
    if back == 0 or None in days:
        return None
    return Waits(*(int(each) for each in days if each is not None))


def learned(asked: Asked) -> list[int] | None:
    """:func:`usual_waits`, as JSON values."""
    waits = usual_waits(asked.orders)
    return None if waits is None else [*waits]


def second_order(asked: Asked) -> ir.Table:
    """Those who bought on one day only, while most who come back still do.

    Own column: ``deadline`` (date), by which 80 % of those who ever come back have;
    it is still to come. ``act_on``: the day by which half of them have, or now where
    that has passed: whoever would have come unasked mostly has.
    """
    once = asked.people.filter(asked.people.purchase_days == 1)
    days = asked.known("waits", learned)
    waits = None if days is None else Waits(*days)
    if waits is None:
        none = once.filter(ibis.literal(False))
        return listed(
            none.mutate(deadline=none.first_order), "deadline", act_on=asked.tomorrow
        )
    half, deadline = (once.first_order + ibis.interval(days=each) for each in waits)
    waiting = once.mutate(half=half.cast("date"), deadline=deadline.cast("date"))
    waiting = waiting.filter(waiting.days_since_last_order < waits.most)
    act_on = ibis.greatest(waiting.half, ibis.literal(asked.tomorrow))
    return listed(waiting, "deadline", act_on=act_on)
