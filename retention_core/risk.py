"""How likely each customer is to be lost: the score, the rule beside it, and the test.

The score is one less the chance of an order in the window, under BG/NBD; the recency
rule calls everybody lost who has been silent for the window. :func:`hit_rate` holds
both against the shop's own history.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from retention_core import clv
from retention_core.clv import models
from retention_core.clv.enough import make_sure
from retention_core.clv.histories import Histories
from retention_core.errors import TooLittleDataError
from retention_core.hits import HALF
from retention_core.hits import HitRate as HitRate
from retention_core.hits import hit_rate as hit_rate

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir
    import pandas as pd

    from retention_core.clv.fitting import Fit
    from retention_core.orders import Orders

LARGEST_POWER = 700.0
TENTHS = 10
DIGITS = 6
FIFTHS = 5
HABITS = (
    "customer_id",
    "purchase_days",
    "last_order",
    "days_since_last_order",
    "usual_gap_days",
    "revenue",
)
QUARTERS = (
    "valuable_leaving",
    "valuable_staying",
    "others_leaving",
    "others_staying",
)


def habits(orders: Orders) -> ir.Table:
    """How each known customer has bought so far; the table stays in the engine.

    ``customer_id``; ``purchase_days``, how many; ``last_order`` (date);
    ``days_since_last_order``, from there to ``as_of``; ``usual_gap_days``, the median
    days between the customer's purchase days, null with fewer than two; ``revenue``,
    net, of the purchases so far.
    """
    days = _with_gap(orders.purchase_days)
    known = days.group_by("customer_id").agg(
        purchase_days=days.count(),
        last_order=days.day.max(),
        usual_gap_days=days.gap.median().cast("float64"),
        revenue=days.amount.sum().round(DIGITS),
    )
    silence = ibis.literal(orders.as_of).delta(known.last_order, unit="day")
    return known.mutate(days_since_last_order=silence).select(*HABITS)


def standing(orders: Orders) -> ir.Table:
    """As :func:`habits` without the gap, half of the time; and as ``clv.summary``."""
    days = orders.purchase_days
    as_of = ibis.literal(orders.as_of)
    known = days.group_by("customer_id").agg(
        purchase_days=days.count(),
        first_order=days.day.min(),
        last_order=days.day.max(),
        # Threads add up in any order: without it equals would differ in the last digit.
        revenue=days.amount.sum().round(DIGITS),
    )
    recency = known.last_order.delta(known.first_order, unit="day")
    return known.mutate(
        days_since_last_order=as_of.delta(known.last_order, unit="day"),
        frequency=known.purchase_days - 1,
        recency=recency.cast("int64"),
        T=as_of.delta(known.first_order, unit="day").cast("int64"),
    )


def with_usual_gap(table: ir.Table, orders: Orders) -> ir.Table:
    """Customers with ``usual_gap_days``, looked up for them and nobody else."""
    days = _with_gap(orders.purchase_days.semi_join(table, "customer_id"))
    usual = days.group_by("customer_id").agg(
        usual_gap_days=days.gap.median().cast("float64")
    )
    joined = table.left_join(usual, "customer_id")
    return joined.select(*table.columns, "usual_gap_days")


def _with_gap(days: ir.Table) -> ir.Table:
    """Purchase days with the ``gap`` since the customer's one before."""
    order = ibis.window(group_by=days.customer_id, order_by=days.day)
    return days.mutate(gap=days.day.delta(days.day.lag().over(order), unit="day"))


def fitted(orders: Orders) -> Fit:
    """BG/NBD of all known customers, which every score of the shop goes by.

    Raises
    ------
    TooLittleDataError
        Fewer than 50 customers with a second purchase day, or a history shorter than
        3 median intervals.
    """
    histories = Histories.distinct(clv.summary(orders))
    make_sure(orders, histories)
    return models.fit_histories(histories, "bg/nbd")


def parameters(orders: Orders) -> list[float] | None:
    """``r, alpha, a, b`` of :func:`fitted`, None where there is too little data."""
    try:
        return [float(each) for each in fitted(orders).params]
    except TooLittleDataError:
        return None


def scored(orders: Orders, *, window_days: int) -> ir.Table:
    """Fit and score: :func:`retention_core.churn.risk` says what comes back."""
    params = parameters(orders)
    table = scored_by(orders, window_days=window_days, params=params)
    return with_usual_gap(table, orders)


def scored_by(
    orders: Orders, *, window_days: int, params: Sequence[float] | None
) -> ir.Table:
    """Score every customer as :func:`scored`, by parameters that are known already.

    ``params`` as of :func:`parameters`; without them nobody has a score. Without
    ``usual_gap_days``, which takes as long as all else: :func:`with_usual_gap`.
    """
    known = standing(orders)
    known = known.mutate(probability_active=_chance(known, window_days, params))
    active = known.days_since_last_order < window_days
    return known.select(
        "customer_id",
        "days_since_last_order",
        "purchase_days",
        "last_order",
        "probability_active",
        churn_score=1 - known.probability_active,
        recency_rule=active.ifelse("active", "lost"),
        revenue=known.revenue,
    )


