"""What the bytes of a text file say: encoding, line ends, oddities."""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from retention_core.ingest.errors import (
    BrokenWorkbookError,
    InflatesTooMuchError,
    LineTooLongError,
    UnreadableEncodingError,
    ZipBombError,
)
from retention_core.ingest.limits import LARGE, bounds
from retention_core.ingest.progress import EVERY_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from retention_core.ingest.progress import OnBytes

MAX_LINE = 8 << 20
_CHUNK = 1 << 20
_ASCII = bytes(range(128))
_AFTER_BLANKS = re.compile(b'  "')

# All that Unicode calls white space, byte order marks, zero-width spaces, zeros.
_NARROW = "\t\v\f\x1c\x1d\x1e\x1f\0"
_WIDE = (
    "\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
    "\u200a\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
)
BLANKS = " \r\n" + _NARROW + _WIDE
# The wide ones by the first bytes that they share: what has none of these has none.
_BEGINNINGS = {
    begin: tuple(each for each in _WIDE if each.encode().startswith(begin))
    for begin in (
        b"\xc2",
        b"\xe1\x9a",
        b"\xe2\x80",
        b"\xe2\x81",
        b"\xe3\x80\x80",
        b"\xef\xbb",
    )
}


@dataclass(frozen=True)
class Survey:
    """Facts about the bytes of a file, from one pass.

    Attributes
    ----------
    lines
        Count of line feeds, and one for a last line without.
    ends_open
        Whether the last line has no line end.
    plain
        Whether it is UTF-8 and nothing occurs that readers take differently: zero
        bytes, lone carriage returns, quotes after several spaces.
    utf8
        Whether all is valid UTF-8 (a character cut in two at the end apart).
    blanks
        In UTF-8: the characters of ``BLANKS`` that occur, without space and line ends.
    shifts
        In UTF-8: whether escape characters occur, as in ISO-2022-JP.
    """

    lines: int
    ends_open: bool
    plain: bool
    utf8: bool
    blanks: str
    shifts: bool = False


def survey(path: Path, name: str, on_bytes: OnBytes | None = None) -> Survey:
    """Read ``path`` once and note what :class:`Survey` says.

    ``on_bytes`` is called now and then with the bytes read so far.

    Raises
    ------
    LineTooLongError
        A line is longer than ``MAX_LINE`` bytes.
    """
    notes = _Notes()
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        for chunk, line_feeds, controls in _counted(_pieces(file, on_bytes), name):
            notes.utf8 = notes.utf8 and _decodes(decoder, chunk)
            notes.add(chunk, line_feeds, controls)
    return notes.survey()


@dataclass
class _Notes:
    """What has been seen so far; of what is not UTF-8, only where lines end."""

    lines: int = 0
    last: bytes = b"\n"
    plain: bool = True
    utf8: bool = True
    shifts: bool = False
    blanks: set[str] = field(default_factory=set)

    def add(self, chunk: bytes, line_feeds: int, controls: int) -> None:
        """Look at the next piece."""
        self.lines += line_feeds
        if self.utf8:
            last, only = self.last, controls == line_feeds
            self.plain = self.plain and _is_plain(last, chunk, ends_only=only)
            self.blanks |= _blanks(last, chunk, ends_only=only)
            self.shifts = self.shifts or (not only and b"\x1b" in chunk)
        self.last = chunk[-2:] if len(chunk) > 1 else (self.last + chunk)[-2:]

    def survey(self) -> Survey:
        open_end = not self.last.endswith(b"\n")
        return Survey(
            lines=self.lines + open_end,
            ends_open=open_end,
            plain=self.plain and self.utf8,
            utf8=self.utf8,
            blanks="".join(sorted(self.blanks)),
            shifts=self.shifts,
        )


def _pieces(file: BinaryIO, on_bytes: OnBytes | None = None) -> Iterator[bytes]:
    done = told = 0
    while chunk := file.read(_CHUNK):
        yield chunk
        done += len(chunk)
        if on_bytes and done - told >= EVERY_BYTES:
            told = done
            on_bytes(done)


def _counted(pieces: Iterable[bytes], name: str) -> Iterator[tuple[bytes, int, int]]:
    """Pieces, each with its number of line feeds and of all controls."""
    unbroken, line = 0, 1
    for chunk in pieces:
        signs = np.frombuffer(chunk, np.uint8)
        controls = int(np.count_nonzero(signs < ord(" ")))
        line_feeds = int(np.count_nonzero(signs == ord("\n"))) if controls else 0
        broken = line_feeds or b"\r" in chunk
        unbroken = 0 if broken else unbroken + len(chunk)
        if unbroken > MAX_LINE:
            raise LineTooLongError(file=name, row=line, limit_mb=MAX_LINE >> 20)
        line += line_feeds
        yield chunk, line_feeds, controls


