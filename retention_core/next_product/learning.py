"""How likely is what: counted on the shop's own last orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis
import numpy as np
import pandas as pd

from retention_core import engine, reorder
from retention_core.next_product import followed
from retention_core.next_product.visits import (
    following,
    halvings,
    last_bought,
    owned,
    visits,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    import ibis.expr.types as ir

    from retention_core.orders import Orders

LEARNED_FROM = 0.8
TOP = 20
AT_ONCE = 50_000
PRIOR = 5.0
SURE = 1.28
DIGITS = 9
FINER = 10.0
LIFTS = (0.0, 1.5, 2.0, 3.0, 4.5, 7.0, 12.0, 25.0, 60.0)
KNOWN = {"product": "string", "share": "float64", "factor": "float64"}
LASTING = {"product": "string", "interval_days": "float64", "per_unit": "boolean"}
BY_PHASE = {"phase": "int64", "by_phase": "float64"}
CELLS = {"often": "int64", "orders": "int64", "halved": "int64", "chance": "float64"}
BY_ORDERS = {"orders": "int64", "by_orders": "float64"}
BY_LIFT = {"lifted": "int64", "halved": "int64", "by_lift": "float64"}


def day_reached(orders: Orders, bought: ir.Table, share: float) -> dt.date | None:
    """Day by which ``share`` of the customers' days with a purchase have been."""
    days = bought.select("customer_id", "day").distinct()
    counts = orders.run(days.group_by("day").agg(visits=days.count()).order_by("day"))
    if counts.empty:
        return None
    reached = counts["visits"].cumsum() >= share * counts["visits"].sum()
    return pd.Timestamp(counts.loc[reached, "day"].iloc[0]).date()


def learn(orders: Orders, bought: ir.Table) -> dict[str, Any]:
    """:func:`retention_core.next_product.fit`, from purchases that are held."""
    day = day_reached(orders, bought, LEARNED_FROM)
    if day is None:
        return _nothing()
    regulars = reorder.of_purchases(orders, bought, regular_only=True)
    lasting = regulars[[*LASTING]]
    late = bought.filter(bought.day > ibis.literal(day))
    popular = _popular(orders, late)
    if popular.empty:  # all on one day
        popular = _popular(orders, bought)
    earlier = bought.filter(bought.day <= ibis.literal(day))
    with (
        engine.held(earlier, orders.backend) as then,
        engine.held(following(bought, day), orders.backend) as came,
    ):
        served = then.semi_join(came, "customer_id")
        rows = owned(served, ibis.memtable(lasting, schema=LASTING), day)
        cells, factors, by_phase = _again(orders, rows, came, popular)
        pairs = followed.pairs(orders, then, visits(then))
        by_orders, by_lift = _new(orders, served, came, (popular, pairs))
    known = popular.merge(factors, on="product", how="outer")
    known = known.fillna({"share": 0.0, "factor": 1.0})
    known = known.sort_values(["share", "product"], ascending=[False, True])
    lasting = lasting.sort_values("product")
    return {
        "known": known[[*KNOWN]].to_numpy().tolist(),
        "lasting": lasting.astype(object).to_numpy().tolist(),
        "by_phase": by_phase,
        "cells": cells[[*CELLS]].astype(object).to_numpy().tolist(),
        "pairs": pairs[[*followed.PAIRS]].to_numpy().tolist(),
        "by_orders": by_orders,
        "by_lift": by_lift,
    }


def _nothing() -> dict[str, Any]:
    names = ("known", "lasting", "by_phase", "cells", "pairs", "by_orders", "by_lift")
    return {name: [] for name in names}


def _popular(orders: Orders, bought: ir.Table) -> pd.DataFrame:
    """``product, share``: of the customers' days, those with the product."""
    days = bought.select("customer_id", "day").distinct()
    counts = bought.group_by("product").agg(times=bought.count())
    shares = counts.cross_join(days.agg(days=days.count()))
    shares = shares.select("product", share=shares.times / shares.days)
    return orders.run(shares.order_by([shares["share"].desc(), "product"]))


def _again(
    orders: Orders, rows: ir.Table, came: ir.Table, popular: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, list[list[Any]]]:
    """Chance that what was bought before is in the next order.

    By how much of a habit it is, how many orders the customer has, and how popular the
    product is; by how much each product differs from that; and by whether it is due.
    """
    shares = ibis.memtable(popular[[*SHARES]], schema=SHARES)
    rows = rows.left_join(shares, "product").drop("product_right")
    rows = rows.mutate(halved=halvings(rows["share"].fill_null(0.0)))
    came = came.distinct().mutate(came=ibis.literal(1))
    rows = rows.left_join(came, ["customer_id", "product"])
    keys = ("often", "orders", "halved")
    rows = rows.select("product", "phase", *keys, came=rows.came.fill_null(0))
    with engine.held(rows, orders.backend) as kept:
        counts = kept.group_by(*keys).agg(rows=kept.count(), came=kept.came.sum())
        cells = _cells(orders.run(counts))
        chances = ibis.memtable(cells[[*CELLS]], schema=CELLS)
        both = kept.join(chances, keys)
        sums = both.group_by("product", "phase").agg(
            came=both.came.sum(), expected=both.chance.sum()
        )
        found = orders.run(sums)
    factors = _factors(found, ["product"])
    found["expected"] *= found["product"].map(factors).astype("float64")
    by_phase = _factors(found[found["phase"] > 0], ["phase"])
    named = factors.rename("factor").reset_index()
    return cells, named, [[*each] for each in by_phase.items()]