def _chance(
    known: ir.Table, days: int, params: Sequence[float] | None
) -> ir.FloatingValue:
    """P(an order in the next ``days``), null without a model.

    The closed form of definitions.md §4 for BG/NBD, from P(alive) as in Fader, Hardie
    & Lee (2008, note 021) and the gamma rate of who is alive.
    """
    if params is None:
        return ibis.null("float64")
    r, alpha, a, b = params
    # As floats: DuckDB reads 0.7 as a decimal, and is twice as slow on those.
    x, t_x, age = (known[c].cast("float64") for c in ("frequency", "recency", "T"))
    since = alpha + age
    silence = (r + x) * (since / (alpha + t_x)).ln()
    gone = (a / (b + ibis.greatest(x, 1) - 1)).ln() + silence
    alive = (x > 0).ifelse(1 / (1 + _exp(gone)), 1.0)
    return alive * (1 - _exp((r + x) * (since / (since + days)).ln()))


def _exp(power: ir.FloatingValue) -> ir.FloatingValue:
    """Exponential that no engine calls out of range."""
    return ibis.greatest(ibis.least(power, LARGEST_POWER), -LARGEST_POWER).exp()


@dataclass(frozen=True)
class Quadrants:
    """Customers by churn score and by what they have brought so far (net).

    Attributes
    ----------
    cells
        A row a group that is not empty: ``score_tenth`` (0: a score below 0.1 … 9),
        ``revenue_fifth`` (1: the fifth that has brought most; equals share one),
        ``customers, revenue``.
    quarters
        A row each of ``QUARTERS``: ``quarter, customers, revenue``. *Leaving*: a score
        above one half, likelier gone than not. *Valuable*: of the first fifth.
    valuable_from
        Revenue from which a customer is of the first fifth.
    undecided
        Customers who are active by the rule, yet leaving by the score.
    """

    cells: pd.DataFrame
    quarters: pd.DataFrame
    valuable_from: float
    undecided: int


def quadrants(
    orders: Orders, *, window_days: int, params: Sequence[float]
) -> Quadrants:
    """Set value so far against risk. Whom to contact is a list (``rc.lists``).

    Parameters
    ----------
    window_days
        The window ``w``, at least 1.
    params
        As of :func:`parameters`.
    """
    table = placed(scored_by(orders, window_days=window_days, params=params))
    tenth = ibis.least((table.churn_score * TENTHS).floor(), TENTHS - 1)
    marked = table.mutate(score_tenth=tenth.cast("int64"), undecided=undecided(table))
    found = orders.run(
        marked.group_by("score_tenth", "revenue_fifth", "quarter")
        .agg(
            customers=marked.count(),
            revenue=marked.revenue.sum(),
            undecided=marked.undecided.cast("int64").sum(),
            least=marked.revenue.min(),
        )
        .order_by("revenue_fifth", "score_tenth", "quarter")
    )
    sums = ["customers", "revenue"]
    quarters = found.groupby("quarter")[sums].sum().reindex([*QUARTERS], fill_value=0)
    return Quadrants(
        cells=found.groupby(["score_tenth", "revenue_fifth"], as_index=False)[
            sums
        ].sum(),
        quarters=quarters.rename_axis("quarter").reset_index(),
        valuable_from=float(found.loc[found["revenue_fifth"] == 1, "least"].min()),
        undecided=int(found["undecided"].sum()),
    )


def placed(table: ir.Table) -> ir.Table:
    """Customers of :func:`scored_by` with ``revenue_fifth`` and ``quarter``.

    ``revenue_fifth`` is 1 for the fifth that has brought most, from the 80th percentile
    on; equals share the better one. ``quarter`` is one of ``QUARTERS``, null without a
    score.
    """
    steps = {f"from_{k}": table.revenue.quantile(k / FIFTHS) for k in range(1, FIFTHS)}
    both = table.cross_join(table.agg(**steps))
    passed = sum((both.revenue >= both[name]).cast("int64") for name in steps)
    fifth = FIFTHS - passed
    leaving = both.churn_score > HALF
    valuable = fifth == 1
    quarter = ibis.cases(
        (both.churn_score.isnull(), ibis.null("string")),
        (valuable & leaving, QUARTERS[0]),
        (valuable, QUARTERS[1]),
        (leaving, QUARTERS[2]),
        else_=QUARTERS[3],
    )
    return both.select(*table.columns, revenue_fifth=fifth, quarter=quarter)


def undecided(table: ir.Table) -> ir.BooleanValue:
    """Whether the rule says active and the score, likelier gone."""
    return (table.recency_rule == "active") & (table.churn_score > HALF)
