"""What is bought again at regular intervals, and who is due for it.

A customer runs out of tea, not of teapots. Whether a product is bought again by the
calendar or by chance is told by :mod:`retention_core.reorder.chance`; only what is more
regular than chance makes anybody due.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from retention_core.orders import Orders

MIN_REPEAT = 10


def products(orders: Orders, *, min_repeat: int = MIN_REPEAT) -> pd.DataFrame:
    """How long each product lasts, and whether it is bought again regularly.

    An interval goes from one day on which a customer bought the product to the next;
    the running one is censored at ``as_of``. Several lines of one day are one purchase
    of their summed quantity. What was sent back whole was not bought.

    Parameters
    ----------
    min_repeat
        Nothing is said of products that fewer customers have bought on two days.

    Returns
    -------
    DataFrame
        A row a product, regular ones first, then by ``repeat_customers``:

        ``product``; ``customers``, who have bought it; ``repeat_customers``, on two
        days or more; ``intervals``, finished ones; ``open_intervals``, running;
        ``per_unit``, whether intervals are divided by the quantity bought (false
        where that makes them less alike, or all quantities are 1);
        ``interval_days``, the days within which half of those who buy it again
        have done so (Kaplan–Meier), of one unit where ``per_unit``; ``low, high``, its
        95 % interval; ``latest_days``, within which 95 % of them have;
        ``regularity``, the shape of the gamma law of one customer's intervals (1: by
        chance, 4: a deviation of half the interval); ``p_value``, ``q_value``
        (Benjamini & Hochberg 1995 over the rows); ``regular``; ``due``, customers of
        :func:`due`. Empty where no product is bought again by enough.
    """
    raise NotImplementedError


def due(orders: Orders, *, min_repeat: int = MIN_REPEAT) -> ir.Table:
    """Who should be reminded of what: a row a customer and regular product.

    Due is who last bought a product at least two thirds of its interval ago, and not so
    long ago that by then 95 % of those who buy it again have done so
    (``latest_days``).

    Returns
    -------
    Table
        ``customer_id, product``; ``last_bought`` (date), ``quantity`` of that day;
        ``interval_days``, of what was bought then, the whole quantity: the product's,
        drawn towards the customer's own so far as that is known; ``own_intervals``,
        how many of the customer's own it rests on; ``basis``, ``"own"`` where the
        customer's own habit weighs at least half, else ``"product"``; ``remind_on``
        (``last_bought`` + 2/3 ``interval_days``), ``due_on``, ``until`` (dates; after
        ``until`` it is too late); ``days_late`` (``as_of`` − ``due_on``, negative
        before it).
    """
    raise NotImplementedError
