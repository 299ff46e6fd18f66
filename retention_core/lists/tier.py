"""Customers whom one more order brings to the next loyalty tier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_core import tiers
from retention_core.lists.asked import Asked, listed

if TYPE_CHECKING:
    import ibis.expr.types as ir

OWN = ("tier", "next_tier", "missing", "usual_order")


def learned(asked: Asked) -> list[float]:
    """The thresholds of the tiers: those given, or their own."""
    given = asked.more.get("tiers", {})
    if given.get("thresholds") is not None:
        return [*given["thresholds"]]
    terms = {k: given[k] for k in ("by", "last_year") if k in given}
    return [*tiers.proposed(asked.orders, **terms)]


def one_short(asked: Asked) -> ir.Table:
    """Those of :func:`retention_core.tiers.one_short` who are not lost.

    By its own tiers, or by those that ``tiers`` gives. Own columns as there.
    """
    given = {"window_days": asked.window_days, **asked.more.get("tiers", {})}
    given["thresholds"] = asked.known("thresholds", learned)
    short = tiers.one_short(asked.orders, **given)
    joined = asked.people.join(short.select("customer_id", *OWN), "customer_id")
    return listed(joined, *OWN, act_on=asked.tomorrow)
