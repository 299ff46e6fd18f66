"""From an error of the core to what is wrong and what to do, in the user's words."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import streamlit as st

from retention_core.errors import RetentionError
from retention_ui.formats import Formats, md

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retention_ui.texts import Texts

ICON = "error"


@contextmanager
def showing(texts: Texts) -> Iterator[None]:
    """Show a :class:`RetentionError` and end the page there.

    Anything else is a bug of ours and stays loud.
    """
    try:
        yield
    except RetentionError as error:
        show(error, texts)
        st.stop()


def show(error: RetentionError, texts: Texts) -> None:
    """Show one error: **what is wrong**, what to do, its stable code."""
    title, advice, icon = words(error, texts)
    code = texts("errors.code", code=md(error.code))
    st.error(f"**{title}** {advice}\n\n:small[{code}]", icon=f":material/{icon}:")


def words(error: RetentionError, texts: Texts) -> tuple[str, str, str]:
    """Return title, advice and icon of an error, data in it escaped.

    An error that has no words yet speaks for itself: its message is a whole sentence.
    """
    key = f"errors.{error.code}"
    if f"{key}.title" not in texts:
        return md(error), "", ICON
    formats = Formats(texts.lang)
    fields = {name: md(_plain(value, formats)) for name, value in error.fields.items()}
    icon = texts(f"{key}.icon") if f"{key}.icon" in texts else ICON
    return texts(f"{key}.title", **fields), texts(f"{key}.advice", **fields), icon


def _plain(value: object, formats: Formats) -> object:
    """Return a field in words: a list as a list, a number as the language writes it."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple | set):
        return ", ".join(str(_plain(each, formats)) for each in value)
    return formats.count(value) if type(value) is int else value
