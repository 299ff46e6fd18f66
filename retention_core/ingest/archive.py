"""Zip archives as shops mail them: each table inside becomes a file of its own."""

from __future__ import annotations

import re
import shutil
import stat
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from retention_core.errors import RetentionError
from retention_core.ingest import cells, scan
from retention_core.ingest.errors import (
    ArchivePasswordError,
    BrokenArchiveError,
    BrokenWorkbookError,
    EmptyFileError,
    InflatesTooMuchError,
    MarkupFileError,
    NoTableInArchiveError,
    PasswordProtectedError,
    TooManyPartsError,
    UnknownFileError,
    UnsafeArchiveError,
)
from retention_core.ingest.limits import bounds
from retention_core.ingest.model import Detection, RawSheet
from retention_core.ingest.parts import check_parts

if TYPE_CHECKING:
    import zipfile
    from pathlib import Path

    import duckdb

    Files = list[tuple[Path, str]]

# What systems leave in archives and no user ever put there.
_LITTER = re.compile(r"(^|/)(__MACOSX/|\.|Thumbs\.db$|desktop\.ini$)", re.I)
_ENCRYPTED, _UTF8 = 0x1, 0x800
_SAMPLE = 65_536
_SHOWN = 10
_NO_TABLE = (EmptyFileError, MarkupFileError, UnknownFileError)


@dataclass
class Unpacked:
    """The files that may hold tables, and those that hold none by code of the reason.

    ``files`` are paths with the names that the user sees; ``passed_over`` goes from
    such a name to the code of an error.
    """

    files: Files = field(default_factory=list)
    passed_over: dict[str, str] = field(default_factory=dict)


def unpack(files: Files, folder: Path) -> Unpacked:
    """Put what archives hold in their place; everything else stays as it is.

    Parameters
    ----------
    files
        Paths, each with the name that the user gave.
    folder
        Where to unpack, under numbers: names in archives never become paths.

    Returns
    -------
    Unpacked
        A member's name is ``archive.zip/folder/name.csv``. One archive may lie inside
        another; what lies deeper is left to :func:`~retention_core.ingest.scan.scan`,
        which refuses it.

    Raises
    ------
    ArchivePasswordError, BrokenArchiveError, InflatesTooMuchError,
    NoTableInArchiveError, TooManyPartsError, UnsafeArchiveError, ZipBombError
    """
    found = Unpacked()
    for path, name in files:
        if _is_archive(path, name):
            _unpack(path, name, folder, found, depth=1)
        else:
            found.files.append((path, name))
    return found


def _is_archive(path: Path, name: str) -> bool:
    """Whether it is a zip file and no workbook; what else is wrong is said later."""
    try:
        return scan.kind_of(path, name) == "zip"
    except RetentionError:
        return False


def _unpack(path: Path, name: str, folder: Path, found: Unpacked, depth: int) -> None:
    before = len(found.files)
    passed: dict[str, str] = {}
    try:
        with scan.opened(path, name) as archive:
            for part, label in _members(archive, name):
                reason = _take(archive, part, label, folder, found)
                if reason:
                    passed[label] = reason
    except BrokenWorkbookError as error:
        detail = error.fields["detail"]
        raise BrokenArchiveError(file=name, detail=detail) from error
    except PasswordProtectedError as error:
        raise ArchivePasswordError(file=name) from error
    taken = found.files[before:]
    del found.files[before:]
    for inner, label in taken:
        if depth == 1 and _is_archive(inner, label):
            _unpack(inner, label, folder, found, depth=2)
        else:
            found.files.append((inner, label))
    _check_tables(name, len(found.files) - before, passed)
    found.passed_over |= passed


def _check_tables(name: str, tables: int, passed: dict[str, str]) -> None:
    limit = bounds().tables
    if tables > limit:
        raise TooManyPartsError(file=name, parts=tables, limit=limit)
    if not tables:
        shown = [each.removeprefix(f"{name}/") for each in passed][:_SHOWN]
        raise NoTableInArchiveError(file=name, found=", ".join(shown) or "nothing")


