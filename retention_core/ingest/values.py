"""Cells to values: SQL expressions that read dates, money, keys and words.

Every function takes a column of ours (never user text) and returns a DuckDB
expression that is null where the cell cannot be read. All but :func:`text` expect what
:func:`text` made.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from retention_core.ingest.words import MONTHS

if TYPE_CHECKING:
    from collections.abc import Iterable

EARLIEST = dt.date(1990, 1, 1)
LARGEST = 1e12
MISSING = ("null", "none", "nan", "n/a", "#n/a", "na", "-", "--", "undefined")

_OFFSET = r"\s*(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)$"
_YMD = r"^(\d{4})\D{1,2}?(\d{1,2})\D{1,2}?(\d{1,2})(?:\D.*)?$"
_DMY = r"^(\d{1,2})[./ -]+(\d{1,2})[./ -]+(\d{4}|\d{2})(?:[^\d].*)?$"
_DAY_YEAR = r"^[^\d]*(\d{1,2})[^\d]+(\d{4}|\d{2})(?:[^\d].*)?$"
_YEAR_DAY = r"^(\d{4})[^\d]+(\d{1,2})(?:[^\d].*)?$"
_CLOCK = r"(?:^|[^\d])(\d{1,2})[:時时点](\d{2})(?:[:分](\d{2}))?"


def literal(value: str) -> str:
    """Quote ``value`` for SQL."""
    return "'" + value.replace("'", "''") + "'"


def begins(cell: str, *starts: str) -> str:
    """Whether a cell begins with one of ``starts``: comparisons cost next to nothing.

    The last character of each start must not be the last of all characters.
    """
    return " OR ".join(
        f"({cell} >= {literal(start)} "
        f"AND {cell} < {literal(start[:-1] + chr(ord(start[-1]) + 1))})"
        for start in starts
    )


def among(cell: str, words: Iterable[str]) -> str:
    """Whether a cell is one of ``words``; the engine makes a join of a long ``IN``."""
    return f"list_contains([{', '.join(map(literal, words))}], {cell})"


def text(cell: str) -> str:
    """The cell (trimmed by the reader) without wrappers made for spreadsheets.

    ``="0012"`` and ``'0012`` are how exports keep a spreadsheet from eating zeros.
    """
    unwrapped = rf"""regexp_replace({cell}, '^(?:="(.*)"|''(.*))$', '\1\2')"""
    wrapped = begins(cell, '="', "'")
    return f"CASE WHEN {wrapped} THEN nullif({unwrapped}, '') ELSE {cell} END"


def key(bare: str) -> str:
    """An identifier: ``17850.0`` is 17850, words for nothing are null."""
    whole = (
        f"CASE WHEN ends_with({bare}, '.0') "
        rf"THEN regexp_replace({bare}, '^(\d+)\.0$', '\1') ELSE {bare} END"
    )
    starts = {word[:2] if word[0] == "#" else word[0] for word in MISSING}
    likely = begins(bare, *sorted(starts | {start.upper() for start in starts}))
    missing = f"({likely}) AND {among(f'lower({bare})', MISSING)}"
    return f"CASE WHEN {missing} THEN NULL ELSE {whole} END"


def person(bare: str) -> str:
    """Who a customer's number names; an address is the same in any spelling."""
    known = key(bare)
    return f"CASE WHEN contains({bare}, '@') THEN lower({known}) ELSE {known} END"


def email(bare: str) -> str:
    """A trimmed, lower-case e-mail address; null where there is no ``@``."""
    return f"CASE WHEN contains({bare}, '@') THEN lower({bare}) END"


def phone(bare: str) -> str:
    """The digits of a phone number, at least six of them."""
    digits = rf"regexp_replace({bare}, '\D', '', 'g')"
    return f"CASE WHEN length({digits}) >= 6 THEN {digits} END"


