"""What keeps something from being saved: which error the user is told."""

from __future__ import annotations

import errno
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from retention_core.errors import RetentionError
from retention_ui.keeping.model import NotSavedError

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNCHANGED = "What was saved before is unchanged."


class DiskFullError(NotSavedError):
    """There is no room."""

    code = "disk_full"
    template = f"There is no room on the disk, so this was not saved. {_UNCHANGED}"


class ShutError(NotSavedError):
    """The data folder cannot be written to."""

    code = "data_folder_shut"
    template = (
        f"The data folder cannot be written to, so this was not saved. {_UNCHANGED}"
    )


class BusyError(NotSavedError):
    """Somebody else was saving all the time."""

    code = "store_busy"
    template = f"Somebody else was saving all the time. {_UNCHANGED} Try again."


class SourceGoneError(NotSavedError):
    """A file that the dataset was made of lies elsewhere, and is gone."""

    code = "source_gone"
    template = (
        "A file that this was made of is not there any more, so it was not saved. "
        f"{_UNCHANGED}"
    )


class UnbuiltError(NotSavedError):
    """There is no order table to save."""

    code = "not_built"
    template = "There are questions to answer before this can be saved."


class ChangedError(NotSavedError):
    """Another tab built the dataset anew at that moment."""

    code = "changed_meanwhile"
    template = "This was being changed while it was saved. Try again."


class TooSlowError(NotSavedError):
    """It took hours; what was copied may have been swept away."""

    code = "saving_too_slow"
    template = f"Saving took too long and was stopped. {_UNCHANGED}"


_OF_SYSTEM = {
    errno.ENOSPC: DiskFullError,
    errno.EDQUOT: DiskFullError,
    errno.EFBIG: DiskFullError,
    errno.EROFS: ShutError,
    errno.EACCES: ShutError,
    errno.EPERM: ShutError,
    errno.ENOENT: SourceGoneError,
}
_OF_SQLITE = {
    sqlite3.SQLITE_FULL: DiskFullError,
    sqlite3.SQLITE_READONLY: ShutError,
    sqlite3.SQLITE_CANTOPEN: ShutError,
    sqlite3.SQLITE_PERM: ShutError,
    sqlite3.SQLITE_BUSY: BusyError,
    sqlite3.SQLITE_LOCKED: BusyError,
}
_KIND = 0xFF  # the rest of SQLite's code says more of the same


@contextmanager
def told() -> Iterator[None]:
    """Raise ``NotSavedError``, of the kind that says why, where writing failed."""
    try:
        yield
    except RetentionError:
        raise
    except OSError as error:
        kind = _OF_SYSTEM.get(error.errno or 0)
        raise _made(kind, error.strerror) from error
    except sqlite3.OperationalError as error:
        code = error.sqlite_errorcode & _KIND
        if code == sqlite3.SQLITE_ERROR:
            raise  # a wrong statement is a mistake of ours
        raise _made(_OF_SQLITE.get(code), str(error)) from error


def _made(kind: type[NotSavedError] | None, reason: str | None) -> NotSavedError:
    return kind() if kind else NotSavedError(reason=reason)
