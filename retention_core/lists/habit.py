"""Customers who still buy, clearly slower than their own habit.

The gaps between a customer's purchase days are compared in logarithms: the last ones
beside all before. Their spread is the customer's own, drawn towards that of all
customers as far as these are alike (Smyth 2004, Linear models and empirical Bayes
methods, Statistical Applications in Genetics and Molecular Biology 3(1)): whoever buys
by the calendar needs little to stand out, whoever buys in fits and starts a great deal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import ibis
import numpy as np
from scipy.optimize import brentq
from scipy.special import digamma, polygamma
from scipy.stats import t as student

from retention_core import engine
from retention_core.lists import clear
from retention_core.lists.asked import Asked, listed

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from retention_core.orders import Orders

LEAST_DAYS = 4
MOST_RECENT = 3
SLOWER = 1.5
FALSE = 0.1
STEPS = 100
# Gaps are known to the day: none are alike to the last digit.
LEAST_VARIANCE = 1e-3
ALIKE = 1e6
WAYS = 2
OWN = {
    "recent_gap_days": "float64",
    "earlier_gap_days": "float64",
    "times_slower": "float64",
    "running": "boolean",
}


class Spread(NamedTuple):
    """What is known of the spread of a customer's gaps before looking at them.

    ``variance`` of the logarithms, which counts as much as so many ``degrees``.
    """

    variance: float
    degrees: float


def declining(asked: Asked) -> ir.Table:
    """Active customers whose last gaps are clearly longer than their own before.

    Of customers with at least 4 purchase days. The last gaps: a third of all, at most
    3. They are held against the rest as they are, and once more with the running gap
    where that is longer than they are; the clearer of the two counts. (Its p-value is
    no smaller than it may be: a gap that still runs counts as if it ended today, and
    of the last gaps the long ones have not ended. ``tests/core/lists`` draws shops of
    steady buyers of any regularity and counts.) Listed is whoever is slower by half at
    least, of whom by Benjamini & Hochberg (1995) at most one in ten is to be expected
    by chance: where everybody keeps to the habit, the list is mostly empty.

    Own columns: ``recent_gap_days``, ``earlier_gap_days``, geometric means;
    ``times_slower``, the one over the other; ``running`` (boolean), whether the running
    gap is among the recent.
    """
    known = asked.known("slower", learned)
    if not known["edges"]:
        return asked.nobody(**OWN)
    slower = _placed(_tests(asked), Spread(*known["spread"]))
    slower = slower.filter(ibis._.slower >= np.log(SLOWER))
    found = clear.kept(slower, known["edges"], least=True)
    first = ibis.window(group_by=found.customer_id, order_by=found.slower.desc())
    found = found.filter(ibis.row_number().over(first) == 0)
    joined = asked.people.join(
        found.select(
            "customer_id",
            "running",
            recent_gap_days=found.recent.exp(),
            earlier_gap_days=found.earlier.exp(),
            times_slower=found.slower.exp(),
        ),
        "customer_id",
    )
    return listed(joined, *OWN, act_on=asked.tomorrow)


def learned(asked: Asked) -> dict[str, Any]:
    """How gaps differ in this shop, and from where a difference is clear.

    ``spread`` as of :class:`Spread`; ``edges``, of each number of degrees of freedom
    the least moderated t, in hundredths, that is listed.
    """
    with engine.held(_tests(asked), asked.orders.backend) as tests:
        spread = _spread(asked.orders, tests)
        counted = _counted(asked.orders, tests, spread)
        looked_at = tests.agg(customers=tests.customer_id.nunique())
        customers = int(asked.orders.run(looked_at)["customers"].iloc[0])
    t, degrees = counted["step"] / STEPS, counted["size"] + spread.degrees
    p_values = np.asarray(student.sf(t, degrees))
    groups = clear.clear(counted, p_values, tests=customers, share=FALSE)
    edges = clear.edges(groups, least=True)
    return {"spread": [float(each) for each in spread], "edges": edges}


def _tests(asked: Asked) -> ir.Table:
    """A row a customer and way of looking.

    ``customer_id, running``; ``size``, degrees of freedom; ``earlier, recent``, mean
    logarithms of the gaps, ``slower`` their difference; ``squares``, about the two
    means; ``scale``, the variance of ``slower`` in that of a gap.
    """
    own = _sums(asked)
    m, k = own.earlier_gaps, own.recent_gaps
    earlier, recent = own.earlier_sum / m, own.recent_sum / k
    within = own.earlier_squares - earlier * own.earlier_sum
    finished = own.select(
        "customer_id",
        earlier=earlier,
        recent=recent,
        squares=within + own.recent_squares - recent * own.recent_sum,
        size=m + k - WAYS,
        scale=1 / m + 1 / k,
        running=ibis.literal(False),
    )
    # A purchase of today has no running gap; it is no longer than any.
    gap = ibis.greatest(own.days_since_last_order, 1).cast("float64").ln()
    mean = (own.recent_sum + gap) / (k + 1)
    with_running = own.filter(gap > recent).select(
        "customer_id",
        earlier=earlier,
        recent=mean,
        squares=within + own.recent_squares + gap * gap - mean * (own.recent_sum + gap),
        size=m + k + 1 - WAYS,
        scale=1 / m + 1 / (k + 1),
        running=ibis.literal(True),
    )
    both = ibis.union(finished, with_running)
    return both.mutate(slower=both.recent - both.earlier)


def _sums(asked: Asked) -> ir.Table:
    """Each customer's gaps, earlier and recent: counts, sums and squares of logs."""
    some = asked.active.filter(ibis._.purchase_days >= LEAST_DAYS)
    some = some.select("customer_id", "purchase_days", "days_since_last_order")
    days = asked.orders.purchase_days.join(some, "customer_id")
    order = ibis.window(group_by=days.customer_id, order_by=days.day)
    back = ibis.window(group_by=days.customer_id, order_by=days.day.desc())
    gap = days.day.delta(days.day.lag().over(order), unit="day").cast("float64")
    third = ((days.purchase_days - 1) / 3).floor().cast("int64")
    rows = days.mutate(
        log=gap.ln(),
        late=ibis.row_number().over(back) < ibis.least(third, MOST_RECENT),
    )
    rows = rows.filter(rows.log.notnull())
    squared = rows.log * rows.log
    return rows.group_by("customer_id", "days_since_last_order").agg(
        earlier_gaps=rows.count(where=~rows.late),
        recent_gaps=rows.count(where=rows.late),
        earlier_sum=rows.log.sum(where=~rows.late),
        recent_sum=rows.log.sum(where=rows.late),
        earlier_squares=squared.sum(where=~rows.late),
        recent_squares=squared.sum(where=rows.late),
    )


