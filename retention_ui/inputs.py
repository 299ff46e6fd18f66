"""Widgets whose value stands in the URL, as an id and never as a label.

Streamlit's own ``bind`` writes the label of an option into the URL, which a
translation would break; these write the option itself. A default leaves the URL clean:
the dashboard's own, where one was chosen for everybody who opens it, else the page's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

import streamlit as st

from retention_ui import state

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from retention_ui.texts import Texts

SEGMENTS = 4
# What the filters of the title line are called, and where they stand.
SHARED = "shared"
FILTERS = ("dates", "from", "to", "customers", "value")
# What is looked at just now: nobody wants to begin there.
VIEW = frozenset(
    (
        *(f"{SHARED}.{field}" for field in FILTERS),
        *("glossary.subject", "cohorts.of", "cohorts.at", "cohorts.who"),
    )
)
T = TypeVar("T")
Number = TypeVar("Number", int, float)


@dataclass(frozen=True)
class Scope:
    """Whose widgets these are: their keys start with ``name``, and so do their words.

    ``cohorts.grain.label`` is the label of ``grain`` on ``cohorts``,
    ``cohorts.grain.week`` an option, ``cohorts.grain.help`` its help, if there is one.
    """

    name: str
    texts: Texts

    def key(self, field: str) -> str:
        """Return the widget's key."""
        return f"{self.name}.{field}"

    def label(self, field: str, **fields: object) -> str:
        """Return the widget's label."""
        return self.texts(f"{self.name}.{field}.label", **fields)

    def help(self, field: str) -> str | None:
        """Return the widget's help, if any was written."""
        key = f"{self.name}.{field}.help"
        return self.texts(key) if key in self.texts else None

    def option(self, field: str, option: str) -> str:
        """Return the words of an option."""
        return self.texts(f"{self.name}.{field}.{option}")


def choice(
    scope: Scope,
    field: str,
    options: Sequence[str],
    default: str | None = None,
    names: Mapping[str, str] | None = None,
    width: int = 170,
) -> str:
    """One of a few ids: segments up to four, a list beyond.

    ``names`` are labels that come from the data; without it they come from the texts.
    """
    default = default or options[0]
    value: str | None
    key = begin(scope, field, default, lambda text: one_of(text, options))

    def label(option: str) -> str:
        return names[option] if names else scope.option(field, option)

    if len(options) <= SEGMENTS and not names:
        value = st.segmented_control(
            scope.label(field),
            options,
            format_func=label,
            key=key,
            required=True,
            help=scope.help(field),
        )
    else:
        value = st.selectbox(
            scope.label(field),
            options,
            format_func=label,
            key=key,
            help=scope.help(field),
            width=width,
        )
    if value is None or value not in options:
        value = str(state.usual(key, default))
    return end(key, field, value, default)


def several(
    scope: Scope,
    field: str,
    options: Sequence[str] | Mapping[str, str],
    default: Sequence[str] = (),
    most: int | None = None,
    width: int = 320,
) -> list[str]:
    """Several ids out of a list, or of a mapping to their labels; at most ``most``."""
    names = (
        options if isinstance(options, Mapping) else {each: each for each in options}
    )
    key = scope.key(field)
    usual = _usual_list(key, names, default)
    if state.widget(key) is None or (state.entered() and field in st.query_params):
        kept = _listed(st.query_params.get_all(field), names) or state.chosen(key)
        state.set_widget(key, kept if isinstance(kept, list) else usual)
    # Options may have changed under it: periods after another grain was chosen.
    known = [each for each in options if each in state.widget(key)]
    state.set_widget(key, known[:most])
    value = st.multiselect(
        scope.label(field),
        list(names),
        format_func=lambda option: names[option],
        max_selections=most,
        key=key,
        help=scope.help(field),
        width=width,
    )
    state.choose(key, value)
    changed = sorted(value) != sorted(default)
    state.set_present(key, (value or [""]) if changed else None)
    if sorted(value) != sorted(usual):
        st.query_params[field] = value or ""
    else:
        st.query_params.pop(field, None)
    return value


def number(  # noqa: PLR0913 what a widget is made of
    scope: Scope,
    field: str,
    default: Number,
    limits: tuple[float, float],
    *,
    step: float = 1.0,
    more: str = "",
    width: int = 140,
) -> Number:
    """Let the user type a number; a whole one where ``default`` is.

    ``more`` is said after the help that stands in the texts.
    """
    kind = type(default)
    key = begin(scope, field, default, lambda text: _number(text, limits, kind))
    value: Any = st.number_input(
        scope.label(field),
        min_value=kind(limits[0]),
        max_value=kind(limits[1]),
        step=kind(step),
        format="%d" if kind is int else "%g",
        key=key,
        help=" ".join(each for each in (scope.help(field), more) if each) or None,
        width=width,
    )
    found = state.usual(key, default) if value is None else value
    return end(key, field, kind(found), default)