def number(bare: str, decimal: str) -> str:
    """A finite number, whatever signs of currency and thousands it wears."""
    quick = bare if decimal == "." else f"replace(replace({bare}, '.', ''), ',', '.')"
    plain = f"TRY_CAST({quick} AS DOUBLE)"
    return (
        f"CASE WHEN isfinite({plain}) THEN {plain} "
        f"WHEN {plain} IS NULL THEN {_undressed(bare, decimal)} END"
    )


def _undressed(bare: str, decimal: str) -> str:
    """Slow way: parentheses, trailing minus, U+2212, currency, odd thousands."""
    thousands = "," if decimal == "." else "."
    plain = f"replace(replace({bare}, '−', '-'), '{thousands}', '')"
    tight = rf"regexp_replace({plain}, '[\s\p{{Z}}''’]|^\p{{L}}+\.', '', 'g')"
    digits = rf"regexp_extract({tight}, '(\d+(?:[{decimal}]\d*)?|[{decimal}]\d+)', 1)"
    whole = (
        r"^[(+-]*(?:[\p{Sc}\p{L}/]*\.?)[(+-]*"
        rf"(?:\d+(?:[{decimal}]\d*)?|[{decimal}]\d+)-?(?:%|[\p{{Sc}}\p{{L}}]*\.?)-?\)?$"
    )
    minus = rf"regexp_matches({tight}, '(^[^\d]*[(-])|-\)?$')"
    value = f"TRY_CAST(replace({digits}, '{decimal}', '.') AS DOUBLE)"
    value = f"nullif({value}, 'infinity'::DOUBLE)"
    return (
        f"CASE WHEN regexp_matches({tight}, '{whole}') "
        f"THEN CASE WHEN {minus} THEN -1 ELSE 1 END * {value} END"
    )


def timestamp(
    bare: str,
    day_first: bool | None,
    time_zone: str | None = None,
    time: str | None = None,
) -> str:
    """A local timestamp; an offset is converted to ``time_zone``, then dropped.

    Without ``time_zone`` the wall clock of the offset is kept. ``time`` is a second
    column, with the time of day.
    """
    year_first = f"({bare} LIKE '____-%' OR {bare} LIKE '____/%')"
    written = f"coalesce({_parts(bare, bool(day_first))}, {_named(bare)})"
    found = (
        f"coalesce(CASE WHEN {year_first} THEN {_iso(bare, time_zone)} END, "
        f"{_digits(bare, time_zone)}, {written} + coalesce({_clock(bare)}, 0 * {_S}))"
    )
    if time is None:
        return found
    return f"date_trunc('day', {found}) + coalesce({_clock(time)}, 0 * {_S})"


_S = "INTERVAL 1 SECOND"


def _iso(bare: str, time_zone: str | None) -> str:
    local = f"TRY_CAST({bare} AS TIMESTAMP)"
    stripped = f"TRY_CAST(regexp_replace({bare}, '{_OFFSET}', '') AS TIMESTAMP)"
    plain = f"coalesce({local}, {stripped})"
    if time_zone is None:
        return plain
    offset = r"'\s*([+-]\d{2}):?(\d{2})?$'"
    tidy = rf"regexp_replace({bare}, {offset}, '\1:\2')"
    tidy = f"regexp_replace(regexp_replace({tidy}, ':$', ''), '(UTC|GMT)$', 'Z')"
    aware = f"TRY_CAST({tidy} AS TIMESTAMPTZ) AT TIME ZONE {literal(time_zone)}"
    has_offset = rf"regexp_matches({bare}, '\d:\d{{2}}.*{_OFFSET}')"
    return f"CASE WHEN {has_offset} THEN {aware} ELSE {plain} END"


