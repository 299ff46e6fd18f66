"""The one door to what is kept: a SQLite file, and a folder for each version."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

from retention_ui import datasets
from retention_ui.keeping import folders, keys, problems, rows, totals
from retention_ui.keeping.model import (
    ConflictError,
    Dashboard,
    LastKeyError,
    Link,
    NotHereError,
    NotSavedError,
    PasswordError,
    Settings,
    Terms,
    Version,
)
from retention_ui.keeping.schema import clear, moment, reading, stamp, writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from retention_ui.keeping.model import Change, Kind, Store, Totals

FOLDER = "dashboards"
# A folder that is still being made after this time was left behind.
MAKING = dt.timedelta(hours=6)
NOTED_SECONDS = 60


def open_store() -> Store:
    """Return the store of this data folder; it is cheap to open."""
    return SqliteStore(datasets.root())


class SqliteStore:
    """Dashboards in one SQLite file and in folders beside it.

    It holds nothing open: each call opens the file and closes it, so that threads and
    processes may share the data folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def save(  # noqa: PLR0913 what a dashboard is made of
        self,
        folder: Path,
        *,
        name: str,
        owner: str,
        contact: str,
        settings: Settings,
        browser: str,
        change: Change = "saved",
    ) -> tuple[Dashboard, Link, str]:
        """Make a dashboard of a built dataset's folder, which stays as it is."""
        wanted, token = keys.new_id(), keys.new_token()
        key = _new_link(wanted, "edit", owner, Terms())
        said = (wanted, name, owner, contact, stamp(key.made_at), None)
        with problems.told(), self._folder(wanted, folder, whole=True) as made:
            where, found = made
            with writing(self.root) as con:
                con.execute(
                    "INSERT INTO dashboards VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (*said, rows.written(settings), keys.new_secret()),
                )
                _add_version(con, wanted, where, found, by=owner, change=change)
                _add_link(con, key, token, None)
                _grant(con, key.id, browser)
                con.execute(
                    "INSERT OR REPLACE INTO moved VALUES (?, ?)",
                    (keys.kept(folder.name), key.id),
                )
        return self.dashboard(wanted), key, token

    def dashboard(self, wanted: str) -> Dashboard:
        """Return one by its id; ``NotHereError``."""
        with reading(self.root) as con:
            return rows.dashboard(con, self.root, wanted)

    def held_by(self, browser: str) -> list[tuple[Dashboard, Link]]:
        """Return what a browser holds by an edit link, the newest first."""
        found = []
        with reading(self.root) as con:
            for row in con.execute(
                "SELECT usable.* FROM usable JOIN grants ON id = link"
                " WHERE browser = ? AND kind = 'edit'",
                (_browser(browser),),
            ).fetchall():
                one = rows.dashboard(con, self.root, row["dashboard"])
                found.append((one, rows.link(row)))
        return sorted(found, key=lambda pair: pair[0].made_at, reverse=True)

    def versions(self, dashboard: str) -> list[Version]:
        """Return all versions, the newest first."""
        with reading(self.root) as con:
            rows.dashboard(con, self.root, dashboard)
            return rows.versions(con, self.root, dashboard)

    def draft(
        self, dashboard: str, into: Path, *, link: str = "", change: Change = "added"
    ) -> Version:
        """Copy files, answers and what was recognised to a folder that may change."""
        version = self.dashboard(dashboard).version
        note = {
            "dashboard": dashboard,
            "link": link,
            "based_on": version.number,
            "change": change,
        }
        with problems.told():
            into.parent.mkdir(parents=True, exist_ok=True)
            folders.copy_draft(version.folder, into, note)
        return version

    def commit(
        self, dashboard: str, folder: Path, *, based_on: int, by: str, change: Change
    ) -> Version:
        """Make a built folder the next version."""
        _check_newest(self.dashboard(dashboard).version, based_on)
        with (
            problems.told(),
            self._folder(dashboard, folder) as (where, found),
            writing(self.root) as con,
        ):
            newest = rows.dashboard(con, self.root, dashboard).version
            _check_newest(newest, based_on)
            _add_version(con, dashboard, where, found, by=by, change=change)
            return rows.versions(con, self.root, dashboard)[0]

    def restore(
        self, dashboard: str, number: int, *, by: str, based_on: int | None = None
    ) -> Version:
        """Make an earlier version the newest one again, as a version of its own."""
        with problems.told(), writing(self.root) as con:
            newest = rows.dashboard(con, self.root, dashboard).version
            if based_on is not None:
                _check_newest(newest, based_on)
            known = {v.number: v for v in rows.versions(con, self.root, dashboard)}
            if number not in known:
                raise NotHereError
            wanted = known[number]
            if wanted.folder == newest.folder:
                return newest
            where = str(wanted.folder.relative_to(self.root))
            add = partial(_add_version, con, dashboard, where, wanted.totals)
            add(by=by, change="restored", restored=number)
            return rows.versions(con, self.root, dashboard)[0]

    def rename(self, dashboard: str, *, name: str, owner: str, contact: str) -> None:
        """Change whose it is and what it is called."""
        self._change(dashboard, name=name, owner=owner, contact=contact)

    def expire(self, dashboard: str, at: dt.datetime | None) -> None:
        """Have it deleted at a moment, or never."""
        self._change(dashboard, expires_at=None if at is None else stamp(at))

    def settle(
        self, dashboard: str, change: Callable[[Settings], Settings]
    ) -> Settings:
        """Change the settings from what they are at that moment."""
        with problems.told(), writing(self.root) as con:
            found = change(rows.dashboard(con, self.root, dashboard).settings)
            con.execute(
                "UPDATE dashboards SET settings = ? WHERE id = ?",
                (rows.written(found), dashboard),
            )
        return found

    def delete(self, dashboard: str) -> None:
        """Delete it with all files, versions, links, at once and for good."""
        with problems.told(), writing(self.root) as con:
            rows.dashboard(con, self.root, dashboard)
            self._condemn(con, dashboard)
        self._clear(rows.now())

    def link(  # noqa: PLR0913 what a link is made of
        self,
        dashboard: str,
        *,
        kind: Kind,
        label: str,
        terms: Terms,
        expires_at: dt.datetime | None = None,
        password: str | None = None,
        start: str = "",
    ) -> tuple[Link, str]:
        """Make a link; return it and its token, which nobody can see again."""
        hashed = keys.slow_hash(password) if password else None
        token = keys.new_token()
        made = _new_link(dashboard, kind, label, terms, expires_at, start)
        with problems.told(), writing(self.root) as con:
            rows.dashboard(con, self.root, dashboard)
            _add_link(con, made, token, hashed)
            row = con.execute("SELECT * FROM links WHERE id = ?", (made.id,)).fetchone()
            return rows.link(row), token

    def links(self, dashboard: str) -> list[Link]:
        """Return all links, the newest first, withdrawn ones too."""
        with reading(self.root) as con:
            rows.dashboard(con, self.root, dashboard)
            found = con.execute(
                "SELECT * FROM links WHERE dashboard = ? ORDER BY made_at DESC, rowid",
                (dashboard,),
            )
            return [rows.link(row) for row in found]

    def revoke(self, link: str) -> None:
        """Withdraw a link at once; the last edit link stays (``LastKeyError``)."""
        with problems.told(), writing(self.root) as con:
            row = con.execute("SELECT * FROM links WHERE id = ?", (link,)).fetchone()
            if row is None:
                raise NotHereError
            if row["revoked_at"] is not None:
                return
            lasting = con.execute(
                "SELECT 1 FROM links WHERE dashboard = ? AND id != ? AND"
                " kind = 'edit' AND revoked_at IS NULL AND expires_at IS NULL",
                (row["dashboard"], link),
            ).fetchone()
            if row["kind"] == "edit" and lasting is None:
                raise LastKeyError
            con.execute(
                "UPDATE links SET revoked_at = ? WHERE id = ?",
                (stamp(rows.now()), link),
            )
            con.execute("DELETE FROM grants WHERE link = ?", (link,))

    def arrive(self, token: str, browser: str, password: str | None = None) -> Link:
        """Let a browser hold the link of a token; ``NotHereError``, ``PasswordError``.

        An empty ``browser`` only asks whether it would be let in.
        """
        with reading(self.root) as con:
            row = _by_token(con, keys.kept(token))
        if row["password"] is not None and not keys.fits(
            password or "", row["password"]
        ):
            raise PasswordError
        if browser:
            with problems.told(), writing(self.root) as con:
                # Asked again: meanwhile it may have been withdrawn.
                row = _by_token(con, keys.kept(token))
                _grant(con, row["id"], browser)
        return rows.link(row)

    def held(self, link: str, browser: str) -> tuple[Dashboard, Link]:
        """Return what a browser holds by the id of a link; ``NotHereError``.

        Notes that the link is in use.
        """
        with reading(self.root) as con:
            row = con.execute(
                "SELECT usable.* FROM usable JOIN grants ON id = link"
                " WHERE id = ? AND browser = ?",
                (link, _browser(browser)),
            ).fetchone()
            if row is None:
                raise NotHereError
            found = rows.dashboard(con, self.root, row["dashboard"])
        self._note(row)
        return found, rows.link(row)

    def moved(self, dataset: str, browser: str) -> str | None:
        """Return the edit link to which the id of a saved dataset leads.

        Only where this browser holds it: a tab that was open before saving goes on.
        """
        with reading(self.root) as con:
            row = con.execute(
                "SELECT id FROM moved JOIN usable ON moved.link = id"
                " JOIN grants ON grants.link = id WHERE dataset = ? AND browser = ?",
                (keys.kept(dataset), _browser(browser)),
            ).fetchone()
        return None if row is None else str(row["id"])

    def pseudonym_key(self, dashboard: str) -> bytes:
        """Return the secret that a dashboard's pseudonyms are made with: 32 bytes."""
        with reading(self.root) as con:
            rows.dashboard(con, self.root, dashboard)
            row = con.execute(
                "SELECT secret FROM dashboards WHERE id = ?", (dashboard,)
            ).fetchone()
            return bytes(row["secret"])

    def sweep(self, now: dt.datetime | None = None) -> list[str]:
        """Delete what has expired and what was left half done; return the ids."""
        now = now or rows.now()
        with problems.told(), writing(self.root) as con:
            found = con.execute(
                "SELECT id FROM dashboards WHERE expires_at <= ?", (stamp(now),)
            ).fetchall()
            expired = [str(row["id"]) for row in found]
            for each in expired:
                self._condemn(con, each)
        self._clear(now)
        return expired

    def _change(self, dashboard: str, **values: str | int | None) -> None:
        fields = ", ".join(f"{name} = :{name}" for name in values)
        with problems.told(), writing(self.root) as con:
            rows.dashboard(con, self.root, dashboard)
            con.execute(
                f"UPDATE dashboards SET {fields} WHERE id = :id",  # noqa: S608 ours
                {**values, "id": dashboard},
            )

    @contextmanager
    def _folder(
        self, dashboard: str, source: Path, *, whole: bool = False
    ) -> Iterator[tuple[str, Totals]]:
        """A folder for a version, gone again unless a version stands on it.

        ``whole``: the dashboard is being made with it.
        """
        home = f"{FOLDER}/{dashboard}"
        where = f"{home}/versions/{keys.new_id()}"
        going = home if whole else where
        due = stamp(rows.now() + MAKING)
        with writing(self.root) as con:
            con.execute("INSERT INTO leftovers VALUES (?, ?)", (going, due))
        try:
            if whole:
                (self.root / home / "versions").mkdir(mode=0o700, parents=True)
            yield where, _copied(source, self.root / where)
        except BaseException:
            with suppress(OSError, sqlite3.Error):  # then it is swept later
                self._take_back(going, where)
            raise

    def _take_back(self, going: str, where: str) -> None:
        """Remove what was made, unless it was saved for all that went wrong after."""
        with reading(self.root) as con:
            stands = con.execute(
                "SELECT 1 FROM versions WHERE folder = ?", (where,)
            ).fetchone()
        if stands is None:
            folders.remove(self.root / going)
            with writing(self.root) as con:
                con.execute("DELETE FROM leftovers WHERE folder = ?", (going,))

    def _condemn(self, con: sqlite3.Connection, dashboard: str) -> None:
        """Take a dashboard out of the file; its folders are due now."""
        home = self.root / FOLDER / dashboard
        for folder in (home, *self._unsaved(con, dashboard)):
            con.execute(
                "INSERT OR REPLACE INTO leftovers VALUES (?, ?)",
                (str(folder.relative_to(self.root)), stamp(rows.now())),
            )
        con.execute("DELETE FROM dashboards WHERE id = ?", (dashboard,))

    def _unsaved(self, con: sqlite3.Connection, dashboard: str) -> list[Path]:
        """Datasets that hold the same files: the one it was made of, and drafts."""
        found = con.execute(
            "SELECT dataset FROM moved JOIN links ON moved.link = links.id"
            " WHERE dashboard = ?",
            (dashboard,),
        )
        sources = {bytes(row["dataset"]) for row in found}
        return [
            folder
            for folder in (self.root / "datasets").glob("*")
            if keys.kept(folder.name) in sources
            or folders.note(folder).get("dashboard") == dashboard
        ]

    def _clear(self, now: dt.datetime) -> None:
        """Remove the folders that are due. One that cannot be removed is told last."""
        with reading(self.root) as con:
            found = con.execute(
                "SELECT folder FROM leftovers WHERE due <= ?", (stamp(now),)
            ).fetchall()
        failed: OSError | None = None
        for row in found:
            try:
                folders.remove(self.root / row["folder"])
            except OSError as error:
                failed = error
        if failed is not None:
            raise failed
        if found:
            with writing(self.root) as con:
                # Remembered for a day: a copy may have been in the making meanwhile.
                day = stamp(now - dt.timedelta(days=1))
                con.execute("DELETE FROM leftovers WHERE due <= ?", (day,))
            clear(self.root)

    def _note(self, row: sqlite3.Row) -> None:
        """Note that a link is used; nobody waits for it or fails with it."""
        used, now = row["last_used_at"], stamp(rows.now())
        if used is None or now - used >= NOTED_SECONDS * 1_000_000:
            with (
                suppress(OSError, sqlite3.OperationalError),
                writing(self.root, 0) as con,
            ):
                con.execute(
                    "UPDATE links SET last_used_at = ? WHERE id = ?", (now, row["id"])
                )


