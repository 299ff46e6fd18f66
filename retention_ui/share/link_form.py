"""The form for a new link: what somebody is to see, until when, behind what."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import streamlit as st

from retention_ui import blocks, filters, inputs, moments, state
from retention_ui.keeping.model import PAGES, Kind, Terms
from retention_ui.share import new_link
from retention_ui.share.new_link import SCOPE, Offer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retention_ui.formats import Formats
    from retention_ui.questions.shop import Facts
    from retention_ui.texts import Texts

LONGEST = 60
LONGEST_PASSWORD = 200
SPANS = ("7", "30", "90", "date", "never")
USUAL: dict[Kind, str] = {"view": "90", "edit": "never"}
YEARS = 10
DATES = ("free", *filters.RANGES)
CUSTOMERS = ("free", "all", "only")
HERE = "here"
FIELDS = (
    *("label", "kind", "until.view", "until.edit", "date", "password", "pages"),
    *("chosen", "dates", "from", "to", "customers", "by", "value", "names", "lists"),
    "start",
)


@dataclass(frozen=True)
class Form:
    """What the form is filled in with: words, the data, the view it was left at."""

    texts: Texts
    formats: Formats
    facts: Facts
    values: Mapping[str, Sequence[str]]
    here: str

    def draw(self) -> Offer:
        """Draw the fields; return what they say."""
        with blocks.controls():
            label, kind = self._who()
            ends = self._until(kind)
            password = self._password()
        if kind == "edit":
            blocks.note(self.texts(f"{SCOPE}.key"))
            return Offer(label, kind, Terms(), ends, password, "")
        with blocks.controls():
            pages = self._pages()
            dates = self._dates()
            choose, only = self._customers()
            start = self._start(pages)
        if dates and dates["dates"] != "all":
            blocks.note(self.texts(f"{SCOPE}.dates.still"))
        if only:
            blocks.note(self.texts(f"{SCOPE}.customers.alone"))
        names, lists = self._persons()
        terms = Terms(pages, dates, only, choose, names, lists)
        if start == HERE:
            start = new_link.opens(self.here, terms)
        return Offer(label, kind, terms, ends, password, start)

    def _who(self) -> tuple[str, Kind]:
        label = st.text_input(
            self.texts(f"{SCOPE}.label.label"),
            max_chars=LONGEST,
            placeholder=self.texts(f"{SCOPE}.label.example"),
            key=_key("label"),
            width=230,
        )
        kind = st.segmented_control(
            self.texts(f"{SCOPE}.kind.label"),
            ("view", "edit"),
            default="view",
            required=True,
            format_func=lambda each: self.texts(f"links.kind.{each}"),
            key=_key("kind"),
        )
        return " ".join((label or "").split()), cast("Kind", kind or "view")

    def _until(self, kind: Kind) -> dt.datetime | None:
        span = self._select(f"until.{kind}", SPANS, USUAL[kind], 150)
        today = moments.today()
        if span == "never":
            return None
        if span != "date":
            return moments.end_of(today + dt.timedelta(days=int(span)))
        last = st.date_input(
            self.texts(f"{SCOPE}.date.label"),
            today + dt.timedelta(days=int(USUAL["view"])),
            min_value=today,
            max_value=today + dt.timedelta(days=365 * YEARS),
            key=_key("date"),
            width=150,
        )
        return moments.end_of(last)

    def _password(self) -> str | None:
        # Shown as it is typed: it has to be told to somebody. And under dots Streamlit
        # takes no value when the field is left by the tab key: the link had none.
        typed = st.text_input(
            self.texts(f"{SCOPE}.password.label"),
            max_chars=LONGEST_PASSWORD,
            autocomplete="off",
            help=self.texts(f"{SCOPE}.password.help", n=new_link.SHORTEST_PASSWORD),
            key=_key("password"),
            width=210,
        )
        return typed or None

    def _pages(self) -> tuple[str, ...]:
        which = self._segments("pages", ("all", "some"))
        if which == "all":
            return PAGES
        found = st.multiselect(
            self.texts(f"{SCOPE}.chosen.label"),
            PAGES,
            format_func=lambda each: self.texts(f"pages.{each}"),
            placeholder=self.texts(f"{SCOPE}.chosen.none"),
            key=_key("chosen"),
            width=380,
        )
        return tuple(each for each in PAGES if each in found)

    def _dates(self) -> dict[str, str] | None:
        kind = self._select("dates", DATES, "free", 210)
        if kind == "free":
            return None
        if kind != "custom":
            return {"dates": kind}
        first, last = self.facts.first_day, self.facts.as_of
        ends = [
            st.date_input(
                self.texts(f"shared.{field}.label"),
                day,
                min_value=first,
                max_value=last,
                key=_key(field),
                width=150,
            )
            for field, day in (("from", first), ("to", last))
        ]
        begin, end = map(inputs.written, sorted(ends))
        return {"dates": kind, "from": begin, "to": end}

    def _customers(self) -> tuple[bool, tuple[str, str] | None]:
        """Return whether the viewer may choose, and whom alone the data is of."""
        options = CUSTOMERS if self.values else CUSTOMERS[:2]
        which = self._select("customers", options, "free", 250)
        if which != "only":
            return which == "free", None
        by = st.selectbox(
            self.texts("shared.customers.label"),
            list(self.values),
            format_func=lambda name: filters.dimension(self.texts, name),
            key=_key("by"),
            width=180,
        )
        value = st.selectbox(
            self.texts("shared.value.label"),
            list(self.values[by]),
            key=_key("value"),
            width=210,
        )
        return False, (by, value)

    def _persons(self) -> tuple[bool, bool]:
        """Return whether customers go by their own ids, and whether lists are in."""
        names, lists = (
            st.toggle(
                self.texts(f"{SCOPE}.{field}.label"),
                help=self.texts(f"{SCOPE}.{field}.help"),
                key=_key(field),
            )
            for field in ("names", "lists")
        )
        if lists:
            which = "persons" if names else "rows"
            st.warning(self.texts(f"{SCOPE}.warning.{which}"), icon=":material/group:")
        elif names:
            blocks.note(self.texts(f"{SCOPE}.warning.groups"))
        return names, lists

    def _start(self, pages: Sequence[str]) -> str:
        options = list(pages)
        names = {each: self.texts(f"pages.{each}") for each in options}
        page, _, _ = self.here.partition("?")
        if page in options:
            options.insert(0, HERE)
            names[HERE] = self.texts(f"{SCOPE}.start.here", page=names[page])
        if not options:
            return ""
        return st.selectbox(
            self.texts(f"{SCOPE}.start.label"),
            options,
            format_func=lambda each: names[each],
            help=self.texts(f"{SCOPE}.start.help"),
            key=_key("start"),
            width=290,
        )

    def _select(
        self, field: str, options: Sequence[str], usual: str, width: int
    ) -> str:
        stem = field.partition(".")[0]
        return st.selectbox(
            self.texts(f"{SCOPE}.{stem}.label"),
            options,
            index=list(options).index(usual),
            format_func=lambda each: self.texts(f"{SCOPE}.{stem}.{each}"),
            key=_key(field),
            width=width,
        )

    def _segments(self, field: str, options: Sequence[str]) -> str:
        chosen = st.segmented_control(
            self.texts(f"{SCOPE}.{field}.label"),
            options,
            default=options[0],
            required=True,
            format_func=lambda each: self.texts(f"{SCOPE}.{field}.{each}"),
            key=_key(field),
        )
        return chosen or options[0]


def begin() -> None:
    """Empty the form: what was typed for the last link is not for the next one."""
    for field in FIELDS:
        state.forget(_key(field))


def _key(field: str) -> str:
    return f"{SCOPE}.{field}"
