"""Words that files use for things: headers, months, states; read from synonyms.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent


def _load(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


_ALL = _load(_FOLDER / "synonyms.toml")
SYNONYMS: dict[str, dict[str, list[str]]] = _ALL["fields"]
MONTHS: dict[str, int] = {
    word: number
    for months in _ALL["months"].values()
    for number, words in enumerate(months, start=1)
    for word in words.split()
}
VALUES: dict[str, list[str]] = _ALL["values"]
SYSTEMS: dict[str, dict[str, Any]] = {
    path.stem: _load(path) for path in sorted((_FOLDER / "systems").glob("*.toml"))
}
