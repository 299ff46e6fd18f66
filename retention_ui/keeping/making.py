"""How the folder of a version comes to be: whole, or not at all."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from retention_ui.keeping import folders, keys, rows, totals
from retention_ui.keeping.problems import ChangedError, TooSlowError, UnbuiltError
from retention_ui.keeping.schema import reading, stamp, writing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from retention_ui.keeping.model import Totals

FOLDER = "dashboards"
# What is still being made after this time was left behind.
LONGEST = dt.timedelta(hours=6)


@contextmanager
def version(
    root: Path, dashboard: str, source: Path, *, first: bool = False
) -> Iterator[tuple[str, Totals]]:
    """Copy a built folder to be a version; yield where, and what it holds.

    It is gone again if what follows fails, and swept if the program is killed, unless
    :func:`stands` was called in a transaction that happened. ``first``: the folder of
    the dashboard is made with it.
    """
    home = f"{FOLDER}/{dashboard}"
    where = f"{home}/versions/{keys.new_id()}"
    going = home if first else where
    with writing(root) as con:
        due = stamp(rows.now() + LONGEST)
        con.execute("INSERT INTO leftovers VALUES (?, ?)", (going, due))
    try:
        if first:
            _make_home(root, home)
        yield where, _copied(source, root / where)
    except BaseException:
        with suppress(OSError, sqlite3.Error):  # then it is swept
            _take_back(root, going, where)
        raise


def stands(con: sqlite3.Connection, where: str) -> None:
    """Note that a version stands on a folder, so that it is not swept.

    Raises
    ------
    TooSlowError
        It may have been swept already.
    """
    home = where.split("/versions/")[0]
    taken = con.execute(
        "DELETE FROM leftovers WHERE folder IN (?, ?) AND due > ?",
        (where, home, stamp(rows.now())),
    )
    if taken.rowcount != 1:
        raise TooSlowError


def _make_home(root: Path, home: str) -> None:
    (root / home / "versions").mkdir(mode=0o700, parents=True)
    for folder in (root / home, root / FOLDER, root):
        folders.sync(folder)


def _copied(source: Path, target: Path) -> Totals:
    """Copy a built folder, see that all of it is of one build, and add it up."""
    before = folders.seal(source)
    if before is None:
        raise UnbuiltError
    folders.copy_built(source, target)
    if folders.seal(source) != before or folders.digest_of(target) != before[0]:
        raise ChangedError
    return totals.of(target)


def _take_back(root: Path, going: str, where: str) -> None:
    """Remove what was made, unless it was saved for all that went wrong after."""
    with reading(root) as con:
        standing = con.execute("SELECT 1 FROM versions WHERE folder = ?", (where,))
        if standing.fetchone() is not None:
            return
    folders.remove(root / going)
    with writing(root) as con:
        con.execute("DELETE FROM leftovers WHERE folder = ?", (going,))
