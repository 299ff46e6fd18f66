"""Every word on screen, looked up by key; one folder of TOML files a language."""

from __future__ import annotations

import string
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from babel import Locale

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FOLDER = Path(__file__).parent


class UnknownTextError(KeyError):
    """No text stands under that key: a mistake in the program."""


@dataclass(frozen=True)
class Texts:
    """The words of one language.

    ``texts("header.complete")`` looks a sentence up and fills its ``{fields}`` in.
    Where a text has plural forms (``data.rows.one``, ``data.rows.other``) the number
    ``count`` chooses between them.
    """

    lang: str

    def __call__(self, key: str, /, **fields: object) -> str:
        """Return the text of ``key``.

        Raises
        ------
        UnknownTextError
            No such key in this language.
        KeyError
            A field that the text names is missing.
        """
        words = catalogue(self.lang)
        found = words.get(key) or words.get(f"{key}.{self._plural(fields)}")
        if found is None:
            found = words.get(f"{key}.other")
        if found is None:
            raise UnknownTextError(key)
        return found.format(**fields)

    def __contains__(self, key: str) -> bool:
        words = catalogue(self.lang)
        return key in words or f"{key}.other" in words

    def under(self, prefix: str) -> list[str]:
        """Return the keys that start with ``prefix.``, in the order of the file."""
        return [key for key in catalogue(self.lang) if key.startswith(f"{prefix}.")]

    def _plural(self, fields: Mapping[str, object]) -> str:
        count = fields.get("count", 1)
        number = count if isinstance(count, int | float) else 1
        return str(Locale.parse(self.lang).plural_form(number))


def languages() -> list[str]:
    """Codes of the languages there are, English first."""
    found = sorted(each.name for each in FOLDER.iterdir() if any(each.glob("*.toml")))
    return sorted(found, key=lambda lang: lang != "en")


@lru_cache
def catalogue(lang: str) -> dict[str, str]:
    """All texts of a language, by dotted key."""
    words: dict[str, str] = {}
    for path in sorted((FOLDER / lang).glob("*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        for key, text in _flat(table):
            if key in words:
                raise ValueError(f"{path.name} repeats the key {key}")
            words[key] = text
    return words


def fields(text: str) -> frozenset[str]:
    """Return the names of the ``{fields}`` of a text."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)


def _flat(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)
