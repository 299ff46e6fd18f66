"""What the words of a header may mean, in fifteen languages."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from retention_core import refusals
from retention_core.ingest.words import OTHERS, SYNONYMS

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_JOINED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_COMPOUND = 5  # letters of a word that may stand within a longer one
# What a header may be of, for which there are words that speak against it.
_KINDS = {
    "ordered_at": "date",
    "order_time": "date",
    "amount": "money",
    "order_total": "money",
    "unit_price": "money",
    "customer_id": "person",
    "email": "person",
    "phone": "person",
    "customer_name": "person",
    "order_id": "number",
    "product": "product",
    "quantity": "quantity",
}
_DENIED, _ELSEWHERE = 0.25, 0.5
EXACT, PART = 0.8, 0.35
_FILLERS = {"of", "the", "a", "in", "de", "du", "des", "der", "die", "das", "do", "da"}
_FILLERS |= {"which", "thereof", "davon", "darin", "dont", "waarvan", "varav", "heraf"}
_FILLERS |= {"di", "cui", "w", "tym", "в", "т", "ч", "том", "числе", "incl", "included"}
# With or without tax: says which amount it is, not that it is one, or a tax.
_QUALIFIED = re.compile(
    r"\b(?:incl?|inkl|including|excl?|excluding|inkl|exkl|with|without|con|sin|com|sem|c|s|z"
    r"|bez|met|zonder|ohne|mit|с|без|before|after|netto z|hors|hariç|dahil)\s?"
    r"(?:vat|tax|taxes|gst|iva|mwst|ust|btw|tva|ндс|dph|moms|kdv)\b"
    r"|\b(?:kdv|vat|iva) (?:dahil|hariç|included|excluded|incl|excl|esclusa|inclusa)\b"
    r"|\b(?:ttc|ht|brutto|netto|gross|net|bruto|neto|lordo|brüt|nett)\b"
    r"|\b(?:eur|usd|gbp|chf|sek|nok|dkk|pln|czk|brl|try|rub|jpy|cny|руб|zł|kr|euro)\b"
    r"|税込|税抜|含税|不含税|含稅|未稅|부가세 ?(?:포함|별도)"
)
_SHORT = 2


def normalise(name: str) -> str:
    """A name as it is compared: NFKC, lower case, words apart, signs gone."""
    bare = unicodedata.normalize("NFKC", name).replace("\ufeff", "")
    bare = re.sub(r"\([^)]*\)|\[[^]]*\]", " ", bare) or bare
    bare = _CAMEL.sub(" ", bare).casefold()
    return " ".join(re.sub(r"[^\w]+|_+", " ", bare).split())


def fold(words: str) -> str:
    """Without accents: how a header is written by who has no such keys."""
    apart = unicodedata.normalize("NFKD", words)
    bare = "".join(each for each in apart if not unicodedata.combining(each))
    return unicodedata.normalize("NFC", bare).replace("ł", "l").replace("ı", "i")


@cache
def vocabulary() -> dict[str, dict[str, int]]:
    """From a normalised word to the fields it may mean, each with its rank."""
    found: dict[str, dict[str, int]] = {}
    for field, languages in SYNONYMS.items():
        for words in languages.values():
            for rank, word in enumerate(words):
                phrase = normalise(word)
                found.setdefault(phrase, {}).setdefault(field, rank)
                found.setdefault(fold(phrase), {}).setdefault(field, rank + 1)
    return found


@cache
def _by_part() -> dict[str, list[tuple[str, str, int]]]:
    """The words of one field by their first word, and by their first sign."""
    found: dict[str, list[tuple[str, str, int]]] = {}
    for phrase, fields in vocabulary().items():
        key = phrase[0] if _JOINED.search(phrase) else phrase.split(" ")[0]
        for field, rank in fields.items():
            found.setdefault(key, []).append((phrase, field, rank))
    return found


@cache
def _denials() -> dict[str, frozenset[str]]:
    return {
        kind: frozenset(fold(normalise(word)) for word in words) - {""}
        for kind, words in OTHERS.items()
    }


@cache
def meanings(name: str) -> dict[str, float]:
    """Fields that a header may mean, each with a strength between 0 and 1.

    A header that is a known word is at least ``EXACT``; one that contains known words
    is as strong as they cover it, and weak where another word speaks against it.
    """
    words = normalise(name)
    found = _meanings(words)
    last = re.split(r"[/:|>]", name)[-1]
    for other in (unqualified(words), unqualified(normalise(last))):
        if other and other != words:
            for field, strength in _meanings(other).items():
                found[field] = max(found.get(field, 0.0), 0.98 * strength)
    if "." in name:
        for field, strength in _abbreviated(words).items():
            found[field] = max(found.get(field, 0.0), strength)
    if refusals.asked_by(name):
        found.pop("consent", None)  # A yes there is a no.
    return found


def unqualified(words: str) -> str:
    """A normalised header without what says that tax is in it, or its currency."""
    return " ".join(_QUALIFIED.sub(" ", words).split())


def _abbreviated(words: str) -> dict[str, float]:
    """What words cut short may mean: Betr. is Betrag, Auftraggeb. is Auftraggeber."""
    tokens = fold(words).split(" ")
    if max(map(len, tokens)) <= _SHORT:
        return {}
    found: dict[str, float] = {}
    for phrase, fields in vocabulary().items():
        whole = phrase.split(" ")
        if len(whole) == len(tokens) and all(
            long.startswith(short) for long, short in zip(whole, tokens, strict=True)
        ):
            found |= dict.fromkeys(fields, 0.7)
    return found if len(found) < 3 else dict.fromkeys(found, 0.5)


@cache
def _meanings(words: str) -> dict[str, float]:
    exact = vocabulary().get(words) or vocabulary().get(fold(words), {})
    found = {field: max(EXACT, 1.0 - rank / 200) for field, rank in exact.items()}
    for field, share in _covered(words).items():
        if field in found:
            continue
        strength = PART + 0.45 * share
        kind = _KINDS.get(field)
        if kind and denied(words, kind):
            strength *= _DENIED
        found[field] = strength * (_ELSEWHERE if exact else 1.0)
    return found


def denied(words: str, kind: str) -> bool:
    """Whether a normalised header has a word that speaks of another date, person …."""
    against = _denials()[kind]
    bare = fold(words)
    if any(each in against for each in bare.split(" ")):
        return True
    padded = f" {bare} "
    for each in against:
        if _JOINED.search(each):
            if each in bare:
                return True
        elif " " in each:
            if f" {each} " in padded:
                return True
        elif len(each) >= _COMPOUND and f" {each}" in padded:
            return True
    return False


def _covered(words: str) -> dict[str, float]:
    """By field, the share of a header's letters that its words cover."""
    places: dict[str, set[int]] = {}
    for phrase, field, place in _phrases(words):
        places.setdefault(field, set()).update(range(place, place + len(phrase)))
    tokens = words.split(" ")
    length = len(words) - sum(len(t) + 1 for t in tokens if t in _FILLERS)
    return {
        field: min(1.0, len(held) / max(length, 1)) for field, held in places.items()
    }


def _phrases(words: str) -> list[tuple[str, str, int]]:
    """Known words within a header: whole words, signs in a row, ends of compounds."""
    found, place = [], 0
    for token in words.split(" "):
        rest = words[place:]
        for phrase, field, _ in _by_part().get(token, []):
            if f"{rest} ".startswith(f"{phrase} "):
                found.append((phrase, field, place))
        found += _in_token(token, place)
        place += len(token) + 1
    for start, sign in enumerate(words):
        if _JOINED.match(sign):
            found += [
                (phrase, field, start)
                for phrase, field, _ in _by_part().get(sign, [])
                if len(phrase) > 1 and words.startswith(phrase, start)
            ]
    return found


def _in_token(token: str, place: int) -> list[tuple[str, str, int]]:
    """A known word at the end of a longer one: Auftragsdatum is a Datum."""
    if len(token) < _COMPOUND + 2 or _JOINED.search(token):
        return []
    # The end of a compound says what it is; the rest, of what.
    return [
        (token, field, place)
        for start in range(2, len(token) - _COMPOUND + 1)
        for field in vocabulary().get(token[start:], {})
    ]
