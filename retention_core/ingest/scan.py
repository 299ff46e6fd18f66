"""What a file is, by its content, before any parser touches it."""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import TYPE_CHECKING, Literal

from retention_core.ingest.errors import (
    BrokenWorkbookError,
    EmptyFileError,
    InflatesTooMuchError,
    MarkupFileError,
    PasswordProtectedError,
    UnknownFileError,
    ZipArchiveError,
)
from retention_core.ingest.extent import check_ods, check_xlsx

if TYPE_CHECKING:
    from pathlib import Path

Kind = Literal["text", "gzip", "xlsx", "ods", "xls"]

MAX_INFLATED = 2_000_000_000
MAX_MEMBERS = 10_000
_SAMPLE = 65_536
_CHUNK = 1 << 20

_ZIP, _GZIP, _OLE2 = b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = re.compile(rb"\s*<(?:!doctype|html|\?xml|table|meta|head|body)", re.I)
# What text files have besides letters: tab, line ends, form feed, DOS end of file.
_CONTROL = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a"))


def scan(path: Path, name: str) -> Kind:
    """Recognise a file by its content and refuse what would harm a parser.

    Parameters
    ----------
    path
        Where the file lies.
    name
        What its owner calls it; only for messages, its ending means nothing.

    Raises
    ------
    EmptyFileError, UnknownFileError, ZipArchiveError, MarkupFileError,
    PasswordProtectedError, BrokenWorkbookError, InflatesTooMuchError,
    SheetTooLargeError
    """
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    if not sample.strip(b" \t\r\n\0"):
        raise EmptyFileError(file=name)
    if sample.startswith(_ZIP):
        return _scan_zip(path, name)
    if sample.startswith(_OLE2):
        return _scan_ole2(path, name)
    if sample.startswith(_GZIP):
        return "gzip"
    if is_binary(sample):
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
    if many < len(sample) / 20 or few > many / 20:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def is_binary(sample: bytes) -> bool:
    """Whether ``sample`` is no text in any encoding."""
    if utf16(sample):
        return False
    text = sample.rstrip(b"\0")  # a crashed export may end in zeros
    control = len(text) - len(text.translate(None, _CONTROL))
    return control > len(text) / 500


def _scan_zip(path: Path, name: str) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            return _scan_archive(archive, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise BrokenWorkbookError(file=name, detail=str(error)) from error
    except RuntimeError as error:  # zipfile: a member is encrypted
        raise PasswordProtectedError(file=name) from error


def _scan_archive(archive: zipfile.ZipFile, name: str) -> Kind:
    members = archive.infolist()
    names = {each.filename for each in members}
    if "xl/workbook.xml" in names:
        kind: Kind = "xlsx"
    elif "content.xml" in names and "spreadsheet" in _mimetype(archive, names):
        kind = "ods"
    else:
        raise ZipArchiveError(file=name)
    inflated = sum(each.file_size for each in members)
    if len(members) > MAX_MEMBERS or inflated > MAX_INFLATED:
        raise InflatesTooMuchError(file=name, limit_mb=MAX_INFLATED // 1_000_000)
    if kind == "ods":
        _check_manifest(archive, names, name)
        check_ods(archive, name)
    else:
        check_xlsx(archive, name)
    return kind


def _mimetype(archive: zipfile.ZipFile, names: set[str]) -> str:
    if "mimetype" not in names:
        return ""
    return archive.read("mimetype")[:200].decode("ascii", "replace")


def _check_manifest(archive: zipfile.ZipFile, names: set[str], name: str) -> None:
    manifest = "META-INF/manifest.xml"
    if manifest in names and b"encryption-data" in archive.read(manifest)[:_CHUNK]:
        raise PasswordProtectedError(file=name)


def _scan_ole2(path: Path, name: str) -> Kind:
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise PasswordProtectedError(file=name)
    if "Workbook".encode("utf-16-le") in content or b"B\0o\0o\0k\0" in content:
        return "xls"
    raise UnknownFileError(file=name)
