"""A whole dashboard as one file, to move house: out of one store, into another.

No link, no key and nothing that says who holds one goes along: whoever brings the file
into a house gets a new key to it.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import re
import shutil
import sys
import tempfile
import unicodedata
import zipfile
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING

from retention_core.ingest import child
from retention_core.ingest.errors import WorkerOutOfMemoryError, WorkerOutOfTimeError
from retention_core.ingest.turns import Turns
from retention_ui import datasets, incoming
from retention_ui.keeping import manifest, problems, rows, unpacking
from retention_ui.keeping.manifest import Manifest, PackedVersion, plain
from retention_ui.keeping.model import NotSavedError, Version
from retention_ui.keeping.moving_errors import (
    ExpiredFileError,
    NotAKeptFileError,
    UncheckedFileError,
)
from retention_ui.keeping.unpacking import FOLDERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from retention_ui.keeping.model import Dashboard, Link, Store
    from retention_ui.keeping.unpacking import OnProgress

SUFFIX = ".kept"
_CHUNK = 1 << 20
_FOUR_BYTES = 1 << 31
_STEM = 60
# At this level nothing shrinks so far that whoever unpacks it must fear a trap.
_LEVEL = 1
_TEXTS = {".json", ".csv", ".tsv", ".tab", ".txt", ".dat"}
# To check a large one takes much memory.
_CHECKING = Turns()
_COMMAND = (sys.executable, "-m", "retention_ui.keeping.unpacking")


def pack(store: Store, dashboard: str, into: Path | IO[bytes]) -> None:
    """Write a dashboard with all its versions to one file.

    Each content is in it once, though versions share it; it takes no more memory for a
    large one. The same dashboard gives the same bytes.

    Raises
    ------
    NotHereError
        There is no such dashboard, or it was deleted meanwhile.
    NotSavedError
        The disk is full.
    """
    found = store.dashboard(dashboard)
    versions = sorted(store.versions(dashboard), key=lambda each: each.number)
    try:
        with problems.told():
            contents, sources = _contents(versions)
            described = _described(found, versions, contents, sources)
            _pack(described, sources, into)
    except NotSavedError:
        store.dashboard(dashboard)  # deleted meanwhile?
        raise


def unpack(
    store: Store,
    file: Path,
    browser: str,
    *,
    name: str | None = None,
    on_progress: OnProgress | None = None,
) -> tuple[Dashboard, Link, str]:
    """Take over a dashboard from a file that may be anything.

    Parameters
    ----------
    store
        Where it is to stand.
    file
        Where it lies.
    browser
        Who holds the new key at once; empty: nobody.
    name
        What its owner calls the file; only for messages.
    on_progress
        Called now and then. If it raises, nothing is taken over.

    Returns
    -------
    tuple
        The dashboard, its first edit link, and the token of it, which nobody can see
        again.

    Raises
    ------
    NotAKeptFileError, DamagedFileError, NewerFileError, TooLargeFileError,
    UncheckedFileError, ExpiredFileError, NotSavedError
        Nothing was taken over.
    """
    name = name or file.name
    if not file.is_file():
        raise NotAKeptFileError(file=name)
    with problems.told(), scratch() as folder:
        _take_apart(file, name, folder, on_progress)
        content = (folder / manifest.NAME).read_bytes()
        found = Manifest.from_json(content, name)
        day = found.expires_at
        if day is not None and day <= rows.now():
            raise ExpiredFileError(file=name, day=day.date().isoformat())
        return store.adopt(
            [_version(each, folder) for each in found.versions],
            name=found.name,
            owner=found.owner,
            contact=found.contact,
            settings=found.settings,
            browser=browser,
            expires_at=found.expires_at,
        )


def _pack(
    described: Manifest, sources: dict[str, Path], into: Path | IO[bytes]
) -> None:
    head = described.to_json()
    with zipfile.ZipFile(into, "w", compresslevel=_LEVEL) as archive:
        archive.compression = zipfile.ZIP_DEFLATED
        _write(archive, manifest.NAME, io.BytesIO(head), len(head))
        for sha, size in described.files.items():
            shrinks = sources[sha].suffix in _TEXTS
            archive.compression = (
                zipfile.ZIP_DEFLATED if shrinks else zipfile.ZIP_STORED
            )
            with sources[sha].open("rb") as source:
                _write(archive, f"{manifest.FILES}{sha}", source, size)


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder on the disk of the store, which is swept if we are killed."""
    home = datasets.root() / "datasets"
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home, prefix="moving-") as folder:
        yield Path(folder)


