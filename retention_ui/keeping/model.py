"""What is kept, in words of its own: dashboards, versions, links, and what they allow.

All moments are aware and in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from retention_core.errors import RetentionError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence
    from pathlib import Path

Kind = Literal["view", "edit"]
# What made a version: a dataset was saved, exports came in, answers were changed, an
# earlier version was put back, it was noted who was contacted.
Change = Literal["saved", "added", "answered", "restored", "contacted"]

# What a link can show, in the order of the navigation. Files, links and whom the shop
# wrote to are an editor's.
PAGES = (
    "overview",
    "lists",
    "segments",
    "tiers",
    "customer",
    "cohorts",
    "value",
    "churn",
    "risk",
    "forecast",
    "newcomers",
    "baskets",
    "glossary",
)
# Pages about one customer at a time: only where single customers are shown.
OF_ONE = frozenset({"customer"})
# Pages of whoever may change what is shown, besides those that a link can show.
EDITORS = ("data", "share", "campaigns")


class NotHereError(RetentionError, LookupError):
    """Nothing there for whoever asks: never made, expired, withdrawn, or not theirs.

    One answer for all of these, so that it tells nobody which.
    """

    code = "not_here"
    template = (
        "There is nothing here, or not any more. Links expire or are withdrawn: ask "
        "whoever gave it to you for a new one."
    )


class NotSharedError(RetentionError, PermissionError):
    """A link does not show this page, list or download."""

    code = "not_shared"
    template = "This is not part of what was shared with you."


class PasswordError(RetentionError, PermissionError):
    """A link asks for a password, and none or a wrong one was given."""

    code = "password"
    template = "This link asks for a password; the one given is not it."


class ConflictError(RetentionError):
    """Somebody saved another version meanwhile; nothing was changed."""

    code = "saved_meanwhile"
    template = (
        "Version {number} was saved meanwhile, so nothing was changed. "
        "Look at what it changed, then try again."
    )


class NotSavedError(RetentionError, OSError):
    """The disk is full or cannot be written to; what was there is still there."""

    code = "not_saved"
    template = "This could not be saved: {reason}. What was saved before is unchanged."


class LastKeyError(RetentionError):
    """The last edit link without an end: nobody could change or delete any more."""

    code = "last_key"
    template = "This is the last key without an end. Make another one first."


@dataclass(frozen=True)
class Totals:
    """What a version holds: rows of order lines, orders, money, files.

    ``amount`` is net revenue in ``currency``; ``as_of`` is the day up to which the data
    is complete; ``files`` are the names that the user knows.
    """

    rows: int
    orders: int
    amount: float
    currency: str | None
    as_of: dt.date
    files: tuple[str, ...]


@dataclass(frozen=True)
class Version:
    """One state of a dashboard's data; it never changes.

    ``number`` counts from 1 within its dashboard. ``by`` is the label of the link that
    it was made with. ``restored`` is the number of the version that was put back.
    ``folder`` is laid out like the folder of a dataset; versions may share one.
    """

    number: int
    made_at: dt.datetime
    by: str
    change: Change
    totals: Totals
    folder: Path
    restored: int | None = None


@dataclass(frozen=True)
class Settings:
    """What was chosen for everybody who opens the dashboard.

    ``choices`` goes from a widget's key (``churn.window``) to its value as it stands in
    an address (``inputs.written``), or a list of such; ``marks`` are (ISO day, words).
    """

    choices: dict[str, str | list[str]] = field(default_factory=dict)
    marks: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Dashboard:
    """A saved dataset with a name. ``id`` is no secret.

    ``owner`` says whose it is and ``contact`` how to get help, in their own words; both
    may be empty. It is deleted at ``expires_at``, never where that is ``None``.
    """

    id: str
    name: str
    owner: str
    contact: str
    made_at: dt.datetime
    expires_at: dt.datetime | None
    version: Version
    settings: Settings


@dataclass(frozen=True)
class Terms:
    """What a view link fixes.

    Attributes
    ----------
    pages
        Those it shows, of ``PAGES``.
    dates
        Fixed values of the filter of dates by field (``dates``, ``from``, ``to``, as
        in an address); ``None``: free.
    customers
        (dimension, value): the data holds these customers alone. ``None``: all, and
        free to choose where ``choose`` says so.
    choose
        Whether the viewer may choose customers.
    names
        Customers under their own ids; else under pseudonyms.
    lists
        Lists of customers, and downloads with a row for each.
    """

    pages: tuple[str, ...] = PAGES
    dates: dict[str, str] | None = None
    customers: tuple[str, str] | None = None
    choose: bool = True
    names: bool = False
    lists: bool = False


@dataclass(frozen=True)
class Link:
    """A way to a dashboard. ``id`` stands in addresses and is no secret.

    The token that proves it is known to nobody here: only its hash is kept. ``start``
    is where it opens: a page and its query (``"cohorts?grain=week"``), may be empty.
    """

    id: str
    dashboard: str
    kind: Kind
    label: str
    terms: Terms
    made_at: dt.datetime
    expires_at: dt.datetime | None = None
    revoked_at: dt.datetime | None = None
    last_used_at: dt.datetime | None = None
    password: bool = False
    start: str = ""


class Store(Protocol):
    """Where dashboards are kept. A second replica may put PostgreSQL behind this.

    Each method is one transaction: it happened or it did not. ``browser`` is the key
    that a browser holds; only its hash is kept.
    """

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
        """Make a dashboard of a built dataset's folder, which stays as it is.

        Returns its first edit link (labelled ``owner``) and the token of it, which
        nobody can see again. ``browser`` holds the link at once, unless it is empty.
        Raises ``NotSavedError``, as whatever writes does.
        """
        ...

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
        """Make a dashboard of versions from elsewhere, the first one first.

        Their folders stay as they are; several may name one. What they hold is added
        up anew. Returns what ``save`` does.
        """
        ...

    def dashboard(self, wanted: str) -> Dashboard:
        """Return one by its id; ``NotHereError``."""
        ...

    def dashboards(self) -> list[Dashboard]:
        """Return all there are, the newest first: for the host alone."""
        ...

    def held_by(self, browser: str) -> list[tuple[Dashboard, Link]]:
        """Return what a browser holds by an edit link, the newest first."""
        ...

    def versions(self, dashboard: str) -> list[Version]:
        """Return all versions, the newest first."""
        ...

    def draft(
        self, dashboard: str, into: Path, *, link: str = "", change: Change = "added"
    ) -> Version:
        """Copy files, answers and what was recognised to a folder that may change.

        ``into`` must not exist yet; it gets no tables, so that it has to be built, and
        a file ``draft.json`` that says ``dashboard, link, based_on, change``. Files of
        ``incoming/`` must not be written to, only added. Returns the version that the
        draft is based on.
        """
        ...

    def commit(
        self, dashboard: str, folder: Path, *, based_on: int, by: str, change: Change
    ) -> Version:
        """Make a built folder the next version.

        Raises ``ConflictError``, ``NotSavedError``.
        """
        ...

    def note(
        self, dashboard: str, rewrite: Callable[[Path], None], *, by: str
    ) -> Version:
        """Make the newest version with other notes of contacts the next one.

        ``rewrite`` gets a folder that nobody sees yet, with all that is in the newest
        version, and may put another ``noted.parquet`` into it; it may be called again,
        where somebody saved meanwhile. Raises ``ConflictError`` where that goes on,
        ``NotSavedError``.
        """
        ...

    def restore(
        self, dashboard: str, number: int, *, by: str, based_on: int | None = None
    ) -> Version:
        """Make an earlier version the newest one again, as a version of its own.

        ``based_on`` is the version that was the newest when this was asked for;
        ``ConflictError`` where it is so no more. What is shown already is returned as
        it is.
        """
        ...

    def rename(self, dashboard: str, *, name: str, owner: str, contact: str) -> None:
        """Change whose it is and what it is called."""
        ...

    def expire(self, dashboard: str, at: dt.datetime | None) -> None:
        """Have it deleted at a moment, or never."""
        ...

    def settle(
        self, dashboard: str, change: Callable[[Settings], Settings]
    ) -> Settings:
        """Change the settings from what they are at that moment."""
        ...

    def delete(self, dashboard: str) -> None:
        """Delete it with all files, versions, links, at once and for good."""
        ...

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
        ...

    def links(self, dashboard: str) -> list[Link]:
        """Return all links, the newest first, withdrawn ones too."""
        ...

    def revoke(self, link: str) -> None:
        """Withdraw a link at once; whoever holds it holds it no more.

        ``LastKeyError`` for an edit link where no other one is left that never
        expires.
        """
        ...

    def arrive(self, token: str, browser: str, password: str | None = None) -> Link:
        """Let a browser hold the link of a token; ``NotHereError``, ``PasswordError``.

        An empty ``browser`` only asks whether it would be let in. Whoever holds the
        link already is not asked for its password again.
        """
        ...

    def held(self, link: str, browser: str) -> tuple[Dashboard, Link]:
        """Return what a browser holds by the id of a link; ``NotHereError``.

        Notes that the link is in use.
        """
        ...

    def moved(self, dataset: str, browser: str) -> str | None:
        """Return the edit link to which the id of a saved dataset leads.

        Only where this browser holds it: a tab that was open before saving goes on.
        """
        ...

    def pseudonym_key(self, dashboard: str) -> bytes:
        """Return the secret that a dashboard's pseudonyms are made with: 32 bytes."""
        ...

    def sweep(self, now: dt.datetime | None = None) -> list[str]:
        """Delete what has expired and what was left half done; return the ids."""
        ...
