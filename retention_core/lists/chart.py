"""Value against risk: everybody in groups, the most valuable one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from retention_core.lists.asked import Asked
from retention_core.lists.value import best, valuable_leaving

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from retention_core.orders import Orders

TENTHS, FIFTHS = 10, 5
POINTS = (
    "customer_id",
    "stake",
    "risk",
    "leaving",
    "days_since_last_order",
    "usual_gap_days",
    "revenue",
)


@dataclass(frozen=True)
class Chart:
    """Customers by what is at stake and by how likely they are to be lost.

    Attributes
    ----------
    cells
        A row a group that is not empty: ``risk_tenth`` (0: a risk below 0.1 … 9),
        ``stake_fifth`` (1: the fifth with most at stake; equals share the better one),
        ``customers, stake, expected`` (sums).
    points
        The most valuable, most at stake first: ``customer_id, stake, risk`` (1 less
        the chance of an order in the window), ``leaving`` (on the list *valuable and
        leaving*), ``days_since_last_order, usual_gap_days, revenue``.
    valuable_from
        What is at stake with the last of the top fifth; NaN without any.

    Both are empty where there is too little data for a model: no risk is known.
    """

    cells: pd.DataFrame
    points: pd.DataFrame
    valuable_from: float


def chart(orders: Orders, people: ir.Table, *, window_days: int, most: int) -> Chart:
    """Draw up value against risk; ``people`` as of :func:`people`.

    Parameters
    ----------
    most
        At most so many points, each of the top fifth by ``stake``; 0 for none.
    """
    known = people.filter(people.probability_in_window.notnull())
    known = known.mutate(risk=1 - known.probability_in_window)
    top = best(known)
    leaving = valuable_leaving(Asked(orders, people, window_days))
    marked = top.left_join(
        leaving.select("customer_id", on_list=ibis.literal(True)), "customer_id"
    )
    marked = marked.mutate(leaving=marked.on_list.fill_null(False)).select(*POINTS)
    by = [marked.stake.desc(), marked.customer_id.asc()]
    least = orders.run(top.agg(least=top.stake.min()))["least"]
    return Chart(
        cells=orders.run(_cells(known)),
        points=orders.run(marked.order_by(by).limit(most)),
        valuable_from=float(least.astype("float64").iloc[0]),
    )


def _cells(known: ir.Table) -> ir.Table:
    steps = {f"from_{k}": known.stake.quantile(k / FIFTHS) for k in range(1, FIFTHS)}
    both = known.cross_join(known.agg(**steps))
    passed = sum((both.stake >= both[name]).cast("int64") for name in steps)
    tenth = ibis.least((both.risk * TENTHS).floor(), TENTHS - 1).cast("int64")
    marked = both.mutate(risk_tenth=tenth, stake_fifth=FIFTHS - passed)
    return (
        marked.group_by("stake_fifth", "risk_tenth")
        .agg(
            customers=marked.count(),
            stake=marked.stake.sum(),
            expected=marked.expected.sum(),
        )
        .order_by("stake_fifth", "risk_tenth")
    )
