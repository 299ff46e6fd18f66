"""What customers have bought on which days, as the next product is guessed from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np

if TYPE_CHECKING:
    import datetime as dt

    import ibis.expr.types as ir

FADES = 0.9
"""What an order counts for beside the one after it."""
SHARES = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8, 0.95)
COUNTS = (1, 2, 3, 5, 9, 20)
HALVINGS = 14
PHASES = (-np.inf, -2 / 3, -1 / 3, 1 / 4, 3 / 2)


def visits(bought: ir.Table) -> ir.Table:
    """Days on which customers bought: ``customer_id, day, back, visits``.

    ``back`` counts from 0, the customer's last; ``visits``, how many there are.
    """
    days = bought.select("customer_id", "day").distinct()
    latest = ibis.window(group_by=days.customer_id, order_by=days.day.desc())
    every = ibis.window(group_by=days.customer_id)
    return days.mutate(
        back=ibis.row_number().over(latest), visits=days.count().over(every)
    )


def owned(bought: ir.Table, lasting: ir.Table, day: dt.date) -> ir.Table:
    """How much of a habit each product is: a row a customer and product bought.

    ``often`` and ``orders``: places in ``SHARES`` of the share of the customer's days
    with it, later days counting more, and in ``COUNTS`` of the customer's days.
    ``phase``: 0, or of the products of ``lasting`` (``product, interval_days,
    per_unit``) from 1 the place in ``PHASES`` of the intervals for which, on ``day``,
    the customer has been without (less than 0: has some left).
    """
    known = visits(bought)
    joined = bought.join(known, ["customer_id", "day"]).left_join(lasting, "product")
    since = ibis.literal(day).delta(joined.day, unit="day").cast("float64")
    units = joined.per_unit.ifelse(joined.quantity, 1.0)
    weighed = joined.select(
        "customer_id",
        "product",
        "visits",
        weight=ibis.literal(FADES).pow(joined.back.cast("float64")),
        without=since / joined.interval_days - units,
    )
    summed = weighed.group_by("customer_id", "product", "visits").agg(
        weight=weighed.weight.sum(), without=weighed.without.min()
    )
    everything = 1 - ibis.literal(FADES).pow(summed.visits.cast("float64"))
    share = summed.weight * (1 - FADES) / everything
    return summed.select(
        "customer_id",
        "product",
        often=_place(share, SHARES),
        orders=_place(summed.visits, COUNTS),
        phase=(_place(summed.without, PHASES) + 1).fill_null(0),
    )


def last_bought(bought: ir.Table) -> ir.Table:
    """What each customer bought on the last day: ``customer_id, because, orders``."""
    known = visits(bought)
    last = known.filter(known.back == 0)
    joined = bought.join(last, ["customer_id", "day"])
    return joined.select(
        "customer_id", because="product", orders=_place(joined.visits, COUNTS)
    )


def following(bought: ir.Table, day: dt.date) -> ir.Table:
    """What customers known by ``day`` bought on their first day after it."""
    after = ibis.literal(day)
    then, later = bought.filter(bought.day <= after), bought.filter(bought.day > after)
    first = later.group_by("customer_id").agg(day=later.day.min())
    first = first.semi_join(then, "customer_id")
    return later.join(first, ["customer_id", "day"]).select("customer_id", "product")


def halvings(share: ir.FloatingValue) -> ir.IntegerValue:
    """How often a share halves 1, in whole numbers from 0 to ``HALVINGS``."""
    whole = (0 - ibis.greatest(share, 1e-9).ln() / 0.6931471805599453).floor()
    return ibis.least(ibis.greatest(whole, 0), HALVINGS).cast("int64")


def _place(value: ir.NumericValue, edges: tuple[float, ...]) -> ir.IntegerValue:
    """The last of the ``edges`` that ``value`` reaches, from 0."""
    return sum((value >= edge).cast("int64") for edge in edges[1:])
