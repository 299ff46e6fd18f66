"""Regular buyers whom a subscription would suit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np
from scipy.special import gammaln

from retention_core.intervals import CLEAR
from retention_core.lists import clear
from retention_core.lists.asked import Asked, listed
from retention_core.reorder.spells import bought

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from retention_core.clv.special import Floats

LEAST_DAYS = 4
LEAST_GAP = 7
STILL = 2.0
MOST_VARIED = 0.5
REMIND = 2 / 3
STEPS = 1000
SUMS = ("gap_days", "variation", "bought_days")
OWN = {
    "gap_days": "float64",
    "variation": "float64",
    "bought_days": "int64",
    "next_on": "date",
}


def subscription(asked: Asked) -> ir.Table:
    """Active customers who buy at regular intervals, of one product where it is so.

    Looked at: all purchase days of a customer, and the days on which one of the
    products was bought that customers buy again by the calendar
    (:func:`retention_core.reorder.products`; others come along with orders that may be
    regular themselves): where there are at least 4 of them, a week or more apart on
    average, the last not longer ago than twice that. Regular: the gaps vary (standard
    deviation over mean) by one half at most, and by less than those of somebody who
    buys at random, at the same rate, would by chance (:func:`chance`); by Benjamini &
    Hochberg (1995) over all that was looked at, one in twenty of those listed at most.

    ``product``: the regular one, of several the one bought on most days; null where
    only the purchases together are regular. Own columns, of that product or of all:
    ``gap_days``, the mean; ``variation``; ``bought_days``, on how many; ``next_on``
    (date), when the next is to be expected. ``act_on``: two thirds of the way there,
    or now where that has passed.
    """
    edges = asked.known("regular", learned)
    if not edges:
        return asked.nobody(**OWN)
    looked = _looked_at(asked)
    even = looked.filter(looked.variation <= MOST_VARIED)
    regular = clear.kept(even, edges, least=False)
    best = ibis.window(
        group_by=regular.customer_id,
        order_by=[
            regular["product"].isnull().asc(),
            regular.bought_days.desc(),
            regular.step.asc(),
            regular["product"].asc(),
        ],
    )
    first = regular.filter(ibis.row_number().over(best) == 0)
    joined = asked.people.join(
        first.select("customer_id", "product", "last_day", *SUMS), "customer_id"
    )
    dated = joined.mutate(next_on=_after(joined, 1.0), remind_on=_after(joined, REMIND))
    act_on = ibis.greatest(dated.remind_on, ibis.literal(asked.tomorrow))
    return listed(dated, *OWN, act_on=act_on, product=dated["product"])


def learned(asked: Asked) -> list[list[int]]:
    """Of each number of gaps the largest variation, in thousandths, that is listed."""
    looked = _looked_at(asked)
    counts = looked.group_by(*clear.GROUP).agg(customers=looked.count())
    found = asked.orders.run(counts.order_by(*clear.GROUP))
    tests = int(found["customers"].sum())
    groups = clear.clear(found, chance(found), tests=tests, share=CLEAR)
    return clear.edges(groups, least=False)


def chance(counted: pd.DataFrame) -> Floats:
    """P(gaps so even) by chance, of ``size`` gaps with a variation of ``step``/1000.

    Gaps of somebody who buys at random, over their sum, are uniform on the simplex;
    variation at most c is a ball about its middle, of radius c / √n. Its volume over
    the simplex' is the chance: exact as long as the ball lies within, c² ≤ 1/(n−1),
    and no smaller than the truth beyond. It is the lower tail of Greenwood's
    statistic (1946, The statistical study of infectious diseases, Journal of the Royal
    Statistical Society 109(2)).
    """
    n = counted["size"].to_numpy(np.float64)
    radius = counted["step"].to_numpy(np.float64) / STEPS / np.sqrt(n)
    ball = (n - 1) / 2 * np.log(np.pi) - gammaln((n + 1) / 2)
    simplex = np.log(n) / 2 - gammaln(n)
    with np.errstate(divide="ignore"):
        logs = ball - simplex + (n - 1) * np.log(radius)
    return np.asarray(np.exp(np.minimum(logs, 0.0)))


def _looked_at(asked: Asked) -> ir.Table:
    """A row a customer and what may be regular: a product, or all (null).

    ``customer_id, product, gap_days, variation, bought_days, last_day``; ``size``, the
    gaps; ``step``, the variation in thousandths, rounded up.
    """
    some = asked.active.filter(ibis._.purchase_days >= LEAST_DAYS)
    days = asked.orders.purchase_days.semi_join(some, "customer_id")
    every = days.select("customer_id", "day", product=ibis.null("string"))
    rows = ibis.union(every, _goods(asked, some)) if len(asked.regulars) else every
    own = ibis.window(group_by=[rows.customer_id, rows["product"]], order_by=rows.day)
    gap = rows.day.delta(rows.day.lag().over(own), unit="day").cast("float64")
    rows = rows.mutate(gap=gap)
    sums = rows.group_by("customer_id", "product").agg(
        size=rows.gap.count(),
        total=rows.gap.sum(),
        squares=(rows.gap * rows.gap).sum(),
        bought_days=rows.count(),
        last_day=rows.day.max(),
    )
    sums = sums.filter(sums["size"] >= LEAST_DAYS - 1)
    mean = sums.total / sums["size"]
    even = sums["size"] * sums.squares / (sums.total * sums.total) - 1
    sums = sums.mutate(gap_days=mean, variation=ibis.greatest(even, 0.0).sqrt())
    silence = ibis.literal(asked.orders.as_of).delta(sums.last_day, unit="day")
    going_on = silence <= STILL * sums.gap_days
    kept = sums.filter((sums.gap_days >= LEAST_GAP) & going_on)
    return kept.mutate(step=(kept.variation * STEPS).ceil().cast("int64"))


def _goods(asked: Asked, customers: ir.Table) -> ir.Table:
    """On which days these customers bought what is bought again by the calendar."""
    names = asked.regulars[["product"]]
    only = ibis.memtable(names, schema={"product": "string"})
    goods = bought(asked.orders, only=only).semi_join(customers, "customer_id")
    return goods.select("customer_id", "day", "product")


def _after(table: ir.Table, share: float) -> ir.DateValue:
    """So much of the usual gap after the last day, in whole days."""
    days = (share * table.gap_days).round().cast("int64")
    return (table.last_day + days.as_interval("D")).cast("date")
