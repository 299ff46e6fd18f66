"""First and last name out of a full one, and nothing where that would be a guess."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*\.?", re.UNICODE)
# Letters that are written in the order first name, last name as a rule: Latin, Greek.
_LATIN = re.compile(r"[\sA-Za-zÀ-ɏͰ-ϿḀ-ỿἀ-῿'’.,-]+")
_CYRILLIC = re.compile(r"[\sЀ-ԯ'’.-]+")
_PATRONYMIC = re.compile(r"(?:ович|евич|ьич|ич|овна|евна|ична|инична)$", re.IGNORECASE)


@dataclass(frozen=True)
class Name:
    """What a customer is called; an empty text is what nobody can tell."""

    first: str = ""
    last: str = ""


def split(full: str) -> Name:
    """Part a full name into first and last.

    "Anna Schmidt", "Dr. Anna van der Berg" and "Schmidt, Anna" are parted. Not: a
    single word, firms and couples, initials, names in letters of East Asia, and names
    that begin with a family name of a place where that comes first ("Nguyen Van An",
    "Nagy Anna"), which may be meant either way.
    """
    text = " ".join(full.split())
    if _CYRILLIC.fullmatch(text):
        return _with_patronymic(text.split())
    if not text or not _LATIN.fullmatch(text):
        return Name()
    if "," in text:
        return _turned_round(text)
    return _plain(_bare(text))


def _plain(words: list[str]) -> Name:
    """First name first, in letters that are written so."""
    if (
        len(words) < 2
        or not _of_a_person(words)
        or _plainly(words[0]) in _known("first")
    ):
        return Name()
    # DUPONT Jean: a family name in capitals, and first.
    capitals = words[0].isupper() and not _initial(words[0])
    if capitals and not words[-1].isupper():
        return Name()
    first = "" if _initial(words[0]) else words[0]
    rest = words[1:]
    whole = len(rest) == 1 or _plainly(rest[0]) in _known("particles")
    last = " ".join(rest) if whole and not _initial(rest[-1]) else ""
    return Name(first, last)


def _turned_round(text: str) -> Name:
    """Family name, comma, first name."""
    before, *after = (_bare(part) for part in text.split(","))
    parted = len(after) == 1 and before and len(after[0]) == 1
    if not parted or not _of_a_person([*before, *after[0]]) or _initial(after[0][0]):
        return Name()
    particles = [_plainly(word) in _known("particles") for word in before[:-1]]
    return Name(after[0][0], " ".join(before)) if all(particles) else Name()


def _with_patronymic(words: list[str]) -> Name:
    """Russian names are written either way round: the patronymic follows the first."""
    if len(words) == 3 and _PATRONYMIC.search(words[2]):
        return Name(words[1], words[0])
    if len(words) == 3 and _PATRONYMIC.search(words[1]):
        return Name(words[0], words[2])
    return Name()


def _bare(text: str) -> list[str]:
    """The words of a name without titles before and suffixes after it."""
    words = text.split()
    while words and _plainly(words[0]) in _known("titles"):
        words = words[1:]
    while words and _plainly(words[-1]) in _known("suffixes"):
        words = words[:-1]
    return words


def _of_a_person(words: list[str]) -> bool:
    letters = all(_WORD.fullmatch(word) for word in words)
    return letters and not any(_plainly(word) in _known("firms") for word in words)


def _initial(word: str) -> bool:
    return len(word.rstrip(".")) < 2 or word.endswith(".")


def _plainly(word: str) -> str:
    return word.rstrip(".").casefold()


@lru_cache
def _known(kind: str) -> frozenset[str]:
    path = Path(__file__).with_name("names.toml")
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    return frozenset(str(word).casefold() for word in found[kind])
