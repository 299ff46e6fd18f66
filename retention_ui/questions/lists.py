"""What the pages ask of the lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retention_core import consent, lists
from retention_core.lists import chart
from retention_ui.questions.people import people, with_details

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from retention_core.orders import Orders

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
    with people(orders, fits=fits, window_days=window_days) as everybody:
        found = lists.summary(orders, everybody, window_days=window_days, **asked)
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
    with people(orders, fits=fits, window_days=window_days) as everybody:
        found = lists.members(orders, name, everybody, window_days=window_days, **asked)
        shown = lists.ordered(found, name)
        shown = shown if limit is None else shown.limit(limit)
        reached = consent.agreed(with_details(shown, orders), orders)
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
    with people(orders, fits=fits, window_days=window_days) as everybody:
        return chart.chart(orders, everybody, window_days=window_days, most=limit)


QUESTIONS: dict[str, Callable[..., Any]] = {
    "list_summary": list_summary,
    "list_rows": list_rows,
    "list_map": list_map,
}
