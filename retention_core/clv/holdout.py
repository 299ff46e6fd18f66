"""The end of a history held out: who was known before it, and what they did in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import ibis
import numpy as np

from retention_core.clv.errors import NoHoldoutError
from retention_core.clv.histories import Histories
from retention_core.clv.summary import summarised

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from retention_core.clv.special import Floats
    from retention_core.orders import Orders

A_DAY = dt.timedelta(days=1)
KEYS = ("frequency", "recency", "T")
FEWER_BYTES = dict.fromkeys((*KEYS, "purchases"), "int32")


@dataclass(frozen=True)
class Holdout:
    """So many ``days`` of a history, and the shop as it was known before them.

    Attributes
    ----------
    orders
        The shop as it is known now.
    calibration
        The shop as it was known at the cut-off.
    days
        How many are held out.
    """

    orders: Orders
    calibration: Orders
    days: int

    @classmethod
    def of(cls, orders: Orders, days: int, ago: int = 0) -> Holdout:
        """Hold out ``days``, the last of which was so many days ``ago``.

        Raises
        ------
        NoHoldoutError
            Before them there is no history.
        """
        history = orders.span_days - ago
        if not 1 <= days < history:
            raise NoHoldoutError(holdout_days=days, history_days=history)
        cutoff = orders.as_of - dt.timedelta(days=days + ago)
        return cls(orders, orders.until(cutoff), days)

    @property
    def cutoff(self) -> dt.date:
        """The last day that was known."""
        return self.calibration.as_of

    @property
    def purchase_days(self) -> ir.Table:
        """Both sides of the cut-off: ``customer_id, day, amount``.

        Before it as it was known then, after it as it is known now; also of customers
        who came after it.
        """
        after = self.orders.purchase_days
        last = self.cutoff + dt.timedelta(days=self.days)
        after = after.filter(after.day.between(self.cutoff + A_DAY, last))
        return self.calibration.purchase_days.union(after)

    def customers(self, days: ir.Table) -> ir.Table:
        """A row a customer known at the cut-off, from :attr:`purchase_days`.

        ``frequency, recency, T, monetary_value`` as of :func:`clv.summary`;
        ``past_spend``; ``purchases`` (days) and ``spend`` in the holdout. Without
        names, which take the most room.
        """
        known = days.day <= ibis.literal(self.cutoff)
        past, later = days.filter(known), days.filter(~known)
        spent = past.group_by("customer_id").agg(past_spend=past.amount.sum())
        happened = later.group_by("customer_id").agg(
            purchases=later.count(), spend=later.amount.sum()
        )
        joined = summarised(past, self.cutoff).join(spent, "customer_id")
        joined = joined.left_join(happened, "customer_id")
        return joined.select(
            *KEYS,
            "monetary_value",
            "past_spend",
            purchases=joined.purchases.fill_null(0),
            spend=joined.spend.fill_null(0.0),
        ).cast(FEWER_BYTES)

    def histories(self) -> ir.Table:
        """As :meth:`customers`, of their histories and purchases only, in one go.

        What needs no money takes a third of the time; ``spend`` is 0.
        """
        days = self.purchase_days
        known = days.day <= ibis.literal(self.cutoff)
        found = days.group_by("customer_id").agg(
            past=known.sum(),
            purchases=(~known).sum(),
            first=days.day.min(),
            last=days.day.max(where=known),
        )
        since = ibis.literal(self.cutoff).delta(found["first"], unit="day")
        both = found.filter(found.past > 0).select(
            frequency=found.past - 1,
            recency=found["last"].delta(found["first"], unit="day"),
            T=since,
            purchases=found.purchases,
        )
        return both.cast(FEWER_BYTES).mutate(spend=0.0)


@dataclass(frozen=True)
class Outcomes:
    """Customers who share a history and did the same afterwards.

    Attributes
    ----------
    histories
        Distinct (x, t_x, T) at the cut-off, and how many customers share each.
    rows
        Which of the histories each group has.
    customers, purchases, spend
        Of each group: how many, purchases of each, what they spent in all.
    """

    histories: Histories
    rows: np.ndarray
    customers: Floats
    purchases: Floats
    spend: Floats

    @staticmethod
    def grouped(customers: ir.Table) -> ir.Table:
        """The groups of :meth:`Holdout.customers`, in their order."""
        keys = (*KEYS, "purchases")
        found = customers.group_by(*keys).agg(
            customers=customers.count(), spent=customers.spend.sum()
        )
        return found.order_by(*keys)

    @classmethod
    def of(cls, groups: pd.DataFrame) -> Outcomes:
        """Of a frame of :meth:`grouped`, in its order."""
        columns = {name: groups[name].to_numpy(np.float64) for name in groups}
        history = np.stack([columns[name] for name in KEYS])
        new = np.ones(len(groups), bool)
        new[1:] = (np.diff(history) != 0).any(axis=0)
        rows = np.cumsum(new) - 1
        frequency, recency, age = history[:, new]
        sizes = np.bincount(rows, columns["customers"], frequency.size)
        return cls(
            Histories(frequency, recency, age, sizes.astype(np.float64)),
            rows,
            columns["customers"],
            columns["purchases"],
            columns["spent"],
        )

    def by_history(self, values: Floats) -> Floats:
        """Sum of ``values`` of the groups of each history."""
        return np.bincount(self.rows, values, self.histories.customers.size).astype(
            np.float64
        )

    @cached_property
    def bought(self) -> Floats:
        """Customers of each history with a purchase in the holdout."""
        return self.by_history(self.customers * (self.purchases > 0))

    @cached_property
    def spared(self) -> Floats:
        """Customers of each history without one."""
        return np.asarray(self.histories.customers - self.bought)

    @property
    def total(self) -> float:
        """Purchases of all."""
        return float(self.customers @ self.purchases)
