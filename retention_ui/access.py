"""What whoever asks may see: the one door to a dataset, saved or not.

The store is asked each time: a link that is withdrawn ends at the next click.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retention_ui import datasets
from retention_ui.keeping.model import PAGES, NotHereError, NotSharedError, Terms

if TYPE_CHECKING:
    from retention_ui.datasets import Dataset
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
    def by(self) -> str:
        """Return what the link is called that this is seen by; empty without one."""
        return self.link.label if self.link else ""

    def may(self, page: str) -> bool:
        """Whether a page is shown: files and links are an editor's alone."""
        return self.edits or (page in PAGES and page in self.terms.pages)

    def again(self) -> None:
        """Raise unless the same would be given now: for what is made later.

        Raises
        ------
        NotHereError, GoneError
            It is not here any more.
        """
        found = find(self.address, self.holder)
        if (found.link and found.link.kind, found.terms) != (
            self.link and self.link.kind,
            self.terms,
        ):
            raise NotHereError


def find(address: str, browser: str, page: str | None = None) -> Access:
    """Open what an address means for a browser, and note that it is in use.

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
        raise NotHereError
    found = Access(address, datasets.find(address), browser)
    if page is not None and not found.may(page):
        raise NotSharedError
    return found
