"""What was corrected in one file, for the next with the same header row."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from retention_core.ingest.meanings import normalise
from retention_core.ingest.model import SheetAnswers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from retention_core.ingest.model import Detection

# What is said of the file itself, not of its layout.
_OF_THE_FILE = ("encoding", "store")


def fingerprint(columns: Iterable[str]) -> str:
    """What files of one layout have in common: their header rows, as compared."""
    words = "\n".join(normalise(column) for column in columns)
    return hashlib.sha256(words.encode()).hexdigest()[:32]


def remember(detection: Detection, said: SheetAnswers) -> dict[str, Any]:
    """What to keep of a sheet's answers, as JSON values under its ``fingerprint``.

    Empty where nothing was corrected.
    """
    kept = {
        name: value
        for name, value in asdict(said).items()
        if value is not None and name not in _OF_THE_FILE
    }
    if not kept:
        return {}
    return {"fingerprint": fingerprint(detection.columns), "said": kept}


def recall(detection: Detection, kept: Iterable[Mapping[str, Any]]) -> SheetAnswers:
    """What was said of the last file with these columns; nothing where none was."""
    mine = fingerprint(detection.columns)
    found: Mapping[str, Any] = {}
    for each in kept:
        if each.get("fingerprint") == mine:
            found = each.get("said", {})
    known = SheetAnswers.__dataclass_fields__.keys() - set(_OF_THE_FILE)
    said = {name: value for name, value in found.items() if name in known}
    columns = set((said.get("mapping") or {}).values())
    if not columns <= set(detection.columns):
        said.pop("mapping")
    return SheetAnswers(**said)
