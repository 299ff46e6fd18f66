"""The few things a session remembers: ids and choices, never data."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Mapping

    Starts = Mapping[str, str | list[str]]

# Ours; every other key of the session is a widget's.
OWN = "app."
ADDRESS = "app.address"
ANSWERING = "app.answering"
BUILT = "app.built"
CHOICES = "app.choices"
PAGE = "app.page"
ENTERED = "app.entered"
STARTS = "app.starts"
USUAL = "app.usual"
PRESENT = "app.present"
MARKS = "app.marks"
BROWSER = "app.browser"
# Not of ours: it goes when another address is opened.
LEFT = "view.left"
COOKIE = "kept_browser"
_KEY = re.compile(r"[A-Za-z0-9_-]{32}")


def address() -> str | None:
    """Return the address of what is open in this session: a dataset, or a link."""
    return cast("str | None", st.session_state.get(ADDRESS))


def choose_address(found: str | None) -> None:
    """Open another address. Nothing of the last one stays: widgets hold its names."""
    for key in list(st.session_state):
        if not str(key).startswith(OWN):
            st.session_state.pop(str(key), None)
    st.session_state[ADDRESS] = found
    st.session_state[ANSWERING] = False
    for kept in (CHOICES, STARTS, USUAL, PRESENT):
        st.session_state[kept] = {}


def move_address(found: str) -> None:
    """Note that what is open stands under another address now."""
    st.session_state[ADDRESS] = found


def answering() -> bool:
    """Whether the answers of a finished dataset are being changed."""
    return bool(st.session_state.get(ANSWERING, False))


def set_answering(value: bool) -> None:
    """Go back to the questions, or leave them."""
    st.session_state[ANSWERING] = value


def note_built() -> None:
    """Remember that an order table was just built."""
    st.session_state[BUILT] = True


def just_built() -> bool:
    """Whether an order table was just built; true once."""
    return bool(st.session_state.pop(BUILT, False))


def enter(page: str) -> None:
    """Note which page this run shows."""
    st.session_state[ENTERED] = st.session_state.get(PAGE) != page
    st.session_state[PAGE] = page


def entered() -> bool:
    """Whether this run is the first on its page."""
    return bool(st.session_state.get(ENTERED, True))


def leave(page: str) -> None:
    """Note how a page stands in the address at the end of a run."""
    pairs = [
        (field, value)
        for field in st.query_params
        for value in st.query_params.get_all(field)
        if field != "d" and not field.startswith("embed")
    ]
    st.session_state[LEFT] = f"{page}?{urlencode(pairs)}" if pairs else page


def left() -> str:
    """Return the page that was left last and its query; empty before there was one."""
    return str(st.session_state.get(LEFT, ""))


def query() -> dict[str, str | list[str]]:
    """Return the whole state of the address, to keep it in a link."""
    return {key: st.query_params.get_all(key) for key in st.query_params}


def chosen(key: str) -> object | None:
    """Return what was last chosen in a widget, on whatever page."""
    return cast("object | None", st.session_state.get(CHOICES, {}).get(key))


def choose(key: str, value: object) -> None:
    """Keep a widget's value: Streamlit forgets it when another page is shown."""
    st.session_state[CHOICES] = {**st.session_state.get(CHOICES, {}), key: value}


def start_from(choices: Starts) -> None:
    """Note where the widgets of everybody begin, by key, as in an address."""
    st.session_state[STARTS] = dict(choices)
    st.session_state[USUAL] = {}


def start(key: str) -> str | list[str] | None:
    """Return where a widget begins for everybody; ``None``: from the page's default."""
    return cast("str | list[str] | None", st.session_state.get(STARTS, {}).get(key))


def set_usual(key: str, value: object) -> None:
    """Note what a widget says where nobody chose anything."""
    st.session_state[USUAL] = {**st.session_state.get(USUAL, {}), key: value}


def usual(key: str, default: object) -> Any:  # noqa: ANN401 a value of the widget's type
    """Return what a widget says where nobody chose anything."""
    return st.session_state.get(USUAL, {}).get(key, default)


def set_present(key: str, written: str | list[str] | None) -> None:
    """Note what a widget says, as in an address; ``None``: the page's own default."""
    st.session_state[PRESENT] = {**st.session_state.get(PRESENT, {}), key: written}


def present() -> dict[str, str | list[str]]:
    """Return what widgets begin with, changed by what this session has in them."""
    found = {**st.session_state.get(STARTS, {}), **st.session_state.get(PRESENT, {})}
    return {key: written for key, written in found.items() if written is not None}


def widget(key: str) -> Any:  # noqa: ANN401 a widget's value has the widget's type
    """Return the value of a widget, ``None`` before it was drawn."""
    return st.session_state.get(key)


def set_widget(key: str, value: object) -> None:
    """Set a widget that has not been drawn yet in this run."""
    st.session_state[key] = value


def forget(key: str) -> None:
    """Drop a widget's value; it starts anew from its default."""
    st.session_state.pop(key, None)
    kept = st.session_state.get(CHOICES, {})
    st.session_state[CHOICES] = {k: v for k, v in kept.items() if k != key}


def browser() -> str:
    """Return the key of this browser (``serving.browsers``), else one of the session.

    Not guessable: what the browser corrected before goes by it.
    """
    found = str(st.context.cookies.get(COOKIE) or "")
    if is_key(found):
        return found
    if BROWSER not in st.session_state:
        st.session_state[BROWSER] = new_key()
    return str(st.session_state[BROWSER])


def new_key() -> str:
    """Return a key for a browser that has none."""
    return secrets.token_urlsafe(24)


def is_key(text: str) -> bool:
    """Whether a cookie can be one that we gave."""
    return _KEY.fullmatch(text) is not None


def marks() -> str | None:
    """Return this session's own marks on the sample shop, if there are any."""
    return cast("str | None", st.session_state.get(MARKS))


def keep_marks(text: str) -> None:
    """Keep this session's own marks on the sample shop."""
    st.session_state[MARKS] = text
