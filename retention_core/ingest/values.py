"""Cells to values: SQL expressions that read dates, money, keys and words.

Every function takes a column of ours (never user text) and returns a DuckDB
expression that is null where the cell cannot be read. All but :func:`text` expect what
:func:`text` made.
"""

from __future__ import annotations

import datetime as dt

from retention_core.ingest.ids import is_ruined
from retention_core.ingest.numerals import number
from retention_core.ingest.sql import among, begins, literal
from retention_core.ingest.stamps import timestamp

__all__ = [
    "EARLIEST",
    "LARGEST",
    "MISSING",
    "among",
    "begins",
    "email",
    "is_ruined",
    "key",
    "literal",
    "number",
    "person",
    "phone",
    "text",
    "timestamp",
]
EARLIEST = dt.date(1990, 1, 1)
LARGEST = 1e12
MISSING = ("null", "none", "nan", "n/a", "#n/a", "na", "-", "--", "undefined")


def text(cell: str) -> str:
    """The cell (trimmed by the reader) without wrappers made for spreadsheets.

    ``="0012"`` and ``'0012`` are how exports keep a spreadsheet from eating zeros.
    """
    unwrapped = rf"""regexp_replace({cell}, '^(?:="(.*)"|''(.*))$', '\1\2')"""
    wrapped = begins(cell, '="', "'")
    return f"CASE WHEN {wrapped} THEN nullif({unwrapped}, '') ELSE {cell} END"


def key(bare: str) -> str:
    """An identifier: ``17850.0`` is 17850; words for nothing, ruined ones are null."""
    whole = (
        f"CASE WHEN ends_with({bare}, '.0') "
        rf"THEN regexp_replace({bare}, '^(\d+)\.0$', '\1') ELSE {bare} END"
    )
    starts = {word[:2] if word[0] == "#" else word[0] for word in MISSING}
    likely = begins(bare, *sorted(starts | {start.upper() for start in starts}))
    missing = f"({likely}) AND {among(f'lower({bare})', MISSING)}"
    ruined = is_ruined(bare)
    return f"CASE WHEN {missing} THEN NULL WHEN {ruined} THEN NULL ELSE {whole} END"


def person(bare: str) -> str:
    """Who a customer's number names; an address is the same in any spelling."""
    known = key(bare)
    return f"CASE WHEN contains({bare}, '@') THEN lower({known}) ELSE {known} END"


def email(bare: str) -> str:
    """A trimmed, lower-case e-mail address; null where there is no ``@``."""
    return f"CASE WHEN contains({bare}, '@') THEN lower({bare}) END"


def phone(bare: str) -> str:
    """The digits of a phone number, at least six of them, if it is not ruined."""
    digits = rf"regexp_replace({bare}, '\D', '', 'g')"
    enough = f"length({digits}) >= 6"
    return f"CASE WHEN {is_ruined(bare)} THEN NULL WHEN {enough} THEN {digits} END"
