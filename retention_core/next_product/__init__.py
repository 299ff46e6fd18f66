"""What each customer is likeliest to buy next, and why.

Three reasons are put on one scale, the chance that a product is in the next order: the
customer's own habit; what others bought next after the products of the last order; what
is popular lately. How much each is worth is counted on the shop's own last orders
(:func:`fit`), so that a bag in every second order or a machine that nobody buys twice
are dealt with by what was seen, and noise is worth nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis
import pandas as pd

from retention_core import engine
from retention_core.next_product import followed, learning
from retention_core.next_product.holdout import HitRate as HitRate
from retention_core.next_product.visits import halvings, owned
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
    orders and popularity; ``pairs``, of :func:`retention_core.next_product.followed.
    pairs`; ``by_orders, by_lift``, what those are worth to whom.
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
    rows = _again(past, learned).union(_new(past, learned))
    order = ibis.window(
        group_by=rows.customer_id, order_by=[rows.score.desc(), rows["product"]]
    )
    ranked = rows.mutate(rank=ibis.row_number().over(order) + 1)
    return ranked.filter(ranked["rank"] <= n).select(*SUGGESTED)


def _again(past: ir.Table, learned: dict[str, Any]) -> ir.Table:
    """What each customer has bought before."""
    known = _table(learned["known"], learning.KNOWN)
    cells = _table(learned["cells"], learning.CELLS)
    rows = owned(past).left_join(known, "product").drop("product_right")
    rows = rows.mutate(halved=halvings(rows["share"].fill_null(0.0)))
    rows = rows.join(cells, ["often", "orders", "halved"])
    return rows.select(
        "customer_id",
        "product",
        score=ibis.least(rows.chance * rows.factor.fill_null(1.0), 1.0),
        reason=ibis.literal(REASONS[0]),
        because=ibis.null("string"),
    )


def _new(past: ir.Table, learned: dict[str, Any]) -> ir.Table:
    """What each customer has not bought yet."""
    popular = pd.DataFrame(learned["known"], columns=[*learning.KNOWN])
    popular = popular.astype({"product": "string", "share": "float64"})
    popular = popular[popular["share"] > 0]
    pairs = pd.DataFrame(learned["pairs"], columns=[*followed.PAIRS])
    pairs = pairs.astype({"because": "string", "product": "string"})
    rows = learning.candidates(past, popular, pairs)
    by_orders = _table(learned["by_orders"], learning.BY_ORDERS)
    by_lift = _table(learned["by_lift"], learning.BY_LIFT)
    rows = rows.left_join(by_orders, "orders").drop("orders_right")
    rows = rows.left_join(by_lift, "lifted").drop("lifted_right")
    factor = rows.by_orders.fill_null(1.0) * rows.by_lift.fill_null(1.0)
    return rows.select(
        "customer_id",
        "product",
        score=ibis.least(rows["share"] * factor, 1.0),
        reason=rows.because.notnull().ifelse(*REASONS[1:]),
        because="because",
    )


def _table(rows: list[list[Any]], schema: dict[str, str]) -> ir.Table:
    return ibis.memtable(pd.DataFrame(rows, columns=[*schema]), schema=schema)


def hit_rate(orders: Orders, *, n: int = 5) -> HitRate:
    """How often one of ``n`` products recommended was in the order that came.

    Customers stand as they did when 85 % of all days with a purchase had been; nothing
    that came after touches what is recommended. Asked is the first day of each on
    which they bought since: their next order.
    """
    from retention_core.next_product import holdout

    return holdout.hit_rate(orders, n=n)
