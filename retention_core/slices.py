"""Customers sliced by what their first order was: a customer is in one slice only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from retention_core.errors import RetentionError

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from retention_core.orders import Orders

LINE_COLUMNS = ("product", "category")


class UnknownDimensionError(RetentionError, KeyError):
    """The order table has no such column to slice by."""

    code = "unknown_dimension"
    template = "There is no dimension {by!r}; choose one of {found}."

    def __str__(self) -> str:
        return self.template.format(**self.fields)


def dimensions(orders: Orders) -> list[str]:
    """Everything that customers can be sliced by."""
    return [*LINE_COLUMNS, *orders.dimensions]


def first_value(orders: Orders, by: str) -> ir.Table:
    """Value of a dimension as of each known customer's first order.

    Where the lines of that order differ, the line of the largest amount decides;
    among equal ones the first name. Orders of one instant go by their id.

    Parameters
    ----------
    by
        A dimension column of the order table, ``"product"`` or ``"category"``.

    Returns
    -------
    Ibis table
        ``customer_id, value``: a row a customer with a purchase; ``value`` is null
        where that line has none.

    Raises
    ------
    UnknownDimensionError
        No such column.
    """
    if by not in dimensions(orders):
        raise UnknownDimensionError(by=by, found=dimensions(orders))
    sold = orders.table.filter(orders.table.refunded_at.isnull())
    firsts = _first_orders(orders)
    lines = sold.select("order_id", "amount", value=sold[by]).join(firsts, "order_id")
    rank = ibis.row_number().over(
        group_by=lines.customer_id, order_by=[lines.amount.desc(), lines.value.asc()]
    )
    ranked = lines.select("customer_id", "value", rank=rank)
    return ranked.filter(ranked["rank"] == 0).drop("rank")


def only(orders: Orders, by: str, value: str | None) -> Orders:
    """The same shop with only the customers of one slice; guests are in none.

    ``as_of`` and ``first_day`` stay the shop's own. ``value=None`` asks for the
    customers whose first order has no value.
    """
    values = first_value(orders, by)
    wanted = values.value.isnull() if value is None else values.value == value
    chosen = values.filter(wanted).select("customer_id")
    return orders.cut(lambda rows: rows.semi_join(chosen, "customer_id"))


def _first_orders(orders: Orders) -> ir.Table:
    """``customer_id, order_id`` of each known customer's first purchase."""
    bought = orders.purchases.filter(orders.purchases.customer_id.notnull())
    earliest = bought.group_by("customer_id").agg(ordered_at=bought.ordered_at.min())
    tied = bought.semi_join(earliest, ["customer_id", "ordered_at"])
    return tied.group_by("customer_id").agg(order_id=tied.order_id.min())
