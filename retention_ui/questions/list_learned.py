"""What the lists go by, asked once and passed on to every question about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retention_core import clv, lists

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from retention_core.orders import Orders


def levels(
    orders: Orders, *, fits: Mapping[str, Any] | None, window_days: int
) -> dict[str, float]:
    """Answer :func:`retention_core.lists.levels`; ``fits`` as JSON, None without."""
    known = None if fits is None else clv.Fits.from_json(fits)
    with lists.people(orders, fits=known, window_days=window_days) as people:
        return lists.levels(orders, people)


# Neither tells of single customers.
QUESTIONS: dict[str, Callable[..., Any]] = {
    "list_learned": lists.learn,
    "list_levels": levels,
}