def _is_plain(last: bytes, chunk: bytes, *, ends_only: bool) -> bool:
    # Only what must be is put together: copying takes longer than looking.
    if not ends_only and b"\0" in chunk:
        return False
    if b'"' in chunk and _has_quote_after_blanks(last + chunk[:2], chunk):
        return False
    if last[-1:] != b"\r" and (ends_only or b"\r" not in chunk):
        return True
    return _has_whole_line_ends(last + chunk)


def _has_quote_after_blanks(seam: bytes, chunk: bytes) -> bool:
    """Whether a quote follows two blanks."""
    # The pattern finds it twice as fast as ``in`` does.
    return b'  "' in seam or _AFTER_BLANKS.search(chunk) is not None


def _has_whole_line_ends(chunk: bytes) -> bool:
    returns = chunk.count(b"\r") - chunk.endswith(b"\r")
    return returns == chunk.count(b"\r\n") and b"\n\r" not in chunk


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes) -> bool:
    if chunk.isascii() and not decoder.getstate()[0]:
        return True
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError:
        return False
    return True


def _blanks(last: bytes, chunk: bytes, *, ends_only: bool) -> set[str]:
    narrow: set[str] = set()
    if not ends_only:
        narrow = {each for each in _NARROW if each.encode() in chunk}
    if chunk.isascii():
        return narrow
    # To look for one byte takes next to nothing, for two ten times longer.
    begun = [each for each in _BEGINNINGS if each[:1] in chunk or each[:1] in last]
    if not begun:
        return narrow
    beyond = (last + chunk).translate(None, _ASCII)
    wide = (
        each
        for begin, group in _BEGINNINGS.items()
        if begin in begun and begin in beyond
        for each in group
        if each.encode() in beyond
    )
    return narrow.union(wide)


def inflate(path: Path, target: Path, name: str) -> bool:
    """Unpack a gzip file into ``target``; what a cut-off one still holds is kept.

    Returns whether it is whole.
    """
    with gzip.open(path) as source, target.open("wb") as file:
        try:
            while chunk := source.read1(_CHUNK):  # read() loses a half block
                file.write(chunk)
                _check_growth(path.stat().st_size, file.tell(), name)
        except EOFError:
            return False
        except (gzip.BadGzipFile, zlib.error) as error:
            raise BrokenWorkbookError(file=name, detail=str(error)) from error
    return True


def _check_growth(packed: int, inflated: int, name: str) -> None:
    limit = bounds()
    if inflated > max(LARGE, limit.ratio * packed):
        ratio = inflated // max(1, packed)
        raise ZipBombError(file=name, part=name, ratio=ratio)
    if inflated > limit.inflated:
        raise InflatesTooMuchError(file=name, limit_mb=limit.inflated_mb)


def transcode(
    path: Path,
    target: Path,
    encoding: str,
    name: str,
    on_bytes: OnBytes | None = None,
) -> tuple[Path, Survey]:
    """Write a copy in UTF-8, and survey it on the way.

    ``on_bytes`` is called now and then with the bytes read so far.

    Raises
    ------
    UnreadableEncodingError
        There is no such encoding, or more than a hundredth of the text is no
        character of it.
    LineTooLongError
        A line of the copy is longer than ``MAX_LINE`` bytes.
    """
    try:
        decoder = codecs.getincrementaldecoder(encoding)("replace")
    except LookupError as error:
        raise UnreadableEncodingError(file=name, encoding=encoding) from error
    notes = _Notes()
    broken = size = 0

    def written() -> Iterator[bytes]:
        nonlocal broken, size
        for chunk in chain(_pieces(source, on_bytes), [b""]):
            text = decoder.decode(chunk, not chunk)
            broken += text.count("\ufffd")
            size += len(text)
            content = text.encode("utf-8", "replace")
            file.write(content)
            if content:
                yield content

    with path.open("rb") as source, target.open("wb") as file:
        for each in _counted(written(), name):
            notes.add(*each)
    if broken * 100 > size:
        raise UnreadableEncodingError(file=name, encoding=encoding)
    return target, notes.survey()
