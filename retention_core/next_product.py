"""What each customer is likeliest to buy next, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from retention_core.orders import Orders


def fit(orders: Orders) -> dict[str, Any]:
    """What :func:`recommend` goes by, as JSON values: learned once for a shop."""
    raise NotImplementedError


def recommend(
    orders: Orders,
    customers: ir.Table | None = None,
    *,
    n: int = 5,
    model: dict[str, Any] | None = None,
) -> ir.Table:
    """Products most likely in the next order of each customer, at most ``n``.

    Parameters
    ----------
    customers
        Has ``customer_id``; everybody known if not given.
    model
        As of :func:`fit`; learned now if not given, which looks at all orders. With it
        one customer takes a moment.

    Returns
    -------
    Table
        ``customer_id``; ``rank`` (from 1); ``product``; ``score``, the chance that it
        is in the next order (0–1); ``reason``: ``"again"``, bought before; ``"after"``,
        what others bought next after ``because``; ``"popular"``, much bought lately;
        ``because``, a product or null.
    """
    raise NotImplementedError