def slider(
    scope: Scope, field: str, default: int, limits: tuple[int, int], *, step: int = 1
) -> int:
    """Let the user slide to a whole number."""
    key = begin(scope, field, default, lambda text: _number(text, limits, int))
    value = st.slider(
        scope.label(field), *limits, step=step, key=key, help=scope.help(field)
    )
    return end(key, field, int(value), default)


def toggle(scope: Scope, field: str, default: bool = False, **fields: object) -> bool:
    """Switch something on or off; ``fields`` are those of its label."""
    key = begin(scope, field, default, lambda text: {"1": True, "0": False}.get(text))
    label = scope.label(field, **fields)
    value = st.toggle(label, key=key, help=scope.help(field))
    return end(key, field, value, default)


def reset(scope: Scope, field: str, value: object) -> None:
    """Put a widget back to ``value``; to be used as the callback of a button."""
    state.set_widget(scope.key(field), value)


def begin(
    scope: Scope,
    field: str,
    default: object,
    parse: Callable[[str], object | None],
) -> str:
    """Set a widget that is about to be drawn; return its key.

    On the first run of a page the URL decides, then what was chosen before, then what
    was chosen for everybody, then ``default``. After that the widget itself does: its
    URL may lag behind it. A page that is entered begins its widgets anew even where the
    last one had the same: Streamlit gives them that page's key, but not its value.
    """
    key = scope.key(field)
    start = state.start(key)
    begun = parse(start) if isinstance(start, str) else None
    usual = default if begun is None else begun
    state.set_usual(key, usual)
    written = st.query_params.get(field)
    held = state.widget(key)
    if held is not None and not state.entered():
        return key
    found = parse(written) if written is not None else None
    if found is None:
        # Streamlit may hold a default of its own under the key, which nobody chose.
        found = held if state.chosen(key) is None else state.chosen(key)
    state.set_widget(key, usual if found is None else found)
    return key


def end(key: str, field: str, value: T, default: object) -> T:
    """Keep what a widget says, and put it into the URL unless it begins with that."""
    state.choose(key, value)
    state.set_present(key, None if value == default else written(value))
    if value == state.usual(key, default):
        st.query_params.pop(field, None)
    else:
        st.query_params[field] = written(value)
    return value


def kept(
    scope: Scope,
    field: str,
    default: T,
    parse: Callable[[str], T | None],
) -> T:
    """Return what a widget of another page says, without drawing it there.

    What was chosen there, else what was chosen for everybody, else ``default``.
    """
    key = scope.key(field)
    chosen, start = state.chosen(key), state.start(key)
    begun = parse(start) if isinstance(start, str) else None
    usual = default if begun is None else begun
    return usual if chosen is None else cast("T", chosen)


def present() -> dict[str, str | list[str]]:
    """Return the settings of this session, for everybody to begin with.

    From a widget's key to its value as in an address: what differs from the pages' own
    defaults. The filters of the title line are no settings but a view of them, and a
    customer who was looked up is neither (see ``parts.bringers``).
    """
    found = state.present()
    return {key: value for key, value in found.items() if key not in VIEW}


def one_of(text: str, options: Sequence[str]) -> str | None:
    """Read an id from the URL; ``None`` for what is no option."""
    return text if text in options else None


def day(text: str) -> dt.date | None:
    """Read a date from the URL; ``None`` for what is none."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def written(value: object) -> str:
    """Write a value for the URL."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return f"{value:g}"
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _listed(written: Sequence[str], options: Mapping[str, str]) -> list[str] | None:
    """Read ids from the URL; ``None`` where nothing in it is an option.

    An empty text is what stands there when all were taken out.
    """
    found = [each for each in written if each in options or not each]
    return found or None


def _usual_list(
    key: str, options: Mapping[str, str], default: Sequence[str]
) -> list[str]:
    start = state.start(key)
    if start is None:
        return list(default)
    found = _listed([start] if isinstance(start, str) else start, options)
    return list(default) if found is None else [each for each in found if each]


def _number(
    text: str, limits: tuple[float, float], kind: type[Number]
) -> Number | None:
    try:
        found = kind(text)
    except ValueError:
        return None
    return found if limits[0] <= found <= limits[1] else None
