"""Customers who share a history, with what they are expected to spend, summed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import numpy as np

from retention_core.clv.histories import Histories

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from retention_core.clv.fitting import Fit
    from retention_core.clv.special import Floats
    from retention_core.orders import Orders


def order_value(table: ir.Table, spend: Fit) -> ir.FloatingValue:
    """:func:`clv.expected_order_value` as a column of a summary, in the engine."""
    p, q, v = (float(spend.params[name]) for name in ("p", "q", "v"))
    known = (table.frequency > 0) & (table.monetary_value > 0)
    x = ibis.ifelse(known, table.frequency, 0).cast("float64")
    money = ibis.ifelse(known, table.monetary_value, 0.0)
    return (money * x + v) * p / (x * p + (q - 1))


@dataclass(frozen=True)
class Groups:
    """Distinct histories and sums over the customers of each.

    Attributes
    ----------
    histories
        Distinct (x, t_x, T) in days, and how many customers share each.
    value, square
        Sum of expected spend per purchase, and of its square.
    spenders, money
        Customers whose own mean spend is known, and the sum of these means.
    """

    histories: Histories
    value: Floats
    square: Floats
    spenders: Floats
    money: Floats

    @classmethod
    def of(cls, orders: Orders, summary: ir.Table, spend: Fit) -> Groups:
        """One query, grouped in the engine."""
        known = (summary.frequency > 0) & (summary.monetary_value > 0)
        valued = summary.mutate(
            value=order_value(summary, spend),
            known=known.cast("int64"),
            money=ibis.ifelse(known, summary.monetary_value, 0.0),
        )
        frame = orders.run(
            valued.group_by("frequency", "recency", "T")
            .agg(
                customers=valued.count(),
                total=valued.value.sum(),
                square=(valued.value * valued.value).sum(),
                spenders=valued.known.sum(),
                money=valued.money.sum(),
            )
            # Drawing some of them by chance is to draw the same ones every time.
            .order_by("frequency", "recency", "T")
        )
        # One at a time: of millions of histories both forms would be in memory.
        columns = {str(name): frame.pop(name).to_numpy(np.float64) for name in [*frame]}
        keys = ("frequency", "recency", "T", "customers")
        histories = Histories(*(columns[name] for name in keys))
        histories.check()
        sums = ("total", "square", "spenders", "money")
        return cls(histories, *(columns[name] for name in sums))

    def value_under(self, params: Floats, rows: np.ndarray) -> Floats:
        """``value`` of some rows, were p, q, v other than fitted."""
        p, q, v = params
        x, n = self.histories.frequency[rows], self.histories.customers[rows]
        known, money = self.spenders[rows], self.money[rows]
        own = p * (known * v + x * money) / (p * x + q - 1)
        return np.asarray(own + (n - known) * p * v / (q - 1))
