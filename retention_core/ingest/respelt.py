"""Texts of dates put in one spelling: plain digits, years, times with colons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_core.ingest import glyphs
from retention_core.ingest.sql import let, literal, translated

if TYPE_CHECKING:
    from collections.abc import Iterable

# What stands behind a time before and after noon, whatever the language.
AM, PM = "ⓐ", "ⓟ"

_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
_ERAS |= {"㍾": 1867, "㍽": 1911, "㍼": 1925, "㍻": 1988, "㋿": 2018, "民國": 1911}
_ERAS |= {"m": 1867, "t": 1911, "s": 1925, "h": 1988, "r": 2018, "": 1911}
_ERA = r"^(?:中華)?(明治|大正|昭和|平成|令和|㍾|㍽|㍼|㍻|㋿|民國)\s?(\d{1,3}|元)\s?年"
# R6.5.1, and 113/05/01 as they count in Taiwan: nothing else has a year so short.
_SHORT_ERA = r"^(?:([mtshr])\.?(\d{1,2})|()(1\d{2}))[年./-]"

_WEEKDAYS = (
    r"[(\[][日月火水木金土一二三四五六월화수목금토일][)\]]"
    r"|[月火水木金土日]曜日?|(?:星期|礼拜|禮拜|周|週)[一二三四五六日天]|[월화수목금토일]요일"
)
# In this order; each takes what the one before left.
_BEYOND_ASCII = (
    (_WEEKDAYS, " "),
    (r"오전|上午|午前|凌晨|早上", f" {AM}"),
    (r"오후|下午|午後", f" {PM}"),
    (
        r"(\d{1,2})\s?[时時點点시]\s?(\d{1,2})\s?[分분]\s?(\d{1,2})\s?[秒초]",
        r"\1:\2:\3",
    ),
    (r"(\d{1,2})\s?[时時點点시]\s?(\d{1,2})\s?[分분]?", r"\1:\2"),
    (r"(\d{1,2})\s?[时時點点시]", r"\1:00"),
    (r":(\d)(\D|$)", r":0\1\2"),
)
_WITH_LETTERS = (
    (r"([\d\s])a\.?\s?m\b\.?", rf"\1{AM}"),
    (r"([\d\s])p\.?\s?m\b\.?", rf"\1{PM}"),
    (r"([^\d]\d{1,2}) ?h ?(\d{2})( |$)", r"\1:\2 "),
    # 3 PM; 01/May/2024:09:58 in logs; a zone in brackets.
    (rf"(^|[^:.\d])(\d{{1,2}}) ?([{AM}{PM}])", r"\1\2:00\3"),
    (r"(\d{4}):(\d{2}:\d{2}:\d{2})", r"\1 \2"),
    (r"^(\d{4})(\d\d)(\d\d)t(\d\d)(\d\d)(\d\d)", r"\1-\2-\3 \4:\5:\6"),
    (r"\(([a-z]{3,4})\)$", r"\1"),
)
# 12/05/2024 14.05 in Italy or Denmark.
_WITHOUT_COLON = (
    (
        r"^(\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? +(?:[a-z]+ )?)"
        r"(\d{1,2})\.(\d{2})(?:\.(\d{2}))?$",
        r"\1\2:\3:\4",
    ),
    (r":$", ""),
)


def tidy(bare: str) -> str:
    """Small letters and plain digits; eras as years, times of day with colons.

    Most cells need little of it: each part is worked out where a sign asks for it.
    """
    wide = f"strlen({bare}) <> length({bare})"
    narrow = _rewritten(
        f"trim(lower({translated(bare, glyphs.IN_DATES)}))", _BEYOND_ASCII
    )
    plain = f"CASE WHEN {wide} THEN {narrow} ELSE lower({bare}) END"
    lettered = _rewritten("_plain", _WITH_LETTERS)
    asking = rf"\d ?[aph{AM}{PM}]|\d{{4}}:|\dt\d|\([a-z]"
    letters = f"regexp_matches(_plain, {literal(asking)})"
    spelt = f"CASE WHEN {letters} THEN {lettered} ELSE _plain END"
    dotted = _rewritten("_spelt", _WITHOUT_COLON)
    timed = (
        "CASE WHEN contains(_spelt, ' ') AND NOT contains(_spelt, ':') "
        f"THEN {dotted} ELSE _spelt END"
    )
    dated = let("_text", timed, _without_era("_text"))
    return let("_plain", plain, let("_spelt", spelt, dated))


def _rewritten(text: str, rules: Iterable[tuple[str, str]]) -> str:
    for pattern, into in rules:
        text = f"regexp_replace({text}, {literal(pattern)}, {literal(into)})"
    return text


def _without_era(text: str) -> str:
    """Years of an era as years; most texts begin with digits and a sign."""
    number = "CASE WHEN _era.n = '元' THEN 1 ELSE TRY_CAST(_era.n AS INTEGER) END"
    long = _year_of(text, _ERA, ["e", "n"], number)
    number = "TRY_CAST(coalesce(nullif(_era.n, ''), _era.k) AS INTEGER)"
    brief = _year_of(text, _SHORT_ERA, ["e", "n", "f", "k"], number)
    return f"CASE {long} {brief} ELSE {text} END"


def _year_of(text: str, pattern: str, keys: list[str], number: str) -> str:
    fits = f"regexp_matches({text}, {literal(pattern)})"
    first = " ".join(
        f"WHEN {literal(name)} THEN {year}" for name, year in _ERAS.items()
    )
    found = f"regexp_extract({text}, {literal(pattern)}, {keys})"
    year = let("_era", found, f"(CASE _era.e {first} END) + ({number})")
    rest = f"regexp_replace({text}, {literal(pattern)}, '-')"
    return f"WHEN {fits} THEN ({year}) || {rest}"
