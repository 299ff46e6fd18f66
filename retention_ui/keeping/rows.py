"""From rows of the file to what they mean, and back."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, cast

from retention_ui.keeping.model import (
    Change,
    Dashboard,
    Kind,
    Link,
    NotHereError,
    Settings,
    Terms,
    Totals,
    Version,
)
from retention_ui.keeping.schema import moment

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path


def now() -> dt.datetime:
    """Return this moment in UTC."""
    return dt.datetime.now(dt.UTC)


def dashboard(con: sqlite3.Connection, root: Path, wanted: str) -> Dashboard:
    """Read one by its id; one that has expired is not here."""
    row = con.execute("SELECT * FROM present WHERE id = ?", (wanted,)).fetchone()
    if row is None:
        raise NotHereError
    return Dashboard(
        id=row["id"],
        name=row["name"],
        owner=row["owner"],
        contact=row["contact"],
        made_at=moment(row["made_at"]),
        expires_at=_or_none(row["expires_at"]),
        version=versions(con, root, wanted)[0],
        settings=settings(row["settings"]),
    )


def versions(con: sqlite3.Connection, root: Path, dashboard: str) -> list[Version]:
    """Read all versions of a dashboard, the newest first."""
    rows = con.execute(
        "SELECT * FROM versions WHERE dashboard = ? ORDER BY number DESC", (dashboard,)
    )
    return [
        Version(
            number=row["number"],
            made_at=moment(row["made_at"]),
            by=row["by"],
            change=cast("Change", row["change"]),
            totals=totals(row["totals"]),
            folder=root / row["folder"],
            restored=row["restored"],
        )
        for row in rows
    ]


def link(row: sqlite3.Row) -> Link:
    """Read a link from its row."""
    return Link(
        id=row["id"],
        dashboard=row["dashboard"],
        kind=cast("Kind", row["kind"]),
        label=row["label"],
        terms=terms(row["terms"]),
        made_at=moment(row["made_at"]),
        expires_at=_or_none(row["expires_at"]),
        revoked_at=_or_none(row["revoked_at"]),
        last_used_at=_or_none(row["last_used_at"]),
        password=row["password"] is not None,
        start=row["start"],
    )


def written(value: Settings | Terms | Totals) -> str:
    """Write what is kept as JSON."""
    return json.dumps(asdict(value), ensure_ascii=False, default=_day)


def settings(text: str) -> Settings:
    """Read what :func:`written` wrote."""
    found = json.loads(text)
    marks = tuple((day, words) for day, words in found["marks"])
    return Settings(choices=found["choices"], marks=marks)


def terms(text: str) -> Terms:
    """Read what :func:`written` wrote."""
    found = json.loads(text)
    customers = found["customers"]
    found["customers"] = None if customers is None else tuple(customers)
    return Terms(**{**found, "pages": tuple(found["pages"])})


def totals(text: str) -> Totals:
    """Read what :func:`written` wrote."""
    found = json.loads(text)
    found["as_of"] = dt.date.fromisoformat(found["as_of"])
    return Totals(**{**found, "files": tuple(found["files"])})


def _day(value: dt.date) -> str:
    return value.isoformat()


def _or_none(stamped: int | None) -> dt.datetime | None:
    return None if stamped is None else moment(stamped)
