"""What a list is asked with, and the shape in which each answers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import ibis

from retention_core import reorder

if TYPE_CHECKING:
    from collections.abc import Mapping

    import ibis.expr.types as ir
    import pandas as pd

    from retention_core.orders import Orders

# What every list tells of a customer, beside its own columns.
SHARED = (
    "purchase_days",
    "first_order",
    "last_order",
    "days_since_last_order",
    "usual_gap_days",
    "revenue",
    "average_order_value",
    "probability_alive",
    "probability_in_window",
    "expected",
)


@dataclass(frozen=True)
class Asked:
    """The shop, everybody in it, the window, and what else was asked for.

    ``people`` as of :func:`retention_core.lists.people`; ``more`` is what the lists
    of reorders and tiers are given.
    """

    orders: Orders
    people: ir.Table
    window_days: int
    more: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def regulars(self) -> pd.DataFrame:
        """The products that are bought again by the calendar, for all who ask."""
        given = {k: self.more[k] for k in ("min_repeat",) if k in self.more}
        return reorder.regulars(self.orders, **given)

    @property
    def tomorrow(self) -> dt.date:
        """The first day that nothing is known of: to be done now."""
        return self.orders.as_of + dt.timedelta(days=1)

    @property
    def active(self) -> ir.Table:
        """Those who are not lost: silent for less than the window."""
        return self.people.filter(self.people.days_since_last_order < self.window_days)

    @property
    def lost(self) -> ir.Table:
        """Those who have been silent for the window or longer."""
        return self.people.filter(self.people.days_since_last_order >= self.window_days)


def listed(
    table: ir.Table,
    *own: str,
    act_on: ir.DateValue | dt.date,
    product: ir.StringValue | None = None,
) -> ir.Table:
    """A list in the shape of all: when to contact, about what, and why."""
    return table.select(
        "customer_id",
        "stake",
        act_on=ibis.literal(act_on) if isinstance(act_on, dt.date) else act_on,
        product=ibis.null("string") if product is None else product,
        **{name: table[name] for name in (*SHARED, *own)},
    )
