"""What a file that holds a whole dashboard says of itself: ``manifest.json``.

The file is a zip of ``manifest.json`` and of ``files/<sha256>``, each content once.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import asdict, dataclass

from retention_core.columns import CONTACTED
from retention_ui import incoming
from retention_ui.keeping import folders, strict
from retention_ui.keeping.model import (  # noqa: TC001 annotations are read
    Change,
    Settings,
    Totals,
)
from retention_ui.keeping.moving_errors import NewerFileError

# With the second came contacts. A file of the first is one without any.
FORMAT, FORMATS = 2, (1, 2)
NAME = "manifest.json"
FILES = "files/"
MOST_BYTES = 32_000_000
# Keys to a dashboard, and who holds them, stay in the house that they open.
LEFT_OUT = ("links", "tokens", "passwords", "browsers", "key of pseudonyms")
_LONGEST = 10_000
_SHA = re.compile(r"[0-9a-f]{64}")
_INCOMING = re.compile(rf"{incoming.FOLDER}/[0-9]{{3,6}}(\.[a-z0-9]{{1,8}})?")
_NAMES = f"{incoming.FOLDER}/{incoming.NAMES}"
_TABLES = {f"{table}.parquet" for table in folders.TABLES}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
ALLOWED = _TABLES | {*folders.BUILT, _NAMES}
_CONTACTS = {f"{table}.parquet" for table in CONTACTED}
# A shop may have brought no list of products, and written to nobody; not every sheet
# has a header row.
NEEDED = ALLOWED - {"products.parquet", "headers.json"} - _CONTACTS


@dataclass(frozen=True)
class PackedVersion:
    """A version; ``folder`` is its place in ``Manifest.folders``, from 0."""

    number: int
    made_at: dt.datetime
    by: str
    change: Change
    restored: int | None
    totals: Totals
    folder: int


@dataclass(frozen=True)
class Manifest:
    """A dashboard without its bytes.

    ``versions`` begin with the first. Each of ``folders`` goes from the name of a file
    to its SHA-256, ``files`` from this to its size. ``left_out`` says what does not
    travel.
    """

    format: int
    left_out: tuple[str, ...]
    name: str
    owner: str
    contact: str
    expires_at: dt.datetime | None
    settings: Settings
    versions: tuple[PackedVersion, ...]
    folders: tuple[dict[str, str], ...]
    files: dict[str, int]

    def to_json(self) -> bytes:
        """Write it; the same dashboard gives the same bytes."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1, default=_iso)
        return text.encode("utf-8")

    @classmethod
    def from_json(cls, content: bytes, file: str) -> Manifest:
        """Read what :meth:`to_json` wrote, and nothing else.

        Raises
        ------
        NewerFileError
            A later program wrote it.
        strict.MismatchError
            It is not such a text, or contradicts itself.
        """
        value = strict.load(content)
        found = value.get("format") if isinstance(value, dict) else None
        if type(found) is int and found > FORMAT:
            raise NewerFileError(file=file, format=found, known=FORMAT)
        read: Manifest = strict.read(cls, value, longest=_LONGEST)
        for check in (_check_head, _check_settings, _check_versions, _check_folders):
            check(read)
        return read


def plain(text: str) -> str:
    """A name without what moves the cursor of a terminal."""
    return _CONTROL.sub(" ", text)[:_LONGEST]


def is_allowed(name: str) -> bool:
    """Whether a file of that name is part of a version."""
    return name in ALLOWED or _INCOMING.fullmatch(name) is not None


def _check_head(found: Manifest) -> None:
    _see(found.format in FORMATS, "format")
    _see(found.left_out == LEFT_OUT, "left_out")
    said = [found.name, found.owner, found.contact]
    said += [each.by for each in found.versions]
    _see(all(plain(each) == each for each in said), "a name")


def _check_settings(found: Manifest) -> None:
    _see(all(_is_day(day) for day, _ in found.settings.marks), "marks")


def _check_versions(found: Manifest) -> None:
    versions = found.versions
    numbers = [each.number for each in versions]
    _see(numbers == [*range(1, len(versions) + 1)] and bool(numbers), "versions")
    for each in versions:
        where = f"version {each.number}"
        _see(0 <= each.folder < len(found.folders), where)
        _see(min(each.totals.rows, each.totals.orders) >= 0, where)
        _see((each.change == "restored") == (each.restored is not None), where)
        if each.restored is not None:
            _see(1 <= each.restored < each.number, where)
            _see(versions[each.restored - 1].folder == each.folder, where)
    used = {each.folder for each in versions}
    _see(used == {*range(len(found.folders))}, "folders")


def _check_folders(found: Manifest) -> None:
    for place, folder in enumerate(found.folders):
        _see(folder.keys() >= NEEDED, f"folder {place}")
        _see(all(map(is_allowed, folder)), f"folder {place}")
    used = {sha for folder in found.folders for sha in folder.values()}
    _see(used == found.files.keys(), "files")
    _see(all(map(_SHA.fullmatch, used)), "files")
    _see(all(size >= 0 for size in found.files.values()), "files")


def _see(right: bool, where: str) -> None:
    if not right:
        raise strict.MismatchError(where)


def _is_day(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _iso(value: dt.date) -> str:
    return value.isoformat()
