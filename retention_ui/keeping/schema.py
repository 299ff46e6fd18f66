"""The one SQLite file: its tables, and how it is opened.

It keeps a rollback journal, not a write-ahead log: reading then needs no space on a
full disk, and the file may lie on a network's disk. Writes are few and take
milliseconds.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE = "kept.sqlite"
VERSION = 1
WAIT_SECONDS = 15
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# Moments are microseconds since 1970 in UTC. ``leftovers`` names folders, relative to
# the data folder, that go when they are due: what was deleted, at once; what is being
# made, after hours, unless its version stands by then and takes it out. So no folder is
# ever deleted for being unknown, which many are when an older copy of this file was put
# back.
_TABLES = """
CREATE TABLE dashboards (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    owner TEXT NOT NULL,
    contact TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    expires_at INTEGER,
    settings TEXT NOT NULL,
    secret BLOB NOT NULL
);
CREATE TABLE versions (
    dashboard TEXT NOT NULL REFERENCES dashboards ON DELETE CASCADE,
    number INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    by TEXT NOT NULL,
    change TEXT NOT NULL,
    totals TEXT NOT NULL,
    folder TEXT NOT NULL,
    restored INTEGER,
    PRIMARY KEY (dashboard, number)
);
CREATE TABLE links (
    id TEXT PRIMARY KEY,
    dashboard TEXT NOT NULL REFERENCES dashboards ON DELETE CASCADE,
    token BLOB NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    terms TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER,
    last_used_at INTEGER,
    password TEXT,
    start TEXT NOT NULL
);
CREATE INDEX links_of ON links (dashboard);
CREATE TABLE grants (
    link TEXT NOT NULL REFERENCES links ON DELETE CASCADE,
    browser BLOB NOT NULL,
    PRIMARY KEY (link, browser)
) WITHOUT ROWID;
CREATE INDEX grants_of ON grants (browser);
CREATE TABLE moved (
    dataset BLOB PRIMARY KEY,
    link TEXT NOT NULL REFERENCES links ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX moved_to ON moved (link);
CREATE VIEW present AS SELECT * FROM dashboards WHERE expires_at IS NULL
    OR expires_at > (julianday('now') - 2440587.5) * 86400e6;
CREATE VIEW usable AS SELECT * FROM links WHERE revoked_at IS NULL
    AND (expires_at IS NULL OR expires_at > (julianday('now') - 2440587.5) * 86400e6)
    AND dashboard IN (SELECT id FROM present);
CREATE TABLE leftovers (
    folder TEXT PRIMARY KEY,
    due INTEGER NOT NULL
) WITHOUT ROWID;
"""


@contextmanager
def reading(root: Path) -> Iterator[sqlite3.Connection]:
    """Open the file for questions, all answered from one moment."""
    con = _connect(root)
    try:
        con.execute("BEGIN")
        yield con
    finally:
        con.close()


@contextmanager
def writing(root: Path, wait: float = WAIT_SECONDS) -> Iterator[sqlite3.Connection]:
    """Open the file for one transaction: all of it happens, or nothing."""
    con = _connect(root, wait)
    try:
        con.execute("BEGIN IMMEDIATE")
        yield con
        con.execute("COMMIT")
    finally:
        con.close()  # what was not committed is undone


def vacuum(root: Path) -> None:
    """Leave no trace of deleted rows: what SQLite keeps for later use is dropped."""
    con = _connect(root)
    try:
        con.execute("VACUUM")
    finally:
        con.close()


def stamp(moment: dt.datetime) -> int:
    """Write a moment as microseconds since 1970."""
    return (moment - _EPOCH) // dt.timedelta(microseconds=1)


def moment(stamped: int) -> dt.datetime:
    """Read what :func:`stamp` wrote."""
    return _EPOCH + dt.timedelta(microseconds=stamped)


def _connect(root: Path, wait: float = WAIT_SECONDS) -> sqlite3.Connection:
    path = root / FILE
    if not path.is_file():
        root.mkdir(parents=True, exist_ok=True)
        # Nobody else on this machine needs to read it.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    con = sqlite3.connect(path, timeout=wait, isolation_level=None)
    try:
        con.row_factory = sqlite3.Row
        for setting in (
            "foreign_keys = ON",
            "synchronous = EXTRA",
            "secure_delete = ON",
            "temp_store = MEMORY",
        ):
            con.execute(f"PRAGMA {setting}")
        if con.execute("PRAGMA user_version").fetchone()[0] < VERSION:
            _make(con, root)
    except BaseException:
        con.close()
        raise
    return con


def _make(con: sqlite3.Connection, root: Path) -> None:
    """Make the tables, once: two processes may start at the same moment."""
    lock = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if con.execute("PRAGMA user_version").fetchone()[0] < VERSION:
            con.executescript(
                f"BEGIN; {_TABLES} PRAGMA user_version = {VERSION}; COMMIT;"
            )
    finally:
        os.close(lock)
