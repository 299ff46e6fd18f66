"""Who buys on discount only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import pandas as pd

from retention_core import engine, mix, periods
from retention_core.campaigns import clustered
from retention_core.intervals import wilson
from retention_core.orders import HALF_A_CENT

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from retention_core.orders import Orders

STEPS = ((1, 1), (2, 2), (3, 4), (5, None))


@dataclass(frozen=True)
class Dependence:
    """How many orders and customers come on discount; guests left out.

    Attributes
    ----------
    orders, discounted
        Purchases of known customers, and those of which at least one line sold had a
        discount.
    share, low, high
        discounted / orders with its 95 % interval, customers being the units
        (:func:`clustered.interval`).
    customers, never_full_price
        Customers with a purchase, and those of whom every one was on discount.
    by_kind
        ``kind`` (``"new"``: on the day of the first purchase, ``"returning"``), and
        ``orders, discounted, share, low, high``.
    by_quarter
        ``period_start, complete`` and the same five; a row a quarter with an order.
    by_orders
        ``from_orders, to_orders`` (1, 2, 3–4, 5 and more: null), ``customers,
        never_full_price, share`` (of the customers), ``low, high`` (Wilson),
        ``discounted_orders_share`` (of all their orders); a row each that somebody is
        in.
    """

    orders: int
    discounted: int
    share: float
    low: float
    high: float
    customers: int
    never_full_price: int
    by_kind: pd.DataFrame
    by_quarter: pd.DataFrame
    by_orders: pd.DataFrame


def dependence(orders: Orders) -> Dependence | None:
    """Count what is bought on discount: of all, new and returning, over time.

    Whoever buys once and on discount has *never paid full price* as well: see
    ``by_orders`` for those who had more chances to.

    Returns
    -------
    Dependence or None
        ``None`` where no order of a known customer has a discount: the file says none,
        or there was none.
    """
    with engine.held(marked(orders), orders.backend) as rows:
        whole = _shares(orders, rows.mutate(all=ibis.literal("all")), "all")
        if whole.empty or not whole["discounted"].sum():
            return None
        by_kind = _shares(orders, rows, "kind")
        by_quarter = _shares(orders, rows, "period_start")
        people = _people(orders, rows)
    starts = pd.to_datetime(by_quarter["period_start"]).astype("datetime64[s]")
    complete = [periods.complete(day.date(), "quarter", orders.as_of) for day in starts]
    total = whole.iloc[0]
    return Dependence(
        orders=int(total["orders"]),
        discounted=int(total["discounted"]),
        share=float(total["share"]),
        low=float(total["low"]),
        high=float(total["high"]),
        customers=int(people["customers"].sum()),
        never_full_price=int(people["never_full_price"].sum()),
        by_kind=by_kind,
        by_quarter=by_quarter.assign(period_start=starts, complete=complete),
        by_orders=people,
    )


def marked(orders: Orders) -> ir.Table:
    """``customer_id, kind, period_start, on_discount``: a row a known purchase."""
    sold = orders.table.filter(orders.table.refunded_at.isnull())
    less = sold.group_by(ordered=sold.order_id).agg(discount=sold.discount.sum())
    bought = mix.kinds_of(orders)
    bought = bought.filter(bought.customer_id.notnull())
    joined = bought.left_join(less, bought.order_id == less.ordered)
    off = (joined.discount.fill_null(0.0) > HALF_A_CENT).cast("int64")
    return joined.select(
        "customer_id",
        "kind",
        period_start=periods.start_of(joined.day, "quarter"),
        on_discount=off,
    )


def _shares(orders: Orders, rows: ir.Table, by: str) -> pd.DataFrame:
    each = rows.group_by(by, "customer_id").agg(
        n=rows.count().cast("float64"), y=rows.on_discount.sum().cast("float64")
    )
    sums = each.group_by(by).agg(
        units=each.count(),
        n=each.n.sum(),
        y=each.y.sum(),
        yy=(each.y * each.y).sum(),
        nn=(each.n * each.n).sum(),
        yn=(each.y * each.n).sum(),
    )
    found = orders.run(sums.order_by(by))
    low, high = clustered.interval(found)
    return pd.DataFrame(
        {
            by: found[by],
            "orders": found["n"].astype("int64"),
            "discounted": found["y"].astype("int64"),
            "share": found["y"] / found["n"],
            "low": low,
            "high": high,
        }
    )


def _people(orders: Orders, rows: ir.Table) -> pd.DataFrame:
    """Customers by how many orders they have, and who never paid full price."""
    each = rows.group_by("customer_id").agg(n=rows.count(), y=rows.on_discount.sum())
    step = sum(
        ((each.n >= first).cast("int64") for first, _ in STEPS[1:]),
        ibis.literal(0, "int64"),
    )
    each = each.mutate(step=step)
    found = orders.run(
        each.group_by("step")
        .agg(
            customers=each.count(),
            never_full_price=each.count(where=each.y == each.n),
            orders=each.n.sum(),
            discounted=each.y.sum(),
        )
        .order_by("step")
    )
    low, high = wilson(found["never_full_price"], found["customers"])
    first, last = zip(*(STEPS[int(step)] for step in found["step"]), strict=True)
    return pd.DataFrame(
        {
            "from_orders": first,
            "to_orders": pd.array(last, dtype="Int64"),
            "customers": found["customers"],
            "never_full_price": found["never_full_price"],
            "share": found["never_full_price"] / found["customers"],
            "low": low,
            "high": high,
            "discounted_orders_share": found["discounted"] / found["orders"],
        }
    )
