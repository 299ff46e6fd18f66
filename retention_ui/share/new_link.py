"""A link as it is to be made: whether it can be, where it opens, what it will show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from retention_core.columns import DIMENSIONS
from retention_core.pseudonyms import TYPED
from retention_core.slices import ATTRIBUTE, LINE_COLUMNS
from retention_ui import filters
from retention_ui.formats import md
from retention_ui.share import link_words

if TYPE_CHECKING:
    import datetime as dt

    from retention_ui.formats import Formats
    from retention_ui.keeping.model import Kind, Terms
    from retention_ui.texts import Texts

SCOPE = "links.new"
SHORTEST_PASSWORD = 8


@dataclass(frozen=True)
class Offer:
    """A link as it is to be made."""

    label: str
    kind: Kind
    terms: Terms
    expires_at: dt.datetime | None
    password: str | None
    start: str

    def wrong(self) -> list[str]:
        """Return the keys of what has to be mended before it can be made."""
        found = []
        if not self.label:
            found.append("nobody")
        if self.password is not None and len(self.password) < SHORTEST_PASSWORD:
            found.append("password")
        if not self.terms.pages:
            found.append("pages")
        return found


def opens(here: str, terms: Terms) -> str:
    """Return a page and its query as a link may open them.

    What the link fixes is left out. Where customers go by pseudonyms, no view by what
    the list of customers says goes along, nor by any group where customers are fixed:
    values of it would stand in the address.
    """
    page, _, query = here.partition("?")
    if terms.customers:  # products, too, may be those of others alone
        return page
    fixed = filters.DATES if terms.dates is not None else ()
    if not terms.choose:
        fixed = (*fixed, *filters.CUSTOMERS)
    pairs = [
        (field, value)
        for field, value in parse_qsl(query, keep_blank_values=True)
        if field not in fixed
    ]
    values = [value for _, value in pairs]
    if not terms.names and any(map(_typed, values)):
        return page
    if not terms.choose and any(map(_told_apart, values)):
        return page
    return f"{page}?{urlencode(pairs)}" if pairs else page


def _typed(value: str) -> bool:
    """Whether customers are told apart by what people typed about them."""
    return value.startswith(ATTRIBUTE) or value in TYPED


def _told_apart(value: str) -> bool:
    """Whether customers are told apart by it at all."""
    return _typed(value) or value in (*LINE_COLUMNS, *DIMENSIONS)


def preview(
    texts: Texts, formats: Formats, offer: Offer, ends: dt.datetime | None
) -> str:
    """Return in a sentence what whoever gets a link will see.

    ``ends`` is when it stops: its own end, or that of the dashboard before it.
    """
    who = md(offer.label) or texts(f"{SCOPE}.preview.somebody")
    limit = link_words.until(texts, formats, ends)
    if offer.kind == "edit":
        return texts(f"{SCOPE}.preview.edit", who=who, until=limit)
    pages, dates, customers, names, lists = link_words.shows(
        texts, formats, offer.terms
    )
    words = {"pages": pages, "dates": dates, "customers": customers, "names": names}
    said = texts(f"{SCOPE}.preview.view", who=who, lists=lists, until=limit, **words)
    return f"{said} {texts(f'{SCOPE}.preview.secret')}" if offer.password else said
