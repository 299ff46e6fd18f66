"""From the rows of a file to order lines: one step for each way of laying them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_core.ingest import systems
from retention_core.ingest.layouts import columns, groups, items, summaries

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from retention_core.ingest.model import Detection, RawSheet


def lay_out(
    con: DuckDBPyConnection, sheet: RawSheet, detection: Detection, number: int
) -> str:
    """SQL of text cells under the names of fields, one row a line.

    Columns: ``row``; ``line``, from 1 within its row; ``first_cell``; ``filled`` (null:
    see :mod:`.continued`); ``kind``: null for a sale, ``refund``, or the code of the
    ledger that says why it is neither; every field of :func:`fields`. ``number`` is the
    sheet's, for the names of tables.
    """
    system = systems.of(detection)
    query = columns.query(sheet, detection, system)
    if detection.groups:
        query = groups.named(con, query, detection, number)
    if "items" in system:
        query = items.unpacked(query, detection)
    if summaries.are_in(system):
        query = summaries.said(con, query, detection, number)
    return query


def fields(detection: Detection) -> list[str]:
    """The fields that a sheet has, out of whichever cells."""
    system = systems.of(detection)
    found = [*detection.mapping, *columns.patterns(detection, system)]
    found += [*system.get("refunds", {}), *items.fields(detection)]
    if detection.groups:
        found.append(detection.groups["field"])
    if detection.store:
        found.append("store")
    return list(dict.fromkeys(found))


def is_plain(detection: Detection) -> bool:
    """Whether every row is a line and stands for itself."""
    steps = ("kinds", "summary", "items")
    laid_out = detection.orders_in or detection.groups
    return not (laid_out or systems.of(detection).keys() & {*steps})
