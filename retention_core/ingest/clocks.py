"""The time of day within a text, and its zone."""

from __future__ import annotations

from retention_core.ingest.respelt import AM, PM
from retention_core.ingest.sql import let, literal
from retention_core.ingest.zones import MINUTES

MARK = "¦"
_CLOCK = r"(^|[^\d.:])(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,:](\d{1,9}))?)?(\s?[ⓐⓟ])?"
_ZONE = (
    rf"^(?:({'|'.join(sorted(MINUTES, key=len, reverse=True))})\b)?\s?"
    r"(?:([+-])(\d{1,2}):?(\d{2})?\b)?\s?(?:\[[^\]]*\]|\([^)]*\)|[a-z]{3,4}\b$)?"
)


def marked(text: str) -> str:
    """The time of day between two marks."""
    into = rf"\1{MARK}\2:\3:\4.\5\6{MARK}"
    return f"regexp_replace({text}, {literal(_CLOCK)}, {literal(into)})"


def zone(marked: str) -> str:
    """The zone behind the time: its name, or sign, hours and minutes."""
    return f"regexp_extract({_tail(marked)}, {literal(_ZONE)}, ['a', 's', 'h', 'n'])"


def _tail(marked: str) -> str:
    return f"trim(split_part({marked}, '{MARK}', 3))"


def rest(marked: str) -> str:
    """What is left of a text without time of day and zone."""
    after = f"regexp_replace({_tail(marked)}, {literal(_ZONE)}, ' ')"
    return f"trim(split_part({marked}, '{MARK}', 1) || ' ' || {after})"


def seconds(clock: str) -> str:
    """Seconds since midnight; null where there is no such time. 12 AM is midnight."""
    keys = "['h', 'm', 's', 'f']"
    parts = rf"regexp_extract({clock}, '^(\d+):(\d+):(\d*)\.(\d*)', {keys})"
    after, before = f"contains(_all, '{PM}')", f"contains(_all, '{AM}')"
    hour = "TRY_CAST(_clock.h AS INTEGER)"
    hours = (
        f"CASE WHEN {after} AND {before} THEN NULL "
        f"WHEN {after} AND {hour} < 12 THEN {hour} + 12 "
        f"WHEN {before} AND {hour} > 12 THEN NULL "
        f"WHEN {before} AND {hour} = 12 THEN 0 ELSE {hour} END"
    )
    minute = "TRY_CAST(_clock.m AS INTEGER)"
    second = "coalesce(TRY_CAST(_clock.s AS INTEGER), 0)"
    fraction = "coalesce(TRY_CAST('0.' || _clock.f AS DOUBLE), 0)"
    total = f"(({hours}) * 3600 + {minute} * 60 + {second} + {fraction})"
    good = f"{minute} < 60 AND {second} < 60"
    body = f"CASE WHEN {good} AND {total} <= 86400 THEN {total} END"
    return let("_clock", parts, body)


def minutes(zone: str) -> str:
    """How far a zone is ahead of UTC; null where none is named."""
    offset = (
        f"TRY_CAST({zone}.h AS INTEGER) * 60 "
        f"+ coalesce(TRY_CAST({zone}.n AS INTEGER), 0)"
    )
    named = " ".join(
        f"WHEN {literal(name)} THEN {each}" for name, each in MINUTES.items()
    )
    return (
        f"CASE WHEN {zone}.s = '+' THEN {offset} WHEN {zone}.s = '-' THEN -({offset}) "
        f"ELSE CASE {zone}.a {named} END END"
    )


def with_colons(time: str) -> str:
    """103309, 1033 and a part of a day as a time with colons."""
    places = rf"regexp_matches({time}, '^\d{{3,6}}$')"
    padded = f"lpad({time}, CASE WHEN length({time}) > 4 THEN 6 ELSE 4 END, '0')"
    colons = rf"regexp_replace({padded}, '^(\d\d)(\d\d)(\d\d)?$', '\1:\2:\3')"
    part = rf"regexp_matches({time}, '^0?[.,]\d+$')"
    of_day = f"round(TRY_CAST(replace({time}, ',', '.') AS DOUBLE) * 86400)"
    midnight = "TIMESTAMP '2000-01-01'"
    shown = f"strftime({midnight} + to_seconds({of_day}), '%H:%M:%S')"
    return (
        f"CASE WHEN {places} THEN regexp_replace({colons}, ':$', '') "
        f"WHEN {part} THEN {shown} ELSE {time} END"
    )
