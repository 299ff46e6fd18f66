"""Names of months: in small letters, without accents, in many languages."""

from __future__ import annotations

import unicodedata

from retention_core.ingest.sql import let, literal
from retention_core.ingest.words import table

BY_LANGUAGE: dict[str, list[str]] = table("months")


def fold(word: str) -> str:
    """A word as it is compared; the engine's ``strip_accents(lower(…))`` does it too.

    Examples
    --------
    >>> fold("Février"), fold("MÄRZ")
    ('fevrier', 'marz')
    """
    apart = unicodedata.normalize("NFD", word.lower())
    bare = "".join(each for each in apart if not unicodedata.combining(each))
    return unicodedata.normalize("NFC", bare)


MONTHS = {
    fold(word): number
    for months in BY_LANGUAGE.values()
    for number, words in enumerate(months, start=1)
    for word in words.split()
}
# "mar." is also how Tuesday is cut short in Spanish, French and Italian.
_WEEKDAYS = ("mar",)
_WEAK = 100


def month(words: str) -> str:
    """SQL of the month that a text names, null where it names none, or several."""
    found = (
        f"regexp_extract_all(strip_accents(lower({words})), '[^\\d\\s.,/()-]{{3,}}')"
    )
    numbers = f"list_transform({found}, lambda _word: {_number('_word')})"
    named = f"list_distinct(list_filter({numbers}, lambda _each: _each IS NOT NULL))"
    sure = f"list_filter(_named, lambda _each: _each < {_WEAK})"
    one = (
        "CASE WHEN len(_sure) = 1 THEN _sure[1] "
        f"WHEN len(_sure) = 0 THEN _named[1] - {_WEAK} END"
    )
    return let("_named", named, let("_sure", sure, one))


def _number(word: str) -> str:
    """A chain of comparisons: cheaper than any map, which is built for every row."""
    groups: dict[int, list[str]] = {}
    for name, number in MONTHS.items():
        place = number + _WEAK if name in _WEEKDAYS else number
        groups.setdefault(place, []).append(literal(name))
    cases = " ".join(
        f"WHEN {word} IN ({', '.join(names)}) THEN {number}"
        for number, names in groups.items()
    )
    return f"CASE {cases} END"
