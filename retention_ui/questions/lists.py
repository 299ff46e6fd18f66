"""What the pages ask of the lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retention_core import clv, consent, lists
from retention_core.lists import chart

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import ibis.expr.types as ir
    import pandas as pd

    from retention_core.orders import Orders

# How to reach a customer, as far as the list of customers says.
REACHED_BY = ("customer_name", "email", "phone", "birthday", "consent")
MOST_POINTS = 2000


@dataclass(frozen=True)
class Everything:
    """All lists at a glance, and whether anybody was asked whether they agree.

    ``asked``: whether the customers' list tells of consent at all.
    """

    summary: lists.Summary
    asked: bool


def list_summary(
    orders: Orders,
    *,
    fits: Mapping[str, Any] | None,
    window_days: int,
    **asked: Any,  # noqa: ANN401 as of lists.summary
) -> Everything:
    """Answer :func:`retention_core.lists.summary`; ``fits`` as JSON, None without."""
    with lists.people(orders, fits=_known(fits), window_days=window_days) as people:
        found = lists.summary(orders, people, window_days=window_days, **asked)
    return Everything(found, consent.asked(orders))


def list_rows(
    orders: Orders,
    *,
    name: str,
    fits: Mapping[str, Any] | None,
    window_days: int,
    limit: int | None = None,
    **asked: Any,  # noqa: ANN401 as of lists.members
) -> pd.DataFrame:
    """List who stands on the list ``name``, whom to contact first comes first.

    The columns of :func:`retention_core.lists.members`, those of ``REACHED_BY`` that
    the customers' list has, and ``agreed``: yes, no or unknown.
    """
    with lists.people(orders, fits=_known(fits), window_days=window_days) as people:
        found = lists.members(orders, name, people, window_days=window_days, **asked)
        shown = lists.ordered(found, name)
        shown = shown if limit is None else shown.limit(limit)
        reached = consent.agreed(with_contacts(shown, orders), orders)
        return orders.run(lists.ordered(reached, name))


def list_map(
    orders: Orders,
    *,
    fits: Mapping[str, Any] | None,
    window_days: int,
    limit: int = MOST_POINTS,
) -> chart.Chart:
    """Set value against risk: everybody in groups, the most valuable one by one.

    At most ``limit`` of them; with 0 none, and nobody is named.
    """
    with lists.people(orders, fits=_known(fits), window_days=window_days) as people:
        return chart.chart(orders, people, window_days=window_days, most=limit)


def with_contacts(table: ir.Table, orders: Orders) -> ir.Table:
    """How to reach each customer of a table, as far as the customers' list says."""
    known = orders.customers
    found = [] if known is None else [c for c in REACHED_BY if c in known.columns]
    if known is None or not found:
        return table
    joined = table.left_join(known.select("customer_id", *found), "customer_id")
    return joined.select(*table.columns, *found)


def _known(fits: Mapping[str, Any] | None) -> clv.Fits | None:
    return None if fits is None else clv.Fits.from_json(fits)


QUESTIONS: dict[str, Callable[..., Any]] = {
    "list_summary": list_summary,
    "list_rows": list_rows,
    "list_map": list_map,
}
