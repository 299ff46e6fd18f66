"""How a dashboard from another house comes to stand here: whole, or not at all."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retention_ui.keeping import keys, making, problems, records, rows
from retention_ui.keeping.model import Terms
from retention_ui.keeping.schema import stamp, writing

if TYPE_CHECKING:
    import datetime as dt
    import sqlite3
    from collections.abc import Sequence
    from pathlib import Path

    from retention_ui.keeping.model import Dashboard, Link, Settings, Version


@dataclass(frozen=True)
class Belongings:
    """What a dashboard brings with it; ``versions`` begin with the first.

    Their folders stand apart from the store and stay as they are.
    """

    name: str
    owner: str
    contact: str
    made_at: dt.datetime
    expires_at: dt.datetime | None
    settings: Settings
    versions: Sequence[Version]


def adopt(root: Path, brought: Belongings, browser: str) -> tuple[Dashboard, Link, str]:
    """Make a dashboard with all its versions as they were, in one transaction.

    Returns its first edit link and the token of it, which nobody can see again.
    ``browser`` holds the link at once; empty: nobody does.

    Raises
    ------
    NotSavedError
    """
    wanted, token = keys.new_id(), keys.new_token()
    key = records.new_link(wanted, kind="edit", label=brought.owner, terms=Terms())
    with problems.told(), ExitStack() as made:
        places: dict[Path, str] = {}
        for each in brought.versions:
            if each.folder not in places:
                # The first makes the dashboard's own folder as well.
                begun = making.version(root, wanted, each.folder, first=not places)
                places[each.folder], _ = made.enter_context(begun)
        con = made.enter_context(writing(root))
        _add(con, wanted, brought, places)
        records.add_link(con, key, token)
        records.grant(con, key.id, browser)
        found = rows.dashboard(con, root, wanted)
    return found, key, token


def _add(
    con: sqlite3.Connection, wanted: str, brought: Belongings, places: dict[Path, str]
) -> None:
    said = (brought.name, brought.owner, brought.contact)
    records.add_dashboard(con, wanted, said, brought.settings)
    expires = None if brought.expires_at is None else stamp(brought.expires_at)
    con.execute(
        "UPDATE dashboards SET made_at = ?, expires_at = ? WHERE id = ?",
        (stamp(brought.made_at), expires, wanted),
    )
    for each in brought.versions:
        con.execute(
            "INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                wanted,
                each.number,
                stamp(each.made_at),
                each.by,
                each.change,
                rows.written(each.totals),
                places[each.folder],
                each.restored,
            ),
        )
    for where in places.values():
        making.stands(con, where)