def _members(archive: zipfile.ZipFile, name: str) -> list[tuple[zipfile.ZipInfo, str]]:
    """The members that are files of the user's, each with its name, made unique."""
    check_parts(archive, name, bounds().members)
    members = []
    seen: Counter[str] = Counter()
    for part in archive.infolist():
        inside = _name(part).replace("\\", "/")
        _check_name(part, inside, name)
        if inside.endswith("/") or _LITTER.search(inside):
            continue
        if part.flag_bits & _ENCRYPTED:
            raise ArchivePasswordError(file=name)
        seen[inside] += 1
        if seen[inside] > 1:
            inside = f"{inside} ({seen[inside]})"
        members.append((part, f"{name}/{inside}"))
    return members


def _check_name(part: zipfile.ZipInfo, inside: str, name: str) -> None:
    pieces = inside.split("/")
    leads_out = (
        ".." in pieces or inside.startswith("/") or re.match("[A-Za-z]:", inside)
    )
    hides = "\0" in part.orig_filename
    if leads_out or hides or stat.S_ISLNK(part.external_attr >> 16):
        shown = part.orig_filename.replace("\0", "\ufffd")[:100]
        raise UnsafeArchiveError(file=name, part=shown)


def _take(
    archive: zipfile.ZipFile,
    part: zipfile.ZipInfo,
    label: str,
    folder: Path,
    found: Unpacked,
) -> str | None:
    """Unpack a member that may be a table; else the code of the reason."""
    with archive.open(part) as source:
        sample = source.read(_SAMPLE)
        try:
            scan.kind_of_sample(sample, label)
        except _NO_TABLE as error:
            return error.code
        target = folder / f"member-{len(found.files)}-{len(list(folder.iterdir()))}"
        with target.open("wb") as file:
            file.write(sample)
            shutil.copyfileobj(source, file, 1 << 20)
    _check_disk(folder, label)
    try:
        scan.kind_of(target, label)
    except _NO_TABLE as error:
        target.unlink()
        return error.code
    except (BrokenWorkbookError, PasswordProtectedError):
        pass  # a table all the same: reading it says what is wrong, by its name
    found.files.append((target, label))
    return None


def _check_disk(folder: Path, name: str) -> None:
    limit = bounds()
    if sum(each.stat().st_size for each in folder.iterdir()) > limit.inflated:
        raise InflatesTooMuchError(file=name, limit_mb=limit.inflated_mb)


def _name(part: zipfile.ZipInfo) -> str:
    """The name as its owner reads it, where the archive does not say how it is written.

    Old programs write names in the encoding of their country and say nothing.
    """
    if part.flag_bits & _UTF8 or part.filename.isascii():
        return unicodedata.normalize("NFC", part.filename)
    raw = part.filename.encode("cp437")
    for encoding, scripts in _WRITTEN:
        try:
            name = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if all(_script(each) in scripts for each in name if not each.isascii()):
            return unicodedata.normalize("NFC", name)
    return part.filename


def _script(letter: str) -> str:
    if letter.isspace():
        return "SPACE"
    return unicodedata.name(letter, "?").split(maxsplit=1)[0].split("-")[0]


_WORDS = {"CJK", "HIRAGANA", "KATAKANA", "IDEOGRAPHIC", "FULLWIDTH", "HANGUL", "SPACE"}
_LETTERS = {"LATIN", "CYRILLIC", "GREEK", "EN", "EM", "NUMERO", "EURO"}
_WRITTEN: list[tuple[str, set[str]]] = [
    ("utf-8", _LETTERS | _WORDS),
    ("cp437", {"LATIN"}),
    ("cp866", {"CYRILLIC", "NUMERO"}),
    ("cp932", _WORDS),
    ("gb18030", _WORDS),
    ("cp949", _WORDS),
    ("cp1252", {"LATIN", "EN", "EM", "EURO"}),
]


def nothing_of(
    con: duckdb.DuckDBPyConnection, passed_over: dict[str, str]
) -> list[tuple[RawSheet, Detection]]:
    """Files that were passed over, as sheets without a row: the ledger names them."""
    if not passed_over:
        return []
    view = cells.create_view(
        con, "SELECT 0::BIGINT AS row, NULL::VARCHAR AS c0 WHERE false"
    )
    return [
        (RawSheet(name, None, None, None, view, 1, ()), _ignored(name, code))
        for name, code in passed_over.items()
    ]


def _ignored(name: str, code: str) -> Detection:
    return Detection(
        file=name,
        sheet=None,
        role="ignore",
        system=None,
        encoding=None,
        delimiter=None,
        header_row=None,
        columns=[],
        rows=0,
        mapping={},
        examples={},
        day_first=None,
        decimal=".",
        currency=None,
        passed_over=code,
    )
