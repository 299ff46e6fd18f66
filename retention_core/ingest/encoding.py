"""The encoding that the bytes of a text file speak for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from charset_normalizer import from_bytes

from retention_core.ingest import legible
from retention_core.ingest.scan import utf16

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SAMPLE = 65_536
_CHUNK = 1 << 20
_CLEAR = 5.0  # nats that the best reading must be ahead of any other
_LEGIBLE = 11.0  # nats a character that text costs in its own encoding, at most
_POSSIBLE = 14.0  # nats behind the best up to which a reading is worth showing
_CHOICES = 4
_PROPOSED = 5  # so many proposals of the detector are looked at
_HEADERS = 20_000  # bytes at the beginning in which headers are looked for
_LOOKED_AT = 120
_WORD = re.compile(rb'[^\s,;"]*[\x80-\xff][^\s,;"]*')
_SHIFTS = re.compile(rb"\x1b\$[@B]|\x1b\([BJ]")
_SAME = {
    "ascii": "cp1252",
    "latin_1": "cp1252",
    "iso8859_1": "cp1252",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "cp950": "big5",
    "koi8_r": "koi8-r",
    "mac_roman": "mac-roman",
    "iso8859_2": "iso8859-2",
    "iso8859_15": "iso8859-15",
}


@dataclass(frozen=True)
class Chosen:
    """An encoding, and how sure it is.

    Attributes
    ----------
    encoding
        Python's name of it; the likeliest where it is not sure.
    sure
        Whether no other reading is nearly as likely.
    others
        Where it is not sure: what else it may be, the likelier first.
    examples
        Where it is not sure: from each of these encodings, ``encoding`` first, to
        cells of the file as they would read, at most three, those that differ.
    """

    encoding: str
    sure: bool = True
    others: list[str] = field(default_factory=list)
    examples: dict[str, list[str]] = field(default_factory=dict)


def choose_encoding(path: Path, is_utf8: bool, *, shifts: bool = False) -> Chosen:
    """The encoding of a file: proven as far as possible, else likely.

    A mark at the beginning or the zero bytes of UTF-16, then strict UTF-8, then the
    encoding in which the lines beyond ASCII make most sense: ours and those that the
    detector proposes, by the words and letters that result (:mod:`legible`).

    Parameters
    ----------
    path
        The file.
    is_utf8
        Whether all of it is valid UTF-8.
    shifts
        Whether escape characters occur, as in ISO-2022-JP.
    """
    with path.open("rb") as file:
        wide = utf16(file.read(_SAMPLE))
    if wide:
        return Chosen(wide)
    if is_utf8:
        return Chosen("iso2022_jp" if shifts and _is_shifted(path) else "utf-8")
    telling = b"".join(_telling_lines(path))
    if _is_mostly_utf8(telling):
        return Chosen("utf-8")
    return _likeliest(telling)


def _is_shifted(path: Path) -> bool:
    with path.open("rb") as file:
        sample = file.read(_CHUNK)
    try:
        sample.decode("iso2022_jp", "ignore" if len(sample) == _CHUNK else "strict")
    except UnicodeDecodeError:
        return False
    return len(_SHIFTS.findall(sample)) > 1


def _telling_lines(path: Path) -> Iterator[bytes]:
    """The header, or what stands in its place, and lines beyond ASCII."""
    size, rest = 0, b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if chunk.isascii():
                rest = chunk[chunk.rfind(b"\n") + 1 :]
                continue
            lines = (rest + chunk).splitlines(keepends=True)
            rest = b"" if chunk.endswith((b"\n", b"\r")) else lines.pop()
            for line in lines:
                if not line.isascii():
                    yield line
                    size += len(line)
                if size > _SAMPLE:
                    return
    yield rest


def _likeliest(telling: bytes) -> Chosen:
    """The reading that costs least; not sure where another one is near, or all bad."""
    words = _words(telling)
    texts = _readings(telling, words)
    costs = {each: legible.cost(text, each) for each, text in texts.items()}
    for each in costs:
        costs[each] -= legible.known(telling[:_HEADERS].decode(each, "replace"))
    ranked = sorted(costs, key=costs.__getitem__)
    best = ranked[0]
    others = _different(ranked, texts)
    ahead = min((costs[each] - costs[best] for each in others), default=99.0)
    if ahead >= _CLEAR and legible.average(texts[best], costs[best]) <= _LEGIBLE:
        return Chosen(best)
    near = [each for each in others if costs[each] - costs[best] <= _POSSIBLE]
    near = (near or others)[:_CHOICES]
    return Chosen(best, False, near, _examples(telling, [best, *near]))


def _words(telling: bytes) -> bytes:
    """Different words beyond ASCII, one a line: repeated ones prove nothing more."""
    found = dict.fromkeys(_WORD.findall(telling))
    return b"\n".join(list(found)[:_LOOKED_AT])


def _readings(telling: bytes, words: bytes) -> dict[str, str]:
    """The words in each encoding in which hardly a byte is broken."""
    proposed = [
        _SAME.get(match.encoding, match.encoding)
        for match in list(from_bytes(telling[:_SAMPLE]))[:_PROPOSED]
    ]
    texts = {
        each: words.decode(each, "replace")
        for each in dict.fromkeys([*legible.SCRIPTS, *proposed])
        if not each.startswith("utf")
    }
    beyond = len(words) - len(words.translate(None, bytes(range(128, 256))))
    few = {
        each: text
        for each, text in texts.items()
        if text.count("\ufffd") * 10 <= beyond
    }
    return few or texts


def _different(ranked: list[str], texts: dict[str, str]) -> list[str]:
    """The others, one for each text that differs from those before."""
    seen = {texts[ranked[0]]}
    found = []
    for each in ranked[1:]:
        if texts[each] not in seen:
            seen.add(texts[each])
            found.append(each)
    return found


def _examples(telling: bytes, encodings: list[str]) -> dict[str, list[str]]:
    """Cells beyond ASCII in each reading, from the same places as far as possible."""
    return {
        each: list(dict.fromkeys(_cells_beyond(telling.decode(each, "replace"))))[:3]
        for each in encodings
    }


def _cells_beyond(text: str) -> Iterator[str]:
    for cell in re.split(r'[,;\t|\r\n"]', text):
        if cell.strip() and not cell.isascii():
            yield cell.strip()


def _is_mostly_utf8(text: bytes) -> bool:
    """Whether a few broken bytes stand among many whole UTF-8 characters."""
    beyond = re.sub(r"[\0-\x7f]+", "", text.decode("utf-8", "replace"))
    broken = beyond.count("\ufffd")
    return len(beyond) - broken > 10 * broken