def _digits(bare: str, time_zone: str | None) -> str:
    """``yyyymmdd``, with time, Excel's serial day, Unix seconds and milliseconds."""
    value = f"TRY_CAST({bare} AS DOUBLE)"
    seconds = f"make_timestamp(CAST({value} * 1000000 AS BIGINT))"
    millis = f"make_timestamp(CAST({value} * 1000 AS BIGINT))"
    if time_zone:
        local = f"AT TIME ZONE 'UTC' AT TIME ZONE {literal(time_zone)}"
        seconds, millis = f"{seconds} {local}", f"{millis} {local}"
    # Excel counts days from 1899-12-30, which is 25,569 days before 1970.
    serial = (
        f"make_timestamp(CAST(round(({value} - 25569) * 86400) AS BIGINT) * 1000000)"
    )
    formats = "['%Y%m%d', '%Y%m%d%H%M%S', '%Y%m%d%H%M', '%Y%m%dT%H%M%S']"
    return (
        rf"CASE WHEN NOT regexp_matches({bare}, '^\d{{5,14}}(\.\d+|T\d{{6}})?$') "
        f"THEN NULL WHEN {value} BETWEEN 20000 AND 80000 THEN {serial} "
        f"WHEN {value} BETWEEN 6e8 AND 5e9 THEN {seconds} "
        f"WHEN {value} BETWEEN 6e11 AND 5e12 THEN {millis} "
        rf"ELSE try_strptime(regexp_replace({bare}, '\.0$', ''), {formats}) END"
    )


def _parts(bare: str, day_first: bool) -> str:
    """Three numbers with signs between them, year first or last."""
    names = "['d', 'm', 'y']" if day_first else "['m', 'd', 'y']"
    year_last = _built(f"regexp_extract({bare}, '{_DMY}', {names})", "p.m")
    year_first = _built(f"regexp_extract({bare}, '{_YMD}', ['y', 'm', 'd'])", "p.m")
    return f"coalesce({year_last}, {year_first})"


def _named(bare: str) -> str:
    """A day, the name of a month, a year, in any order."""
    pairs = ", ".join(f"{literal(word)}: {month}" for word, month in MONTHS.items())
    words = rf"regexp_extract_all(lower({bare}), '\p{{L}}{{3,}}')"
    months = f"list_transform({words}, lambda w: (MAP {{{pairs}}})[w])"
    month = f"list_filter({months}, lambda m: m IS NOT NULL)[1]"
    year_first = _built(f"regexp_extract({bare}, '{_YEAR_DAY}', ['y', 'd'])", "m")
    year_last = _built(f"regexp_extract({bare}, '{_DAY_YEAR}', ['d', 'y'])", "m")
    return (
        rf"CASE WHEN regexp_matches({bare}, '\p{{L}}{{3}}') THEN list_transform("
        f"[{month}], lambda m: coalesce({year_first}, {year_last}))[1] END"
    )


def _built(parts: str, month: str) -> str:
    """A day out of the parts of a match; two-digit years from 70 are of the 1900s."""
    full = (
        "CASE WHEN length(p.y) = 4 THEN p.y "
        "WHEN p.y >= '70' THEN '19' || p.y ELSE '20' || p.y END"
    )
    day = f"TRY_CAST({full} || '-' || {month} || '-' || p.d AS TIMESTAMP)"
    return f"list_transform([{parts}], lambda p: {day})[1]"


def _clock(bare: str) -> str:
    """The time of day as an interval; 12 AM is midnight."""
    hour, minute, second = (
        f"TRY_CAST(regexp_extract({bare}, '{_CLOCK}', {part}) AS BIGINT)"
        for part in (1, 2, 3)
    )
    after = rf"regexp_matches(lower({bare}), '\d\s*p\.?m')"
    before = rf"regexp_matches(lower({bare}), '\d\s*a\.?m')"
    hours = (
        f"CASE WHEN {after} AND {hour} < 12 THEN {hour} + 12 "
        f"WHEN {before} AND {hour} = 12 THEN 0 ELSE {hour} END"
    )
    return f"(({hours}) * 3600 + {minute} * 60 + coalesce({second}, 0)) * {_S}"
