"""Whether it hits: recommendations of before, against the orders that came since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd

from retention_core import engine
from retention_core.intervals import Z95, wilson
from retention_core.next_product import learning
from retention_core.next_product.suggested import recommend
from retention_core.next_product.visits import following, visits
from retention_core.reorder.spells import bought

if TYPE_CHECKING:
    import datetime as dt

    import ibis.expr.types as ir

    from retention_core.orders import Orders

KNOWN = 0.85
WAYS = ("ours", "popular", "lately", "last")


@dataclass(frozen=True)
class HitRate:
    """Recommendations of before, against what each customer bought next.

    Attributes
    ----------
    cutoff
        The last day that was known; ``None`` without a product.
    n
        How many products were recommended.
    customers
        Known at the cut-off, and back since.
    rates
        A row a ``way``: ``ours``; ``popular``, the ``n`` most bought of all;
        ``lately``, the most bought of the last fifth of orders; ``last``, what the
        customer bought last, the most bought first, then ``lately``. ``hits``
        (customers with at least one of them in their next order), ``rate, low, high``
        (Wilson, 95 %);
        ``ahead``, by how much ours is ahead of it, ``ahead_low, ahead_high`` (of the
        same customers, normal).
    reasons
        A row a ``reason``: ``recommended``, ``hits`` (of these, in the next order),
        ``rate, low, high``; ``expected``, the mean score: what ours had said.
    """

    cutoff: dt.date | None
    n: int
    customers: int
    rates: pd.DataFrame
    reasons: pd.DataFrame


def hit_rate(orders: Orders, *, n: int = 5) -> HitRate:
    """How often one of ``n`` products recommended was in the order that came.

    Customers stand as they did when 85 % of all days with a purchase had been; nothing
    that came after touches what is recommended. Asked is the first day of each on
    which they bought since: their next order.
    """
    with engine.held(bought(orders), orders.backend) as every:
        cutoff = learning.day_reached(orders, every, KNOWN)
        # Of the last day nothing comes after: there is no order to hit.
        known = orders if cutoff is None else orders.until(cutoff)
        came = following(every, cutoff or orders.as_of)
        with engine.held(came, orders.backend) as held:
            return _asked(known, held, n, cutoff)


def _asked(orders: Orders, came: ir.Table, n: int, cutoff: dt.date | None) -> HitRate:
    people = came.select("customer_id").distinct()
    ours = recommend(orders, people, n=n)
    truth = came.distinct().mutate(came=ibis.literal(1))
    with (
        engine.held(ours, orders.backend) as ours,
        engine.held(bought(orders), orders.backend) as past,
    ):
        others = _others(orders, past, people, n)
        hits = people
        for name, rows in zip(WAYS, (ours, *others), strict=True):
            hit = rows.inner_join(truth, ["customer_id", "product"])
            hit = hit.select("customer_id").distinct().mutate(**{name: 1})
            hits = hits.left_join(hit, "customer_id").drop("customer_id_right")
        both = [hits.ours.fill_null(0) * hits[each].fill_null(0) for each in WAYS]
        sums = {each: hits[each].fill_null(0).sum() for each in WAYS}
        shared = {f"{w}_both": b.sum() for w, b in zip(WAYS, both, strict=True)}
        counts = orders.run(hits.agg(customers=hits.count(), **sums, **shared))
        reasons = orders.run(_by_reason(ours, truth))
    first = counts.fillna(0).iloc[0].astype("int64")
    return HitRate(
        cutoff=cutoff,
        n=n,
        customers=int(first["customers"]),
        rates=_rates(first),
        reasons=_with_interval(reasons, reasons["recommended"]),
    )


def _others(
    orders: Orders, past: ir.Table, people: ir.Table, n: int
) -> tuple[ir.Table, ir.Table, ir.Table]:
    """Same ``n`` products for everybody, of ever and of late; the last order again."""
    day = learning.day_reached(orders, past, learning.LEARNED_FROM)
    late = past.filter(past.day > ibis.literal(day or orders.as_of))
    ever, recent = _most(past), _most(late)
    known = visits(past)
    last = known.filter(known.back == 0)
    own = past.semi_join(people, "customer_id").join(last, ["customer_id", "day"])
    own = own.select("customer_id", "product").join(ever, "product")
    own = own.select("customer_id", "product", "place", later=0)
    rest = people.cross_join(recent.filter(recent["place"] < 2 * n))
    rest = rest.anti_join(own, ["customer_id", "product"])
    both = own.union(rest.select("customer_id", "product", "place", later=1))
    order = ibis.window(group_by=both.customer_id, order_by=[both.later, both["place"]])
    ranked = both.mutate(rank=ibis.row_number().over(order))
    same = [
        people.cross_join(each.filter(each["place"] < n)) for each in (ever, recent)
    ]
    return same[0], same[1], ranked.filter(ranked["rank"] < n)


def _most(bought: ir.Table) -> ir.Table:
    """``product, place`` (from 0), the most bought first."""
    counts = bought.group_by("product").agg(times=bought.count())
    order = ibis.window(order_by=[counts.times.desc(), counts["product"]])
    return counts.select("product", place=ibis.row_number().over(order))


def _by_reason(ours: ir.Table, truth: ir.Table) -> ir.Table:
    joined = ours.left_join(truth, ["customer_id", "product"])
    counts = joined.group_by("reason").agg(
        recommended=joined.count(),
        hits=joined.came.fill_null(0).sum(),
        expected=joined.score.mean(),
    )
    return counts.order_by("reason")


def _rates(counts: pd.Series) -> pd.DataFrame:
    n, ours = int(counts["customers"]), int(counts["ours"])
    hits = counts[[*WAYS]].to_numpy(np.float64)
    both = counts[[f"{each}_both" for each in WAYS]].to_numpy(np.float64)
    frame = pd.DataFrame({"way": WAYS, "hits": hits.astype("int64")})
    frame = _with_interval(frame, pd.Series(n, index=frame.index))
    size = n or np.nan
    ahead = (ours - hits) / size
    # Those whom only one of the two hit: McNemar's, as an interval.
    apart = (ours + hits - 2 * both) / size
    half = Z95 * np.sqrt(np.maximum(apart - ahead**2, 0) / size)
    return frame.assign(ahead=ahead, ahead_low=ahead - half, ahead_high=ahead + half)


def _with_interval(frame: pd.DataFrame, trials: pd.Series) -> pd.DataFrame:
    low, high = wilson(frame["hits"], trials)
    rate = frame["hits"] / trials.where(trials > 0)
    return frame.assign(rate=rate, low=low, high=high)
