"""Two built datasets, one month and two months of a small shop, and stores to fill."""

from __future__ import annotations

import json
import secrets
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from retention_core.ingest import pipeline
from retention_core.ingest.model import Answers
from retention_ui.keeping.folders import digest_of
from retention_ui.keeping.model import Dashboard, Link, Settings
from retention_ui.keeping.store import SqliteStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from retention_ui.keeping.model import Store

STORES = {"sqlite": SqliteStore}
HEADER = "Order,Customer,Date,Amount\n"
JANUARY = "1,ann@example.com,2024-01-05,20.00\n2,ben@example.com,2024-01-20,10.50\n"
FEBRUARY = "3,ann@example.com,2024-02-03,30.00\n4,cat@example.com,2024-02-10,15.00\n"
ME, YOU = "m" * 32, "y" * 32


@dataclass(frozen=True)
class House:
    """A data folder with a store in it."""

    root: Path
    store: Store
    one: Path
    two: Path

    def dataset(self, built: Path | None = None) -> Path:
        """A built dataset of its own: one month, unless another is given."""
        folder = self.root / "datasets" / secrets.token_urlsafe(24)
        shutil.copytree(built or self.one, folder, symlinks=True)
        return folder

    def save(
        self, folder: Path | None = None, browser: str = ME, **said: object
    ) -> tuple[Dashboard, Link, str]:
        given = {
            "name": "Beans & More",
            "owner": "Ida",
            "contact": "ida@example.com",
            "settings": Settings(),
        }
        where = folder or self.dataset()
        return self.store.save(where, browser=browser, **{**given, **said})

    def files(self) -> set[str]:
        """All folders and files, but for the datasets that are not saved."""
        found = {str(path.relative_to(self.root)) for path in self.root.rglob("*")}
        return {each for each in found if not each.startswith("datasets")}


def seen(folder: Path) -> dict[str, bytes]:
    """All files of a folder and what is in them."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def months(*texts: str) -> list[tuple[str, bytes]]:
    names = ("january-orders.csv", "february-orders.csv")
    return [
        (name, (HEADER + text).encode())
        for name, text in zip(names, texts, strict=False)
    ]


def build(folder: Path, files: list[tuple[str, bytes]]) -> Path:
    """A built dataset, as :mod:`retention_ui.datasets` has it made by a child."""
    (folder / "incoming").mkdir(parents=True)
    known = {f"{number:03}.csv": each for number, each in enumerate(files)}
    for safe, (_, content) in known.items():
        (folder / "incoming" / safe).write_bytes(content)
    said = json.dumps({safe: name for safe, (name, _) in known.items()})
    (folder / "incoming" / "names.json").write_text(said, encoding="utf-8")
    named = [(folder / "incoming" / safe, name) for safe, (name, _) in known.items()]
    made = pipeline.build(named, Answers(currency="EUR"), folder)
    made.orders.backend.disconnect()
    (folder / "digest").write_text(digest_of(folder), encoding="ascii")
    (folder / "used").touch()
    return folder


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Folders with January's orders, and with those of February as well."""
    home = tmp_path_factory.mktemp("built")
    return (
        build(home / "one", months(JANUARY)),
        build(home / "two", months(JANUARY, FEBRUARY)),
    )


@pytest.fixture(params=STORES)
def kind(request: pytest.FixtureRequest) -> Callable[[Path], Store]:
    return STORES[request.param]


@pytest.fixture
def house(
    tmp_path: Path, kind: Callable[[Path], Store], built: tuple[Path, Path]
) -> House:
    return House(tmp_path, kind(tmp_path), *built)


def digest_is_right(folder: Path) -> bool:
    return digest_of(folder) == (folder / "digest").read_text(encoding="ascii")


def names(folder: Path) -> list[str]:
    text = (folder / "incoming" / "names.json").read_text(encoding="utf-8")
    return list(json.loads(text).values())
