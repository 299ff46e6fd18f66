"""What a view link may read: a copy of a version without what the link hides.

The engine that answers is confined to the copy's folder, so what is hidden cannot be
asked for. A copy is made when it is first needed, whole or not at all, and belongs to
one version of one dashboard and to what its terms hide: links with the same terms share
it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
import threading
import time
from typing import TYPE_CHECKING

from retention_core import engine, pseudonyms
from retention_core.errors import NoOrdersError, RetentionError
from retention_core.orders import open_orders
from retention_core.slices import UnknownDimensionError
from retention_ui.datasets import MEMORY_LIMIT, THREADS, Dataset
from retention_ui.keeping import folders, problems
from retention_ui.keeping.model import NotHereError

if TYPE_CHECKING:
    from pathlib import Path

    from retention_ui.keeping.model import Dashboard, Terms, Version

# To be raised whenever copies are made otherwise: older ones are then made again.
MADE = 2
# Somebody may just be reading a copy of an earlier version.
IDLE_SECONDS = 600.0
# Copies are large: two at once would need twice the memory. Whoever comes second finds
# what the first has made.
_making = threading.Lock()


class NobodyLeftError(RetentionError, LookupError):
    """The customers that a link shows are not in the newest version.

    Which there are instead is no viewer's business.
    """

    code = "link_of_nobody"
    template = "The customers that this link shows are not in the newest data."


def of(dashboard: Dashboard, terms: Terms, key: bytes) -> Dataset:
    """Return what ``terms`` show of a dashboard, made now where it is not there yet.

    ``key`` is the dashboard's own, for the pseudonyms: they stay the same from version
    to version. Copies of other versions that nobody has read for ten minutes go.

    Raises
    ------
    NotHereError
        The dashboard is being deleted.
    NotSavedError
        There is no room for the copy.
    NobodyLeftError
        The customers that the terms name are not in this version.
    """
    version = dashboard.version
    name = f"{version.number}-{_hidden(version, terms, key)}"
    home = version.folder.parent.parent / "copies"
    folder = home / name
    if not (folder / "digest").is_file():
        with _making:
            if not (folder / "digest").is_file():
                with problems.told():
                    _make(version.folder, folder, terms, key)
    try:
        (folder / "used").touch()
        _tidy(home, f"{version.number}-")
    except FileNotFoundError:
        raise NotHereError from None  # deleted meanwhile
    return Dataset(f"{dashboard.id}/{name}", folder, lists=terms.lists)


def shown(terms: Terms) -> pseudonyms.Shown:
    """Return what terms show of the customers: without lists nobody is named."""
    return pseudonyms.Shown(attributes=terms.names, names=terms.names and terms.lists)


def _hidden(version: Version, terms: Terms, key: bytes) -> str:
    """Stands for all that changes what is in a copy."""
    seen = shown(terms)
    said = [
        MADE,
        version.folder.name,
        seen.attributes,
        seen.names,
        terms.customers,
        hashlib.sha256(b"copies" + key).hexdigest(),
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


def _make(source: Path, folder: Path, terms: Terms, key: bytes) -> None:
    draft = folder.with_name(f"draft-{secrets.token_hex(8)}")
    spill = draft / "spill"
    try:
        folder.parent.mkdir(mode=0o700, exist_ok=True)
        draft.mkdir(mode=0o700)
        orders = open_orders(
            source,
            memory_limit=MEMORY_LIMIT,
            threads=THREADS,
            temp_directory=str(spill),
        )
        with engine.on_disk():
            pseudonyms.write(
                orders,
                draft,
                key=key.hex(),
                shown=shown(terms),
                customers=terms.customers,
            )
        orders.backend.disconnect()
        shutil.rmtree(spill, ignore_errors=True)
        (draft / "digest").write_text(folders.digest_of(draft), encoding="ascii")
        for path in (*draft.iterdir(), draft):
            folders.sync(path)
        _name(draft, folder)
    except (UnknownDimensionError, NoOrdersError) as error:
        raise NobodyLeftError from error
    except OSError:
        if source.exists():
            raise
        raise NotHereError from None  # deleted meanwhile
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _name(draft: Path, folder: Path) -> None:
    try:
        draft.rename(folder)
    except OSError:
        # Another process was faster: its copy is as good.
        if not (folder / "digest").is_file():
            raise


def _tidy(home: Path, current: str) -> None:
    """Remove copies of other versions, and drafts that a crash has left."""
    oldest = time.time() - IDLE_SECONDS
    for other in home.iterdir():
        if not other.name.startswith(current) and folders.last_used(other) < oldest:
            folders.remove(other)