def file_name(dashboard: Dashboard) -> str:
    """Return a name for the file that any disk takes: ``beans-and-more-3.kept``."""
    told = unicodedata.normalize("NFKD", dashboard.name).encode("ascii", "ignore")
    stem = re.sub(r"[^a-z0-9]+", "-", told.decode().lower()).strip("-")[:_STEM]
    return f"{stem.strip('-') or 'dashboard'}-{dashboard.version.number}{SUFFIX}"


def _contents(
    versions: Iterable[Version],
) -> tuple[dict[Path, dict[str, str]], dict[str, Path]]:
    """What lies in each folder, from name to hash; and one place of each content."""
    found: dict[Path, dict[str, str]] = {}
    sources: dict[str, Path] = {}
    known: dict[tuple[int, int], str] = {}  # versions link to the same file
    for folder in dict.fromkeys(each.folder for each in versions):
        found[folder] = {}
        for name in _names(folder):
            place = (folder / name).stat()
            at = (place.st_dev, place.st_ino)
            if at not in known:
                known[at] = _hash(folder / name)
            found[folder][name] = known[at]
            sources.setdefault(known[at], folder / name)
    return found, sources


def _names(folder: Path) -> list[str]:
    files = (str(each.relative_to(folder)) for each in folder.rglob("*"))
    found = sorted(filter(manifest.is_allowed, files))
    came = {f"{incoming.FOLDER}/{each}" for each in incoming.names(folder)}
    if not manifest.NEEDED | came <= {*found}:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    return found


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _described(
    dashboard: Dashboard,
    versions: Iterable[Version],
    contents: dict[Path, dict[str, str]],
    sources: dict[str, Path],
) -> Manifest:
    places = {folder: place for place, folder in enumerate(contents)}
    return Manifest(
        format=manifest.FORMAT,
        left_out=manifest.LEFT_OUT,
        name=plain(dashboard.name),
        owner=plain(dashboard.owner),
        contact=plain(dashboard.contact),
        expires_at=dashboard.expires_at,
        settings=dashboard.settings,
        versions=tuple(
            PackedVersion(
                number=each.number,
                made_at=each.made_at,
                by=plain(each.by),
                change=each.change,
                restored=each.restored,
                totals=each.totals,
                folder=places[each.folder],
            )
            for each in versions
        ),
        folders=tuple(contents.values()),
        files={sha: path.stat().st_size for sha, path in sources.items()},
    )


def _version(packed: PackedVersion, folder: Path) -> Version:
    return Version(
        number=packed.number,
        made_at=packed.made_at,
        by=packed.by,
        change=packed.change,
        totals=packed.totals,
        folder=folder / FOLDERS / str(packed.folder),
        restored=packed.restored,
    )


def _write(archive: zipfile.ZipFile, name: str, source: IO[bytes], size: int) -> None:
    """Add a member. Its date is that of none: the zip's earliest."""
    with archive.open(name, "w", force_zip64=size >= _FOUR_BYTES) as target:
        shutil.copyfileobj(source, target, _CHUNK)


def _take_apart(
    file: Path, name: str, folder: Path, on_progress: OnProgress | None
) -> None:
    """Have the file checked and laid out by a child, which may die of it."""
    limits = child.Limits.for_bytes(file.stat().st_size)
    request = {
        "file": str(file.resolve()),
        "name": name,
        "into": str(folder),
        "limits": asdict(limits),
    }
    tell = on_progress or unpacking.ignore
    with (
        tempfile.TemporaryDirectory(dir=folder, prefix="step-") as beside,
        _CHECKING.taken(1, tell),
    ):
        ending = child.supervise(
            [*_COMMAND], json.dumps(request), Path(beside), limits, tell
        )
    try:
        ending.check([name])
    except (WorkerOutOfMemoryError, WorkerOutOfTimeError) as error:
        raise UncheckedFileError(file=name) from error
