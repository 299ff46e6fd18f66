"""What is bought again at regular intervals, and who is due for it.

A customer runs out of tea, not of teapots. Whether a product is bought again by the
calendar or by chance is told by :mod:`retention_core.reorder.chance`; only what is more
regular than chance makes anybody due.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis
import pandas as pd

from retention_core import engine
from retention_core.reorder import lasting, regular
from retention_core.reorder.spells import bought, habits, intervals, placed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import ibis.expr.types as ir

    from retention_core.orders import Orders

MIN_REPEAT = 10
REMIND = 2 / 3
PRODUCTS = (
    "product",
    "customers",
    "repeat_customers",
    "intervals",
    "open_intervals",
    "per_unit",
    "interval_days",
    "low",
    "high",
    "latest_days",
    "regularity",
    "p_value",
    "q_value",
    "regular",
    "due",
)
DUE = (
    "customer_id",
    "product",
    "last_bought",
    "quantity",
    "interval_days",
    "own_intervals",
    "basis",
    "remind_on",
    "due_on",
    "until",
    "days_late",
)
HALF = 0.5
LONGEST = 36_525
"""A century of days: a date cannot hold what a mistyped quantity asks for."""
WAYS = {"product": "string", "per_unit": "boolean", "customers": "int64"}
KEPT = {
    "product": "string",
    "repeat_customers": "int64",
    "per_unit": "bool",
    "interval_days": "float64",
    "low": "float64",
    "high": "float64",
    "latest_days": "float64",
    "mean_log": "float64",
    "trust": "float64",
    "regular": "bool",
}
TERMS = {
    "product": "string",
    "per_unit": "boolean",
    "interval_days": "float64",
    "latest_days": "float64",
    "mean_log": "float64",
    "trust": "float64",
}


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
    known = _known(orders, min_repeat=min_repeat)
    waiting = _due(orders, known)
    counts = orders.run(waiting.group_by("product").agg(due=waiting.count()))
    found = known.merge(counts, on="product", how="left")
    found["due"] = found["due"].fillna(0).astype("int64")
    order = ["regular", "repeat_customers", "product"]
    found = found.sort_values(order, ascending=[False, False, True], ignore_index=True)
    return found[[*PRODUCTS]]


def regulars(orders: Orders, *, min_repeat: int = MIN_REPEAT) -> pd.DataFrame:
    """What :func:`due` goes by, a row a regular product: worked out once for several.

    The columns of :func:`products` but ``due``, and how customers differ.
    """
    return _known(orders, min_repeat=min_repeat, regular_only=True)


def to_rows(known: pd.DataFrame) -> list[dict[str, Any]]:
    """What :func:`due` needs of :func:`regulars`, as JSON values."""
    cells = known[[*KEPT]].astype(object)
    rows = cells.where(cells.notna(), None).to_dict("records")
    return [{str(name): cell for name, cell in row.items()} for row in rows]


def from_rows(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """:func:`to_rows` back again: a frame with the columns of ``KEPT``."""
    return pd.DataFrame(rows, columns=[*KEPT]).astype(KEPT)


def due(
    orders: Orders,
    *,
    min_repeat: int = MIN_REPEAT,
    known: pd.DataFrame | None = None,
) -> ir.Table:
    """Who should be reminded of what: a row a customer and regular product.

    Due is who last bought a product at least two thirds of its interval ago, and not so
    long ago that by then 95 % of those who buy it again have done so
    (``latest_days``).

    Parameters
    ----------
    min_repeat
        As of :func:`products`.
    known
        What :func:`regulars` found, if known already.

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
    found = regulars(orders, min_repeat=min_repeat) if known is None else known
    return _due(orders, found)


def _known(
    orders: Orders, *, min_repeat: int, regular_only: bool = False
) -> pd.DataFrame:
    """:func:`products` without ``due``, and what shrinks a customer's own interval."""
    with engine.held(bought(orders), orders.backend) as purchases:
        return of_purchases(
            orders, purchases, min_repeat=min_repeat, regular_only=regular_only
        )


def of_purchases(
    orders: Orders,
    purchases: ir.Table,
    *,
    min_repeat: int = MIN_REPEAT,
    regular_only: bool = False,
) -> pd.DataFrame:
    """As :func:`products` without ``due``, from :func:`bought` that is held."""
    keys = ["customer_id", "product"]
    often = purchases.group_by(keys).agg(days=purchases.count())
    with engine.held(often, orders.backend) as often:
        counts = regular.counted(often, min_repeat=min_repeat)
        # Whoever bought a product on one day only tells nothing of its rhythm.
        again = often.filter(often.days > 1).semi_join(counts, "product")
        rows = placed(orders, purchases.semi_join(again, keys))
        judged = regular.judged(orders, counts, habits(intervals(orders, rows)))
    judged = judged[judged["regular"]] if regular_only else judged
    ways = ibis.memtable(judged[[*WAYS]], schema=WAYS)
    found = intervals(orders, purchases.semi_join(ways, "product"))
    lengths = lasting.lengths(found, ways)
    with (
        engine.held(lengths, orders.backend) as rows,
        engine.held(lasting.curve(rows), orders.backend) as steps,
    ):
        lasts = orders.run(lasting.quantiles(rows, steps))
    return judged.merge(lasts, on="product", how="left")


def _due(orders: Orders, known: pd.DataFrame) -> ir.Table:
    """:func:`due`, from what is known of the products."""
    regulars = known.loc[known["regular"], [*TERMS]]
    terms = ibis.memtable(regulars, schema=TERMS)
    found = intervals(orders, bought(orders, only=terms))
    own = habits(found).select(
        "customer_id", "product", "logs", "logs_per_unit", own_intervals="intervals"
    )
    waiting = found.filter(found.next_day.isnull()).drop("next_day")
    both = waiting.join(terms, "product").left_join(own, ["customer_id", "product"])
    n = both.own_intervals.fill_null(0)
    logs = both.per_unit.ifelse(both.logs_per_unit, both.logs)
    weight = n * both.trust / (1 + n * both.trust)
    moved = (n > 0).ifelse(weight * (logs / ibis.greatest(n, 1) - both.mean_log), 0.0)
    units = both.per_unit.ifelse(both.quantity, 1.0)
    lasts = units * moved.exp()
    return _in_time(
        both.select(
            "customer_id",
            "product",
            "quantity",
            "days",
            last_bought=both.day,
            own_intervals=n.cast("int64"),
            basis=(weight >= HALF).ifelse("own", "product"),
            interval_days=both.interval_days * lasts,
            latest_days=both.latest_days * lasts,
        )
    )


def _in_time(rows: ir.Table) -> ir.Table:
    """Those between the day to remind them and the day when it is too late."""
    until = _whole(rows.latest_days)
    remind, due_in = _whole(REMIND * rows.interval_days), _whole(rows.interval_days)
    late = rows.days - due_in
    dated = rows.mutate(
        remind_on=_after(rows.last_bought, remind),
        due_on=_after(rows.last_bought, due_in),
        until=_after(rows.last_bought, ibis.greatest(until, due_in)),
        days_late=late,
    )
    waiting = (rows.days >= remind) & (rows.days <= ibis.greatest(until, due_in))
    return dated.filter(waiting).select(*DUE)


def _whole(days: ir.FloatingValue) -> ir.IntegerValue:
    """Days to the next whole one, within what a date can hold."""
    return ibis.least(days.round(), LONGEST).cast("int64")


def _after(day: ir.DateValue, days: ir.IntegerValue) -> ir.DateValue:
    return (day + days.as_interval("D")).cast("date")
