"""What keeps something from being saved, in plain words."""

from __future__ import annotations

import errno
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from retention_ui.keeping.model import NotSavedError

if TYPE_CHECKING:
    from collections.abc import Iterator

_FULL = "the disk is full"
_SHUT = "the data folder cannot be written to"
_BUSY = "somebody else was saving for too long; try again"
_GONE = "a file that it is made of is not there any more"
_FAILED = "the disk does not answer as it should"
_OF_SYSTEM = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: "a file is larger than is allowed here",
    errno.EROFS: _SHUT,
    errno.EACCES: _SHUT,
    errno.EPERM: _SHUT,
    errno.ENOENT: _GONE,
}
_OF_SQLITE = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _SHUT,
    sqlite3.SQLITE_CANTOPEN: _SHUT,
    sqlite3.SQLITE_PERM: _SHUT,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
}
_PRIMARY = 0xFF


@contextmanager
def told() -> Iterator[None]:
    """Tell in plain words why something could not be written (``NotSavedError``)."""
    try:
        yield
    except NotSavedError:
        raise
    except OSError as error:
        reason = _OF_SYSTEM.get(error.errno or 0, _FAILED)
        raise NotSavedError(reason=reason) from error
    except sqlite3.OperationalError as error:
        code = error.sqlite_errorcode & _PRIMARY
        reason = _OF_SQLITE.get(code, _FAILED)
        if code == sqlite3.SQLITE_ERROR:
            raise  # a wrong statement: ours
        raise NotSavedError(reason=reason) from error
