"""The order table: one row an order line, and the views that every count comes from."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from retention_core import contacts, engine
from retention_core.columns import COLUMNS, LINES, REQUIRED
from retention_core.errors import (
    MissingColumnsError,
    NoOrdersError,
    NotADatasetError,
)
from retention_core.periods import following

if TYPE_CHECKING:
    from collections.abc import Callable

    import ibis.expr.types as ir
    from ibis.backends import BaseBackend

HALF_A_CENT = 0.005


@dataclass(frozen=True)
class Orders:
    """The order lines of one shop, up to the day they are complete to.

    Attributes
    ----------
    table
        ``order_lines`` of definitions.md §1: a row an order line, ``ordered_at`` in
        local business time, ``amount`` net in ``currency``. Lines after ``as_of``
        are not in it. All lines of an order are of one day, which is part of its key.
    customers
        One row a known customer (``customer_id``, name, e-mail …), or ``None``.
    as_of, first_day
        The day up to which the data is complete; the day of the first order line.
    currency, time_zone
        ISO 4217 code and IANA name, ``None`` where nobody knows.
    backend
        The engine that holds the tables.
    stored
        :attr:`purchases` as ingest wrote them beside the lines, or ``None``: derive
        them.
    products
        The list of products (``product, sku, category, cost, price``), or ``None``.
    firsts
        :func:`retention_core.slices.first_values` of every dimension as ingest wrote
        them, or ``None``: derive them.
    contacts
        Whom the shop wrote to, a row a contact with the columns of
        :data:`retention_core.contacts.COLUMNS`, or ``None``. Those after ``as_of`` are
        in it: they happened.
    sliced
        Whether its customers were chosen by what their first order was: none of them
        could have been before it.
    """

    table: ir.Table
    customers: ir.Table | None
    as_of: dt.date
    first_day: dt.date
    currency: str | None
    time_zone: str | None
    backend: BaseBackend
    stored: ir.Table | None = None
    products: ir.Table | None = None
    firsts: ir.Table | None = None
    contacts: ir.Table | None = None
    sliced: bool = False

    @cached_property
    def purchases(self) -> ir.Table:
        """One row an order: ``order_id, customer_id, ordered_at, amount`` (net).

        An order whose lines were refunded to zero (a net of at most half a cent) is
        none; one that cost nothing from the start is one; a refund never makes one.
        ``customer_id`` is null for a guest.
        """
        return purchases_of(self.table) if self.stored is None else self.stored

    @cached_property
    def purchase_days(self) -> ir.Table:
        """One row a customer and day with a purchase: ``customer_id, day, amount``.

        Guests are left out. ``amount`` is the day's net revenue.
        """
        known = self.purchases.filter(self.purchases.customer_id.notnull())
        days = known.select("customer_id", "amount", day=known.ordered_at.date())
        return days.group_by("customer_id", "day").agg(amount=days.amount.sum())

    @property
    def dimensions(self) -> list[str]:
        """The columns that customers can be sliced by."""
        return [name for name in self.table.columns if name not in COLUMNS]

    @property
    def span_days(self) -> int:
        """Days from the first order line to ``as_of``, both counted."""
        return (self.as_of - self.first_day).days + 1

    def run(self, expression: ir.Table) -> pd.DataFrame:
        """Bring a small answer into Python, on a cursor of its own."""
        return engine.run(expression, self.backend)

    def until(self, day: dt.date) -> Orders:
        """The same shop as it was known at the end of ``day``.

        Before ``as_of`` nobody knew of the refunds to come: their orders stand whole.
        """
        shop = self.cut(lambda rows: _until(rows, day))
        if day < self.as_of:
            back = shop.table.refunded_at
            known = shop.table.filter(back.isnull() | (back < _midnight_after(day)))
            late = shop.table.filter(back >= _midnight_after(day))
            stored = (
                None if shop.stored is None else _as_known(shop.stored, known, late)
            )
            shop = replace(shop, table=known, stored=stored)
        elif self.firsts is not None:
            begun = self.firsts.first_at < _midnight_after(day)
            shop = replace(shop, firsts=self.firsts.filter(begun))
        return replace(shop, as_of=day)

    def cut(self, fewer: Callable[[ir.Table], ir.Table]) -> Orders:
        """The same shop with fewer orders.

        ``fewer`` goes over lines as over purchases and must keep or drop an order
        whole: it may look at ``order_id``, ``customer_id`` and the day.
        """
        stored = None if self.stored is None else fewer(self.stored)
        return replace(self, table=fewer(self.table), stored=stored, firsts=None)


def purchases_of(lines: ir.Table) -> ir.Table:
    """Order lines to :attr:`Orders.purchases`."""
    sold = lines.refunded_at.isnull()
    net = lines.group_by("order_id").agg(
        customer_id=lines.customer_id.max(),
        ordered_at=lines.ordered_at.min(where=sold),
        amount=lines.amount.sum(),
        gross=lines.amount.sum(where=sold),
    )
    kept = net.ordered_at.notnull() & (
        (net.gross <= HALF_A_CENT) | (net.amount > HALF_A_CENT)
    )
    return net.filter(kept).drop("gross")


def open_orders(
    source: str | Path | ir.Table,
    *,
    as_of: dt.date | None = None,
    currency: str | None = None,
    time_zone: str | None = None,
    **settings: str | int,
) -> Orders:
    """Open an order table.

    Parameters
    ----------
    source
        A folder that :func:`retention_core.ingest` wrote, one Parquet file, or an
        Ibis table on any engine with at least the columns of ``REQUIRED``.
    as_of, currency, time_zone
        Override what the Parquet's own metadata says.
    settings
        DuckDB settings for a file, such as ``memory_limit``.

    Raises
    ------
    NotADatasetError
        Nothing at that path.
    MissingColumnsError
        The table lacks a required column.
    NoOrdersError
        The table has no row.
    """
    overrides = (as_of, currency, time_zone)
    if not isinstance(source, str | Path):
        return _orders({LINES: source}, {}, overrides)
    paths = _tables(Path(source))
    backend, metadata = engine.open_parquet(paths, **settings)
    tables = {name: backend.table(name) for name in paths}
    return _orders(tables, metadata[LINES], overrides)


def _tables(path: Path) -> dict[str, Path]:
    """The Parquet files of a dataset by their tables' names."""
    if path.is_file():
        return {LINES: path}
    names = (LINES, "customers", "purchases", "products", "firsts", *contacts.TABLES)
    found = {name: path / f"{name}.parquet" for name in names}
    found = {name: each for name, each in found.items() if each.is_file()}
    if LINES not in found:
        raise NotADatasetError(path=str(path))
    return found


