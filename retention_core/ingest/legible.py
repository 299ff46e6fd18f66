"""How much sense bytes make in an encoding, as a cost in nats: less is better.

Only what lies beyond ASCII costs anything, so that encodings can be compared over the
same bytes: a reading that is ``n`` nats cheaper is e to the n times as likely.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from retention_core.ingest import spelling
from retention_core.ingest.headers import normalise, vocabulary
from retention_core.ingest.words import SYSTEMS

if TYPE_CHECKING:
    from collections.abc import Iterator

_WESTERN = ("en", "de", "fr", "es", "pt", "it", "nl", "sv", "da", "nb", "fi")
_CENTRAL = ("pl", "cs", "hu", "ro", "hr", "sk", "sl")
_CYRILLIC = ("ru", "uk", "bg", "sr")


@dataclass(frozen=True)
class Script:
    """What is written in an encoding, and what it costs to think of it at all."""

    prior: float
    languages: tuple[str, ...]
    charset: str | None = None


# The prior says how rare files in it are: so many nats before the first byte.
SCRIPTS = {
    "cp1252": Script(0.0, _WESTERN),
    "cp932": Script(1.0, ("ja",), "cp932"),
    "gb18030": Script(1.0, ("zh",), "gb2312"),
    "cp949": Script(1.0, ("ko",), "euc_kr"),
    "big5": Script(1.0, ("zh_Hant",), "big5"),
    "cp1251": Script(1.0, _CYRILLIC),
    "cp1250": Script(1.5, _CENTRAL),
    "euc_jp": Script(3.0, ("ja",), "cp932"),
    "koi8-r": Script(3.0, ("ru",)),
    "cp866": Script(3.0, ("ru",)),
    "mac-roman": Script(4.0, _WESTERN),
    "cp850": Script(4.0, _WESTERN),
    "iso8859-2": Script(3.0, _CENTRAL),
    "iso8859-15": Script(4.0, _WESTERN),
    "cp1254": Script(3.0, ("tr",)),
    "cp1253": Script(3.0, ("el",)),
    "cp1257": Script(4.0, ("lt", "lv", "et")),
    "cp1255": Script(3.0, ("he",)),
    "cp874": Script(3.0, ("th",)),
}
_RARE = Script(8.0, _WESTERN)

_COMMON = "€£°–—’‘“”„…•·«»§№®©™½²³×¡¿ºª、。（）「」・ー，：；！？％＋－／～【】￥〜"
_TOKEN = re.compile(
    r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u05b0-\u05c7\u0e31-\u0e4e])*"
    r"|[^\w\s\x00-\x7f]|[^\W_]|[\x80-\x9f]"
)
_HALF_WIDTH_BESIDE = re.compile(
    "[a-zA-Z](?=[\uff61-\uff9f])|[\uff61-\uff9f](?=[a-zA-Z])"
)
_MARK, _ODD_MARK, _BROKEN = 3.0, 9.0, 14.0
_WITHIN = 9.0  # a sign between two letters
_TOUCHING = 6.0  # a sign beside one letter
_BESIDE = 3.0  # a letter beyond ASCII beside a digit: it was a sign of money, or so
_KNOWN = 9.0  # what a known header is worth
_APOSTROPHES = "’·・ー"
_OPENING = "“„«¿¡‘（「【§№•"  # these may touch the word behind them
_CLOSING = "”“»®™、。）」】，：；！？％～〜"  # and these the one before


def cost(words: str, encoding: str) -> float:
    """The cost of ``words``, parted by blanks and read in ``encoding``."""
    script = SCRIPTS.get(encoding, _RARE)
    tokens = list(_tokens(words))
    if script.charset:
        spent = sum(
            _wide(token, script.charset, script.languages[0]) for token in tokens
        )
    else:
        spent = _mixed(tokens, script.languages)
    return script.prior + spent


def average(words: str, spent: float) -> float:
    """The cost of each character beyond ASCII."""
    count = sum(not each.isascii() and not each.isspace() for each in words)
    return spent / max(count, 1)


def known(text: str) -> float:
    """What the headers that are known to us take from the cost of a text."""
    cells = {each for each in re.split(r'[,;\t|\r\n"]', text) if each}
    hits = sum(not each.isascii() and normalise(each) in headers() for each in cells)
    return _KNOWN * min(3, hits)


@cache
def headers() -> frozenset[str]:
    """All known headers, of known systems too, as they are compared."""
    found = {normalise(each) for system in SYSTEMS.values() for each in _texts(system)}
    return frozenset(found | vocabulary().keys())


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


@dataclass(frozen=True)
class _Token:
    """A word or a sign beyond ASCII between its neighbours."""

    text: str
    before: str
    after: str

    @property
    def is_word(self) -> bool:
        return self.text[0].isalpha()

    @property
    def surroundings(self) -> float:
        """What its place costs."""
        if self.is_word:
            return _BESIDE * (self.before.isdigit() or self.after.isdigit())
        within = self.before.isalpha() and self.after.isalpha()
        if within:
            return _TOUCHING / 2 if self.text in _APOSTROPHES else _WITHIN
        if self.before.isalpha():
            return _TOUCHING * (self.text not in _CLOSING)
        return _TOUCHING * (self.after.isalpha() and self.text not in _OPENING)


def _tokens(text: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(text):
        if not match[0].isascii():
            first, last = match.span()
            yield _Token(
                match[0], text[max(0, first - 1) : first], text[last : last + 1]
            )


def _mixed(tokens: list[_Token], languages: tuple[str, ...]) -> float:
    """The cost in letters: mostly one language, but customers come from all."""
    spent = sum(each.surroundings for each in tokens)
    spent += sum(_sign(each.text) for each in tokens if not each.is_word)
    words = [each.text for each in tokens if each.is_word]
    spent += sum(map(spelling.case_cost, words))
    costs = [
        {each: spelling.word_cost(word, each) for each in languages} for word in words
    ]
    totals = Counter[str]()
    for each in costs:
        totals.update(each)
    best = min(languages, key=totals.__getitem__)
    return spent + sum(_blend(each, best) for each in costs)


def _blend(costs: dict[str, float], best: str) -> float:
    others = sum(math.exp(-each) for each in costs.values()) / len(costs)
    return -math.log(0.7 * math.exp(-costs[best]) + 0.3 * others + 1e-300)


def _sign(sign: str) -> float:
    if sign in _COMMON:
        return _MARK
    odd = sign == "\ufffd" or not sign.isprintable()
    return _BROKEN if odd else _ODD_MARK


def _wide(token: _Token, charset: str, language: str) -> float:
    """The cost of characters of a language that has thousands of them."""
    learnt = spelling.characters(language)
    spent = token.surroundings
    for each in token.text:
        if not each.isascii():
            spent += min(_level(each, charset), learnt.get(each, 99.0) + 0.7)
    spent += 2.0 * bool(re.search("[a-z]", token.text))
    return spent + _TOUCHING * len(_HALF_WIDTH_BESIDE.findall(token.text))


# First and last code of the usual characters, what one costs, the last of the rare.
_LEVELS = {
    "gb2312": (0xB0A1, 0xD7FE, 8.6, 0xF7FE),
    "euc_kr": (0xB0A1, 0xC8FE, 8.1, 0xC8FE),
    "big5": (0xA440, 0xC67E, 8.9, 0xF9D5),
    "cp932": (0x889F, 0x9872, 8.4, 0xEAA4),
}


@cache
def _level(character: str, charset: str) -> float:
    """What a character costs by the part of its charset: the first is the usual one."""
    if "\u3040" <= character <= "\u30ff" and charset == "cp932":
        return 5.0
    if "\uff61" <= character <= "\uff9f":
        return 6.0
    if not character.isalnum():
        return _sign(character) + 3.0
    first, last, price, end = _LEVELS[charset]
    code = _code(character, charset)
    if first <= code <= last:
        return price
    if code < first:
        return 10.0 if code else 13.5
    return 12.0 if code <= end else 13.0


def _code(character: str, charset: str) -> int:
    try:
        return int.from_bytes(character.encode(charset), "big")
    except UnicodeEncodeError:
        return 0
