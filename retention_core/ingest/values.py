"""Cells to values: SQL expressions that read dates, money, keys and words.

Every function takes a column of ours (never user text) and returns a DuckDB
expression that is null where the cell cannot be read. All but :func:`text` expect what
:func:`text` made.
"""

from __future__ import annotations

import datetime as dt

from retention_core.ingest.words import MONTHS

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


def text(cell: str) -> str:
    """The cell (trimmed by the reader) without wrappers made for spreadsheets.

    ``="0012"`` and ``'0012`` are how exports keep a spreadsheet from eating zeros.
    """
    unwrapped = rf"""regexp_replace({cell}, '^(?:="(.*)"|''(.*))$', '\1\2')"""
    wrapped = f"""(starts_with({cell}, '="') OR starts_with({cell}, ''''))"""
    return f"CASE WHEN {wrapped} THEN nullif({unwrapped}, '') ELSE {cell} END"


def key(bare: str) -> str:
    """An identifier: ``17850.0`` is 17850, words for nothing are null."""
    missing = ", ".join(literal(word) for word in MISSING)
    whole = (
        f"CASE WHEN ends_with({bare}, '.0') "
        rf"THEN regexp_replace({bare}, '^(\d+)\.0$', '\1') ELSE {bare} END"
    )
    return f"CASE WHEN lower({bare}) IN ({missing}) THEN NULL ELSE {whole} END"


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
    dressed = f"coalesce(TRY_CAST({quick} AS DOUBLE), {_undressed(bare, decimal)})"
    return f"CASE WHEN isfinite({dressed}) THEN {dressed} END"


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
    year_first = f"substr({bare}, 5, 1) IN ('-', '/')"
    found = (
        f"coalesce(CASE WHEN {year_first} THEN {_iso(bare, time_zone)} END, "
        f"{_digits(bare, time_zone)}, {_parts(bare, bool(day_first))}, {_named(bare)})"
    )
    if time is None:
        return found
    return f"date_trunc('day', {found}) + coalesce({_clock(time)}, 0 * {_S})"


_S = "INTERVAL 1 SECOND"


def _iso(bare: str, time_zone: str | None) -> str:
    local = f"TRY_CAST({bare} AS TIMESTAMP)"
    stripped = f"TRY_CAST(regexp_replace({bare}, '{_OFFSET}', '') AS TIMESTAMP)"
    meridiem = f"contains(lower({bare}), 'm')"
    plain = f"CASE WHEN NOT {meridiem} THEN coalesce({local}, {stripped}) END"
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
    first, second = (2, 1) if day_first else (1, 2)
    year_last = _built(
        f"regexp_extract({bare}, '{_DMY}', 3)",
        f"regexp_extract({bare}, '{_DMY}', {first})",
        f"regexp_extract({bare}, '{_DMY}', {second})",
        bare,
    )
    year_first = _built(
        f"regexp_extract({bare}, '{_YMD}', 1)",
        f"regexp_extract({bare}, '{_YMD}', 2)",
        f"regexp_extract({bare}, '{_YMD}', 3)",
        bare,
    )
    return (
        f"CASE WHEN regexp_matches({bare}, '{_DMY}') THEN {year_last} "
        f"WHEN regexp_matches({bare}, '{_YMD}') THEN {year_first} END"
    )


def _named(bare: str) -> str:
    """A day, the name of a month, a year, in any order."""
    pairs = ", ".join(f"{literal(word)}: {month}" for word, month in MONTHS.items())
    words = rf"regexp_extract_all(lower({bare}), '\p{{L}}{{3,}}')"
    months = f"list_transform({words}, lambda w: (MAP {{{pairs}}})[w])"
    month = f"list_filter({months}, lambda m: m IS NOT NULL)[1]"
    last = (f"regexp_extract({bare}, '{_DAY_YEAR}', {part})" for part in (2, 1))
    first = (f"regexp_extract({bare}, '{_YEAR_DAY}', {part})" for part in (1, 2))
    year_last, day_before = last
    year_first, day_after = first
    return (
        rf"CASE WHEN NOT regexp_matches({bare}, '\p{{L}}{{3}}') THEN NULL "
        f"WHEN regexp_matches({bare}, '{_YEAR_DAY}') "
        f"THEN {_built(year_first, month, day_after, bare)} "
        f"WHEN regexp_matches({bare}, '{_DAY_YEAR}') "
        f"THEN {_built(year_last, month, day_before, bare)} END"
    )


def _built(year: str, month: str, day: str, bare: str) -> str:
    """Two-digit years: 70 to 99 are of the last century."""
    full = (
        f"CASE WHEN length({year}) = 4 THEN {year} "
        f"WHEN {year} >= '70' THEN '19' || {year} ELSE '20' || {year} END"
    )
    date = f"TRY_CAST({full} || '-' || {month} || '-' || {day} AS TIMESTAMP)"
    return f"{date} + coalesce({_clock(bare)}, 0 * {_S})"


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
