"""What a list is asked with, and the shape in which each answers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import ibis

from retention_core import reorder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
    of reorders and tiers are given, and what is ``learned`` or the ``levels`` are
    where somebody has worked them out before
    (:func:`retention_core.lists.learn`, :func:`retention_core.lists.levels`).
    """

    orders: Orders
    people: ir.Table
    window_days: int
    more: Mapping[str, Any] = field(default_factory=dict)
    _found: dict[str, Any] = field(default_factory=dict, repr=False)

    def known(self, name: str, work_out: Callable[[Asked], Any]) -> Any:  # noqa: ANN401
        """What is learned of the whole shop, as JSON values: once for all who ask."""
        if name not in self._found:
            learned = self.more.get("learned") or {}
            found = learned[name] if name in learned else work_out(self)
            self._found[name] = found
        return self._found[name]

    @property
    def regulars(self) -> pd.DataFrame:
        """The products that are bought again by the calendar."""
        return reorder.from_rows(self.known("regulars", regulars))

    @property
    def levels(self) -> Mapping[str, float] | None:
        """What makes one of the best, where somebody has worked it out before."""
        return self.more.get("levels")

    @property
    def tomorrow(self) -> dt.date:
        """The first day that nothing is known of: to be done now."""
        return self.orders.as_of + dt.timedelta(days=1)

    def nobody(self, **own: str) -> ir.Table:
        """An empty list, with its ``own`` columns of these types."""
        none = {name: ibis.null(kind) for name, kind in own.items()}
        empty = self.people.filter(ibis.literal(False)).mutate(**none)
        return listed(empty, *own, act_on=self.tomorrow)

    @property
    def active(self) -> ir.Table:
        """Those who are not lost: silent for less than the window."""
        return self.people.filter(self.people.days_since_last_order < self.window_days)

    @property
    def lost(self) -> ir.Table:
        """Those who have been silent for the window or longer."""
        return self.people.filter(self.people.days_since_last_order >= self.window_days)


def regulars(asked: Asked) -> list[dict[str, Any]]:
    """The products that are bought again by the calendar, as JSON values."""
    given = {k: asked.more[k] for k in ("min_repeat",) if k in asked.more}
    return reorder.to_rows(reorder.regulars(asked.orders, **given))


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