def _copied(source: Path, target: Path) -> Totals:
    """Copy a built folder, see that all of it is of one build, and add it up."""
    before = folders.seal(source)
    if before is None:
        raise NotSavedError(reason="its order table has not been built")
    folders.copy_built(source, target)
    if folders.seal(source) != before or folders.digest_of(target) != before[0]:
        raise NotSavedError(reason="its files were being changed at that moment")
    return totals.of(target)


def _check_newest(newest: Version, based_on: int) -> None:
    if newest.number != based_on:
        raise ConflictError(by=newest.by, number=newest.number)


def _add_version(  # noqa: PLR0913 what a version is made of
    con: sqlite3.Connection,
    dashboard: str,
    folder: str,
    found: Totals,
    *,
    by: str,
    change: Change,
    restored: int | None = None,
) -> None:
    con.execute(
        "INSERT INTO versions SELECT ?, coalesce(max(number), 0) + 1, ?, ?, ?, ?, ?, ?"
        " FROM versions WHERE dashboard = ?",
        (
            dashboard,
            stamp(rows.now()),
            by,
            change,
            rows.written(found),
            folder,
            restored,
            dashboard,
        ),
    )
    if restored is None:
        taken = con.execute(
            "DELETE FROM leftovers WHERE folder IN (?, ?) AND due > ?",
            (folder, f"{FOLDER}/{dashboard}", stamp(rows.now())),
        )
        if taken.rowcount != 1:
            raise NotSavedError(reason="it took too long")


