"""A copy of an order table that tells nobody who its customers are.

What is in it, column by column. What is not named here is left out, whatever a later
version of the order table may hold.

=====================  ==============================================================
``customer_id``        a pseudonym such as ``7F3A-91C2-B04D``; null of a guest. Or the
                       customer's own, where ``names`` are wanted
``order_id``           a code: its key holds the customer's. Or its own
money, times, counts   as they are
``product``,           as they are: what is sold is no person's. So in the list of
``sku``, ``category``  products, with ``cost`` and ``price``
``store``,             as they are: words of the shop about itself
``country``,
``channel``,
``campaign``
``tags``               only with ``names``: people type them about orders and
                       customers, names and all
list of customers      only what customers can be chosen by (``attributes``); names,
                       e-mail and consent with ``names``, a no wherever the list, or
                       somebody with the same address, says so. Phone, birthday,
                       address and whatever else a list holds: never
=====================  ==============================================================

Lines after the day that the data is complete to are left out: nothing counts them.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import ibis

from retention_core import consent, engine, slices
from retention_core.columns import COLUMNS, CONTACTS, DIMENSIONS, LINES
from retention_core.errors import NoOrdersError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import ibis.expr.types as ir

    from retention_core.orders import Orders

TYPED = ("tags",)
PRODUCTS = ("product", "sku", "category", "cost", "price")
# Digits of a pseudonym in fours; more where two would be the same.
DIGITS, MOST_DIGITS, BLOCK = 12, 64, 4
ORDER_DIGITS = 20
# Before what is hashed: an order called as a customer gets another code.
_CUSTOMER, _ORDER = "customer:", "order:"


@dataclass(frozen=True)
class Shown:
    """What a copy shows of the customers beside what they did.

    ``attributes``: what the list of customers lets them be chosen by; ``names``: their
    own ids and orders' numbers, how to reach them, and tags.
    """

    attributes: bool = False
    names: bool = False


def write(
    orders: Orders,
    folder: Path,
    *,
    key: str,
    shown: Shown | None = None,
    customers: tuple[str, str | None] | None = None,
) -> None:
    """Write a copy of an order table, which ``open_orders`` reads.

    Every figure of it is the original's, or of ``customers`` alone.

    Parameters
    ----------
    orders
        Of Parquet files, on an engine that may write to ``folder``, which is there.
    key
        Secret, of one length always. With the same key the same customer has the same
        pseudonym in every copy; without it nobody can tell whose it is.
    shown
        Nothing of the customers where it is not given.
    customers
        ``(by, value)`` of :func:`retention_core.slices.only`: only their orders.

    Raises
    ------
    UnknownDimensionError
        There is no such dimension (any more).
    NoOrdersError
        There would be no order in it.
    """
    shown = shown or Shown()
    if shown.names:
        orders = replace(orders, customers=consent.settled(orders))
    chosen = _only(orders, customers)
    if not int(chosen.run(chosen.table.agg(rows=chosen.table.count()))["rows"].iloc[0]):
        raise NoOrdersError
    tables = _tables(chosen, shown)
    if shown.names:
        _write(tables, folder, chosen)
        return
    with _veiled(tables, chosen, key) as veiled:
        _write(veiled, folder, chosen)


def pseudonym(digest: ir.StringValue, digits: int = DIGITS) -> ir.StringValue:
    """The first digits of a digest as people can read them out: ``7F3A-91C2-B04D``."""
    upper = digest.upper()
    blocks = [upper.substr(at, BLOCK) for at in range(0, digits, BLOCK)]
    return ibis.literal("-").join(blocks)


def _only(orders: Orders, customers: tuple[str, str | None] | None) -> Orders:
    """The shop of some customers: of firsts and the list, too, what is theirs."""
    if customers is None:
        return orders
    cut = slices.only(orders, *customers)
    theirs = cut.purchases.select("customer_id").distinct()

    def own(rows: ir.Table | None) -> ir.Table | None:
        return None if rows is None else rows.semi_join(theirs, "customer_id")

    return replace(cut, firsts=own(orders.firsts), customers=own(orders.customers))


def _tables(orders: Orders, shown: Shown) -> dict[str, ir.Table]:
    """What is carried, by the names of the files, under the customers' own ids."""
    kept = [name for name in DIMENSIONS if shown.names or name not in TYPED]
    found = {
        LINES: _of(orders.table, (*COLUMNS, *kept)),
        "purchases": orders.purchases,
        "firsts": orders.firsts,
        "products": orders.products,
        "customers": _people(orders, shown),
    }
    allowed = {
        "purchases": ("order_id", "customer_id", "ordered_at", "amount"),
        "firsts": ("customer_id", "first_at", *slices.LINE_COLUMNS, *kept),
        "products": PRODUCTS,
    }
    return {
        name: _of(table, allowed.get(name, table.columns))
        for name, table in found.items()
        if table is not None
    }


