"""The encoding that the bytes of a text file speak for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from retention_core.ingest.scan import utf16

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SAMPLE = 65_536

_MARKS = "«»“”„‘’–—…•·°€£№™®©"
_WIDE = "\u3000-\u303f\uff01-\uff5e"
_CHINESE = f"\u4e00-\u9fff{_WIDE}"
# What text of an encoding consists of beyond ASCII. Read in an encoding that is not
# its own it turns to other characters, or these stand where they do not belong. Of
# two that fit equally the earlier holds: Korean also reads as Chinese, hardly ever
# the other way round.
_EXPECTED = {
    "cp1252": f"[À-ÿŠšŽžŒœŸ{_MARKS}]",
    "cp1250": f"[À-ž{_MARKS}]",
    "cp1251": f"[А-яЁёЄєІіЇїҐґ{_MARKS}]",
    "cp932": f"[\u3040-\u30ff{_CHINESE}]",
    "cp949": f"[\uac00-\ud7a3{_WIDE}]",
    "gb18030": f"[{_CHINESE}]",
    "big5": f"[{_CHINESE}]",
}
_MANY_ACCENTS = "[À-ž]{3,}"
_MIXED = "[A-Za-z](?={0})|{0}(?=[A-Za-z])"


def choose_encoding(path: Path, is_utf8: bool) -> str:
    """The encoding of a file: proven as far as possible, else likely.

    A mark at the beginning or the zero bytes of UTF-16, then strict UTF-8, then the
    encoding in which the lines beyond ASCII make most sense.

    Parameters
    ----------
    path
        The file.
    is_utf8
        Whether all of it is valid UTF-8.
    """
    with path.open("rb") as file:
        wide = utf16(file.read(_SAMPLE))
    if wide:
        return wide
    return "utf-8" if is_utf8 else _guess(b"".join(_telling_lines(path)))


def _telling_lines(path: Path) -> Iterator[bytes]:
    size = 0
    with path.open("rb") as file:
        for line in file:
            if not line.isascii():
                yield line
                size += len(line)
            if size > _SAMPLE:
                return


def _guess(telling: bytes) -> str:
    if _is_mostly_utf8(telling):
        return "utf-8"
    return min(_EXPECTED, key=lambda encoding: _oddness(telling, encoding))


def _oddness(telling: bytes, encoding: str) -> int:
    """How many bytes make no sense in an encoding."""
    text = telling.decode(encoding, "replace")
    beyond = re.sub(r"[\0-\x7f]+", "", text)
    if encoding == "gb18030":  # rare characters beyond its core speak against it
        beyond = beyond.encode("gb2312", "replace").decode("gb2312")
    expected = _EXPECTED[encoding]
    odd = len(beyond) - len(re.findall(expected, beyond))
    if encoding in ("cp1252", "cp1250"):
        return odd + len("".join(re.findall(_MANY_ACCENTS, text)))
    odd += len(re.findall(_MIXED.format(expected), text))
    return odd if encoding == "cp1251" else 2 * odd


def _is_mostly_utf8(text: bytes) -> bool:
    """Whether a few broken bytes stand among many whole UTF-8 characters."""
    beyond = re.sub(r"[\0-\x7f]+", "", text.decode("utf-8", "replace"))
    broken = beyond.count("\ufffd")
    return len(beyond) - broken > 10 * broken