def _cells(counts: pd.DataFrame) -> pd.DataFrame:
    """Chances of cells, each drawn towards those of coarser ones."""
    every = counts["came"].sum() / max(counts["rows"].sum(), 1)
    sums = counts.groupby(["often", "orders"])[["rows", "came"]].transform("sum")
    coarse = (sums["came"] + PRIOR * every) / (sums["rows"] + PRIOR)
    fine = (counts["came"] + FINER * coarse) / (counts["rows"] + FINER)
    return counts.assign(chance=fine)


def candidates(
    bought: ir.Table, popular: pd.DataFrame, pairs: pd.DataFrame
) -> ir.Table:
    """What customers have not bought, but may: popular, or next after their last.

    ``customer_id, orders, product, share, lift`` (the largest), ``lifted``, its place
    in ``LIFTS``, and ``halved``, that of the share.
    """
    last = last_bought(bought)
    people = last.select("customer_id", "orders").distinct()
    top = ibis.memtable(popular[[*SHARES]].head(TOP), schema=SHARES)
    much = people.cross_join(top).mutate(lift=ibis.literal(1.0))
    after = last.join(led(popular, pairs), "because").select(*much.columns)
    every = much.union(after)
    best = every.group_by("customer_id", "orders", "product", "share").agg(
        lift=every.lift.max()
    )
    new = best.anti_join(bought, ["customer_id", "product"])
    steps = [(new.lift >= edge).cast("int64") for edge in LIFTS[1:]]
    return new.mutate(lifted=sum(steps), halved=halvings(new["share"]))


def led(popular: pd.DataFrame, pairs: pd.DataFrame) -> ir.Table:
    """Pairs whose ``product`` is still bought, with its ``share``."""
    ways = pairs.merge(popular[[*SHARES]], on="product")
    return ibis.memtable(ways[[*LED]], schema=LED)


SHARES = {"product": "string", "share": "float64"}
LED = {
    "because": "string",
    "product": "string",
    "share": "float64",
    "lift": "float64",
}


def _new(
    orders: Orders,
    served: ir.Table,
    came: ir.Table,
    known: tuple[pd.DataFrame, pd.DataFrame],
) -> tuple[list[list[Any]], list[list[Any]]]:
    """By what the share of all orders is multiplied, for what is new to a customer.

    By how many orders the customer has, and by how much likelier the last one makes it.
    """
    came = came.distinct().mutate(came=ibis.literal(1))
    keys = ["orders", "lifted", "halved"]
    counts = []
    for part in _parts(orders, served):
        own = came.semi_join(part, "customer_id")
        rows = candidates(part, *known)
        rows = rows.left_join(own, ["customer_id", "product"])
        sums = {"came": rows.came.fill_null(0).sum(), "expected": rows["share"].sum()}
        counts.append(orders.run(rows.group_by(keys).agg(**sums)))
    found = pd.concat(counts).groupby(keys, as_index=False).sum()
    every = found["came"].sum() / max(found["expected"].sum(), NONE)
    by_orders = _factors(found, ["orders"], every)
    found["expected"] *= found["orders"].map(by_orders).astype("float64")
    found["usual"] = np.sqrt(np.maximum(LIFTS, 1.0))[found["lifted"]]
    by_lift = _factors(found, ["lifted"], found.groupby("lifted")["usual"].first(), 1.0)
    sure = found.groupby("lifted")["came"].sum()
    # What is recommended is the largest of many: it is believed as far as it is sure.
    sure = np.exp(-SURE / np.sqrt(sure + PRIOR)).where(sure.index > 0, 1.0)
    found["expected"] *= found["lifted"].map(by_lift).astype("float64")
    finer = _factors(found, ["lifted", "halved"])
    by_lift *= sure
    both = finer.reset_index(name="by_lift")
    both["by_lift"] = (both["by_lift"] * both["lifted"].map(by_lift)).round(DIGITS)
    lifts = both[[*BY_LIFT]].astype(object).to_numpy().tolist()
    return [[*each] for each in by_orders.items()], lifts


def _parts(orders: Orders, bought: ir.Table) -> Iterator[ir.Table]:
    """What was bought by so many customers at a time: each has dozens of candidates."""
    names = bought.select("customer_id").distinct()
    order = ibis.window(order_by=names.customer_id)
    numbered = names.mutate(number=ibis.row_number().over(order))
    with engine.held(numbered, orders.backend) as numbered:
        n = int(orders.run(numbered.agg(n=numbered.count()))["n"].iloc[0])
        if n <= AT_ONCE:
            yield bought
            return
        for first in range(0, n, AT_ONCE):
            some = numbered.number.between(first, first + AT_ONCE - 1)
            few = bought.semi_join(numbered.filter(some), "customer_id")
            with engine.held(few, orders.backend) as part:
                yield part


NONE = np.finfo(float).tiny


def _factors(
    found: pd.DataFrame,
    by: list[str],
    usual: float | pd.Series = 1.0,
    weight: float = PRIOR,
) -> pd.Series:
    """What came over what was expected, drawn towards what is ``usual``."""
    sums = found.groupby(by)[["came", "expected"]].sum()
    factor = (sums["came"] + weight * usual) / (sums["expected"] + weight)
    # Threads add up in any order: equals would differ in the last digit.
    return factor.round(DIGITS)
