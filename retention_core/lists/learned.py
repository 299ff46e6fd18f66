"""What the lists go by that is the shop's and of no single customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retention_core import engine
from retention_core.lists import birthdays, habit, regular, second, tier, value
from retention_core.lists.asked import Asked, regulars
from retention_core.lists.everybody import silences

if TYPE_CHECKING:
    from collections.abc import Callable

    import ibis.expr.types as ir

    from retention_core.orders import Orders

LEARNED: dict[str, Callable[[Asked], Any]] = {
    "regulars": regulars,
    "slower": habit.learned,
    "regular": regular.learned,
    "waits": second.learned,
    "thresholds": tier.learned,
    "birthdays": birthdays.learned,
}


def learn(
    orders: Orders,
    *,
    window_days: int,
    **asked: Any,  # noqa: ANN401 the arguments of other analyses
) -> dict[str, Any]:
    """What :func:`members` goes by, as JSON values: worked out once for a shop.

    Parameters
    ----------
    window_days, asked
        As of :func:`members`, which answers by what was learned with the same ones.

    Returns
    -------
    ``regulars``, what is bought again by the calendar; ``slower`` and ``regular``, how
    much slower, or how even, is more than chance; ``waits``, when the second order
    comes; ``thresholds`` of the loyalty tiers; ``birthdays``, how they are written.
    """
    with engine.held(silences(orders), orders.backend) as everybody:
        shop = Asked(orders, everybody, window_days, asked)
        return {name: shop.known(name, work_out) for name, work_out in LEARNED.items()}


def levels(orders: Orders, people: ir.Table) -> dict[str, float]:
    """What makes a customer one of the best of all, as numbers.

    With them :func:`members` may be asked of one customer without looking at all.

    Parameters
    ----------
    people
        Everybody, as of :func:`people`.

    Returns
    -------
    ``valuable`` (what is at stake with the last of the top fifth), ``doubted`` (the
    median ``probability_alive`` of the top fifth; NaN without a forecast), ``top``
    (revenue of the last of the top tenth), ``middle`` (median revenue).
    """
    return value.levels(orders, people)
