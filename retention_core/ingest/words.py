"""Words that files use for things: headers, states; read from synonyms.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent


def table(name: str) -> dict[str, Any]:
    """One of the tables of words beside this module."""
    return _load(_FOLDER / f"{name}.toml")


def _load(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


_ALL = table("synonyms")
SYNONYMS: dict[str, dict[str, list[str]]] = _ALL["fields"]
STATES: dict[str, list[str]] = _ALL["states"]
OTHERS: dict[str, list[str]] = _ALL["others"]
VALUES: dict[str, list[str]] = _ALL["values"]
# Of campaign files alone: headers by what they are of; what cells say of groups.
CONTACTS: dict[str, dict[str, list[str]]] = _ALL["contacts"]
GROUPS: dict[str, list[str]] = _ALL["groups"]


def systems_in(folder: Path) -> dict[str, dict[str, Any]]:
    """The layouts of a folder, by the names of their files."""
    return {path.stem: _load(path) for path in sorted(folder.glob("*.toml"))}


SYSTEMS: dict[str, dict[str, Any]] = systems_in(_FOLDER / "systems")
