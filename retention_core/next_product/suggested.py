"""Products for each customer, all reasons on one scale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis
import pandas as pd

from retention_core import engine
from retention_core.next_product import followed, learning
from retention_core.next_product.visits import halvings, last_bought, owned
from retention_core.reorder.spells import bought

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from retention_core.orders import Orders

REASONS = ("again", "after", "popular")
SUGGESTED = ("customer_id", "rank", "product", "score", "reason", "because")


def fit(orders: Orders) -> dict[str, Any]:
    """What :func:`recommend` goes by, as JSON values: learned once for a shop.

    Customers as they stood when 80 % of all days with a purchase had been, and what was
    in the first order of each since. ``known``: products with the share of later
    orders that they are in, and how many times as often as others of their kind they
    are bought again; ``cells``, the chance of being bought again by habit, number of
    orders and popularity; ``lasting`` and ``by_phase``, regular products
    (:mod:`retention_core.reorder`) and what being due is worth; ``pairs``, of
    :func:`retention_core.next_product.followed.pairs`; ``by_orders, by_lift``, what
    those and popularity are worth to whom.
    """
    with engine.held(bought(orders), orders.backend) as purchases:
        return learning.learn(orders, purchases)


def recommend(
    orders: Orders,
    customers: ir.Table | None = None,
    *,
    n: int = 5,
    model: dict[str, Any] | None = None,
) -> ir.Table:
    """Products most likely in the next order of each customer, at most ``n``.

    Parameters
    ----------
    customers
        Has ``customer_id``; everybody known if not given. Who has bought nothing has
        no row.
    model
        As of :func:`fit`; learned now if not given, which looks at all orders. With it
        one customer takes a moment.

    Returns
    -------
    Table
        ``customer_id``; ``rank`` (from 1); ``product``; ``score``, the chance that it
        is in the next order (0–1); ``reason``: ``"again"``, bought before; ``"after"``,
        what others bought next after ``because``; ``"popular"``, much bought lately;
        ``because``, a product or null.
    """
    learned = fit(orders) if model is None else model
    past = bought(orders, whom=customers)
    rows = _again(past, learned, orders).union(_new(past, learned))
    order = ibis.window(
        group_by=rows.customer_id, order_by=[rows.score.desc(), rows["product"]]
    )
    ranked = rows.mutate(rank=ibis.row_number().over(order) + 1)
    best = ranked.filter(ranked["rank"] <= n)
    return _because(best, past, learned)


def _again(past: ir.Table, learned: dict[str, Any], orders: Orders) -> ir.Table:
    """What each customer has bought before."""
    known = _table(learned["known"], learning.KNOWN)
    cells = _table(learned["cells"], learning.CELLS)
    lasting = _table(learned["lasting"], learning.LASTING)
    by_phase = _table(learned["by_phase"], learning.BY_PHASE)
    rows = owned(past, lasting, orders.as_of)
    rows = rows.left_join(known, "product").drop("product_right")
    rows = rows.left_join(by_phase, "phase").drop("phase_right")
    rows = rows.mutate(halved=halvings(rows["share"].fill_null(0.0)))
    rows = rows.join(cells, ["often", "orders", "halved"])
    factor = rows.factor.fill_null(1.0) * rows.by_phase.fill_null(1.0)
    return rows.select(
        "customer_id",
        "product",
        score=ibis.least(rows.chance * factor, 1.0),
        lift=ibis.null("float64"),
    )


def _new(past: ir.Table, learned: dict[str, Any]) -> ir.Table:
    """What each customer has not bought yet."""
    rows = learning.candidates(past, *_ways(learned))
    by_orders = _table(learned["by_orders"], learning.BY_ORDERS)
    by_lift = _table(learned["by_lift"], learning.BY_LIFT)
    rows = rows.left_join(by_orders, "orders").drop("orders_right")
    rows = rows.left_join(by_lift, ["lifted", "halved"])
    factor = rows.by_orders.fill_null(1.0) * rows.by_lift.fill_null(1.0)
    return rows.select(
        "customer_id",
        "product",
        score=ibis.least(rows["share"] * factor, 1.0),
        lift="lift",
    )


def _because(best: ir.Table, past: ir.Table, learned: dict[str, Any]) -> ir.Table:
    """Give reasons; where several products lead to one, the first by name."""
    led = learning.led(*_ways(learned)).rename(next="product", by="lift")
    last = last_bought(past).select(who="customer_id", because="because")
    leading = last.join(led, "because")
    here = [
        best.customer_id == leading.who,
        best["product"] == leading.next,
        best.lift == leading.by,
    ]
    both = best.left_join(leading, here)
    named = both.group_by("customer_id", "rank", "product", "score", "lift").agg(
        because=both.because.min()
    )
    after = named.because.notnull().ifelse(*REASONS[1:])
    reason = named.lift.isnull().ifelse(REASONS[0], after)
    return named.mutate(reason=reason).select(*SUGGESTED)


def _ways(learned: dict[str, Any]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Products bought lately, and pairs."""
    popular = pd.DataFrame(learned["known"], columns=[*learning.KNOWN])
    popular = popular.astype(PANDAS)
    pairs = pd.DataFrame(learned["pairs"], columns=[*followed.PAIRS])
    pairs = pairs.astype({"because": "string", "product": "string", "lift": "float64"})
    return popular[popular["share"] > 0], pairs


PANDAS = {"product": "string", "share": "float64"}


def _table(rows: list[list[Any]], schema: dict[str, str]) -> ir.Table:
    return ibis.memtable(pd.DataFrame(rows, columns=[*schema]), schema=schema)
