"""What is bought next after a product, more often than otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd

from retention_core import engine
from retention_core.baskets import REAL, fisher

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from retention_core.orders import Orders

LEAST = 5
PRIOR = 5.0
CLEARLY = 3.0
MOST = 10
PAIRS = {"because": "string", "product": "string", "lift": "float64"}


def pairs(orders: Orders, bought: ir.Table, days: ir.Table) -> pd.DataFrame:
    """Products (``product``) bought for the first time right after another.

    Counted are customers' days and the days after them (``days``, of
    :func:`retention_core.next_product.visits.visits`). A pair is returned if at least 5
    customers have gone that way and chance would hardly have it so (Fisher's exact
    test, Benjamini & Hochberg over all pairs seen so often).

    Returns
    -------
    DataFrame
        ``because, product, lift``: how many times as often as on any day, drawn
        towards 1 by as much as 5 expected times weigh; the 10 largest of each
        ``because``.
    """
    then, new = _steps(bought, days)
    with (
        engine.held(then, orders.backend) as then,
        engine.held(new, orders.backend) as new,
    ):
        counted = orders.run(_named(_seen(then, new), codes(bought)))
    if counted.empty:
        return pd.DataFrame(columns=[*PAIRS])
    numbers = ("times", "after", "before", "steps")
    both, n_a, n_b, n = (counted[name].to_numpy(np.float64) for name in numbers)
    expected = n_a * n_b / n
    p_value = fisher(both, n_a, n_b, n)
    found = counted.assign(lift=(both + PRIOR) / (expected + PRIOR), p_value=p_value)
    found = found.sort_values(["p_value", "because", "product"], ignore_index=True)
    tests = found["tests"].to_numpy(np.float64)
    stepped = found["p_value"] * tests / np.arange(1, len(found) + 1)
    found = found[stepped.iloc[::-1].cummin().iloc[::-1] <= REAL]
    order = ["because", "lift", "product"]
    found = found.sort_values(order, ascending=[True, False, True])
    best: pd.DataFrame = found.groupby("because").head(MOST)[[*PAIRS]]
    return best.reset_index(drop=True)


def _steps(bought: ir.Table, days: ir.Table) -> tuple[ir.Table, ir.Table]:
    """``step, because`` of days with a next, ``step, product`` of what was new then.

    Days and products are dense integers, narrow to join: that is most of the work.
    """
    order = ibis.window(order_by=[days.customer_id, days.day])
    numbered = days.select(
        "customer_id",
        "day",
        step=ibis.row_number().over(order).cast("int64"),
        last=days.back == 0,
        first=(days.back + 1 == days.visits).cast("int64"),
    )
    placed = bought.join(codes(bought), "product")
    placed = placed.select("customer_id", "day", "code")
    placed = placed.join(numbered, ["customer_id", "day"])
    then = placed.filter(~placed["last"])
    own = placed.group_by("customer_id", "code").agg(
        step=placed.step.min(), began=placed["first"].max()
    )
    new = own.filter(own.began == 0).select("step", product="code")
    return then.select(step=then.step + 1, because="code"), new


def codes(bought: ir.Table) -> ir.Table:
    """Dense integers (``code``) of products, the same on every evaluation."""
    names = bought.select("product").distinct()
    order = ibis.window(order_by=names["product"])
    return names.mutate(code=ibis.row_number().over(order).cast("int64"))


def _seen(then: ir.Table, new: ir.Table) -> ir.Table:
    """Pairs that enough customers went, and clearly more than expected.

    Something is new to a customer once: times are customers.
    """
    after = then.group_by("because").agg(after=then.count())
    before = new.group_by("product").agg(before=new.count())
    after = after.filter(after.after >= LEAST)
    before = before.filter(before.before >= LEAST)
    met = then.semi_join(after, "because").join(
        new.semi_join(before, "product"), "step"
    )
    counts = met.group_by("because", "product").agg(times=met.count())
    counts = counts.filter(counts.times >= LEAST)
    counts = counts.mutate(tests=counts.count().over(ibis.window()))
    named = counts.join(after, "because").join(before, "product")
    named = named.cross_join(then.agg(steps=then.step.nunique()))
    expected = named.after * named.before / named.steps
    return named.filter(named.times - expected > CLEARLY * expected.sqrt())


def _named(found: ir.Table, names: ir.Table) -> ir.Table:
    """Codes to the names of products."""
    left = names.select(because="code", name="product")
    right = names.select(product="code", other="product")
    both = found.join(left, "because").join(right, "product")
    return both.drop("because", "product").rename(because="name", product="other")
