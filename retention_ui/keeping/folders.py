"""Folders of versions: made whole or not at all, and removed for good."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from retention_core import columns
from retention_ui import incoming

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Change = Callable[[Path], None]

# What a built dataset consists of; whatever else lies in its folder stays behind.
TABLES = (
    "order_lines",
    "purchases",
    "firsts",
    "customers",
    "products",
    "ledger",
    *columns.CONTACTED,
)
# What was noted is not: it changes without a build.
SEALED = ("order_lines", "customers", "products", "ledger", columns.FILED)
NOTED = f"{columns.NOTED}.parquet"
RECOGNISED = ("detection.json", "answers.json", "headers.json")
BUILT = ("ledger.json", *RECOGNISED, "digest")
NOTE = "draft.json"
_NO_LINKS = {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.ENOSYS}
_TRIES = 5


def copy_built(source: Path, target: Path, change: Change | None = None) -> None:
    """Copy all that a built dataset consists of; nobody writes to the copy.

    ``target`` must not exist, its parent must. Files that never change are linked
    where the file system lets them be. ``change`` may put other files in the place of
    some before anybody sees the copy; what it leaves may be shared.
    """
    with _made(target) as draft:
        for name in TABLES:
            if (source / f"{name}.parquet").is_file():
                _link(source / f"{name}.parquet", draft / f"{name}.parquet")
        for name in BUILT:
            if (source / name).is_file():
                _copy(source / name, draft / name)
        _copy_incoming(source, draft)
        if change is not None:
            change(draft)
        for path in sorted(draft.rglob("*")):
            if path.is_file():
                path.chmod(0o444)


def copy_draft(source: Path, target: Path, note: dict[str, object]) -> None:
    """Copy files, answers and what was recognised, to be changed; not the tables.

    What was noted in the app goes along: no build makes it anew.
    ``note`` is kept beside them as ``draft.json``.
    """
    with _made(target) as draft:
        text = json.dumps(note, ensure_ascii=False)
        (draft / NOTE).write_text(text, encoding="utf-8")
        for name in RECOGNISED:
            if (source / name).is_file():
                _copy(source / name, draft / name)
        if (source / NOTED).is_file():
            _link(source / NOTED, draft / NOTED)
        _copy_incoming(source, draft)
        (draft / "used").touch()


def digest_of(folder: Path) -> str:
    """Return the SHA-256 of the order table and the lists, as a dataset is sealed."""
    digest = hashlib.sha256()
    for name in SEALED:
        path = folder / f"{name}.parquet"
        if path.is_file():
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def seal(folder: Path) -> tuple[str, int, int] | None:
    """Return the digest of a built dataset and which file it stands in, else None.

    A build takes the file away first and makes a new one last: the same seal before
    and after a copy says that nothing was built meanwhile.
    """
    path = folder / "digest"
    try:
        found = path.stat()
        return path.read_text(encoding="ascii"), found.st_ino, found.st_mtime_ns
    except FileNotFoundError:
        return None


def noted(folder: Path) -> str:
    """Tell states of what was noted in the app apart; empty where nothing was."""
    try:
        found = (folder / NOTED).stat()
    except FileNotFoundError:
        return ""
    return f"-{found.st_ino}-{found.st_mtime_ns}"


def note(folder: Path) -> dict[str, object]:
    """Return what was noted of a draft, nothing for other folders."""
    try:
        found: dict[str, object] = json.loads((folder / NOTE).read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError):
        return {}
    return found


def last_used(folder: Path) -> float:
    """Return when a folder was last used; infinity for one that is just going."""
    mark = folder / "used"
    try:
        return (mark if mark.exists() else folder).stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def remove(folder: Path) -> None:
    """Remove a folder for good, also one half made or half removed.

    It is out of reach at once; what somebody is still writing into it goes as well.
    """
    away = folder.with_name(f"gone-{folder.name}")
    clear(away)
    clear(_draft_of(folder))
    with suppress(FileNotFoundError):
        folder.rename(away)
        clear(away)


def clear(folder: Path) -> None:
    """Remove all of a folder that nobody can find any more."""
    for left in reversed(range(_TRIES)):
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:
            if not folder.exists():
                return
        except OSError as error:
            if error.errno != errno.ENOTEMPTY or not left:
                raise
        else:
            return
        time.sleep(0.05)


def sync(folder: Path) -> None:
    """Bring the entries of a folder, or the bytes of a file, to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _made(target: Path) -> Iterator[Path]:
    """A folder that gets its name when all of it is on the disk, else is gone."""
    draft = _draft_of(target)
    clear(draft)  # an earlier try may have been killed
    draft.mkdir(mode=0o700)
    try:
        yield draft
        for path in sorted(draft.rglob("*")):
            sync(path)
        sync(draft)
        draft.rename(target)
        sync(target.parent)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _draft_of(target: Path) -> Path:
    return target.with_name(f"draft-{target.name}")


def _copy_incoming(source: Path, draft: Path) -> None:
    (draft / incoming.FOLDER).mkdir(mode=0o700)
    _copy(
        source / incoming.FOLDER / incoming.NAMES,
        draft / incoming.FOLDER / incoming.NAMES,
    )
    for name in incoming.names(source):
        if Path(name).name != name:
            raise ValueError(name)
        path = source / incoming.FOLDER / name
        # A link leads to a file of the host, which may change or go.
        copy = _copy if path.is_symlink() else _link
        copy(path, draft / incoming.FOLDER / name)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _copy(source, target)


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
