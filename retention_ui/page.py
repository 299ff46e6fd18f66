"""What every page begins with and is made of: the open dataset, sections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from retention_ui import (
    blocks,
    downloads,
    entry,
    failures,
    filters,
    header,
    inputs,
    marks,
    picture,
    queries,
    state,
)
from retention_ui.figures import marks as marks_figure
from retention_ui.figures.look import DARK, LIGHT
from retention_ui.filters import View
from retention_ui.formats import Formats
from retention_ui.questions.chosen import Slice
from retention_ui.texts import Texts

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd
    import plotly.graph_objects as go

    from retention_core.periods import Grain
    from retention_ui.access import Access
    from retention_ui.figures.look import Look
    from retention_ui.marks import Mark
    from retention_ui.queries import Shop
    from retention_ui.questions.shop import Facts

LANGUAGE = "en"


@dataclass(frozen=True)
class Page:
    """A page about one shop: everything its sentences need.

    ``shop`` is the dataset with the customers that are looked at, ``access`` what
    whoever asks may see of it, ``view`` the periods shown, ``marks`` what the user
    noted. ``page(key)`` is the page's own text.
    """

    name: str
    texts: Texts
    formats: Formats
    look: Look
    shop: Shop
    view: View
    facts: Facts
    access: Access
    marks: Sequence[Mark] = ()

    def __call__(self, key: str, /, **fields: object) -> str:
        """Return the text ``key`` of this page."""
        return self.texts(f"{self.name}.{key}", **fields)

    def section(  # noqa: PLR0913 what a section is made of
        self,
        name: str,
        finding: str,
        figure: go.Figure | None = None,
        *,
        table: pd.DataFrame | None = None,
        kinds: Mapping[str, str] | None = None,
        least: int | None = None,
        clicked: Callable[[], None] | None = None,
        **fields: object,
    ) -> None:
        """Draw one finding with its evidence and its downloads.

        Note and help are the page's ``notes.{name}`` and ``help.{name}``, where they
        were written, with ``fields`` filled in.

        Parameters
        ----------
        finding
            The heading: one sentence with its number.
        table
            What the figure shows, as it is downloaded; ``kinds`` says how Excel writes
            its columns (see ``downloads.excel_bytes``).
        least
            Width in pixels below which the figure is swiped instead of squeezed.
        clicked
            Called when a mark of the figure is chosen (see ``blocks.show``).
        """
        note = self._if_written(f"notes.{name}", fields)
        with st.container(gap="xsmall"):
            help_text = self._if_written(f"help.{name}", fields)
            st.header(finding, help=help_text, anchor=False)
            if note:
                blocks.note(note)
            if figure is not None:
                with st.grid(1, min_column_width=least or 1, wrap=not least, gap=None):
                    blocks.show(figure, f"{self.name}.{name}", clicked=clicked)
            with st.container(
                horizontal=True, gap="small", vertical_alignment="center"
            ):
                if table is not None:
                    self.downloads(name, table, kinds)
                if figure is not None:
                    self._picture(name, finding, note or "")
                if term := self.term(name):
                    header.glossary_link(self.texts, term)

    def downloads(
        self,
        name: str,
        table: pd.DataFrame | Callable[[], pd.DataFrame],
        kinds: Mapping[str, str] | None = None,
        **asked: object,
    ) -> None:
        """Offer a table as CSV and Excel; one that is made only then, as a callable.

        ``asked`` is what such a table depends on, beside the customers looked at.
        """
        key = f"{self.name}.{name}"
        again, described = self.access.again, f"{key} {self.shop.slice} {asked}"
        file = blocks.File(self._stem(name), table, again, kinds, described)
        blocks.downloads(self.texts, key, file)

    def marked(
        self, figure: go.Figure, starts: Sequence[dt.date], grain: Grain
    ) -> go.Figure:
        """Draw the user's marks on a figure over the periods from ``starts`` on."""
        words = self.look, self.formats
        return marks_figure.draw(figure, self.marks, starts, grain, words)

    def term(self, name: str) -> str | None:
        """Return the glossary's term for a section or a card, if it has one."""
        if not self.access.may("glossary"):
            return None
        key = f"{self.name}.terms.{name}"
        return self.texts(key) if key in self.texts else None

    def explained(self, **fields: object) -> None:
        """Close the page with how its numbers are worked out (``explained.*``)."""
        icon = ":material/function:"
        title = self.texts("method.title")
        with st.expander(title, type="compact", icon=icon):
            for key in self.texts.under(f"{self.name}.explained"):
                st.markdown(self.texts(key, **fields))

    def _if_written(self, key: str, fields: Mapping[str, object]) -> str | None:
        written = f"{self.name}.{key}" in self.texts
        return self(key, **fields) if written else None

    def _picture(self, name: str, finding: str, note: str) -> None:
        date = self.formats.date(self.facts.as_of)
        picture.button(
            self.texts("download.picture"),
            f"{self.name}.{name}",
            (finding, note, self.texts("download.complete", date=date)),
            downloads.file_name(self._stem(name), finding, "png"),
            self.look,
        )

    def _stem(self, name: str) -> list[str]:
        digest = self.shop.dataset.digest[:8]
        return ["kept", self.name, name, self.facts.as_of.isoformat(), digest]

    @property
    def groups(self) -> dict[str, list[str]]:
        """What customers may be compared by: each dimension with its values.

        Nothing where a link shows all customers together.
        """
        return queries.values(self.shop.dataset) if self.access.terms.choose else {}

    @property
    def scope(self) -> inputs.Scope:
        """Whose widgets the page's inputs are."""
        return inputs.Scope(self.name, self.texts)

    @property
    def drawing(self) -> tuple[Texts, Look, Formats]:
        """What every figure takes after its frame."""
        return self.texts, self.look, self.formats


