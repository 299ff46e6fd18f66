"""Where unsaved datasets live; whoever wants one asks ``access``."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import threading
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from retention_core import engine
from retention_core.errors import RetentionError
from retention_core.ingest import model, sources
from retention_core.ingest.model import Answers, Detection, Ledger
from retention_core.orders import Orders, open_orders
from retention_core.samples import sample_files
from retention_ui import incoming
from retention_ui.keeping import folders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from retention_core.ingest.progress import Progress
    from retention_core.ingest.worker import Step
    from retention_ui.incoming import Files

    OnProgress = Callable[[Progress], None]

SAMPLE = "sample"
IDLE_HOURS = 24
MEMORY_LIMIT = "1GB"
THREADS = 2
_ID = re.compile(r"[A-Za-z0-9_-]{32}")
# Two first visitors at once: one builds the sample shop, the other waits for it.
_building = threading.Lock()


class GoneError(RetentionError, FileNotFoundError):
    """The dataset of an address is not, or no longer, there."""

    code = "dataset_gone"
    template = "This data is not here any more. Load the files again."


@dataclass(frozen=True)
class Dataset:
    """One shop's files and what was made of them.

    ``id`` of an unsaved one is unguessable and a key: whoever knows it sees the data.
    That of a version or a copy only tells it apart. Without ``lists`` nobody is told of
    single customers (``queries`` refuses).
    """

    id: str
    folder: Path
    lists: bool = True

    @property
    def sample(self) -> bool:
        """Whether this is the sample shop, which all share and nobody changes."""
        return self.id == SAMPLE

    @property
    def built(self) -> bool:
        """Whether the order table stands."""
        return (self.folder / "digest").is_file()

    @property
    def digest(self) -> str:
        """Tells all that answers depend on from what it was before.

        SHA-256 of the order table and the lists, and which notes lie beside them.
        """
        sealed = (self.folder / "digest").read_text(encoding="ascii")
        return sealed + folders.noted(self.folder)

    @property
    def names(self) -> list[str]:
        """The names of the uploaded files, as the user knows them."""
        return list(incoming.names(self.folder).values())

    def detection(self) -> list[Detection]:
        """Return what was recognised, sheet by sheet."""
        text = (self.folder / "detection.json").read_text(encoding="utf-8")
        return [Detection.from_json(each) for each in json.loads(text)]

    def answers(self) -> Answers:
        """Return what the user has answered so far."""
        path = self.folder / "answers.json"
        if not path.is_file():
            return Answers()
        return Answers.from_json(path.read_text(encoding="utf-8"))

    def ledger(self) -> Ledger:
        """Return where every row went."""
        return Ledger.open(self.folder)

    def open_orders(self) -> Orders:
        """Open the order table on an engine that can read this folder and no more."""
        orders = open_orders(self.folder, memory_limit=MEMORY_LIMIT, threads=THREADS)
        engine.confine(orders.backend, self.folder)
        return orders


def root() -> Path:
    """Return the data folder: ``KEPT_DATA``, else ``.data`` beside the program."""
    beside = Path(__file__).parents[1] / ".data"
    return Path(os.environ.get("KEPT_DATA", beside)).resolve()


def find(wanted: str) -> Dataset:
    """Open a dataset by its id, and note that it is in use.

    Raises
    ------
    GoneError
        No such dataset: never there, deleted, or idle for too long.
    """
    if wanted == SAMPLE:
        return sample()
    folder = root() / "datasets" / wanted
    if not _ID.fullmatch(wanted) or not (folder / "detection.json").is_file():
        raise GoneError
    (folder / "used").touch()
    return Dataset(wanted, folder)


def create(
    files: Files,
    on_progress: OnProgress | None = None,
) -> Dataset:
    """Keep uploaded files and recognise what they hold.

    The folder is gone again where nothing could be recognised.
    """
    dataset = _receive(files, root() / "datasets" / secrets.token_urlsafe(24))
    try:
        _work("recognise", dataset.folder, Answers(), on_progress)
    except BaseException:
        shutil.rmtree(dataset.folder, ignore_errors=True)
        raise
    return dataset


def create_from(source: str, on_progress: OnProgress | None = None) -> Dataset:
    """Recognise files that lie where the host allows: a path, a folder or a URL.

    Files of this machine stay where they are; others are copied into the dataset.

    Raises
    ------
    RetentionError
        The place is not allowed, or what is there cannot be loaded.
    """
    from retention_core.ingest import worker

    folder = root() / "datasets" / secrets.token_urlsafe(24)
    allowed = sources.SourceLimits.of_host(sources.prefixes())
    try:
        found = worker.fetch(source, folder / "fetched", allowed, on_progress)
        dataset = _receive(((name, path) for path, name in found), folder)
        _work("recognise", dataset.folder, Answers(), on_progress)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return dataset


def recognise(
    dataset: Dataset,
    answers: Answers,
    on_progress: OnProgress | None = None,
) -> None:
    """Recognise the files anew, with what the user says of them."""
    _check_changeable(dataset)
    _keep(dataset, answers)
    _work("recognise", dataset.folder, answers, on_progress)


def add(dataset: Dataset, files: Files) -> list[str]:
    """Keep more files with those of a dataset; return the names that they go by.

    Those that are there already are left out. Nothing is recognised yet.
    """
    _check_changeable(dataset)
    return incoming.add(dataset.folder, files)


def add_from(
    dataset: Dataset, source: str, on_progress: OnProgress | None = None
) -> list[str]:
    """The same with files that lie where the host allows (see :func:`create_from`)."""
    from retention_core.ingest import worker

    allowed = sources.SourceLimits.of_host(sources.prefixes())
    folder = dataset.folder / f"fetched-{secrets.token_hex(4)}"
    found = worker.fetch(source, folder, allowed, on_progress)
    return add(dataset, ((name, path) for path, name in found))


def build(
    dataset: Dataset,
    answers: Answers,
    on_progress: OnProgress | None = None,
) -> None:
    """Build the order table; an earlier one stays where that fails.

    Meanwhile the dataset counts as not built: another tab must not be answered from
    half the old files and half the new.
    """
    _check_changeable(dataset)
    (dataset.folder / "digest").unlink(missing_ok=True)
    try:
        _work("build", dataset.folder, answers, on_progress)
        _keep(dataset, answers)
    finally:
        if (dataset.folder / "order_lines.parquet").is_file():
            _seal(dataset.folder)


def put_back(dataset: Dataset) -> None:
    """Take a built dataset for one that still has to be answered and built."""
    _check_changeable(dataset)
    (dataset.folder / "digest").unlink(missing_ok=True)


def delete(dataset: Dataset) -> None:
    """Delete the files and everything made of them; the sample shop stays."""
    if not dataset.sample:
        _check_changeable(dataset)
        shutil.rmtree(dataset.folder, ignore_errors=True)


def sweep(now: float | None = None) -> list[str]:
    """Delete datasets idle for more than ``IDLE_HOURS``; return their ids."""
    oldest = (now or time.time()) - IDLE_HOURS * 3600
    gone = [
        folder
        for folder in (root() / "datasets").glob("*")
        if folders.last_used(folder) < oldest
    ]
    for folder in gone:
        shutil.rmtree(folder, ignore_errors=True)
    return [folder.name for folder in gone]


def sample(on_progress: OnProgress | None = None) -> Dataset:
    """Return the sample shop, built from its files on first use.

    The folder is named after the files and the program that reads them; a half-built
    one is never seen, because it gets its name only when it is finished.
    """
    folder = root() / _sample_name()
    if not (folder / "digest").is_file():
        with _building:
            if not (folder / "digest").is_file():
                _build_sample(sample_files(), folder, on_progress)
    return Dataset(SAMPLE, folder)


@lru_cache(maxsize=1)
def _sample_name() -> str:
    program = sorted(Path(model.__file__).parent.rglob("*.[pt]*[yl]"))
    digest = hashlib.sha256()
    for path in (*sample_files(), *program):
        digest.update(path.read_bytes())
    return f"sample-{digest.hexdigest()[:16]}"


def _build_sample(
    paths: Iterable[Path],
    folder: Path,
    on_progress: OnProgress | None,
) -> None:
    draft = root() / "datasets" / f"draft-{secrets.token_urlsafe(8)}"
    dataset = _receive(((path.name, path.read_bytes()) for path in paths), draft)
    try:
        _work("recognise", dataset.folder, Answers(), on_progress)
        build(dataset, Answers(), on_progress)
        draft.rename(folder)
    except OSError:
        # Another process was faster: its folder is as good.
        if not (folder / "digest").is_file():
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _receive(files: Files, folder: Path) -> Dataset:
    incoming.receive(folder, files)
    (folder / "used").touch()
    return Dataset(folder.name, folder)


def _check_changeable(dataset: Dataset) -> None:
    """Raise ``PermissionError`` for the sample shop and versions of dashboards."""
    if dataset.folder.parent != root() / "datasets":
        raise PermissionError(f"{dataset.id} is not an unsaved dataset")


def _keep(dataset: Dataset, answers: Answers) -> None:
    incoming.replace(dataset.folder / "answers.json", answers.to_json())


def _work(
    step: Step,
    folder: Path,
    answers: Answers,
    on_progress: OnProgress | None,
) -> None:
    from retention_core.ingest import worker

    worker.run(step, folder, answers, on_progress)


def _seal(folder: Path) -> None:
    draft = folder / "digest.draft"
    draft.write_text(folders.digest_of(folder), encoding="ascii")
    draft.replace(folder / "digest")
