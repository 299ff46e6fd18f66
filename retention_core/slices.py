"""Customers sliced by their first order or by who they are: each is in one slice."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from retention_core.errors import RetentionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from retention_core.orders import Orders

LINE_COLUMNS = ("product", "category")
ATTRIBUTE = "customer."
SINCE = "since:"
BEFORE, AFTER = "before", "after"
LEAST_VALUES, MOST_VALUES = 2, 50
PERSONAL = (
    "customer_id",
    "customer_name",
    "first_name",
    "last_name",
    "email",
    "phone",
    "consent",
    "birthday",
)
# A list that counts orders or money knows the outcome: whoever came back has more.
COUNTED = {"total", "orders", "spent", "spend", "revenue", "aov", "last"}


class UnknownDimensionError(RetentionError, KeyError):
    """The order table has no such column to slice by."""

    code = "unknown_dimension"
    template = "There is no dimension {by!r}; choose one of {found}."

    def __str__(self) -> str:
        return self.template.format(**self.fields)


def dimensions(orders: Orders) -> list[str]:
    """Everything that customers can be sliced by, dated marks apart.

    Columns of the order table by their names; those of the customers' list that have
    2 to 50 values as ``"customer.<attribute>"``.
    """
    return [*LINE_COLUMNS, *orders.dimensions, *_attributes(orders)]


def first_value(orders: Orders, by: str) -> ir.Table:
    """Value of a dimension for each known customer, mostly as of the first order.

    Where the lines of that order differ, the line of the largest amount decides;
    among equal ones the first name. Orders of one instant count as one: which of them
    is called first says nothing.

    Parameters
    ----------
    by
        A dimension column of the order table, ``"product"`` or ``"category"``;
        ``"customer.<attribute>"``, a column of the customers' list, which says what
        is true when the list was made; ``"since:<ISO date>"``: whether the first
        purchase was ``"before"`` that day or ``"after"`` its beginning.

    Returns
    -------
    Ibis table
        ``customer_id, value``: a row a customer with a purchase; ``value`` is null
        where nothing is known.

    Raises
    ------
    UnknownDimensionError
        No such column, no such date.
    """
    if by in (*LINE_COLUMNS, *orders.dimensions):
        return _of_first_line(orders, by)
    if by in _candidates(orders):
        return _of_list(orders, by.removeprefix(ATTRIBUTE))
    day = since(by)
    if day is None:
        raise UnknownDimensionError(by=by, found=dimensions(orders))
    bought = orders.purchases.filter(orders.purchases.customer_id.notnull())
    first = bought.group_by("customer_id").agg(first_at=bought.ordered_at.min())
    midnight = dt.datetime.combine(day, dt.time())
    value = (first.first_at < midnight).ifelse(BEFORE, AFTER)
    return first.select("customer_id", value=value)


def since(by: str) -> dt.date | None:
    """Day of a dimension ``"since:<ISO date>"``; ``None`` where it is no such."""
    if not by.startswith(SINCE):
        return None
    try:
        return dt.date.fromisoformat(by.removeprefix(SINCE))
    except ValueError:
        return None


def only(orders: Orders, by: str, value: str | None) -> Orders:
    """The same shop with only the customers of one slice; guests are in none.

    ``by`` as in :func:`first_value`. ``as_of`` and ``first_day`` stay the shop's own.
    ``value=None`` asks for the customers of whom no value is known. Contacts are all
    of theirs, also those before they bought and so could be chosen (``sliced``).
    """
    values = first_value(orders, by)
    wanted = values.value.isnull() if value is None else values.value == value
    chosen = values.filter(wanted).select("customer_id")
    shop = orders.cut(lambda rows: rows.semi_join(chosen, "customer_id"))
    told = orders.contacts
    if told is not None:
        told = told.semi_join(chosen, "customer_id")
    return replace(shop, contacts=told, sliced=True)


def first_values(
    lines: ir.Table, purchases: ir.Table, names: Sequence[str]
) -> ir.Table:
    """The first order of each known customer, and what its lines say.

    Parameters
    ----------
    lines, purchases
        :attr:`~retention_core.orders.Orders.table` and its ``purchases``.
    names
        Columns of ``lines``; of each the value of the largest line counts.

    Returns
    -------
    Ibis table
        ``customer_id, first_at`` (the time of the first purchase) and ``names``: a row
        a customer with a purchase.
    """
    sold = lines.filter(lines.refunded_at.isnull())
    joined = sold.select("order_id", "amount", *names).join(
        _first_orders(purchases), "order_id"
    )
    largest = joined.group_by("customer_id").agg(amount=joined.amount.max())
    # Of equal lines the first name: a missing one is no name.
    tied = joined.semi_join(largest, ["customer_id", "amount"])
    return tied.group_by("customer_id").agg(
        first_at=tied.first_at.min(), **{name: tied[name].min() for name in names}
    )


def _of_first_line(orders: Orders, by: str) -> ir.Table:
    """``customer_id, value``: of the largest line of each first order."""
    found = orders.firsts
    if found is None or by not in found.columns:
        found = first_values(orders.table, orders.purchases, [by])
    return found.select("customer_id", value=found[by])


def _of_list(orders: Orders, attribute: str) -> ir.Table:
    """``customer_id, value``: of every customer with a purchase, from the list."""
    people: ir.Table = orders.customers
    values = people.select("customer_id", value=people[attribute].cast("string"))
    # A list from elsewhere may name somebody twice.
    single = values.group_by("customer_id").agg(value=values.value.max())
    bought = orders.purchases.filter(orders.purchases.customer_id.notnull())
    return (
        bought.select("customer_id")
        .distinct()
        .left_join(single, "customer_id")[["customer_id", "value"]]
    )


def _candidates(orders: Orders) -> list[str]:
    """Attributes of the list that do not name, reach or count a customer.

    Nor those that the orders tell themselves, as of the first one.
    """
    if orders.customers is None:
        return []
    hidden = {*PERSONAL, *orders.dimensions}
    return [
        ATTRIBUTE + name
        for name in orders.customers.columns
        if name not in hidden and not COUNTED & set(name.lower().split("_"))
    ]


def _attributes(orders: Orders) -> list[str]:
    """Those of the candidates that have few values, but more than one."""
    names = _candidates(orders)
    if not names:
        return []
    people: ir.Table = orders.customers
    columns = {name: people[name.removeprefix(ATTRIBUTE)] for name in names}
    row = orders.run(
        people.agg(**{name: column.nunique() for name, column in columns.items()})
    ).iloc[0]
    return [name for name in names if LEAST_VALUES <= row[name] <= MOST_VALUES]


def _first_orders(purchases: ir.Table) -> ir.Table:
    """``customer_id, order_id, first_at`` of each known customer's first purchase.

    Several rows a customer, if several are of that instant.
    """
    bought = purchases.filter(purchases.customer_id.notnull())
    earliest = bought.group_by("customer_id").agg(ordered_at=bought.ordered_at.min())
    tied = bought.semi_join(earliest, ["customer_id", "ordered_at"])
    return tied.select("customer_id", "order_id", first_at=tied.ordered_at)
