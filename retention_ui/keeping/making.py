"""How the folder of a version comes to be: whole, or not at all."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retention_core import engine
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


@dataclass(frozen=True)
class Place:
    """Where folders of versions are made: a new dashboard's, or one version's.

    ``going`` is relative to the data folder; it goes unless :meth:`stands` is called.
    """

    root: Path
    going: str
    first: bool

    def copy(
        self, source: Path, change: folders.Change | None = None
    ) -> tuple[str, Totals]:
        """Copy a built folder; return where it is, relatively, and what it holds.

        ``change`` may change in the copy what was noted in the app.

        Raises
        ------
        UnbuiltError, ChangedError
            All of it is not of one build.
        """
        where = f"{self.going}/versions/{keys.new_id()}" if self.first else self.going
        before = folders.seal(source)
        if before is None:
            raise UnbuiltError
        target = self.root / where
        folders.copy_built(source, target, change)
        if folders.seal(source) != before or folders.digest_of(target) != before[0]:
            raise ChangedError
        with engine.on_disk():
            return where, totals.of(target)

    def stands(self, con: sqlite3.Connection) -> None:
        """Note, with the versions in the same transaction, that it stays.

        Raises
        ------
        TooSlowError
            It may have been swept already.
        """
        taken = con.execute(
            "DELETE FROM leftovers WHERE folder = ? AND due > ?",
            (self.going, stamp(rows.now())),
        )
        if taken.rowcount != 1:
            raise TooSlowError


@contextmanager
def begun(root: Path, dashboard: str, *, first: bool = False) -> Iterator[Place]:
    """A place for versions of a dashboard; ``first``: its folder is made with it.

    It is gone again if what is done in it fails, and is swept if the program is killed
    meanwhile.
    """
    home = f"{FOLDER}/{dashboard}"
    place = Place(root, home if first else f"{home}/versions/{keys.new_id()}", first)
    due = stamp(rows.now() + LONGEST)
    with writing(root) as con:
        con.execute("INSERT INTO leftovers VALUES (?, ?)", (place.going, due))
    try:
        if first:
            _make_home(root, home)
        yield place
    except BaseException:
        with suppress(OSError, sqlite3.Error):  # then it is swept
            _take_back(place)
        raise


def _make_home(root: Path, home: str) -> None:
    (root / home / "versions").mkdir(mode=0o700, parents=True)
    for folder in (root / home, root / FOLDER, root):
        folders.sync(folder)


def _take_back(place: Place) -> None:
    """Remove what was made, unless it was saved for all that went wrong after."""
    said = (place.going,)
    with reading(place.root) as con:
        waiting = con.execute("SELECT 1 FROM leftovers WHERE folder = ?", said)
        if waiting.fetchone() is None:
            return
    folders.remove(place.root / place.going)
    with writing(place.root) as con:
        con.execute("DELETE FROM leftovers WHERE folder = ?", said)
