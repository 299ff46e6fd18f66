"""Customers ranked by money in the engine: by expected spend, by past spend."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import ibis
import numpy as np
import pandas as pd

from retention_core import ranking
from retention_core.clv.groups import order_value
from retention_core.clv.holdout import KEYS

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from retention_core.clv.fitting import Fit
    from retention_core.clv.holdout import Outcomes
    from retention_core.clv.special import Floats
    from retention_core.orders import Orders
    from retention_core.ranking import Estimate


RULES = ("model", "past")
FINEST = 10_000  # parts of a unit of money that are told apart


class Money(NamedTuple):
    """What only customers one by one can tell, since each has spent another sum.

    Attributes
    ----------
    model_top, past_top
        Share of the holdout's spend by those ranked first by expected, by past spend.
    past_auc, ahead
        Area under the curve of past spend; by how much the model's is above it.
    past_correlation
        Spearman's, of past spend with purchases.
    """

    model_top: float
    past_top: float
    past_auc: Estimate
    ahead: Estimate
    past_correlation: float


def by_money(
    orders: Orders,
    customers: ir.Table,
    spend: Fit,
    expected: tuple[Floats, Floats],
    found: Outcomes,
    size: float,
) -> Money:
    """Rank in the engine; a row for each number of purchases comes back.

    Parameters
    ----------
    customers
        As of :meth:`Holdout.customers`.
    expected
        Expected purchases, and the chance of any, of each history.
    size
        How many customers ranked first are looked at.
    """
    scores = _scores(*expected, found)
    ranked = _ranked(_valued(customers, spend, scores), found)
    summed = orders.run(_summed(ranked, size)).sort_values("purchases")
    sums = {str(name): summed[name].to_numpy(np.float64) for name in summed}
    total = float(found.spend.sum()) or float("nan")
    auc, ahead = _areas(sums)
    return Money(
        model_top=float(sums["model_top"].sum()) / total,
        past_top=float(sums["past_top"].sum()) / total,
        past_auc=auc,
        ahead=ahead,
        past_correlation=_correlation(sums),
    )


def _scores(expected: Floats, chance: Floats, found: Outcomes) -> pd.DataFrame:
    """By history: expected purchases, and where its chance stands on the other side."""
    h = found.histories
    history = dict(zip(KEYS, (h.frequency, h.recency, h.T), strict=True))
    below, above = ranking.placements(chance, found.bought, found.spared)
    scores = pd.DataFrame(history).astype("int32")
    return scores.assign(expected=expected, below=below, above=above)


def _valued(customers: ir.Table, spend: Fit, scores: pd.DataFrame) -> ir.Table:
    """Expected and past spend of each customer, and what happened."""
    valued = customers.mutate(order_value=order_value(customers, spend))
    joined = valued.join(ibis.memtable(scores), list(KEYS))
    bought = joined.purchases > 0
    return joined.select(
        "purchases",
        "spend",
        bought=bought.cast("int64"),
        past=_told_apart(joined.past_spend),
        model=_told_apart(joined.expected * joined.order_value),
        place=ibis.ifelse(bought, joined.below, joined.above),
    )


def _told_apart(money: ir.Value) -> ir.Value:
    """Who spent the same ties, in whatever order an engine has added it up."""
    return (money * FINEST).round()


def _ranked(valued: ir.Table, found: Outcomes) -> ir.Table:
    """Who stands before each customer by either sum, who stands with him.

    ``…_above`` customers have more, ``…_same`` as much (himself among them).
    """
    counted: dict[str, ir.Value] = {}
    for name in RULES:
        upto, same = _windows(valued[name])
        counted |= {
            f"{name}_above": valued.count().over(upto) - valued.count().over(same),
            f"{name}_same": valued.count().over(same),
        }
    upto, same = _windows(valued.past)
    with_him = valued.bought.sum().over(same)
    ranked = valued.mutate(
        **counted,
        bought_above=valued.bought.sum().over(upto) - with_him,
        bought_same=with_him,
    )
    n, bought = float(found.customers.sum()), float(found.bought.sum())
    more = ranked.bought_above + ranked.bought_same / 2
    all_more = ranked.past_above + ranked.past_same / 2
    fewer = (n - bought) - (all_more - more)
    return ranked.mutate(
        rank=n - all_more,
        past_place=ibis.ifelse(
            ranked.bought > 0, fewer / max(n - bought, 1.0), more / max(bought, 1.0)
        ),
    )


def _windows(money: ir.Column) -> tuple[ir.Value, ir.Value]:
    order = money.desc()
    return (
        ibis.range_window(preceding=None, following=0, order_by=order),
        ibis.range_window(preceding=0, following=0, order_by=order),
    )


def _summed(ranked: ir.Table, size: float) -> ir.Table:
    """Sums over the customers with so many ``purchases``."""
    gap = ranked.place - ranked.past_place
    return ranked.group_by("purchases").agg(
        customers=ranked.count(),
        rank=ranked["rank"].sum(),
        rank_squared=(ranked["rank"] * ranked["rank"]).sum(),
        past=ranked.past_place.sum(),
        past_squared=(ranked.past_place * ranked.past_place).sum(),
        gap=gap.sum(),
        gap_squared=(gap * gap).sum(),
        **{f"{name}_top": _of_the_first(ranked, name, size) for name in RULES},
    )


def _of_the_first(ranked: ir.Table, name: str, size: float) -> ir.Value:
    """Spend of the first so many; who ties at the edge shares evenly."""
    room = size - ranked[f"{name}_above"]
    share = (room / ranked[f"{name}_same"]).clip(0.0, 1.0)
    return (share * ranked.spend).sum()


def _areas(sums: dict[str, Floats]) -> tuple[Estimate, Estimate]:
    """Area of past spend, and how far the model's is above it: DeLong's variances."""
    sides = sums["purchases"] > 0, sums["purchases"] == 0
    past = [_mean(sums, "past", side) for side in sides]
    gap = [_mean(sums, "gap", side) for side in sides]
    # The mean over those who bought is that over those who did not: the area.
    return (
        ranking.estimate(past[0][0], past[0][1] + past[1][1]).within(0, 1),
        ranking.estimate(gap[0][0], gap[0][1] + gap[1][1]),
    )


def _mean(sums: dict[str, Floats], name: str, side: np.ndarray) -> tuple[float, float]:
    """Mean on one side, and its variance; NaN without a customer there."""
    columns = ("customers", name, f"{name}_squared")
    n, total, squares = (float(sums[column][side].sum()) for column in columns)
    mean = total / n if n else float("nan")
    return mean, ranking.variance_of_mean(n, total, squares)


def _correlation(sums: dict[str, Floats]) -> float:
    """Spearman's, of the ranks by past spend with the purchases."""
    n = sums["customers"]
    bought = ranking.weight_below(sums["purchases"], n)
    product = float(bought @ sums["rank"])
    squares = [float(sums["rank_squared"].sum()), float(n @ bought**2)]
    products = np.array([[squares[0], product], [product, squares[1]]])
    totals = np.array([sums["rank"].sum(), n @ bought])
    return ranking.correlated(float(n.sum()), totals, products)
