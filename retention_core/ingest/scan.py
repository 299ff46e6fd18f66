"""What a file is, by its content, before any parser touches it."""

from __future__ import annotations

import lzma
import re
import struct
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from retention_core.errors import RetentionError
from retention_core.ingest.errors import (
    BrokenWorkbookError,
    EmptyFileError,
    MarkupFileError,
    PasswordProtectedError,
    UnknownFileError,
    ZipArchiveError,
)
from retention_core.ingest.extent import check_ods, check_xlsb, check_xlsx
from retention_core.ingest.limits import bounds
from retention_core.ingest.parts import check_parts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from retention_core.ingest.progress import OnRows

Kind = Literal["text", "gzip", "zip", "xlsx", "xlsb", "ods", "xls"]

_SAMPLE = 65_536
_CHUNK = 1 << 20

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # the second: an archive of nothing
_GZIP, _OLE2 = b"\x1f\x8b", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Formats that hold text and are none.
_NO_TABLES = (b"%PDF-", b"{\\rtf", b"%!PS")
_MARKUP = re.compile(rb"\s*<(?:!doctype|html|\?xml|table|meta|head|body)", re.I)
_SHIFTS = re.compile(rb"\x1b(?:\$[@B]|\([BJ])")  # of ISO-2022-JP
# What text files have besides letters: tab, line ends, form feed, DOS end of file.
_CONTROL = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a"))


def scan(path: Path, name: str, on_rows: OnRows | None = None) -> Kind:
    """Recognise a file by its content and refuse what would harm a parser.

    Parameters
    ----------
    path
        Where the file lies.
    name
        What its owner calls it; only for messages, its ending means nothing.
    on_rows
        Called now and then with the rows of a large sheet met so far.

    Raises
    ------
    EmptyFileError, UnknownFileError, ZipArchiveError, MarkupFileError,
    PasswordProtectedError, BrokenWorkbookError, InflatesTooMuchError,
    SheetTooLargeError
    """
    kind = kind_of(path, name)
    if kind == "zip":
        raise ZipArchiveError(file=name)
    if kind in ("xlsx", "xlsb", "ods"):
        with opened(path, name) as archive:
            _check_workbook(archive, kind, name, on_rows)
    return kind


def kind_of(path: Path, name: str) -> Kind:
    """Recognise a file by its content; nothing is said of whether it does harm.

    Raises
    ------
    EmptyFileError, UnknownFileError, MarkupFileError, PasswordProtectedError,
    BrokenWorkbookError
    """
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    if sample.startswith(_ZIP):
        with opened(path, name) as archive:
            return _kind_of_zip(archive, name)
    kind = kind_of_sample(sample, name)
    return _kind_of_ole2(path, name) if kind == "xls" else kind


def kind_of_sample(sample: bytes, name: str) -> Kind:
    """Recognise by the first bytes only: a workbook may be an archive, and any OLE2."""
    if not sample.strip(b" \t\r\n\0"):
        raise EmptyFileError(file=name)
    if sample.startswith(_ZIP):
        return "zip"
    if sample.startswith(_OLE2):
        return "xls"
    if sample.startswith(_GZIP):
        return "gzip"
    if sample.startswith(_NO_TABLES) or is_binary(sample):
        raise UnknownFileError(file=name)
    if _MARKUP.match(sample.removeprefix(b"\xef\xbb\xbf")):
        raise MarkupFileError(file=name)
    return "text"


def utf16(sample: bytes) -> str | None:
    """``utf-16-le`` or ``utf-16-be`` if ``sample`` looks like it."""
    if sample.startswith(b"\xff\xfe"):
        return "utf-16-le"
    if sample.startswith(b"\xfe\xff"):
        return "utf-16-be"
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    # Separators and digits have a zero byte even where no letter is Latin.
    few, many = sorted((even, odd))
    little = odd > even
    if few:  # the wide space of Japanese, U+3000, has one on the other side
        space = (0, 0x30) if little else (0x30, 0)
        units = zip(sample[::2], sample[1::2], strict=False)
        few -= sum(each == space for each in units)
    if many < len(sample) / 20 or few > many / 20:
        return None
    return "utf-16-le" if little else "utf-16-be"


def is_binary(sample: bytes) -> bool:
    """Whether ``sample`` is no text in any encoding."""
    if utf16(sample):
        return False
    text = sample.rstrip(b"\0")  # a crashed export may end in zeros
    text = _SHIFTS.sub(b"", text)
    control = len(text) - len(text.translate(None, _CONTROL))
    return control > len(text) / 500


@contextmanager
def opened(path: Path, name: str) -> Iterator[zipfile.ZipFile]:
    """Open a zip file; what is wrong with it is an error that its owner can mend."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        EOFError,
        NotImplementedError,
        OSError,
        struct.error,
        ValueError,
    ) as error:
        if isinstance(error, RetentionError):
            raise
        raise BrokenWorkbookError(file=name, detail=str(error)) from error
    except RuntimeError as error:  # zipfile: a member is encrypted
        raise PasswordProtectedError(file=name) from error


def _kind_of_zip(archive: zipfile.ZipFile, name: str) -> Kind:
    names = {each.lower() for each in archive.namelist()}
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "content.xml" in names and "spreadsheet" in _mimetype(archive, names):
        return "ods"
    if "[content_types].xml" in names:  # a document of another program of the suite
        raise UnknownFileError(file=name)
    return "zip"


def _check_workbook(
    archive: zipfile.ZipFile, kind: Kind, name: str, on_rows: OnRows | None
) -> None:
    check_parts(archive, name, bounds().members)
    names = set(archive.namelist())
    if kind == "ods":
        _check_manifest(archive, names, name)
        check_ods(archive, name)
    elif kind == "xlsx":
        check_xlsx(archive, name, on_rows)
    else:
        check_xlsb(archive, name)


def _mimetype(archive: zipfile.ZipFile, names: set[str]) -> str:
    if "mimetype" not in names:
        return ""
    with archive.open("mimetype") as file:
        return file.read(200).decode("ascii", "replace")


def _check_manifest(archive: zipfile.ZipFile, names: set[str], name: str) -> None:
    manifest = "META-INF/manifest.xml"
    if manifest not in names:
        return
    with archive.open(manifest) as file:
        if b"encryption-data" in file.read(_CHUNK):
            raise PasswordProtectedError(file=name)


def _kind_of_ole2(path: Path, name: str) -> Kind:
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise PasswordProtectedError(file=name)
    if "Workbook".encode("utf-16-le") in content or b"B\0o\0o\0k\0" in content:
        return "xls"
    raise UnknownFileError(file=name)