@dataclass(frozen=True)
class DataPage:
    """The page on the files; without ``facts`` there is no order table yet."""

    texts: Texts
    formats: Formats
    access: Access | None
    facts: Facts | None


def texts() -> Texts:
    """Return the words of this session's language."""
    return Texts(LANGUAGE)


def look() -> Look:
    """Return the palette of the theme that the browser shows."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def open_page(name: str) -> Page:
    """Draw the header of an analysis page; without data say so and end there."""
    words = texts()
    found = entry.current(words, name)
    if found is None or not found.dataset.built:
        with header.line(words, name):
            pass
        header.no_data(words, name, found)
        st.stop()
    state.start_from(found.dashboard.settings.choices if found.dashboard else {})
    facts = _facts(words, found)
    formats = Formats(words.lang, facts.currency)
    with header.line(words, name, found):
        view, chosen = _filters(words, formats, found, facts)
        noted = _marks(words, formats, found, facts, view)
        header.complete(words, formats, facts)
    shop = queries.Shop(found.dataset, chosen)
    return Page(name, words, formats, look(), shop, view, facts, found, noted)


def open_glossary() -> tuple[Page | None, Texts]:
    """Draw the header of the glossary, which lives with and without data.

    Its numbers are those of the whole shop: it has no filters.
    """
    words, name = texts(), "glossary"
    found = entry.current(words, name)
    if found is None or not found.dataset.built:
        with header.line(words, name):
            pass
        return None, words
    state.start_from(found.dashboard.settings.choices if found.dashboard else {})
    facts = _facts(words, found)
    formats = Formats(words.lang, facts.currency)
    with header.line(words, name, found):
        header.complete(words, formats, facts)
    shop = queries.Shop(found.dataset)
    return Page(name, words, formats, look(), shop, View(), facts, found), words


def open_data(name: str = "data") -> DataPage:
    """Draw the header of an editor's page, which lives with and without data.

    ``name``: ``data`` (the files), ``share`` (what is kept of them, and for whom).
    """
    words = texts()
    found = entry.current(words, name)
    facts = None
    if found is not None and found.dataset.built:
        facts = _facts(words, found)
    formats = Formats(words.lang, facts.currency if facts else None)
    asks = None
    if facts is None and name == "data":
        asks = words("question.load" if found is None else "question.check")
    with header.line(words, name, found, asks):
        if facts:
            header.complete(words, formats, facts)
    return DataPage(words, formats, found, facts)


def _facts(words: Texts, found: Access) -> Facts:
    with failures.showing(words):
        return queries.facts(found.dataset)


def _marks(
    words: Texts, formats: Formats, found: Access, facts: Facts, view: View
) -> Sequence[Mark]:
    """Draw the marks; where a link fixes the dates, those of other days are not in."""
    noted = marks.of(found)
    if found.terms.dates is not None:
        noted = [each for each in noted if view.holds(each.day)]
    return marks.popover(words, formats, found, noted, facts.as_of)


def _filters(
    words: Texts, formats: Formats, found: Access, facts: Facts
) -> tuple[View, Slice]:
    """Draw the filters, or what the link fixes in their place."""
    terms = found.terms
    if terms.dates is None:
        view = filters.dates(words, formats, facts.first_day, facts.as_of)
    else:
        ends = facts.first_day, facts.as_of
        view = filters.fixed_dates(words, formats, terms.dates, ends)
    if not terms.choose or terms.customers:
        filters.fixed_customers(words, terms.customers)
        return view, Slice()
    with failures.showing(words):
        values = queries.values(found.dataset)
    return view, filters.customers(words, values)
