"""How a dashboard goes: out of reach in one transaction, then off the disk."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING

from retention_ui.keeping import folders, keys, rows
from retention_ui.keeping.making import FOLDER
from retention_ui.keeping.schema import reading, stamp, vacuum, writing

if TYPE_CHECKING:
    from pathlib import Path

# A folder that was removed is looked for so long: somebody may have been writing to it.
LATE = dt.timedelta(days=1)


def condemn(con: sqlite3.Connection, root: Path, dashboard: str) -> None:
    """Take a dashboard out of the file; its folders are due from now on."""
    home = root / FOLDER / dashboard
    for folder in (home, *_unsaved(con, root, dashboard)):
        con.execute(
            "INSERT OR REPLACE INTO leftovers VALUES (?, ?)",
            (str(folder.relative_to(root)), stamp(rows.now())),
        )
    con.execute("DELETE FROM dashboards WHERE id = ?", (dashboard,))


def clear(root: Path, now: dt.datetime) -> None:
    """Remove the folders that are due, and every trace in the file.

    Raises
    ------
    OSError
        A folder cannot be removed; the others are, and it is tried again next time.
    """
    with reading(root) as con:
        due = con.execute("SELECT folder FROM leftovers WHERE due <= ?", (stamp(now),))
        found = [root / row["folder"] for row in due]
    failed: OSError | None = None
    for folder in found:
        try:
            folders.remove(folder)
        except OSError as error:
            failed = error
    # A full disk may refuse to rewrite the file. The rows are zeros by then, and
    # folders that are due make the next sweep rewrite it.
    with suppress(sqlite3.OperationalError):
        if found:
            vacuum(root)
            with writing(root) as con:
                late = stamp(now - LATE)
                con.execute("DELETE FROM leftovers WHERE due <= ?", (late,))
    if failed is not None:
        raise failed


def _unsaved(con: sqlite3.Connection, root: Path, dashboard: str) -> list[Path]:
    """Datasets that hold the same files: the one it was made of, and drafts."""
    found = con.execute(
        "SELECT dataset FROM moved JOIN links ON moved.link = links.id"
        " WHERE dashboard = ?",
        (dashboard,),
    )
    sources = {bytes(row["dataset"]) for row in found}
    return [
        folder
        for folder in (root / "datasets").glob("*")
        if keys.kept(folder.name) in sources
        or folders.note(folder).get("dashboard") == dashboard
    ]
