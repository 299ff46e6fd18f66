"""What questions that list single customers share: who there is, how to reach them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import ibis

from retention_core import clv, lists

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    import ibis.expr.types as ir

    from retention_core.orders import Orders

# How to reach a customer, as far as the list of customers says.
REACHED_BY = ("customer_name", "email", "phone", "birthday", "consent")


def people(
    orders: Orders, *, fits: Mapping[str, Any] | None, window_days: int
) -> AbstractContextManager[ir.Table]:
    """:func:`retention_core.lists.people`; ``fits`` as JSON, None without any."""
    return lists.people(orders, fits=known_fits(fits), window_days=window_days)


def known_fits(fits: Mapping[str, Any] | None) -> clv.Fits | None:
    """What was fitted, from JSON; None where there was too little data."""
    return None if fits is None else clv.Fits.from_json(fits)


def with_details(
    table: ir.Table, orders: Orders, names: Sequence[str] = REACHED_BY
) -> ir.Table:
    """Add how to reach each customer: those of ``names`` that the shop's list has."""
    known = orders.customers
    found = [] if known is None else [c for c in names if c in known.columns]
    if known is None or not found:
        return table
    joined = table.left_join(known.select("customer_id", *found), "customer_id")
    return joined.select(*table.columns, *found)


def by_stake(table: ir.Table) -> ir.Table:
    """Order a table with those first with whom most is at stake."""
    return table.order_by([table.stake.desc(), "customer_id"])


def tomorrow(orders: Orders) -> ir.DateScalar:
    """The first day that nothing is known of: to be done now."""
    return ibis.literal(orders.as_of + dt.timedelta(days=1))
