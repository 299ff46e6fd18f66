"""Numbers as people write them: signs, currencies and units around, groups within.

A cell that can be read in one way only is read so, whatever its column does; what may
be either (``1,234``) goes by the decimal sign of the column.
"""

from __future__ import annotations

import re
from math import isfinite
from typing import TYPE_CHECKING

from retention_core.ingest import glyphs
from retention_core.ingest.coins import DRESS, UNITS
from retention_core.ingest.sql import among, let, literal, translated

if TYPE_CHECKING:
    from collections.abc import Iterable

_POWER = r"(?:e[+-]?\d{1,3})?"
# What stands in front, the digits, what stands behind.
_WHOLE = (
    r"^((?:[^\d]*[a-zа-яё]\.)?[^\d.,]*)"
    rf"((?:[\d.,][\d., ]*)?[\d.,]{_POWER})(\D*)$"
)
_AROUND = r"[-+()%\s]|\.$|\.\s"
# 12.- and 100/- are whole numbers, 12.50- is below zero.
_NO_CENTS = r"(\d)(?:[.,]-{1,2}|/[-=])(\D*)$"
_QUOTE = literal("'")
_DRESS = sorted(DRESS)
_SIGNS = "$€£¥"
_BLANKS = " \u00a0\u202f"
_MARKS = _SIGNS + _BLANKS
_TABLE = str.maketrans(glyphs.IN_NUMBERS)


def form(decimal: str) -> str:
    """A pattern of the numbers that can be read with this decimal sign."""
    point, group = (r"\.", ",") if decimal == "." else (",", r"\.")
    lead = r"[1-9]\d{0,2}"
    lakhs = rf"[1-9]\d?(?:{group}\d{{2}})+{group}\d{{3}}"
    whole = rf"\d+|{lead}(?:{group}\d{{3}})+|{lead}(?: \d{{3}})+|{lakhs}"
    return rf"^(?:(?:{whole})(?:{point}\d*)?|{point}\d+){_POWER}$"


_FORMS = {decimal: re.compile(form(decimal)) for decimal in ".,"}
_PARTS = re.compile(_WHOLE)


def number(bare: str, decimal: str, missing: Iterable[str] = ()) -> str:
    """SQL of a finite number, whatever signs of currency and thousands it wears.

    Parameters
    ----------
    bare
        A column of text without spreadsheet wrappers.
    decimal
        ``"."`` or ``","``: how ``1,234`` is read, which may be either.
    missing
        Cells that stand for no number: ``-9999``.
    """
    plain = f"TRY_CAST({bare} AS DOUBLE)"
    if decimal == ",":
        plain = f"TRY_CAST(replace({bare}, ',', '.') AS DOUBLE)"
        plain = f"CASE WHEN NOT contains({bare}, '.') THEN {plain} END"
    slow = f"coalesce({_marked(bare, decimal)}, {_undressed(bare, decimal)})"
    found = (
        f"CASE WHEN isfinite({plain}) THEN {plain} "
        f"WHEN ({plain}) IS NULL THEN {slow} END"
    )
    nothing = list(missing)
    if nothing:
        return f"CASE WHEN {among(bare, nothing)} THEN NULL ELSE {found} END"
    return found


def _marked(bare: str, decimal: str) -> str:
    """Money in its usual dress: one sign in front or behind, thousands apart."""
    group, point = _other(decimal), re.escape(decimal)
    tidy = f"trim({bare}, '{_BLANKS}')"
    unsigned = f"trim({tidy}, '{_SIGNS}')"
    bared = f"trim({unsigned}, '{_BLANKS}')"
    shape = (
        rf"^[{_MARKS}]*-?[1-9]\d{{0,2}}(?:{re.escape(group)}\d{{3}})+{point}\d\d\D*$"
    )
    whole = f"replace({bared}, '{group}', '')"
    read = [
        f"TRY_CAST(replace({each}, '{decimal}', '.') AS DOUBLE)"
        for each in (bared, whole)
    ]
    return (
        f"CASE WHEN length({tidy}) > length({unsigned}) + 1 THEN NULL "
        f"WHEN NOT contains({bare}, '{group}') THEN "
        f"CASE WHEN isfinite({read[0]}) THEN {read[0]} END "
        f"WHEN regexp_matches({bare}, '{shape}') THEN {read[1]} END"
    )


