"""The one door to what is kept: a SQLite file, and a folder for each version."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from retention_core.errors import NotADatasetError
from retention_ui import datasets
from retention_ui.keeping import (
    clearing,
    folders,
    keys,
    making,
    problems,
    records,
    rows,
)
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
from retention_ui.keeping.schema import reading, stamp, writing

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from retention_ui.keeping.making import Place
    from retention_ui.keeping.model import Change, Kind, Store

    Said = tuple[int, str, Change]  # on which version, by whom, what it is

# So often it is noted that a link is in use: a page asks many times.
NOTED_MICROSECONDS = 60_000_000
# Somebody may save another version while contacts are noted: then on that one.
TRIES = 5


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
        expires_at: dt.datetime | None = None,
    ) -> tuple[Dashboard, Link, str]:
        """Make a dashboard of a built dataset's folder, which stays as it is."""
        with problems.told(), self._begun(owner) as (place, key, token):
            where, found = place.copy(folder)
            said = (name, owner, contact)
            with writing(self.root) as con:
                records.add_dashboard(con, key.dashboard, said, settings, expires_at)
                records.add_version(
                    con, key.dashboard, where, found, by=owner, change="saved"
                )
                place.stands(con)
                records.add_link(con, key, token)
                records.grant(con, key.id, browser)
                records.note_moved(con, folder.name, key.id)
                made = rows.dashboard(con, self.root, key.dashboard)
        return made, key, token

    def adopt(  # noqa: PLR0913 what a dashboard is made of
        self,
        versions: Sequence[Version],
        *,
        name: str,
        owner: str,
        contact: str,
        settings: Settings,
        browser: str,
        expires_at: dt.datetime | None = None,
    ) -> tuple[Dashboard, Link, str]:
        """Make a dashboard of versions from elsewhere, the first one first."""
        with problems.told(), self._begun(owner) as (place, key, token):
            found = {
                folder: place.copy(folder)
                for folder in dict.fromkeys(each.folder for each in versions)
            }
            said = (name, owner, contact)
            with writing(self.root) as con:
                records.add_dashboard(con, key.dashboard, said, settings, expires_at)
                for each in versions:
                    records.add_version(
                        con,
                        key.dashboard,
                        *found[each.folder],
                        by=each.by,
                        change=each.change,
                        restored=each.restored,
                        made_at=each.made_at,
                    )
                place.stands(con)
                records.add_link(con, key, token)
                records.grant(con, key.id, browser)
                made = rows.dashboard(con, self.root, key.dashboard)
        return made, key, token

    def dashboard(self, wanted: str) -> Dashboard:
        """Return one by its id; ``NotHereError``."""
        with reading(self.root) as con:
            return rows.dashboard(con, self.root, wanted)

    def dashboards(self) -> list[Dashboard]:
        """Return all there are, the newest first: for the host alone."""
        with reading(self.root) as con:
            found = con.execute("SELECT id FROM present ORDER BY made_at DESC, id")
            ids = [row["id"] for row in found.fetchall()]
            return [rows.dashboard(con, self.root, each) for each in ids]

    def held_by(self, browser: str) -> list[tuple[Dashboard, Link]]:
        """Return what a browser holds by an edit link, the newest first."""
        found: dict[str, tuple[Dashboard, Link]] = {}
        with reading(self.root) as con:
            for row in records.held(con, browser):
                if row["kind"] == "edit" and row["dashboard"] not in found:
                    one = rows.dashboard(con, self.root, row["dashboard"])
                    found[one.id] = (one, rows.link(row))
        return sorted(found.values(), key=lambda one: one[0].made_at, reverse=True)

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
            try:
                folders.copy_draft(version.folder, into, note)
            finally:
                self._still(dashboard, into)
        return version

    def commit(
        self, dashboard: str, folder: Path, *, based_on: int, by: str, change: Change
    ) -> Version:
        """Make a built folder the next version."""
        return self._next(dashboard, folder, None, (based_on, by, change))

    def note(
        self, dashboard: str, rewrite: Callable[[Path], None], *, by: str
    ) -> Version:
        """Make the newest version with other notes the next one."""
        for left in reversed(range(TRIES)):
            newest = self.dashboard(dashboard).version
            said: Said = (newest.number, by, "contacted")
            try:
                return self._next(dashboard, newest.folder, rewrite, said)
            except ConflictError:
                if not left:
                    raise
        raise AssertionError

    def _next(
        self,
        dashboard: str,
        folder: Path,
        rewrite: Callable[[Path], None] | None,
        said: Said,
    ) -> Version:
        based_on, by, change = said
        _check_newest(self.dashboard(dashboard).version, based_on)
        try:
            with problems.told(), making.begun(self.root, dashboard) as place:
                made = place.copy(folder, rewrite)
                with writing(self.root) as con:
                    newest = rows.dashboard(con, self.root, dashboard).version
                    _check_newest(newest, based_on)
                    records.add_version(con, dashboard, *made, by=by, change=change)
                    place.stands(con)
                    return rows.versions(con, self.root, dashboard)[0]
        except (NotSavedError, NotADatasetError):
            # It may have been deleted meanwhile; a full disk may hinder asking.
            with suppress(OSError, sqlite3.OperationalError):
                self.dashboard(dashboard)
            raise

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
            records.add_version(
                con,
                dashboard,
                where,
                wanted.totals,
                by=by,
                change="restored",
                restored=number,
            )
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
            clearing.condemn(con, self.root, dashboard)
        clearing.clear(self.root, rows.now())

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
        token = keys.new_token()
        made = records.new_link(
            dashboard,
            kind=kind,
            label=label,
            terms=terms,
            expires_at=expires_at,
            password=password,
            start=start,
        )
        hashed = keys.slow_hash(password) if password else None
        with problems.told(), writing(self.root) as con:
            rows.dashboard(con, self.root, dashboard)
            records.add_link(con, made, token, hashed)
        return made, token

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
            if row["kind"] == "edit" and not records.others_last(con, row):
                raise LastKeyError
            con.execute(
                "UPDATE links SET revoked_at = ? WHERE id = ?",
                (stamp(rows.now()), link),
            )
            con.execute("DELETE FROM grants WHERE link = ?", (link,))

    def arrive(self, token: str, browser: str, password: str | None = None) -> Link:
        """Let a browser hold the link of a token; ``NotHereError``, ``PasswordError``.

        An empty ``browser`` only asks whether it would be let in. Whoever holds the
        link already is not asked for its password again.
        """
        with reading(self.root) as con:
            row = records.of_token(con, token)
            known = row["id"] in {each["id"] for each in records.held(con, browser)}
        kept_as = None if known else row["password"]
        # Nothing is hashed where nothing was typed: that would cost us, not them.
        if kept_as is not None and not (password and keys.fits(password, kept_as)):
            raise PasswordError
        if browser:
            with problems.told(), writing(self.root) as con:
                # Asked again: it may have been withdrawn meanwhile.
                row = records.of_token(con, token)
                records.grant(con, row["id"], browser)
        return rows.link(row)

    def held(self, link: str, browser: str) -> tuple[Dashboard, Link]:
        """Return what a browser holds by the id of a link; ``NotHereError``.

        Notes that the link is in use.
        """
        with reading(self.root) as con:
            row = next((r for r in records.held(con, browser) if r["id"] == link), None)
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
                "SELECT link FROM moved WHERE dataset = ?", (keys.kept(dataset),)
            ).fetchone()
            held = {each["id"] for each in records.held(con, browser)}
        return row["link"] if row is not None and row["link"] in held else None

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
                clearing.condemn(con, self.root, each)
        # What was condemned just now is due just now, which is later than we began.
        clearing.clear(self.root, max(now, rows.now()))
        return expired

    @contextmanager
    def _begun(self, owner: str) -> Iterator[tuple[Place, Link, str]]:
        """A place for a new dashboard, with its first key and the token of it."""
        wanted = keys.new_id()
        key = records.new_link(wanted, kind="edit", label=owner, terms=Terms())
        with making.begun(self.root, wanted, first=True) as place:
            yield place, key, keys.new_token()

    def _change(self, dashboard: str, **values: str | int | None) -> None:
        fields = ", ".join(f"{name} = :{name}" for name in values)
        with problems.told(), writing(self.root) as con:
            rows.dashboard(con, self.root, dashboard)
            con.execute(
                f"UPDATE dashboards SET {fields} WHERE id = :id",  # noqa: S608 ours
                {**values, "id": dashboard},
            )

    def _still(self, dashboard: str, draft: Path) -> None:
        """Take a draft back where the dashboard was deleted meanwhile."""
        try:
            self.dashboard(dashboard)
        except NotHereError:
            folders.remove(draft)
            raise

    def _note(self, link: sqlite3.Row) -> None:
        """Note that a link is used; nobody waits for it, or fails with it."""
        used, now = link["last_used_at"], stamp(rows.now())
        if used is not None and now - used < NOTED_MICROSECONDS:
            return
        said = (now, link["id"])
        with suppress(OSError, sqlite3.OperationalError), writing(self.root, 0) as con:
            con.execute("UPDATE links SET last_used_at = ? WHERE id = ?", said)


def _check_newest(newest: Version, based_on: int) -> None:
    if newest.number != based_on:
        raise ConflictError(by=newest.by, number=newest.number)
