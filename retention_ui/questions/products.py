"""What is bought again and when, and what somebody may buy next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis
import pandas as pd

from retention_core import next_product, reorder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from retention_core.orders import Orders


def recommended(
    orders: Orders,
    *,
    customers: Sequence[str],
    n: int = 5,
    model: dict[str, Any] | None = None,
) -> pd.DataFrame:
    """What the named customers may buy next, a row a suggestion.

    ``model`` is the answer of ``next_product``, which is worked out once for a shop:
    with it, one customer takes a moment.
    """
    named = pd.DataFrame({"customer_id": [*customers]}, dtype="string")
    some = ibis.memtable(named, schema={"customer_id": "string"})
    found = next_product.recommend(orders, some, n=n, model=model)
    return orders.run(found.order_by("customer_id", "rank"))


QUESTIONS: dict[str, Callable[..., Any]] = {
    "reorder_products": reorder.products,
    "next_product": next_product.fit,
    "recommended": recommended,
    "hit_rate_next": next_product.hit_rate,
}
