"""Are the tables of a folder what ingest would have written? For folders from afar.

To be run in a child: a table that was made to do harm is decoded here first.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from contextlib import closing
from typing import TYPE_CHECKING, Any

import duckdb

from retention_core.columns import (
    COLUMNS,
    CONTACT_COLUMNS,
    CONTACT_NEEDED,
    CONTACTED,
    DIMENSIONS,
    LINES,
    METADATA_KEY,
)
from retention_core.errors import RetentionError
from retention_core.ingest import values
from retention_core.ingest.limits import bounds

if TYPE_CHECKING:
    from pathlib import Path

_TEXT, _TIME = "VARCHAR", "TIMESTAMP"
# A column of nothing, or of ones, is written as whole numbers, whatever it is for.
_NUMBER = r"(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL\(\d+,\d+\))"
_FLAT = re.compile(rf"{_TEXT}|{_TIME}(_(S|MS|NS))?|DATE|BOOLEAN|{_NUMBER}")
_SOLD = {"order_id": _TEXT, "ordered_at": _TIME, "amount": _NUMBER}
_CONTACT = {
    name: {"string": _TEXT, "boolean": "BOOLEAN", "date": "DATE"}[kind]
    for name, kind in CONTACT_COLUMNS.items()
}
# Columns that must be there, and what they hold; and those that may be besides. Of the
# customers' list any may: they have the names of its header.
_TABLES: dict[str, tuple[dict[str, str], set[str] | None]] = {
    LINES: (_SOLD | {"customer_id": ".*"}, {*COLUMNS, *DIMENSIONS}),
    "purchases": (_SOLD | {"customer_id": ".*"}, set()),
    "firsts": (
        {"customer_id": ".*", "first_at": _TIME},
        {"product", "category", *DIMENSIONS},
    ),
    "customers": ({"customer_id": ".*"}, None),
    "products": (
        dict.fromkeys(("product", "sku", "category", "cost", "price"), ".*"),
        set(),
    ),
    **dict.fromkeys(CONTACTED, (_CONTACT, set())),
    "ledger": (
        dict.fromkeys(("file", "sheet", "row", "outcome", "code", "raw"), ".*"),
        set(),
    ),
}
_NEEDED = (LINES, "purchases", "firsts", "customers", "ledger")
# What one row must never say. An order of no time or no money is in no figure.
_SENT = (
    f"{' OR '.join(f'{name} IS NULL' for name in CONTACT_NEEDED)} OR "
    "contacted_on NOT BETWEEN DATE '1900-01-01' AND DATE '2399-12-31'"
)
_ORDER = (
    "order_id IS NULL OR ordered_at IS NULL OR NOT isfinite(ordered_at) "
    "OR amount IS NULL OR NOT isfinite(amount::DOUBLE)"
)
_NEVER = {
    LINES: _ORDER,
    "purchases": _ORDER,
    "firsts": "customer_id IS NULL OR first_at IS NULL OR NOT isfinite(first_at)",
    **dict.fromkeys(CONTACTED, _SENT),
}
# How tables hang together: each of these finds nothing.
_APART = {
    "purchases": "SELECT 1 FROM (SELECT order_id, max(customer_id) AS customer_id, "
    "count(*) AS rows, min(ordered_at) AS told, sum(amount) AS amount FROM purchases "
    "GROUP BY order_id) AS bought LEFT JOIN (SELECT order_id, max(customer_id) AS "
    "customer_id, min(ordered_at) AS first, max(ordered_at) AS last, sum(amount) AS "
    f"amount FROM {LINES} GROUP BY order_id) AS sold USING (order_id) "
    "WHERE rows > 1 OR sold.order_id IS NULL OR told NOT BETWEEN first AND last "
    "OR sold.customer_id IS DISTINCT FROM bought.customer_id "
    "OR abs(sold.amount - bought.amount) > 0.005 + 1e-9 * abs(sold.amount)",
    "firsts": "SELECT 1 FROM (SELECT customer_id, count(*) AS rows, min(first_at) AS "
    "told FROM firsts GROUP BY ALL) AS begun FULL JOIN (SELECT customer_id, "
    "min(ordered_at) AS told FROM purchases WHERE customer_id IS NOT NULL "
    "GROUP BY ALL) AS known USING (customer_id) "
    "WHERE rows > 1 OR begun.told IS DISTINCT FROM known.told",
}
_MEMORY_SHARE = 3  # of the memory that the process may have, one in so many
_BYTES_A_LINE = 20  # an id, a date and an amount take no less in any file
_LONGEST_NAME = 500
# As far as ingest reads a year.
_EARLIEST, _LATEST = dt.date(1900, 1, 1), dt.date(2399, 12, 31)


class UnfitTableError(RetentionError, ValueError):
    """A table of a folder from afar is not one that ingest writes."""

    code = "unfit_table"
    template = "The table {table} is not one of this program's: {detail}."


def check(folder: Path) -> None:
    """Read every cell of every table of a dataset's folder, and refuse what is unfit.

    Nothing outside ``folder`` is opened, whatever the tables say.

    Raises
    ------
    UnfitTableError
        A table is missing or cannot be read; columns, types, claimed rows or cells are
        not such as ingest writes; tables do not belong together.
    """
    settings: dict[str, Any] = {
        "memory_limit": f"{bounds().memory_mb // _MEMORY_SHARE}MB",
        "threads": 1,
    }
    with closing(duckdb.connect(config=settings)) as con:
        _confine(con, folder)
        for name in _TABLES:
            path = folder / f"{name}.parquet"
            if path.is_file():
                _read(con, name, path)
            elif name in _NEEDED:
                raise UnfitTableError(table=name, detail="missing")
        for name, query in _APART.items():
            if _queried(con, name, f"{query} LIMIT 1"):
                raise UnfitTableError(table=name, detail="does not belong to the lines")
        _check_facts(con, folder / f"{LINES}.parquet")


def _confine(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    place = values.literal(f"{folder}/")
    for setting in (
        f"temp_directory = {values.literal(str(folder / 'spill'))}",
        f"allowed_directories = [{place}]",
        "enable_external_access = false",
        "python_enable_replacements = false",
        "lock_configuration = true",
    ):
        con.execute(f"SET {setting}")


def _read(con: duckdb.DuckDBPyConnection, name: str, path: Path) -> None:
    """Make the view ``name``, once nothing in the file speaks against it."""
    source = f"read_parquet({values.literal(str(path))})"
    found = _queried(con, name, f"DESCRIBE SELECT * FROM {source}")
    _check_columns(name, {column: kind for column, kind, *_ in found})
    claimed = f"SELECT sum(num_rows) FROM parquet_file_metadata({_quoted(path)})"
    limit = bounds().inflated // _BYTES_A_LINE
    if not 0 <= _queried(con, name, claimed)[0][0] <= limit:
        raise UnfitTableError(table=name, detail=f"more than {limit} rows")
    # The statistics of a file answer for what nobody decodes: a hash needs every cell.
    never = f"count(*) FILTER ({_NEVER.get(name, 'false')})"
    query = f"SELECT {never}, bit_xor(hash(COLUMNS(*))) FROM {source}"
    if _queried(con, name, query)[0][0]:
        raise UnfitTableError(table=name, detail="a row without what each needs")
    _queried(con, name, f"CREATE VIEW {name} AS SELECT * FROM {source}")


def _check_columns(name: str, found: dict[str, str]) -> None:
    needed, besides = _TABLES[name]
    missing = needed.keys() - found.keys()
    if missing or len(found) > bounds().columns:
        raise UnfitTableError(table=name, detail=f"columns {sorted(found)[:20]}")
    for column, kind in found.items():
        known = len(column) <= _LONGEST_NAME
        known &= besides is None or column in needed or column in besides
        wanted = re.fullmatch(needed.get(column, ".*"), kind)
        if not (known and wanted and _FLAT.fullmatch(kind)):
            raise UnfitTableError(table=name, detail=f"{column[:100]} is {kind[:100]}")


def _check_facts(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """What the file of order lines says of itself must be true of its lines."""
    first, last = _queried(
        con, LINES, f"SELECT min(ordered_at)::DATE, max(ordered_at)::DATE FROM {LINES}"
    )[0]
    if first is None:
        raise UnfitTableError(table=LINES, detail="no row")
    kept = [
        bytes(value)
        for key, value in _queried(
            con, LINES, f"SELECT key, value FROM parquet_kv_metadata({_quoted(path)})"
        )
        if bytes(key) == METADATA_KEY.encode()
    ]
    try:
        facts = json.loads(kept[0])
        named, until = (
            dt.date.fromisoformat(facts[each]) for each in ("first_day", "as_of")
        )
        words = [facts["currency"] or "", facts["time_zone"] or ""]
    except (IndexError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise UnfitTableError(table=LINES, detail="its facts") from error
    told = named == first and first <= until
    if not told or first < _EARLIEST or max(last, until) > _LATEST:
        raise UnfitTableError(table=LINES, detail=f"{first} to {last}, says {named}")
    if any(not isinstance(each, str) or len(each) > _LONGEST_NAME for each in words):
        raise UnfitTableError(table=LINES, detail="its facts")


def _quoted(path: Path) -> str:
    return values.literal(str(path))


def _queried(con: duckdb.DuckDBPyConnection, table: str, query: str) -> list[Any]:
    try:
        return con.execute(query).fetchall()
    except duckdb.Error as error:
        detail = str(error).partition("\n")[0][:200]
        raise UnfitTableError(table=table, detail=detail) from error
