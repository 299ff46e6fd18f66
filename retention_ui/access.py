"""What whoever asks may see: the one door to a dataset, saved or not.

The store is asked each time: a link that is withdrawn ends at the next click.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retention_ui import datasets, drafts
from retention_ui.datasets import Dataset, GoneError
from retention_ui.keeping import copies
from retention_ui.keeping.model import (
    OF_ONE,
    PAGES,
    NotHereError,
    NotSharedError,
    Terms,
)
from retention_ui.keeping.store import open_store

if TYPE_CHECKING:
    from retention_ui.keeping.model import Dashboard, Link

EVERYTHING = Terms(names=True, lists=True)
_LINK = re.compile(r"[A-Za-z0-9_-]{16}")


@dataclass(frozen=True)
class Access:
    """A dataset as one browser may see it under one address.

    Attributes
    ----------
    address
        What stands in the URL: the key of an unsaved dataset, the id of a link.
    dataset
        The files that may be read: of a view link a copy without what it hides.
    holder
        The key of the browser.
    dashboard, link
        What it is part of, and how it was come by; ``None`` of an unsaved dataset.
    """

    address: str
    dataset: Dataset
    holder: str
    dashboard: Dashboard | None = None
    link: Link | None = None

    @property
    def edits(self) -> bool:
        """Whether this is its owner, or a holder of a key to it."""
        return self.link is None or self.link.kind == "edit"

    @property
    def terms(self) -> Terms:
        """What is shown: everything to whom it belongs."""
        if self.link is None or self.link.kind == "edit":
            return EVERYTHING
        return self.link.terms

    @property
    def pages(self) -> list[str]:
        """Return the analyses that are shown, in the order of the navigation."""
        return [each for each in PAGES if self.may(each)]

    @property
    def by(self) -> str:
        """Return what the link is called that this is seen by; empty without one."""
        return self.link.label if self.link else ""

    def may(self, page: str) -> bool:
        """Whether a page is shown: files, links and campaigns are an editor's alone."""
        if self.edits:
            return True
        shown = page in PAGES and page in self.terms.pages
        return shown and (self.terms.lists or page not in OF_ONE)

    def again(self) -> None:
        """Raise unless the same would be given now: for what is made later.

        Raises
        ------
        NotHereError, GoneError
            It is not here any more.
        """
        found = find(self.address, self.holder)
        if (found.edits, found.terms) != (self.edits, self.terms):
            raise NotHereError


def find(address: str, browser: str, page: str | None = None) -> Access:
    """Open what an address means for a browser, and note that it is in use.

    The id of a dataset that was saved meanwhile leads to its dashboard, for whoever
    holds the key to that: then the address found is another.

    Raises
    ------
    GoneError
        No such unsaved dataset: never there, deleted, or idle for too long.
    NotHereError
        No such link, or not for this browser, or not any more.
    NotSharedError
        The link does not show ``page``.
    """
    if _LINK.fullmatch(address):
        found = _kept(address, browser)
    else:
        found = _unsaved(address, browser)
    if page is not None and not found.may(page):
        raise NotSharedError
    return found


def _unsaved(address: str, browser: str) -> Access:
    try:
        dataset = datasets.find(address)
    except GoneError:
        link = open_store().moved(address, browser)
        if link is None:
            raise
        return _kept(link, browser)
    # A draft is of a dashboard: who lost the key to that has lost the draft with it.
    noted = drafts.of(dataset)
    if noted is not None and not _holds(noted.dashboard, browser):
        raise GoneError
    return Access(address, dataset, browser)


def _kept(address: str, browser: str) -> Access:
    store = open_store()
    dashboard, link = store.held(address, browser)
    version = dashboard.version
    if link.kind == "edit":
        wanted = f"{dashboard.id}/{version.folder.name}"
        dataset = Dataset(wanted, version.folder)
    else:
        key = store.pseudonym_key(dashboard.id)
        dataset = copies.of(dashboard, link.terms, key)
    return Access(address, dataset, browser, dashboard, link)


def _holds(dashboard: str, browser: str) -> bool:
    return any(one.id == dashboard for one, _ in open_store().held_by(browser))
