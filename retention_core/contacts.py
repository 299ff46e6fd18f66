"""Whom the shop wrote to, when, with what: the table beside the orders.

It comes from two places, which :attr:`Orders.contacts` shows as one: campaign files
among the uploaded ones (``contacts.parquet``), and what was noted in the app
(``noted.parquet``). A contact that both tell counts once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import pandas as pd

from retention_core import engine
from retention_core.columns import (
    CONTACT_COLUMNS,
    CONTACT_NEEDED,
    CONTACTED,
    NOTED,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import ibis.expr.types as ir

    from retention_core.orders import Orders

# The columns of the table, those that must not have gaps, and where it comes from.
COLUMNS, NEEDED, TABLES = CONTACT_COLUMNS, CONTACT_NEEDED, CONTACTED


def united(tables: Iterable[ir.Table]) -> ir.Table | None:
    """Contacts of several places as one table of ``COLUMNS``, each contact once.

    The same contact is one of the same campaign, customer, day and offer; one without
    an offer is the same as one with any. Who was held back by one account of it and
    contacted by another was contacted.

    Returns
    -------
    Ibis table or None
        A row a contact; ``None`` where there is no table.
    """
    every = [_conformed(table) for table in tables]
    if not every:
        return None
    told = every[0] if len(every) == 1 else ibis.union(*every)
    same = ibis.window(group_by=["campaign", "customer_id", "contacted_on"])
    no_offer = told.offer.isnull()
    told = told.mutate(
        known=told.offer.max().over(same),
        reached=(no_offer & ~told.control).cast("int8").max().over(same),
    )
    kept = told.filter(told.offer.notnull() | told.known.isnull())
    each = kept.group_by("campaign", "customer_id", "contacted_on", "offer").agg(
        list=kept.list.max(),
        seed=kept.seed.max(),
        held_back=kept.control.cast("int8").min(),
        reached=kept.reached.max(),
    )
    control = (each.held_back == 1) & (each.reached == 0)
    return each.mutate(control=control).select(*COLUMNS)


def unknown(orders: Orders) -> int:
    """Count the contacts of customers who are not in the data (any more).

    After a rebuild customers may go by other keys: contacts that were noted under the
    old ones are kept, and in no figure. Of a shop with all its customers.
    """
    if orders.contacts is None:
        return 0
    known = orders.table.select("customer_id")
    if orders.customers is not None:
        known = known.union(orders.customers.select("customer_id"))
    others = orders.contacts.anti_join(known, "customer_id")
    return int(orders.run(others.agg(rows=others.count()))["rows"].iloc[0])


def before(contacts: ir.Table, firsts: ir.Table) -> ir.Table:
    """Contacts of those customers who had bought on an earlier day.

    ``firsts`` has ``customer_id, first_at``: of some customers alone, when customers
    are chosen by what their first order was. Nobody belongs to such a choice before
    that order: of those contacted earlier only buyers would be seen.
    """
    begun = firsts.select("customer_id", begun_on=firsts.first_at.date())
    joined = contacts.join(begun, "customer_id")
    return joined.filter(joined.begun_on < joined.contacted_on).select(*COLUMNS)


def write(frame: pd.DataFrame, path: Path) -> None:
    """Write contacts to one Parquet file, equal ones once.

    Parameters
    ----------
    frame
        With ``COLUMNS``; more are left out.
    path
        The file; what stands there is overwritten.

    Raises
    ------
    ValueError
        A column of ``NEEDED`` is not there or has gaps, or a day is none.
    OSError
        The disk is full or cannot be written to.
    """
    columns = [name for name in COLUMNS if name in frame.columns]
    told = frame[columns].reindex(columns=[*COLUMNS])
    gaps = [name for name in NEEDED if told[name].isna().any()]
    if gaps or not set(NEEDED) <= set(columns):
        raise ValueError(f"contacts need {NEEDED}; gaps in {gaps}")
    days = pd.to_datetime(told["contacted_on"]).dt.normalize().astype("datetime64[us]")
    texts = {
        name: told[name].astype(object).where(told[name].notna(), None)
        for name, kind in COLUMNS.items()
        if kind == "string"
    }
    told = told.assign(contacted_on=days, control=told["control"].astype(bool), **texts)
    told = told.drop_duplicates()
    backend = engine.connect()
    try:
        schema = ibis.schema(COLUMNS | {"contacted_on": "timestamp"})
        rows = backend.create_table(NOTED, told, schema=schema)
        days = rows.mutate(contacted_on=rows.contacted_on.date())
        with engine.on_disk():
            engine.write_parquet(days.select(*COLUMNS), path, backend=backend)
    finally:
        backend.disconnect()


def read(path: Path) -> pd.DataFrame:
    """Return what :func:`write` wrote, ``contacted_on`` as dates; empty without it."""
    if not path.is_file():
        return pd.DataFrame(columns=[*COLUMNS])
    backend, _ = engine.open_parquet({NOTED: path})
    try:
        return engine.run(_conformed(backend.table(NOTED)), backend)
    finally:
        backend.disconnect()


def _conformed(table: ir.Table) -> ir.Table:
    """``COLUMNS`` in their types and order, absent ones null; blank words are none."""
    cells = {}
    for name, kind in COLUMNS.items():
        cell = table[name] if name in table.columns else ibis.null(kind)
        cell = cell.cast(kind)
        cells[name] = cell.strip().nullif("") if kind == "string" else cell
    return table.select(**cells)
