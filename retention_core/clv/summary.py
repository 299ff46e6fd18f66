"""Each customer's history in four numbers, the input of every lifetime model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    import datetime as dt

    import ibis.expr.types as ir

    from retention_core.orders import Orders


def summary(orders: Orders) -> ir.Table:
    """Frequency, recency, age and mean spend of every known customer.

    Guests are left out; who bought once is not.

    Returns
    -------
    Ibis table, one row a customer, that stays in the engine:

    ``customer_id``
    ``frequency``
        x, purchase *days* after the first. Two orders on one day are one.
    ``recency``
        t_x, days from the first to the last purchase day; 0 where ``frequency`` is 0.
        At most ``T``.
    ``T``
        Days from the first purchase day to ``as_of``.
    ``monetary_value``
        Mean net revenue per purchase day over the repeat days, in the currency of the
        orders; the first day is left out. 0 where ``frequency`` is 0. May be 0 or
        negative; the spend model then leaves the customer out.

    References
    ----------
    .. [1] Fader, P. S., Hardie, B. G. S. & Lee, K. L. (2005). RFM and CLV: Using
       iso-value curves for customer base analysis. Journal of Marketing Research,
       42(4), 415-430: section "Summarizing the data".
    """
    return summarised(orders.purchase_days, orders.as_of)


def summarised(days: ir.Table, until: dt.date) -> ir.Table:
    """:func:`summary` of purchase days, none of them after ``until``."""
    customers = days.group_by("customer_id").agg(
        days=days.count(),
        first=days.day.min(),
        last=days.day.max(),
        spent=days.amount.sum(),
        spent_first=days.amount.argmin(days.day),
    )
    repeats = (customers.days - 1).cast("int64")
    as_of = ibis.literal(until)
    return customers.select(
        "customer_id",
        frequency=repeats,
        recency=customers["last"].delta(customers["first"], unit="day").cast("int64"),
        T=as_of.delta(customers["first"], unit="day").cast("int64"),
        monetary_value=ibis.ifelse(
            repeats > 0,
            (customers.spent - customers.spent_first) / repeats.nullif(0),
            0.0,
        ),
    )


def distinct_histories(summary: ir.Table) -> ir.Table:
    """Distinct ``(frequency, recency, T)`` and how many ``customers`` share each.

    A likelihood over these with weights is exact, and far smaller than one over
    customers. They come in order, so that sums of the same customers are the same.
    """
    keys = ("frequency", "recency", "T")
    return summary.group_by(*keys).agg(customers=summary.count()).order_by(*keys)
