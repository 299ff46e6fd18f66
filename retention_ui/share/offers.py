"""A link as it is to be made: whether it can be, where it opens, what it will show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from retention_core.pseudonyms import TYPED
from retention_core.slices import ATTRIBUTE
from retention_ui import filters
from retention_ui.formats import md
from retention_ui.share import promises

if TYPE_CHECKING:
    import datetime as dt

    from retention_ui.formats import Formats
    from retention_ui.keeping.model import Kind, Terms
    from retention_ui.texts import Texts

SCOPE = "links.new"
SHORTEST_PASSWORD = 8
# What the filters write into an address.
DATE_FIELDS, CUSTOMER_FIELDS = filters.FIELDS[:3], filters.FIELDS[3:]


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
    the list of customers says goes along: its values would stand in the address.
    """
    page, _, query = here.partition("?")
    fixed = DATE_FIELDS if terms.dates is not None else ()
    if not terms.choose:
        fixed = (*fixed, *CUSTOMER_FIELDS)
    pairs = [
        (field, value)
        for field, value in parse_qsl(query, keep_blank_values=True)
        if field not in fixed
    ]
    if not terms.names and any(_typed(value) for _, value in pairs):
        return page
    return f"{page}?{urlencode(pairs)}" if pairs else page


def _typed(value: str) -> bool:
    """Whether customers are told apart by what people typed about them."""
    return value.startswith(ATTRIBUTE) or value in TYPED


def preview(
    texts: Texts, formats: Formats, offer: Offer, ends: dt.datetime | None
) -> str:
    """Return in a sentence what whoever gets a link will see.

    ``ends`` is when it stops: its own end, or that of the dashboard before it.
    """
    who = md(offer.label) or texts(f"{SCOPE}.preview.somebody")
    limit = promises.until(texts, formats, ends)
    if offer.kind == "edit":
        return texts(f"{SCOPE}.preview.edit", who=who, until=limit)
    pages, dates, customers, names, lists = promises.shows(texts, formats, offer.terms)
    words = {"pages": pages, "dates": dates, "customers": customers, "names": names}
    said = texts(f"{SCOPE}.preview.view", who=who, lists=lists, until=limit, **words)
    return f"{said} {texts(f'{SCOPE}.preview.secret')}" if offer.password else said
