"""What a link shows and for how long, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from retention_ui import filters, inputs, moments
from retention_ui.formats import md
from retention_ui.keeping.model import PAGES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from retention_ui.formats import Formats
    from retention_ui.keeping.model import Link, Terms
    from retention_ui.texts import Texts

State = Literal["used", "expired", "withdrawn"]
NAMED = 3
# How a pseudonym looks.
EXAMPLE = "7F3A-91C2-B04D"


def state(link: Link, now: dt.datetime) -> State:
    """Return whether a link still opens."""
    if link.revoked_at is not None:
        return "withdrawn"
    if link.expires_at is not None and link.expires_at <= now:
        return "expired"
    return "used"


def shows(texts: Texts, formats: Formats, terms: Terms) -> list[str]:
    """Return what a view link shows, a phrase for each thing."""
    return [
        _pages(texts, terms.pages),
        _dates(texts, formats, terms.dates),
        _customers(texts, terms),
        texts(f"links.shows.{persons(terms)}", example=EXAMPLE),
        texts("links.shows.lists" if terms.lists else "links.shows.no_lists"),
    ]


def persons(terms: Terms) -> Literal["pseudonyms", "groups", "ids"]:
    """Return how customers go: nobody is named where no list is shown."""
    if not terms.names:
        return "pseudonyms"
    return "ids" if terms.lists else "groups"


def until(texts: Texts, formats: Formats, ends: dt.datetime | None) -> str:
    """Return until when, or that there is no end."""
    if ends is None:
        return texts("links.until.for_good")
    return texts("links.until.on", date=formats.date(moments.day(ends)))


def earlier(*ends: dt.datetime | None) -> dt.datetime | None:
    """Return the first of some ends; ``None`` where there is none."""
    return min((each for each in ends if each is not None), default=None)


def line(texts: Texts, formats: Formats, link: Link, ends: dt.datetime | None) -> str:
    """Return a link's use, end and password in one line.

    ``ends`` is when it stops: its own end, or that of the dashboard before it.
    """
    used = link.last_used_at
    opened = texts("links.list.never")
    if used is not None:
        opened = texts("links.list.opened", date=formats.date(moments.day(used)))
    parts = [opened, until(texts, formats, ends)]
    if link.password:
        parts.append(texts("links.list.password"))
    return ", ".join(parts)


def _pages(texts: Texts, pages: Sequence[str]) -> str:
    if set(pages) == set(PAGES):
        return texts("links.shows.all_pages")
    names = [texts(f"pages.{each}") for each in PAGES if each in pages]
    if not names:
        return texts("links.shows.no_page")
    if len(names) <= NAMED:
        return texts("links.shows.only", pages=_listed(texts, names))
    return texts("links.shows.pages", n=len(names), all=len(PAGES))


def _dates(texts: Texts, formats: Formats, dates: dict[str, str] | None) -> str:
    if dates is None:
        return texts("links.shows.dates.free")
    kind = dates.get("dates", "all")
    days = {
        field: formats.date(inputs.day(dates.get(field, "")))
        for field in ("from", "to")
    }
    return texts(f"links.shows.dates.{kind}", first=days["from"], last=days["to"])


def _customers(texts: Texts, terms: Terms) -> str:
    if terms.customers is not None:
        by, value = terms.customers
        name = md(filters.dimension(texts, by))
        return texts("links.shows.customers.only", dimension=name, value=md(value))
    return texts(f"links.shows.customers.{'free' if terms.choose else 'all'}")


def _listed(texts: Texts, names: Sequence[str]) -> str:
    *before, last = names
    if not before:
        return last
    return texts("links.shows.and", before=", ".join(before), last=last)