def _undressed(bare: str, decimal: str) -> str:
    """Slow way: take off what is around the digits, then read them."""
    wide = f"strlen({bare}) <> length({bare})"
    same = (
        f"CASE WHEN {wide} THEN {translated(bare, glyphs.IN_NUMBERS)} ELSE {bare} END"
    )
    same = f"replace(trim(lower({same})), {_QUOTE}, ' ')"
    tidy = rf"regexp_replace({same}, {literal(_NO_CENTS)}, '\1\2')"
    parts = f"regexp_extract(_cell, {literal(_WHOLE)}, ['a', 'core', 'z'])"
    known = " AND ".join(_known(f"_p.{side}") for side in "az")
    fitting = (
        "_p.core <> '' AND contains(_cell, '(') = contains(_cell, ')') "
        f"AND NOT regexp_matches(_cell, '-.*-') AND {known}"
    )
    other = _other(decimal)
    value = f"coalesce({_read('_p.core', decimal)}, {_read('_p.core', other)})"
    below = "contains(_p.a, '-') OR contains(_p.a, '(') OR contains(_p.z, '-')"
    sign = f"CASE WHEN {below} THEN -1 ELSE 1 END"
    read = let("_p", parts, f"CASE WHEN {fitting} THEN {sign} * {value} END")
    return let("_cell", tidy, read)


def _known(side: str) -> str:
    """Whether we know what stands beside the digits: mostly it is one of a few."""
    bared = f"regexp_replace({side}, {literal(_AROUND)}, '', 'g')"
    few = ", ".join(map(literal, ("", "$", "€", "£", "¥", "eur", "usd", "kr", "zł")))
    return f"CASE WHEN {bared} IN ({few}) THEN true ELSE {among(bared, _DRESS)} END"


def _read(core: str, decimal: str) -> str:
    group = _other(decimal)
    plain = (
        f"replace(replace(replace({core}, ' ', ''), '{group}', ''), '{decimal}', '.')"
    )
    value = f"nullif(TRY_CAST({plain} AS DOUBLE), 'infinity'::DOUBLE)"
    return (
        f"CASE WHEN regexp_matches({core}, {literal(form(decimal))}) THEN {value} END"
    )


def _split(cell: str) -> tuple[str, str, bool] | None:
    """A number's digits, what is around them, whether it is below zero."""
    same = cell.translate(_TABLE).strip(" ").lower().replace("'", " ")
    tidy = re.sub(_NO_CENTS, r"\1\2", same, count=1)
    found = _PARTS.match(tidy)
    if found is None or ("(" in tidy) != (")" in tidy) or re.search("-.*-", tidy):
        return None
    before, core, after = found.groups()
    around = [re.sub(_AROUND, "", side) for side in (before, after)]
    if not DRESS.issuperset(around):
        return None
    below = "-" in before + after or "(" in before
    return core, " ".join(filter(None, around)), below


def dress(cell: str) -> str:
    """What stands around the digits of a cell.

    Examples
    --------
    >>> dress("-$12.00"), dress("1.234,56 PLN"), dress("12.50")
    ('$', 'pln', '')
    """
    found = _split(cell)
    return found[1] if found else ""


def is_money(cell: str) -> bool:
    """Whether a cell is a number beside a sign, a word or a code for money."""
    return not set(dress(cell).split()) <= set(UNITS)


def readings(cell: str) -> str:
    """The decimal signs with which a cell makes sense: ``"."``, ``","``, both, none.

    A number without either sign has none to tell.
    """
    found = _split(cell)
    if found is None or not re.search("[.,]", found[0]):
        return ""
    return "".join(sign for sign, fits in _FORMS.items() if fits.match(found[0]))


def parse(cell: str, decimal: str) -> float | None:
    """Read one cell as :func:`number` does."""
    found = _split(cell)
    if found is None:
        return None
    core, _, below = found
    for sign in (decimal, _other(decimal)):
        if _FORMS[sign].match(core):
            whole = core.replace(" ", "").replace(_other(sign), "")
            value = float(whole.replace(sign, "."))
            return (-value if below else value) if isfinite(value) else None
    return None


def _other(decimal: str) -> str:
    return "," if decimal == "." else "."
