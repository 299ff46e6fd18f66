"""What is bought next after a product, more often than otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd

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
    steps = _steps(bought, days)
    counted = orders.run(_seen(*steps))
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
    return found.groupby("because").head(MOST)[[*PAIRS]].reset_index(drop=True)


def _steps(bought: ir.Table, days: ir.Table) -> tuple[ir.Table, ir.Table]:
    """``customer_id, step, because`` of days that had a next, and what was new then."""
    placed = bought.join(days, ["customer_id", "day"])
    placed = placed.select("customer_id", "product", step=placed.visits - placed.back)
    own = placed.group_by("customer_id", "product").agg(step=placed.step.min())
    new = own.filter(own.step > 1)
    then = placed.join(
        days.group_by("customer_id").agg(visits=days.count()), "customer_id"
    )
    then = then.filter(then.step < then.visits)
    return then.select("customer_id", step=then.step + 1, because="product"), new


def _seen(then: ir.Table, new: ir.Table) -> ir.Table:
    """Pairs that at least so many customers went, in more than expected numbers."""
    after = then.group_by("because").agg(after=then.count())
    before = new.group_by("product").agg(before=new.count())
    often = after.filter(after.after >= LEAST), before.filter(before.before >= LEAST)
    met = then.semi_join(often[0], "because").join(
        new.semi_join(often[1], "product"), ["customer_id", "step"]
    )
    met = met.select("customer_id", "because", "product")
    counts = met.group_by("because", "product").agg(
        times=met.count(), customers=met.customer_id.nunique()
    )
    counts = counts.filter(counts.customers >= LEAST)
    counts = counts.mutate(tests=counts.count().over(ibis.window()))
    whole = then.select("customer_id", "step").distinct()
    named = counts.join(after, "because").join(before, "product")
    named = named.cross_join(whole.agg(steps=whole.count()))
    expected = named.after * named.before / named.steps
    clear = named.times - expected > CLEARLY * expected.sqrt()
    return named.filter(clear).drop("customers")
