"""The files of a dataset as they came, under names of our own: theirs hold any path.

A file in ``incoming/`` never changes once it stands: other folders may share it.
"""

from __future__ import annotations

import hashlib
import json
import re
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    Content = bytes | memoryview | Path
    Files = Iterable[tuple[str, Content]]

_EXTENSION = re.compile(r"\.[a-z0-9]{1,8}")
FOLDER = "incoming"
NAMES = "names.json"


def receive(folder: Path, files: Files) -> None:
    """Keep files in a new folder; a path becomes a link to where it lies."""
    kept = folder / FOLDER
    kept.mkdir(parents=True)
    names = {}
    for number, (name, content) in enumerate(files):
        names[_write(kept, number, name, content)] = name
    _note(kept, names)


def add(folder: Path, files: Files) -> list[str]:
    """Keep more files with those of a folder; return the names that they go by.

    A file that is there already, byte for byte, is left out. One whose name is taken is
    numbered: answers go by names.
    """
    kept = folder / FOLDER
    safe_names = names(folder)
    seen = {_digest(kept / safe) for safe in safe_names}
    last = max((int(safe.partition(".")[0]) for safe in safe_names), default=-1)
    numbers = count(last + 1)
    added = []
    for name, content in files:
        told = _digest(content)
        if told in seen:
            continue
        seen.add(told)
        safe = _write(kept, next(numbers), name, content)
        safe_names[safe] = _unused(name, {*safe_names.values()})
        added.append(safe_names[safe])
    _note(kept, safe_names)
    return added


def names(folder: Path) -> dict[str, str]:
    """Return the names that the user knows the files by, by those we gave them."""
    text = (folder / FOLDER / NAMES).read_text(encoding="utf-8")
    return dict(json.loads(text))


def replace(path: Path, text: str) -> None:
    """Write a text in place of a file: who reads it sees the old or the new, whole.

    The old content stays where another folder shares it.
    """
    draft = path.with_name(f"{path.name}.draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def _write(kept: Path, number: int, name: str, content: Content) -> str:
    suffix = Path(name).suffix.lower()
    safe = f"{number:03}{suffix if _EXTENSION.fullmatch(suffix) else ''}"
    if isinstance(content, Path):
        (kept / safe).symlink_to(content.resolve())
    else:
        (kept / safe).write_bytes(content)
    return safe


def _digest(content: Content) -> str:
    if not isinstance(content, Path):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unused(name: str, taken: set[str]) -> str:
    stem, suffix = Path(name).stem, Path(name).suffix
    numbered = (f"{stem} ({number}){suffix}" for number in count(2))
    return name if name not in taken else next(n for n in numbered if n not in taken)


def _note(kept: Path, safe_names: dict[str, str]) -> None:
    replace(kept / NAMES, json.dumps(safe_names, ensure_ascii=False))