def complete_until(days: list[dt.date], uploaded_on: dt.date | None = None) -> dt.date:
    """Day up to which an export is complete (definitions.md §2).

    Parameters
    ----------
    days
        The distinct days with orders, sorted.
    uploaded_on
        The result is never later than the day before; except where every order is
        of that very day.
    """
    last = days[-1]
    month_end = following(last.replace(day=1), "month") - dt.timedelta(days=1)
    gaps = np.diff(np.array(days, dtype="datetime64[D]")).astype(int)
    usual = float(np.quantile(gaps, 0.95)) if gaps.size else 0.0
    found = month_end if (month_end - last).days <= usual else last
    if uploaded_on is not None:
        found = min(found, uploaded_on - dt.timedelta(days=1))
    return found if found >= days[0] else last


def _orders(
    tables: dict[str, ir.Table],
    metadata: dict[str, Any],
    overrides: tuple[dt.date | None, str | None, str | None],
) -> Orders:
    wanted, currency, time_zone = overrides
    table = _conformed(tables[LINES])
    backend = table.get_backend()
    if {"as_of", "first_day"} <= set(metadata):
        first_day, as_of = (
            dt.date.fromisoformat(metadata[name]) for name in ("first_day", "as_of")
        )
    else:
        days = _days(table, backend)
        if not days:
            raise NoOrdersError
        first_day, as_of = days[0], complete_until(days)
    if (wanted or as_of) < first_day:
        raise NoOrdersError
    shop = Orders(
        table=table,
        customers=tables.get("customers"),
        as_of=as_of,
        first_day=first_day,
        currency=currency or metadata.get("currency"),
        time_zone=time_zone or metadata.get("time_zone"),
        backend=backend,
        stored=tables.get("purchases"),
        products=tables.get("products"),
        firsts=tables.get("firsts"),
        contacts=contacts.united(
            tables[name] for name in contacts.TABLES if name in tables
        ),
    )
    return shop.until(wanted or as_of)


def _conformed(table: ir.Table) -> ir.Table:
    """The table with every column of ``COLUMNS`` in its type, absent ones null."""
    import ibis

    missing = [name for name in REQUIRED if name not in table.columns]
    if missing:
        raise MissingColumnsError(missing=missing, found=list(table.columns))
    defaults = {"quantity": ibis.literal(1.0)}
    absent = {
        name: defaults.get(name, ibis.null(kind))
        for name, kind in COLUMNS.items()
        if name not in table.columns
    }
    other = {
        name: table[name].cast(kind)
        for name, kind in COLUMNS.items()
        if name in table.columns and not getattr(table[name].type(), f"is_{kind}")()
    }
    return table.mutate(**absent, **other) if absent or other else table


def _days(table: ir.Table, backend: BaseBackend) -> list[dt.date]:
    found = table.select(day=table.ordered_at.date()).distinct().order_by("day")
    return [pd.Timestamp(day).date() for day in engine.run(found, backend)["day"]]


def _as_known(stored: ir.Table, known: ir.Table, late: ir.Table) -> ir.Table:
    """Purchases before some refunds: only of those orders from their lines again."""
    again = known.semi_join(late, "order_id")
    rest = stored.anti_join(late, "order_id")
    return rest.union(purchases_of(again).select(*stored.columns).cast(stored.schema()))


def _until(rows: ir.Table, day: dt.date) -> ir.Table:
    return rows.filter(rows.ordered_at < _midnight_after(day))


def _midnight_after(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time())
