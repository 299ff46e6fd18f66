"""One list as its page shows it: whom it comes first for, a product of it, a part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis
import pandas as pd

from retention_core import consent, lists, reorder, survival
from retention_core.lists import second
from retention_ui.questions.people import people, with_details

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager

    import ibis.expr.types as ir

    from retention_core.orders import Orders

# Of a product's interval, and of who bought it again.
INTERVALS = ("product", "interval_days", "low", "high", "repeat_customers")


@dataclass(frozen=True)
class Part:
    """A part of a list.

    ``customers``, with what is at ``stake`` in all; ``share``: of all revenue, where
    the list says it.
    """

    customers: int
    stake: float
    share: float | None


@dataclass(frozen=True)
class Waiting:
    """When those come back who do: the curve, and the days by which they have.

    ``curve`` as of :func:`survival.kaplan_meier`; ``half``, ``most`` as of
    :class:`lists.second.Waits`, None where too few have come back.
    """

    curve: pd.DataFrame
    half: int | None
    most: int | None


def list_part(
    orders: Orders,
    *,
    name: str,
    product: str | None = None,
    box: Sequence[float] | None = None,
    **asked: Any,  # noqa: ANN401
) -> Part:
    """Count a part of a list; arguments as of :func:`list_chosen`."""
    with _everybody(orders, **asked) as everybody:
        found = _chosen(orders, everybody, name, (product, box), **asked)
        sums = found.agg(
            customers=found.count(),
            stake=found.stake.sum().fill_null(0.0),
            share=found.share.sum()
            if "share" in found.columns
            else ibis.null("float64"),
        )
        row = orders.run(sums).iloc[0]
    share = None if pd.isna(row["share"]) else float(row["share"])
    return Part(int(row["customers"]), float(row["stake"]), share)


def list_chosen(
    orders: Orders,
    *,
    name: str,
    product: str | None = None,
    box: Sequence[float] | None = None,
    limit: int | None = None,
    marked: bool = True,
    **asked: Any,  # noqa: ANN401
) -> pd.DataFrame:
    """List a part of a list in its order.

    Parameters
    ----------
    name
        One of ``lists.NAMES``.
    product
        Only those it is about this product for.
    box
        Only those within a part of the picture of value and risk: least and most
        risk (1 less the chance of an order in the window), least and most stake.
    marked
        Whether to tell ``first``, which takes as long as all lists before this one.
    asked
        ``fits`` as JSON or None, ``window_days``, and more as of ``lists.members``.

    Returns
    -------
    DataFrame
        The columns of :func:`retention_core.lists.members`, how to reach each
        customer, ``agreed``, and ``first``: on no list that comes before, if marked.
    """
    with _everybody(orders, **asked) as everybody:
        found = _chosen(orders, everybody, name, (product, box), **asked)
        found = _marked(orders, everybody, found, name, asked) if marked else found
        shown = lists.ordered(found, name)
        shown = shown if limit is None else shown.limit(limit)
        reached = consent.agreed(with_details(shown, orders), orders)
        return orders.run(lists.ordered(reached, name))


def list_products(orders: Orders, **asked: Any) -> pd.DataFrame:  # noqa: ANN401
    """Answer what is bought again by the calendar: ``INTERVALS``, most due first.

    ``customers``: how many are on the list for it, each for one product.
    """
    with _everybody(orders, **asked) as everybody:
        given = {k: each for k, each in asked.items() if k != "fits"}
        due = lists.members(orders, "due_reorder", everybody, **given)
        counts = orders.run(due.group_by("product").agg(customers=due.count()))
    learned = asked.get("learned")
    regulars = (
        reorder.regulars(orders)[[*INTERVALS]]
        if learned is None
        else (reorder.from_rows(learned["regulars"])[[*INTERVALS]])
    )
    found = regulars.merge(counts, on="product", how="left").fillna({"customers": 0})
    return found.astype({"customers": "int64"}).sort_values(
        ["customers", "repeat_customers", "product"],
        ascending=[False, False, True],
        ignore_index=True,
    )


def list_waiting(orders: Orders) -> Waiting:
    """Answer when the second order comes, where it comes."""
    counts = survival.waiting_times(orders, most=1)
    waits = second.usual_waits(orders)
    curve = survival.kaplan_meier(counts[counts["after"] == 1])
    half, most = (None, None) if waits is None else waits
    return Waiting(curve, half, most)


def _everybody(
    orders: Orders,
    *,
    fits: Mapping[str, Any] | None,
    window_days: int,
    **_: Any,  # noqa: ANN401
) -> AbstractContextManager[ir.Table]:
    return people(orders, fits=fits, window_days=window_days)


def _chosen(
    orders: Orders,
    everybody: ir.Table,
    name: str,
    part: tuple[str | None, Sequence[float] | None],
    *,
    fits: object,  # in the people already
    **asked: Any,  # noqa: ANN401
) -> ir.Table:
    product, box = part
    found = lists.members(orders, name, everybody, **asked)
    if product is not None:
        found = found.filter(found.product == product)
    if box is not None:
        least, most, low, high = box
        risk = 1 - found.probability_in_window
        found = found.filter(risk.between(least, most) & found.stake.between(low, high))
    return found


def _marked(
    orders: Orders,
    everybody: ir.Table,
    found: ir.Table,
    name: str,
    asked: dict[str, Any],
) -> ir.Table:
    """Mark whom the list comes ``first`` for: who stands on none before it."""
    asked = {each: value for each, value in asked.items() if each != "fits"}
    before = [
        lists.members(orders, each, everybody, **asked).select("customer_id")
        for each in lists.NAMES[: lists.NAMES.index(name)]
    ]
    if not before:
        return found.mutate(first=ibis.literal(True))
    others = before[0] if len(before) == 1 else ibis.union(*before)
    others = others.distinct().mutate(taken=ibis.literal(True))
    joined = found.left_join(others, "customer_id")
    return joined.select(*found.columns, first=joined.taken.isnull())


QUESTIONS: dict[str, Callable[..., Any]] = {
    "list_part": list_part,
    "list_chosen": list_chosen,
    "list_products": list_products,
    "list_waiting": list_waiting,
}
