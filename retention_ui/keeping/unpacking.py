"""The child that takes a file with a dashboard apart: it may die without harm.

``python -m retention_ui.keeping.unpacking`` reads one JSON request. Nothing of the file
is believed before it was looked at here, under limits of memory and time.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import stat
import sys
import zipfile
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from retention_core.errors import RetentionError
from retention_core.ingest import child, scan
from retention_core.ingest.errors import (
    BrokenWorkbookError,
    InflatesTooMuchError,
    PasswordProtectedError,
    TooManyPartsError,
    ZipBombError,
)
from retention_core.ingest.limits import bounds
from retention_core.ingest.parts import check_parts
from retention_core.ingest.progress import EVERY_BYTES, Progress
from retention_ui import incoming
from retention_ui.keeping import manifest, problems
from retention_ui.keeping.manifest import Manifest
from retention_ui.keeping.moving_errors import (
    DamagedFileError,
    NotAKeptFileError,
    TooLargeFileError,
)
from retention_ui.keeping.strict import MismatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    OnProgress = Callable[[Progress], None]

FOLDERS = "folders"
_MEMBERS = "members"
_CHUNK = 1 << 20
_WAYS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
# Left free for everybody else's work.
_SPARE = 200_000_000
_TOLD = 300  # characters of what was found


def take_apart(
    path: Path, name: str, into: Path, on_progress: OnProgress | None = None
) -> None:
    """Lay out in ``into`` what a file holds, if all of it is right.

    Parameters
    ----------
    path, name
        Where it lies, and what its owner calls it.
    into
        An empty folder. Afterwards ``manifest.json`` is in it, and ``folders/<place>``
        for each folder that the manifest names.
    on_progress
        Called now and then.

    Raises
    ------
    NotAKeptFileError, DamagedFileError, NewerFileError, TooLargeFileError,
    NotSavedError
    """
    tell = on_progress or ignore
    with path.open("rb") as file:
        if file.read(4) not in _ZIP:
            raise NotAKeptFileError(file=name)
    with _told(name), scan.opened(path, name) as archive:
        check_parts(archive, name, bounds().members)
        found = _manifest(archive, name, into)
        _check_members(archive, found)
        with problems.told():
            _extract(archive, found, into, tell)
    # Only now: most of what is wrong is found before an engine is needed.
    from retention_ui.keeping import contents

    with _told(name), problems.told():
        _lay_out(found, into)
        for place, packed in enumerate(found.folders):
            tell(Progress("verify", place, len(found.folders)))
            claimed = [each.totals for each in found.versions if each.folder == place]
            contents.check(into / FOLDERS / str(place), packed, claimed)


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Say of our file what is said of archives and of texts in general."""
    try:
        yield
    except (InflatesTooMuchError, TooManyPartsError) as error:
        limit = bounds().inflated_mb
        raise TooLargeFileError(file=name, limit_mb=limit) from error
    except (BrokenWorkbookError, PasswordProtectedError, ZipBombError) as error:
        detail = str(error.fields.get("detail", error.code))
        raise DamagedFileError(file=name, detail=detail[:_TOLD]) from error
    except MismatchError as error:
        raise DamagedFileError(file=name, detail=str(error)[:_TOLD]) from error


def _manifest(archive: zipfile.ZipFile, name: str, into: Path) -> Manifest:
    if manifest.NAME not in archive.namelist():
        raise NotAKeptFileError(file=name)
    part = archive.getinfo(manifest.NAME)
    if part.file_size > manifest.MOST_BYTES:
        raise MismatchError(manifest.NAME)
    content = archive.read(part)
    found = Manifest.from_json(content, name)
    (into / manifest.NAME).write_bytes(content)
    return found


def _check_members(archive: zipfile.ZipFile, found: Manifest) -> None:
    """The files that the manifest names, each once, as large as it says; no others."""
    parts = [each for each in archive.infolist() if each.filename != manifest.NAME]
    sizes = {f"{manifest.FILES}{sha}": size for sha, size in found.files.items()}
    if len(archive.infolist()) != len(sizes) + 1:
        raise MismatchError("members")
    for each in parts:
        if sizes.get(each.filename) != each.file_size or not _is_plain(each):
            raise MismatchError(each.filename[:80])


def _is_plain(part: zipfile.ZipInfo) -> bool:
    mode = part.external_attr >> 16
    return (
        part.compress_type in _WAYS
        and not part.flag_bits & _ENCRYPTED
        and stat.S_IFMT(mode) in (0, stat.S_IFREG)
        and part.orig_filename == part.filename
    )


def _extract(
    archive: zipfile.ZipFile, found: Manifest, into: Path, tell: OnProgress
) -> None:
    total = sum(found.files.values())
    if total + _SPARE > shutil.disk_usage(into).free:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    (into / _MEMBERS).mkdir()
    done = 0
    for sha in found.files:
        digest = hashlib.sha256()
        with (
            archive.open(f"{manifest.FILES}{sha}") as source,
            (into / _MEMBERS / sha).open("xb") as target,
        ):
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                target.write(chunk)
                if done // EVERY_BYTES != (done := done + len(chunk)) // EVERY_BYTES:
                    tell(Progress("unpack", done, total))
        if digest.hexdigest() != sha:
            raise MismatchError(sha)


def _lay_out(found: Manifest, into: Path) -> None:
    """Give each content its places in folders; one that many share lies there once."""
    for place, packed in enumerate(found.folders):
        folder = into / FOLDERS / str(place)
        (folder / incoming.FOLDER).mkdir(parents=True)
        for name, sha in packed.items():
            try:
                (folder / name).hardlink_to(into / _MEMBERS / sha)
            except OSError:  # not on this disk, or too many of one
                shutil.copyfile(into / _MEMBERS / sha, folder / name)
    shutil.rmtree(into / _MEMBERS)


def ignore(report: Progress) -> None:
    """Nobody asked."""


def _tell(report: Progress) -> None:
    child.tell({"progress": asdict(report)})


def main() -> int:
    """Do what the request on standard input asks for."""
    request = json.loads(sys.stdin.readline())
    child.restrict(child.Limits(**request["limits"]))
    path, into = Path(request["file"]), Path(request["into"])
    try:
        take_apart(path, request["name"], into, _tell)
    except RetentionError as error:
        child.tell({"error": child.packed(error)})
        return child.REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main())
