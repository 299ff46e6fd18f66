"""Rows that are added and looked for, each within somebody's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_ui.keeping import keys, rows
from retention_ui.keeping.model import Link, NotHereError
from retention_ui.keeping.schema import moment, stamp

if TYPE_CHECKING:
    import datetime as dt
    import sqlite3

    from retention_ui.keeping.model import Change, Kind, Settings, Terms, Totals


def add_dashboard(
    con: sqlite3.Connection,
    dashboard: str,
    said: tuple[str, str, str],
    settings: Settings,
    expires_at: dt.datetime | None,
) -> None:
    """Add one; ``said`` is its name, whose it is, how to get help."""
    con.execute(
        "INSERT INTO dashboards VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            dashboard,
            *said,
            stamp(rows.now()),
            _or_none(expires_at),
            rows.written(settings),
            keys.new_secret(),
        ),
    )


def add_version(  # noqa: PLR0913 what a version is made of
    con: sqlite3.Connection,
    dashboard: str,
    folder: str,
    found: Totals,
    *,
    by: str,
    change: Change,
    restored: int | None = None,
    made_at: dt.datetime | None = None,
) -> None:
    """Add the next one; it stands on ``folder``, relative to the data folder."""
    con.execute(
        "INSERT INTO versions SELECT ?, coalesce(max(number), 0) + 1, ?, ?, ?, ?, ?, ?"
        " FROM versions WHERE dashboard = ?",
        (
            dashboard,
            stamp(made_at or rows.now()),
            by,
            change,
            rows.written(found),
            folder,
            restored,
            dashboard,
        ),
    )


def new_link(  # noqa: PLR0913 what a link is made of
    dashboard: str,
    *,
    kind: Kind,
    label: str,
    terms: Terms,
    expires_at: dt.datetime | None = None,
    password: str | None = None,
    start: str = "",
) -> Link:
    """Return a link with an id of its own, which nothing leads to yet."""
    return Link(
        id=keys.new_id(),
        dashboard=dashboard,
        kind=kind,
        label=label,
        terms=terms,
        made_at=moment(stamp(rows.now())),
        expires_at=expires_at,
        password=bool(password),
        start=start,
    )


def add_link(
    con: sqlite3.Connection, link: Link, token: str, password: str | None = None
) -> None:
    """Add a link; of its token the hash is kept, ``password`` is one already."""
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
            _or_none(link.expires_at),
            password,
            link.start,
        ),
    )


def of_token(con: sqlite3.Connection, token: str) -> sqlite3.Row:
    """Return the usable link of a token; ``NotHereError``."""
    kept = keys.kept(token)
    row: sqlite3.Row | None = con.execute(
        "SELECT * FROM usable WHERE token = ?", (kept,)
    ).fetchone()
    if row is None or not keys.same(row["token"], kept):
        raise NotHereError
    return row


def grant(con: sqlite3.Connection, link: str, browser: str) -> None:
    """Let a browser hold a link; one without a key holds nothing."""
    if browser:
        con.execute(
            "INSERT OR IGNORE INTO grants VALUES (?, ?)", (link, keys.kept(browser))
        )


def note_moved(con: sqlite3.Connection, dataset: str, link: str) -> None:
    """Note where the id of a dataset that was saved leads."""
    con.execute(
        "INSERT OR REPLACE INTO moved VALUES (?, ?)", (keys.kept(dataset), link)
    )


def held(con: sqlite3.Connection, browser: str) -> list[sqlite3.Row]:
    """Return the usable links that a browser holds, the newest first."""
    if not browser:
        return []
    return con.execute(
        "SELECT usable.* FROM usable JOIN grants ON id = link WHERE browser = ?"
        " ORDER BY made_at DESC",
        (keys.kept(browser),),
    ).fetchall()


def others_last(con: sqlite3.Connection, link: sqlite3.Row) -> bool:
    """Whether the dashboard has another edit link, one that never expires."""
    found = con.execute(
        "SELECT 1 FROM usable WHERE dashboard = ? AND id != ? AND kind = 'edit'"
        " AND expires_at IS NULL",
        (link["dashboard"], link["id"]),
    ).fetchone()
    return found is not None


def _or_none(moment: dt.datetime | None) -> int | None:
    return None if moment is None else stamp(moment)