def _people(orders: Orders, shown: Shown) -> ir.Table | None:
    if orders.customers is None or not (shown.attributes or shown.names):
        return None
    chosen = [
        name.removeprefix(slices.ATTRIBUTE)
        for name in slices.dimensions(orders)
        if name.startswith(slices.ATTRIBUTE)
    ]
    contacts = CONTACTS if shown.names else ()
    return _of(orders.customers, ("customer_id", *contacts, *chosen))


def _of(table: ir.Table, allowed: tuple[str, ...]) -> ir.Table:
    return table.select(*(name for name in table.columns if name in set(allowed)))


@contextmanager
def _veiled(
    tables: dict[str, ir.Table], orders: Orders, key: str
) -> Iterator[dict[str, ir.Table]]:
    """The tables under pseudonyms, never two customers or orders under one."""
    ids = [t.select("customer_id") for t in tables.values() if "customer_id" in t]
    known = ibis.union(*ids, distinct=True)
    known = known.filter(known.customer_id.notnull())
    digest = _digest(known.customer_id, _CUSTOMER, key)
    with engine.held(known.mutate(digest=digest), orders.backend) as people:
        digits = _enough(orders, people.customer_id, people.digest, DIGITS)
        codes = people.select("customer_id", code=pseudonym(people.digest, digits))
        number = tables[LINES].order_id
        long = _enough(orders, number, _digest(number, _ORDER, key), ORDER_DIGITS)
        yield {
            name: _under(table, codes, (key, long)) for name, table in tables.items()
        }


def _digest(ids: ir.StringValue, of: str, key: str) -> ir.StringValue:
    return engine.keyed_digest(ibis.literal(of) + ids, key)


def _enough(
    orders: Orders, ids: ir.StringColumn, digest: ir.StringColumn, least: int
) -> int:
    """So many digits that no two are the same."""
    for digits in range(least, MOST_DIGITS, BLOCK):
        codes = digest.substr(0, digits).nunique()
        counted = ids.nunique().name("ids").as_table().mutate(codes=codes)
        found = orders.run(counted).iloc[0]
        if found["ids"] == found["codes"]:
            return digits
    return MOST_DIGITS


def _under(table: ir.Table, codes: ir.Table, order: tuple[str, int]) -> ir.Table:
    """A table whose customers and orders have codes in place of their ids."""
    names = table.columns
    if "order_id" in names:
        key, digits = order
        number = _digest(table.order_id, _ORDER, key)
        table = table.mutate(order_id=number.substr(0, digits))
    if "customer_id" in names:
        joined = table.left_join(codes, "customer_id")
        table = joined.select(*names, "code").mutate(customer_id=ibis._.code)
    return table.select(*names)


def _write(tables: dict[str, ir.Table], folder: Path, orders: Orders) -> None:
    metadata = {
        "as_of": orders.as_of.isoformat(),
        "first_day": orders.first_day.isoformat(),
        "currency": orders.currency,
        "time_zone": orders.time_zone,
    }
    for name, table in tables.items():
        words = metadata if name == LINES else None
        engine.write_parquet(table, folder / f"{name}.parquet", words, orders.backend)
