"""From order lines to the intervals between a customer's purchases of one product."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from retention_core.orders import HALF_A_CENT

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from retention_core.orders import Orders


def bought(
    orders: Orders, *, only: ir.Table | None = None, whom: ir.Table | None = None
) -> ir.Table:
    """One row a known customer, product and day: ``customer_id, product, day``.

    ``quantity`` is the sum of that day's lines; where nobody says how many, or none, it
    is 1. What was sent back whole was not bought, nor what was in an order that was.
    ``only``: of the products (``product``) of this table; ``whom``: by the customers
    (``customer_id``) of that one.
    """
    lines, known = orders.table, orders.purchases
    lines = lines.filter(lines["product"].notnull())
    lines = lines if only is None else lines.semi_join(only, "product")
    known = known.filter(known.customer_id.notnull())
    known = known if whom is None else known.semi_join(whom, "customer_id")
    dated = known.select("order_id", "customer_id", day=known.ordered_at.date())
    joined = lines.select(
        "order_id", "product", "quantity", "amount", sold=lines.refunded_at.isnull()
    ).join(dated, "order_id")
    summed = joined.group_by("customer_id", "product", "day").agg(
        quantity=joined.quantity.sum(where=joined.sold),
        gross=joined.amount.sum(where=joined.sold),
        net=joined.amount.sum(),
    )
    kept = (summed.gross <= HALF_A_CENT) | (summed.net > HALF_A_CENT)
    usable = summed.quantity.notnull() & (summed.quantity > 0)
    return summed.filter(summed.gross.notnull() & kept).select(
        "customer_id",
        "product",
        "day",
        quantity=usable.ifelse(summed.quantity, 1.0).cast("float64"),
    )


def placed(orders: Orders, purchases: ir.Table) -> ir.Table:
    """Rows of :func:`bought` with ``place``, which of the customer's days it was."""
    days = orders.purchase_days.select("customer_id", "day")
    order = ibis.window(group_by=days.customer_id, order_by=days.day)
    numbered = days.mutate(place=ibis.row_number().over(order))
    rows = purchases.join(numbered, ["customer_id", "day"])
    return rows.select(*purchases.columns, "place")


def intervals(orders: Orders, purchases: ir.Table) -> ir.Table:
    """Every interval that begins with a row of :func:`bought`.

    ``customer_id, product, day, quantity``; ``next_day``, null while it runs; ``days``,
    to it or to ``as_of``. Of :func:`placed` rows also ``between``, days between the two
    on which the customer bought, but something else.
    """
    rows = purchases
    own = ibis.window(group_by=[rows.customer_id, rows["product"]], order_by=rows.day)
    found = rows.mutate(next_day=rows.day.lead().over(own))
    if "place" in rows.columns:
        between = rows["place"].lead().over(own) - rows["place"] - 1
        found = rows.mutate(next_day=rows.day.lead().over(own), between=between)
        found = found.drop("place")
    end = found.next_day.fill_null(ibis.literal(orders.as_of))
    return found.mutate(days=end.delta(found.day, unit="day").cast("int64"))


def habits(found: ir.Table) -> ir.Table:
    """What each customer's finished intervals of a product add up to.

    A row a customer and product, of :func:`intervals`: ``intervals``; ``logs,
    log_squares`` of the days, and ``…_per_unit`` of the days divided by the quantity;
    ``smooth`` and ``days``, ``smooth_per_unit`` and ``days_per_unit``, of which
    :func:`retention_core.reorder.chance.of_days` is made; ``between`` and ``pairs``, of
    which :func:`retention_core.reorder.chance.of_orders` is made, where ``between`` is
    known; ``varied``, intervals with another quantity than 1.
    """
    rows = found.filter(found.next_day.notnull())
    days = rows.days.cast("float64")
    log, amount = days.ln(), rows.quantity.ln()
    # Intervals are known to the day: the mean of ln(t) for t from days − 1 to days.
    smooth = days * log - (days - 1) * ibis.greatest(days - 1, 1.0).ln() - 1
    passed = {}
    if "between" in rows.columns:
        between = rows.between.cast("float64")
        passed = {"between": between, "pairs": between * (between - 1)}
    made = rows.select(
        "customer_id",
        "product",
        days=days - 0.5,
        days_per_unit=(days - 0.5) / rows.quantity,
        log=log,
        log_per_unit=log - amount,
        smooth=smooth,
        smooth_per_unit=smooth - amount,
        **passed,
        varied=(rows.quantity != 1).cast("int64"),
    )
    return made.group_by("customer_id", "product").agg(
        intervals=made.count(),
        logs=made.log.sum(),
        logs_per_unit=made.log_per_unit.sum(),
        log_squares=(made.log * made.log).sum(),
        log_squares_per_unit=(made.log_per_unit * made.log_per_unit).sum(),
        **{
            name: made[name].sum()
            for name in (
                *("smooth", "smooth_per_unit", "days", "days_per_unit"),
                *passed,
                "varied",
            )
        },
    )
