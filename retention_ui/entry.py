"""From the address to what it opens, or to a page that says why it does not."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import streamlit as st

from retention_core.errors import RetentionError
from retention_ui import access, datasets, failures, header, state
from retention_ui.keeping.model import NotHereError, NotSharedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retention_ui.access import Access
    from retention_ui.texts import Texts


def follow_address() -> None:
    """Open what the address names; write what is open into a bare address."""
    written = st.query_params.get(header.ADDRESS)
    if written and written != state.address():
        state.choose_address(written)
    elif not written and state.address():
        st.query_params[header.ADDRESS] = str(state.address())


def opened() -> Access | None:
    """Return what is open for this browser.

    ``None`` where nothing is, or not any more: :func:`current` says so.
    """
    try:
        return _asked()
    except RetentionError:
        return None


def current(words: Texts, name: str) -> Access | None:
    """Return what is open, for page ``name``; ``None`` where nothing is.

    What is not there for this browser, or not any more, is forgotten with all that was
    chosen, and the page says so; it ends, unless it was an unsaved dataset. So it does
    where it is not shared.
    """
    try:
        return _asked(name)
    except RetentionError as error:
        _tell(error, words)
        if not isinstance(error, datasets.GoneError):
            st.stop()
        return None


@contextmanager
def still_there(words: Texts) -> Iterator[None]:
    """Begin the page anew where what it shows goes while it is drawn: it says so then.

    Where that is there all the same, what was missed is said on the page.
    """
    try:
        yield
    except (datasets.GoneError, NotHereError) as error:
        if opened() is None:
            st.rerun()
        failures.show(error, words)


def _asked(name: str | None = None) -> Access | None:
    wanted = state.address()
    if wanted is None:
        return None
    found = access.find(wanted, state.browser(), name)
    if found.address != wanted:  # it was saved meanwhile
        state.move_address(found.address)
        st.query_params[header.ADDRESS] = found.address
    return found


def _tell(error: RetentionError, words: Texts) -> None:
    if isinstance(error, datasets.GoneError | NotHereError):
        state.choose_address(None)
        st.query_params.clear()
    if isinstance(error, NotHereError):
        header.nothing(words, error)
    elif isinstance(error, NotSharedError):
        header.nothing(words, error, _asked())
    else:
        failures.show(error, words)
