"""How large each list is, what is at stake, and who stands on several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis

from retention_core import consent, engine
from retention_core.lists.asked import Asked
from retention_core.lists.rules import NAMES, standing_on

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from retention_core.orders import Orders


@dataclass(frozen=True)
class Summary:
    """All lists at a glance.

    Attributes
    ----------
    lists
        A row a list, in order of priority: ``list``; ``customers``; ``stake``, the
        sum of theirs; ``expected``, the sum of what is expected of them as of
        :func:`people`, 0 without a forecast; ``first_customers, first_stake``, of those
        who stand on no list before it; ``agreed, refused``, how many of the
        ``customers`` have agreed to be written to and how many have said no; of the
        rest nobody knows.
    overlaps
        A row a pair of lists that share somebody: ``list, other`` (the one of lower
        priority), ``customers``.
    contacted
        Customers on any list, each once.
    """

    lists: pd.DataFrame
    overlaps: pd.DataFrame
    contacted: int


def summary(
    orders: Orders,
    people: ir.Table,
    *,
    window_days: int,
    **asked: Any,  # noqa: ANN401 the arguments of other analyses
) -> Summary:
    """Every list of ``NAMES`` at a glance; the arguments are those of :func:`members`.

    Nobody who has said no is counted as ``agreed``.
    """
    shared = Asked(orders, people, window_days, asked)
    every = [
        standing_on(name, shared).select(
            "customer_id", "stake", "expected", place=ibis.literal(place)
        )
        for place, name in enumerate(NAMES)
    ]
    with engine.held(ibis.union(*every), orders.backend) as standing:
        sizes = orders.run(_sizes(consent.agreed(standing, orders)))
        pairs = orders.run(_pairs(standing))
    named = sizes.set_index("place").reindex(range(len(NAMES)), fill_value=0)
    counts = ["customers", "first_customers", "agreed", "refused"]
    named = named.astype(dict.fromkeys(counts, "int64"))
    named.insert(0, "list", list(NAMES))
    return Summary(
        lists=named.reset_index(drop=True),
        overlaps=pairs.assign(
            **{name: [NAMES[k] for k in pairs[name]] for name in ("list", "other")}
        ),
        contacted=int(named["first_customers"].sum()),
    )


def _sizes(standing: ir.Table) -> ir.Table:
    best = ibis.window(group_by=standing.customer_id)
    marked = standing.mutate(first=standing.place == standing.place.min().over(best))
    return marked.group_by("place").agg(
        customers=marked.count(),
        stake=marked.stake.sum().fill_null(0.0),
        expected=marked.expected.sum().fill_null(0.0),
        first_customers=marked.first.cast("int64").sum(),
        first_stake=marked.stake.sum(where=marked.first).fill_null(0.0),
        agreed=(marked.agreed == consent.YES).cast("int64").sum(),
        refused=(marked.agreed == consent.NO).cast("int64").sum(),
    )


def _pairs(standing: ir.Table) -> ir.Table:
    one = standing.select("customer_id", list=standing.place)
    other = standing.select("customer_id", other=standing.place)
    both = one.join(other, "customer_id").filter(ibis._.list < ibis._.other)
    return (
        both.group_by("list", "other")
        .agg(customers=both.count())
        .order_by("list", "other")
    )