def _new_link(
    dashboard: str,
    kind: Kind,
    label: str,
    terms: Terms,
    expires_at: dt.datetime | None = None,
    start: str = "",
) -> Link:
    return Link(
        id=keys.new_id(),
        dashboard=dashboard,
        kind=kind,
        label=label,
        terms=terms,
        made_at=moment(stamp(rows.now())),
        expires_at=expires_at,
        start=start,
    )


def _add_link(
    con: sqlite3.Connection, link: Link, token: str, password: str | None
) -> None:
    con.execute(
        "INSERT INTO links VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, ?, ?)",
        (
            link.id,
            link.dashboard,
            keys.kept(token),
            link.kind,
            link.label,
            rows.written(link.terms),
            stamp(link.made_at),
            None if link.expires_at is None else stamp(link.expires_at),
            password,
            link.start,
        ),
    )


def _grant(con: sqlite3.Connection, link: str, browser: str) -> None:
    if browser:
        con.execute(
            "INSERT OR IGNORE INTO grants VALUES (?, ?)", (link, keys.kept(browser))
        )


def _browser(browser: str) -> bytes:
    """What is kept of a browser's key; nobody holds anything without one."""
    return keys.kept(browser) if browser else b""


def _by_token(con: sqlite3.Connection, token: bytes) -> sqlite3.Row:
    """The usable link of a token's hash, of a dashboard that is there."""
    row: sqlite3.Row | None = con.execute(
        "SELECT * FROM usable WHERE token = ?", (token,)
    ).fetchone()
    if row is None or not keys.same(row["token"], token):
        raise NotHereError
    return row
