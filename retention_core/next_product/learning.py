"""How likely is what: counted on the shop's own last orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis
import numpy as np
import pandas as pd

from retention_core import engine
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

    import ibis.expr.types as ir

    from retention_core.orders import Orders

LEARNED_FROM = 0.8
TOP = 20
PRIOR = 5.0
SURE = 1.28
FINER = 10.0
LIFTS = (0.0, 1.5, 2.0, 3.0, 4.5, 7.0, 12.0, 25.0, 60.0)
KNOWN = {"product": "string", "share": "float64", "factor": "float64"}
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
        cells, factors = _again(orders, served, came, popular)
        pairs = followed.pairs(orders, then, visits(then))
        by_orders, by_lift = _new(orders, served, came, (popular, pairs))
    known = popular.merge(factors, on="product", how="outer")
    known = known.fillna({"share": 0.0, "factor": 1.0})
    known = known.sort_values(["share", "product"], ascending=[False, True])
    return {
        "known": known[[*KNOWN]].to_numpy().tolist(),
        "cells": cells[[*CELLS]].astype(object).to_numpy().tolist(),
        "pairs": pairs[[*followed.PAIRS]].to_numpy().tolist(),
        "by_orders": by_orders,
        "by_lift": by_lift,
    }


def _nothing() -> dict[str, Any]:
    return {"known": [], "cells": [], "pairs": [], "by_orders": [], "by_lift": []}


def _popular(orders: Orders, bought: ir.Table) -> pd.DataFrame:
    """``product, share``: of the customers' days, those with the product."""
    days = bought.select("customer_id", "day").distinct()
    counts = bought.group_by("product").agg(times=bought.count())
    shares = counts.cross_join(days.agg(days=days.count()))
    shares = shares.select("product", share=shares.times / shares.days)
    return orders.run(shares.order_by([shares["share"].desc(), "product"]))


def _again(
    orders: Orders, served: ir.Table, came: ir.Table, popular: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Chance that what was bought before is in the next order.

    By how much of a habit it is, how many orders the customer has, and how popular the
    product is; and by how much each product differs from that.
    """
    shares = ibis.memtable(popular, schema={"product": "string", "share": "float64"})
    rows = owned(served).left_join(shares, "product").drop("product_right")
    rows = rows.mutate(halved=halvings(rows["share"].fill_null(0.0)))
    came = came.distinct().mutate(came=ibis.literal(1))
    rows = rows.left_join(came, ["customer_id", "product"])
    rows = rows.select(
        "product", "often", "orders", "halved", came=rows.came.fill_null(0)
    )
    with engine.held(rows, orders.backend) as kept:
        cells = _cells(
            orders.run(
                kept.group_by("often", "orders", "halved").agg(
                    rows=kept.count(), came=kept.came.sum()
                )
            )
        )
        chances = ibis.memtable(cells[[*CELLS]], schema=CELLS)
        both = kept.join(chances, ["often", "orders", "halved"])
        factors = orders.run(
            both.group_by("product").agg(
                came=both.came.sum(), expected=both.chance.sum()
            )
        )
    factor = (factors["came"] + PRIOR) / (factors["expected"] + PRIOR)
    return cells, factors.assign(factor=factor)[["product", "factor"]]


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
    rows = candidates(served, *known)
    came = came.distinct().mutate(came=ibis.literal(1))
    rows = rows.left_join(came, ["customer_id", "product"])
    found = orders.run(
        rows.group_by("orders", "lifted", "halved").agg(
            came=rows.came.fill_null(0).sum(), expected=rows["share"].sum()
        )
    )
    every = found["came"].sum() / max(found["expected"].sum(), NONE)
    by_orders = _factors(found, ["orders"], every)
    found["expected"] *= found["orders"].map(by_orders)
    by_lift = _factors(found, ["lifted"], 1.0)
    sure = found.groupby("lifted")["came"].sum()
    # What is recommended is the largest of many: it is believed as far as it is sure.
    sure = np.exp(-SURE / np.sqrt(sure + PRIOR)).where(sure.index > 0, 1.0)
    found["expected"] *= found["lifted"].map(by_lift)
    finer = _factors(found, ["lifted", "halved"], 1.0)
    by_lift *= sure
    lifts = [[*each, by_lift[each[0]] * finer[each]] for each in finer.index]
    return [[*each] for each in by_orders.items()], lifts


NONE = np.finfo(float).tiny


def _factors(found: pd.DataFrame, by: list[str], usual: float) -> pd.Series:
    """What came over what was expected, drawn towards what is ``usual``."""
    sums = found.groupby(by)[["came", "expected"]].sum()
    return (sums["came"] + PRIOR * usual) / (sums["expected"] + PRIOR)