def _spread(orders: Orders, tests: ir.Table) -> Spread:
    """The prior of Smyth (2004), section 6.2, by moments of the log variances."""
    rows = tests.filter(~tests.running)
    log = _variance(rows).ln()
    sums = rows.group_by("size").agg(
        customers=rows.count(), logs=log.sum(), squares=(log * log).sum()
    )
    found = orders.run(sums.order_by("size"))
    half = found["size"].to_numpy(np.float64) / 2
    n = found["customers"].to_numpy(np.float64)
    if n.sum() < WAYS:
        return Spread(1.0, 0.0)
    shift = np.log(half) - digamma(half)
    logs, squares = (found[c].to_numpy(np.float64) for c in ("logs", "squares"))
    mean = float((logs + n * shift).sum() / n.sum())
    about = squares + 2 * (shift - mean) * logs + n * (shift - mean) ** 2
    more = float(about.sum() / (n.sum() - 1) - n @ polygamma(1, half) / n.sum())
    if more <= polygamma(1, ALIKE):
        return Spread(float(np.exp(mean)), ALIKE)
    degrees = 2 * brentq(lambda x: polygamma(1, x) - more, 1e-3, ALIKE)
    return Spread(
        float(np.exp(mean + digamma(degrees / 2) - np.log(degrees / 2))), degrees
    )


def _variance(tests: ir.Table) -> ir.FloatingValue:
    return ibis.greatest(tests.squares / tests["size"], LEAST_VARIANCE)


def _placed(tests: ir.Table, spread: Spread) -> ir.Table:
    """Tests with ``step``, the moderated t in hundredths, rounded down."""
    size = tests["size"]
    own = ibis.greatest(tests.squares, LEAST_VARIANCE * size)
    pooled = (spread.degrees * spread.variance + own) / (spread.degrees + size)
    t = tests.slower / (pooled * tests.scale).sqrt()
    return tests.mutate(step=(t * STEPS).floor().cast("int64"))


def _counted(orders: Orders, tests: ir.Table, spread: Spread) -> pd.DataFrame:
    placed = _placed(tests, spread)
    placed = placed.filter(placed.step >= 0)
    counts = placed.group_by(*clear.GROUP).agg(customers=placed.count())
    return orders.run(counts.order_by(*clear.GROUP))
