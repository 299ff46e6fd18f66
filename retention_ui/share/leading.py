"""From one open dataset or dashboard to another, and what is said on arrival."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from retention_core.errors import RetentionError
from retention_ui import failures, header, state

if TYPE_CHECKING:
    from typing import NoReturn

    from retention_ui.texts import Texts

_KEY, _SAID = "app.key", "app.said"


@dataclass(frozen=True)
class Said:
    """What is to be said once, and of which version or dashboard."""

    what: str
    number: int = 0
    name: str = ""


def to(address: str | None, said: Said | RetentionError | None = None) -> NoReturn:
    """Open another address, or none, and start the page again."""
    say(said)
    header.go_to(address)


def again(said: Said | RetentionError | None = None) -> NoReturn:
    """Start the page again, and say something on it."""
    say(said)
    st.rerun()


def say(said: Said | RetentionError | None) -> None:
    """Have something said on the next run, or an error shown."""
    state.set_widget(_SAID, said)


def said(texts: Texts) -> Said | None:
    """Return what is to be said, once; an error is shown."""
    found: Said | RetentionError | None = state.widget(_SAID)
    say(None)
    if isinstance(found, RetentionError):
        failures.show(found, texts)
        return None
    return found


def show_key(link: str, token: str) -> None:
    """Have the key to a new dashboard shown until somebody says that it is kept."""
    state.set_widget(_KEY, (link, token))


def key_to(link: str) -> str | None:
    """Return the key that is being shown for a link."""
    kept: tuple[str, str] | None = state.widget(_KEY)
    return kept[1] if kept and kept[0] == link else None


def hide_key() -> None:
    """Forget the key: nobody can see it again."""
    state.set_widget(_KEY, None)
