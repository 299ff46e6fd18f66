"""Changes to a dashboard while they are made: nothing of it counts until it is built.

A draft is an unsaved dataset with a note in it of what it will be a version of. It goes
as far as a key to that dashboard does: see ``access`` and ``share.adding.holder``.
"""

from __future__ import annotations

import json
import secrets
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from retention_core.fingerprint import fingerprint
from retention_core.ingest.model import Answers
from retention_ui import corrections, datasets, incoming
from retention_ui.datasets import Dataset
from retention_ui.keeping import folders
from retention_ui.keeping.model import NotHereError
from retention_ui.keeping.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from retention_ui.access import Access
    from retention_ui.datasets import OnProgress
    from retention_ui.keeping.model import Change, Version

    Fill = Callable[[Dataset], list[str]]


@dataclass(frozen=True)
class Draft:
    """What a draft is of: a dashboard, a version of it, and the link it is made with.

    ``added`` are the names of the files that are new in it.
    """

    dashboard: str
    link: str
    based_on: int
    change: Change
    added: tuple[str, ...] = ()


def of(dataset: Dataset) -> Draft | None:
    """Return what a dataset is a draft of; ``None`` where it is none."""
    return _read(dataset.folder)


def answer(access: Access) -> Dataset:
    """Begin a draft in which the answers of a dashboard are changed."""
    return _begin(access, "answered")


def add(access: Access, fill: Fill, on_progress: OnProgress) -> Dataset | None:
    """Begin a draft with more files than the dashboard has.

    ``fill`` puts them into a dataset and says what they are called there; ``None``
    where there is nothing new in them.
    """
    draft = _begin(access, "added")
    try:
        added = fill(draft)
        if not added:
            datasets.delete(draft)
            return None
        _note(draft, replace(_known(draft), added=tuple(added)))
        # A day that was named as the last one is that of the files before.
        corrections.join(draft, replace(draft.answers(), as_of=None), on_progress)
    except BaseException:
        datasets.delete(draft)
        raise
    return draft


def commit(draft: Dataset, access: Access) -> Version | None:
    """Make a built draft the next version, and delete it.

    ``None`` where it holds what the version before it holds.

    Raises
    ------
    ConflictError, NotSavedError
        The draft is still there, as it was.
    """
    noted, store = _known(draft), open_store()
    found = None
    if not _same(draft, _base(noted).folder):
        found = store.commit(
            noted.dashboard,
            draft.folder,
            based_on=noted.based_on,
            by=access.by,
            change=noted.change,
        )
    datasets.delete(draft)
    return found


def on_newest(draft: Dataset, access: Access, on_progress: OnProgress) -> Dataset:
    """Begin the same draft on the newest version; the old one is deleted.

    New files are added to it; of the answers, what was changed is changed there too.
    """
    noted = _known(draft)
    new = _begin(access, noted.change)
    try:
        before = Dataset("", _base(noted).folder).answers()
        answers = merged(before, draft.answers(), new.answers())
        renamed = _bring(draft, new, noted.added)
        _note(new, replace(_known(new), added=tuple(renamed.values())))
        sheets = {_renamed(key, renamed): v for key, v in answers.sheets.items()}
        datasets.recognise(new, replace(answers, sheets=sheets), on_progress)
    except BaseException:
        datasets.delete(new)
        raise
    datasets.delete(draft)
    return new


def merged(before: Answers, ours: Answers, theirs: Answers) -> Answers:
    """Return their answers, with what ours change of those before both."""
    found: dict[str, Any] = {}
    for field in fields(Answers):
        was, own, other = (getattr(each, field.name) for each in (before, ours, theirs))
        if isinstance(was, dict):
            found[field.name] = _merged(was, own, other)
        else:
            found[field.name] = other if own == was else own
    return Answers(**found)


def sweep() -> None:
    """Delete the drafts of dashboards that are not there any more."""
    store = open_store()
    for folder, noted in _all():
        try:
            store.dashboard(noted.dashboard)
        except NotHereError:
            shutil.rmtree(folder, ignore_errors=True)


def _begin(access: Access, change: Change) -> Dataset:
    if access.dashboard is None or access.link is None or not access.edits:
        raise PermissionError
    wanted = secrets.token_urlsafe(24)
    folder = datasets.root() / "datasets" / wanted
    store = open_store()
    store.draft(access.dashboard.id, folder, link=access.link.id, change=change)
    return Dataset(wanted, folder)


def _bring(draft: Dataset, into: Dataset, added: tuple[str, ...]) -> dict[str, str]:
    """Add the new files of one draft to another; return what they are called there."""
    kept = draft.folder / incoming.FOLDER
    renamed = {}
    for safe, name in incoming.names(draft.folder).items():
        if name in added:
            path = (kept / safe).resolve()
            inside = path.is_relative_to(draft.folder.resolve())
            # The old draft will be gone: what lies in it is copied.
            content = path.read_bytes() if inside else path
            for new in datasets.add(into, [(name, content)]):
                renamed[name] = new
    return renamed


def _renamed(key: str, renamed: dict[str, str]) -> str:
    file, mark, sheet = key.partition("#")
    return f"{renamed.get(file, file)}{mark}{sheet}"


def _merged(
    was: dict[str, Any], own: dict[str, Any], other: dict[str, Any]
) -> dict[str, Any]:
    found = dict(other)
    for key in was.keys() | own.keys():
        if own.get(key) == was.get(key):
            continue
        if key in own:
            found[key] = own[key]
        else:
            found.pop(key, None)
    return found


def _base(noted: Draft) -> Version:
    versions = open_store().versions(noted.dashboard)
    return next(each for each in versions if each.number == noted.based_on)


def _same(draft: Dataset, folder: Path) -> bool:
    one, other = draft.open_orders(), Dataset("", folder).open_orders()
    try:
        return fingerprint(one) == fingerprint(other)
    finally:
        one.backend.disconnect()
        other.backend.disconnect()


def _known(draft: Dataset) -> Draft:
    found = of(draft)
    if found is None:
        raise FileNotFoundError(folders.NOTE)
    return found


def _read(folder: Path) -> Draft | None:
    with suppress(FileNotFoundError):
        value = json.loads((folder / folders.NOTE).read_text(encoding="utf-8"))
        return Draft(**value | {"added": tuple(value.get("added", ()))})
    return None


def _note(draft: Dataset, noted: Draft) -> None:
    text = json.dumps(asdict(noted), ensure_ascii=False)
    incoming.replace(draft.folder / folders.NOTE, text)


def _all() -> Iterator[tuple[Path, Draft]]:
    for folder in (datasets.root() / "datasets").glob("*"):
        if noted := _read(folder):
            yield folder, noted
