"""The two filters in the title line: which periods are shown, and which customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from retention_core import periods
from retention_ui import inputs, state
from retention_ui.formats import md

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

SCOPE = "shared"
FIELDS = ("dates", "from", "to", "customers", "value")
MONTHS = {"last12": 12, "last24": 24}
RANGES = ("all", *MONTHS, "custom")


@dataclass(frozen=True)
class View:
    """The periods that are shown; both ends are open where they are ``None``."""

    first: dt.date | None = None
    last: dt.date | None = None

    def shown(self, frame: pd.DataFrame, column: str) -> pd.DataFrame:
        """Return the rows of ``frame`` whose date in ``column`` is shown."""
        days = frame[column]
        keep = days.notna()
        if self.first:
            keep &= days.dt.date >= self.first
        if self.last:
            keep &= days.dt.date <= self.last
        return frame[keep]


@dataclass(frozen=True)
class Slice:
    """Customers by a dimension of their first order; all where ``by`` is ``None``."""

    by: str | None = None
    value: str | None = None


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
    kind = state.widget(key)
    view = _view(kind, (state.widget(starts), state.widget(ends)), as_of)
    label = scope.option("dates", kind)
    if kind == "custom":
        ends_at = {"first": view.first, "last": view.last}
        written = {name: formats.date(day) for name, day in ends_at.items()}
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
    return texts(key) if key in texts else name


def _view(kind: str, ends: tuple[dt.date, dt.date], as_of: dt.date) -> View:
    if kind == "custom":
        return View(min(ends), max(ends))
    if kind == "all":
        return View()
    last = periods.last_complete(as_of, "month")
    return View(periods.following(last, "month", 1 - MONTHS[kind]), as_of)


def _popover(
    label: str, icon: str, *, narrowed: bool
) -> st.delta_generator.DeltaGenerator:
    return st.popover(
        md(label),
        icon=f":material/{icon}:",
        type="secondary" if narrowed else "tertiary",
    )
