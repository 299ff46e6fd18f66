"""What is noted in the app of whom the shop wrote to; kept with the data.

``noted.parquet`` lies beside the order table: in the folder of an unsaved dataset, or
in a version of a dashboard, which noting makes anew. What campaign files say is not
noted: it comes with the files and goes with them.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pandas as pd

from retention_core import contacts
from retention_ui.access import find
from retention_ui.keeping import problems
from retention_ui.keeping.folders import NOTED
from retention_ui.keeping.model import NotSharedError
from retention_ui.keeping.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from retention_ui.access import Access

    Change = Callable[[pd.DataFrame], pd.DataFrame]

# Two tabs of one dataset: each adds to what the other has just written.
_writing = threading.Lock()


def may(access: Access) -> bool:
    """Whether contacts can be noted: by editors, and not on the sample shop."""
    return access.edits and not access.dataset.sample


def of(access: Access) -> pd.DataFrame:
    """Return what was noted in the app: a row a contact, ``contacts.COLUMNS``.

    Whether it still fits the data is :func:`retention_core.contacts.unknown`.

    Raises
    ------
    NotSharedError
        To whoever may only look.
    """
    if not access.edits:
        raise NotSharedError
    return contacts.read(access.dataset.folder / NOTED)


def note(access: Access, frame: pd.DataFrame) -> None:
    """Keep contacts with the data; what is noted already is kept once.

    A dashboard gets a new version, made on the newest there is.

    Parameters
    ----------
    access
        An editor's, not of the sample shop.
    frame
        With ``contacts.COLUMNS``; ``campaign, customer_id, contacted_on, control``
        must not have gaps.

    Raises
    ------
    NotSharedError
        Whoever asks may only look, or it is the sample shop, which nobody changes.
    NotHereError, GoneError
        It is not here any more.
    NotSavedError, ConflictError
        Nothing was noted.
    """

    def more(known: pd.DataFrame) -> pd.DataFrame:
        if known.empty:
            return frame
        return pd.concat([known, frame.reindex(columns=known.columns)])

    _change(access, more)


def take_back(access: Access, campaign: str) -> None:
    """Forget what was noted of a campaign; what a campaign file says of it stays.

    Raises
    ------
    As :func:`note`.
    """
    _change(access, lambda known: known[known["campaign"] != campaign])


def _change(access: Access, change: Change) -> None:
    if not may(access):
        raise NotSharedError
    # What was saved meanwhile is a dashboard now.
    now = find(access.address, access.holder)
    if not may(now):
        raise NotSharedError

    def rewrite(folder: Path) -> None:
        _rewrite(folder, change)

    if now.dashboard:
        open_store().note(now.dashboard.id, rewrite, by=now.by)
        return
    with _writing, problems.told():
        rewrite(now.dataset.folder)


def _rewrite(folder: Path, change: Change) -> None:
    """Put another file in its place: other folders may share the one there is."""
    path = folder / NOTED
    found = change(contacts.read(path))
    if found.empty:
        path.unlink(missing_ok=True)
        return
    draft = path.with_name(f"{NOTED}.draft")
    try:
        contacts.write(found, draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
