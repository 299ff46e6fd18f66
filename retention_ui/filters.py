"""The two filters in the title line: which periods are shown, and which customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from retention_core import periods, slices
from retention_ui import blocks, inputs, state
from retention_ui.formats import Formats, md
from retention_ui.questions.chosen import Slice

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from retention_core.periods import Grain
    from retention_ui.texts import Texts

    Ends = tuple[dt.date, dt.date]

SCOPE, FIELDS = inputs.SHARED, inputs.FILTERS
DATES, CUSTOMERS = FIELDS[:3], FIELDS[3:]
MONTHS = {"last12": 12, "last24": 24}
RANGES = ("all", *MONTHS, "custom")


@dataclass(frozen=True)
class View:
    """The periods that are shown; both ends are open where they are ``None``."""

    first: dt.date | None = None
    last: dt.date | None = None

    def holds(self, day: dt.date) -> bool:
        """Whether a day is between both ends."""
        return not (self.first and day < self.first) and not (
            self.last and day > self.last
        )

    def shown(self, frame: pd.DataFrame, column: str, grain: Grain) -> pd.DataFrame:
        """Return the rows whose period, which starts on ``column``, is shown.

        A period is shown when a day of it is.
        """
        starts = frame[column]
        keep = starts.notna()
        if self.first:
            keep &= starts.dt.date >= periods.first_day(self.first, grain)
        if self.last:
            keep &= starts.dt.date <= self.last
        return frame[keep]


def clear() -> None:
    """Drop both filters; the callback of a button."""
    for field in FIELDS:
        state.forget(f"{SCOPE}.{field}")
        st.query_params.pop(field, None)


def dates(texts: Texts, formats: Formats, first: dt.date, as_of: dt.date) -> View:
    """Draw the popover "All dates"; return the periods that are shown."""
    scope = inputs.Scope(SCOPE, texts)
    key = inputs.begin(scope, "dates", "all", lambda text: inputs.one_of(text, RANGES))

    def within(text: str) -> dt.date | None:
        day = inputs.day(text)
        return None if day is None else min(max(day, first), as_of)

    starts = inputs.begin(scope, "from", first, within)
    ends = inputs.begin(scope, "to", as_of, within)
    for mark in (starts, ends):
        # The data may have changed under it: built anew in another tab.
        state.set_widget(mark, min(max(state.widget(mark), first), as_of))
    kind = state.widget(key)
    chosen = sorted((state.widget(starts), state.widget(ends)))
    view = _view(kind, (chosen[0], chosen[1]), (first, as_of))
    label = scope.option("dates", kind)
    if kind == "custom":
        written = dict(zip(("first", "last"), map(formats.date, chosen), strict=True))
        label = texts(f"{SCOPE}.dates.shown", **written)
    with _popover(label, "calendar_month", narrowed=kind != "all"):
        st.selectbox(
            scope.label("dates"),
            RANGES,
            format_func=lambda option: scope.option("dates", option),
            key=key,
        )
        inputs.end(key, "dates", kind, "all")
        if kind == "custom":
            for field, mark, open_end in (("from", starts, first), ("to", ends, as_of)):
                day = st.date_input(
                    scope.label(field), min_value=first, max_value=as_of, key=mark
                )
                inputs.end(mark, field, day, open_end)
        st.markdown(f":small[:gray[{texts('shared.dates.note')}]]")
    return view


def fixed_dates(
    texts: Texts, formats: Formats, fixed: Mapping[str, str], data: Ends
) -> View:
    """Say which periods a link shows; return them, whatever stands in the address."""
    for field in DATES:
        st.query_params.pop(field, None)
    kind = inputs.one_of(fixed.get("dates", ""), RANGES) or "all"
    ends = (inputs.day(fixed.get("from", "")), inputs.day(fixed.get("to", "")))
    pairs = zip(ends, data, strict=True)
    first, last = sorted(min(max(day or end, data[0]), data[1]) for day, end in pairs)
    label = texts(f"{SCOPE}.dates.{kind}")
    if kind == "custom":
        written = {"first": formats.date(first), "last": formats.date(last)}
        label = texts(f"{SCOPE}.dates.shown", **written)
    _fixed(texts, label, "dates")
    return _view(kind, (first, last), data)


def fixed_customers(texts: Texts, fixed: tuple[str, str] | None) -> None:
    """Say whose figures a link shows, where they are not everybody's."""
    for field in CUSTOMERS:
        st.query_params.pop(field, None)
    if fixed:
        by, value = fixed
        named = {"dimension": md(dimension(texts, by)), "value": md(value)}
        _fixed(texts, texts("access.customers", **named), "customers")


def _fixed(texts: Texts, label: str, what: str) -> None:
    blocks.note(label, help=texts(f"access.fixed_{what}"), width="content")


def customers(texts: Texts, values: Mapping[str, Sequence[str]]) -> Slice:
    """Draw the popover "All customers"; return who is looked at.

    ``values`` holds the values of each dimension that customers can be chosen by.
    """
    scope = inputs.Scope(SCOPE, texts)
    options = ["", *values]
    key = inputs.begin(
        scope, "customers", "", lambda text: inputs.one_of(text, options)
    )
    by = state.widget(key)
    inner = ["", *values.get(by, ())]
    mark = inputs.begin(scope, "value", "", lambda text: inputs.one_of(text, inner))
    if state.widget(mark) not in inner:
        state.set_widget(mark, "")
    value = state.widget(mark)
    everyone = texts("shared.customers.everyone")
    label = (
        f"{dimension(texts, by)}: {value}" if value else texts("shared.customers.all")
    )
    with _popover(label, "filter_alt", narrowed=bool(value)):
        st.selectbox(
            scope.label("customers"),
            options,
            format_func=lambda name: dimension(texts, name) if name else everyone,
            key=key,
        )
        if by:
            st.selectbox(
                scope.label("value"),
                inner,
                format_func=lambda name: name or everyone,
                key=mark,
            )
        inputs.end(key, "customers", by, "")
        inputs.end(mark, "value", value, "")
        st.markdown(f":small[:gray[{texts('shared.customers.note')}]]")
    return Slice(by, value) if value else Slice()


def dimension(texts: Texts, name: str) -> str:
    """Return the words for a dimension; its own name where we have none for it."""
    key = f"dimensions.{name}"
    if key in texts:
        return texts(key)
    day = slices.since(name)
    if day is not None:
        return texts("dimensions.since", date=Formats(texts.lang).date(day))
    # An attribute of the customers' list was a header once: "loyalty_level".
    own = name.removeprefix(slices.ATTRIBUTE)
    return name if own == name else own.replace("_", " ").capitalize()


def _view(kind: str, chosen: Ends, data: Ends) -> View:
    """Return what is shown; an end that is the data's own stays open."""
    if kind == "custom":
        first, last = chosen
        return View(
            first if first > data[0] else None, last if last < data[1] else None
        )
    if kind == "all":
        return View()
    last = periods.last_complete(data[1], "month")
    return View(periods.following(last, "month", 1 - MONTHS[kind]))


def _popover(
    label: str, icon: str, *, narrowed: bool
) -> st.delta_generator.DeltaGenerator:
    return st.popover(
        md(label),
        icon=f":material/{icon}:",
        type="secondary" if narrowed else "tertiary",
    )
