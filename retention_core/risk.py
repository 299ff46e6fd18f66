"""How likely each customer is to be lost: the score, and the rule beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from retention_core import clv, survival
from retention_core.clv.enough import check_enough
from retention_core.errors import TooLittleDataError

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from retention_core.orders import Orders

LARGEST_POWER = 700.0


def habits(orders: Orders) -> ir.Table:
    """How each known customer has bought so far; the table stays in the engine.

    ``customer_id``; ``purchase_days``, how many; ``last_order`` (date);
    ``days_since_last_order``, from there to ``as_of``; ``usual_gap_days``, the median
    days between the customer's purchase days, null with fewer than two; ``revenue``,
    net, of the purchases so far.
    """
    waits = survival.waits(orders)
    back = waits.next_day.notnull()
    return waits.group_by("customer_id").agg(
        purchase_days=waits.count(),
        last_order=waits.day.max(),
        days_since_last_order=waits.days.max(where=~back),
        usual_gap_days=waits.days.median(where=back).cast("float64"),
        revenue=waits.amount.sum(),
    )


def scored(orders: Orders, *, window_days: int) -> ir.Table:
    """Score every customer: :func:`retention_core.churn.risk` says what comes back."""
    known = habits(orders).left_join(_chances(orders, window_days), "customer_id")
    active = known.days_since_last_order < window_days
    return known.select(
        "customer_id",
        "days_since_last_order",
        "usual_gap_days",
        "purchase_days",
        "last_order",
        "probability_active",
        churn_score=1 - known.probability_active,
        recency_rule=active.ifelse("active", "lost"),
        revenue=known.revenue,
    )


def _chances(orders: Orders, days: int) -> ir.Table:
    """``customer_id, probability_active`` in the next ``days``, null without a model.

    The closed form of definitions.md §4 for BG/NBD, from P(alive) as in Fader, Hardie
    & Lee (2008, note 021) and the gamma rate of who is alive.
    """
    history = clv.summary(orders)
    try:
        check_enough(orders)
    except TooLittleDataError:
        return history.select("customer_id", probability_active=ibis.null("float64"))
    r, alpha, a, b = (float(each) for each in clv.fit(history).params)
    x, since = history.frequency, alpha + history["T"]
    silence = (r + x) * (since / (alpha + history.recency)).ln()
    gone = (a / (b + ibis.greatest(x, 1) - 1)).ln() + silence
    alive = (x > 0).ifelse(1 / (1 + _exp(gone)), 1.0)
    buys = 1 - _exp((r + x) * (since / (since + days)).ln())
    return history.select("customer_id", probability_active=alive * buys)


def _exp(power: ir.FloatingValue) -> ir.FloatingValue:
    """Exponential that no engine calls out of range."""
    return ibis.greatest(ibis.least(power, LARGEST_POWER), -LARGEST_POWER).exp()
