"""How likely letters are in a language: learnt from the names that CLDR has in it.

A text read in an encoding that is not its own turns into letters that no language puts
together. What languages do put together is learnt from CLDR's names of countries,
languages, currencies, months (some ten thousand letters a language) and from our own
words for headers.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from functools import cache
from itertools import pairwise

from babel import Locale

from retention_core.ingest.words import SYNONYMS, table

NAMES: dict[str, str] = table("names")
UNKNOWN = 12.0  # nats for a letter that the language does not have
_CASE = 4.5  # a capital within a word, or small letters around one
_NAMES = 8  # so many times what people are called counts
_OTHER_LETTERS = {"ru", "uk", "bg", "sr", "el", "he", "th"}
_OURS = {"zh_Hant": "zh_hant"}


@cache
def words(language: str) -> frozenset[str]:
    """Words of a language, as they are written."""
    found = Locale.parse(language)
    tables = [found.territories, found.languages, found.currencies]
    tables += [found.months["format"]["wide"], found.days["format"]["wide"]]
    texts = {str(text) for table in tables for text in table.values()}
    own = _OURS.get(language, language)
    for languages in SYNONYMS.values():
        texts.update(languages.get(own, ()))
    texts.add(NAMES.get(language, ""))
    return frozenset(word for text in texts for word in text.split())


@cache
def characters(language: str) -> dict[str, float]:
    """The cost in nats of each character beyond ASCII; a language without spaces."""
    counts = Counter(
        each for word in words(language) for each in word if not each.isascii()
    )
    names = Counter(each for each in NAMES.get(language, "") if not each.isascii())
    counts.update({each: _NAMES * count for each, count in names.items()})
    total = counts.total()
    return {each: -math.log(count / total) for each, count in counts.items()}


@cache
def pairs(language: str) -> dict[tuple[str, str], float]:
    """The cost of a letter after another; ``""`` stands for a word's end."""
    singles: Counter[str] = Counter()
    doubles: Counter[tuple[str, str]] = Counter()
    before: Counter[str] = Counter()
    latin = language not in _OTHER_LETTERS
    for word in [*words(language), *NAMES.get(language, "").split() * _NAMES]:
        if not latin and any(each.isascii() and each.isalpha() for each in word):
            continue
        letters = ["", *(each for each in word.lower() if _is_letter(each)), ""]
        for first, second in pairwise(letters):
            singles[second] += 1
            doubles[first, second] += 1
            before[first] += 1
    return _smoothed(singles, doubles, before)


def _smoothed(
    singles: Counter[str], doubles: Counter[tuple[str, str]], before: Counter[str]
) -> dict[tuple[str, str], float]:
    """Pairs that were seen, then letters, then any letter that the language has."""
    alphabet = [each for each in singles if singles[each] > 3 or each.isascii()]
    own = sum(not each.isascii() for each in alphabet)
    total = singles.total()
    costs = {}
    for second in alphabet:
        rest = 0.25 * singles[second] / total + 0.05 / len(alphabet)
        rest += 0.0 if second.isascii() else 0.1 / own
        for first in alphabet:
            seen = 0.6 * doubles[first, second] / max(before[first], 1)
            costs[first, second] = -math.log(seen + rest)
    return costs


def _is_letter(each: str) -> bool:
    return each.isalpha() or unicodedata.category(each) == "Mn"


@cache
def word_cost(word: str, language: str) -> float:
    """The cost of the letters of a word that are not plain ASCII, and of their places.

    A letter of ASCII costs only after one beyond: all encodings have them alike.
    """
    costs = pairs(language)
    letters = ["", *word.lower(), ""]
    cost = 0.0
    for first, second in pairwise(letters):
        if not (first.isascii() and second.isascii()):
            cost += costs.get((first, second), UNKNOWN)
    return cost


def case_cost(word: str) -> float:
    """The cost of capitals in places where words have none."""
    ups = [each.isupper() for each in word]
    downs = [each.islower() for each in word]
    if not any(ups) or not any(downs):
        return 0.0
    steps = zip(downs, ups[1:], strict=False)
    cost = _CASE * sum(before and after for before, after in steps)
    return cost + _CASE * (sum(ups) > 1 and not any(downs[1:2]))
