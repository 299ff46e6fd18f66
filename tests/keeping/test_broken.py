"""Killed at any step, or with no room at any step: all is as before, or as after."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from retention_core import contacts
from retention_ui.keeping.model import Settings, Terms
from retention_ui.keeping.store import SqliteStore
from tests.keeping import breaking

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTED = pd.DataFrame(
    {
        "campaign": ["spring"],
        "customer_id": ["ann@example.com"],
        "contacted_on": [dt.date(2024, 2, 1)],
        "control": [False],
    }
)
# Nothing here is about how fast a disk is.
MEMORY = Path("/dev/shm")  # noqa: S108 only where it is there


@pytest.fixture(scope="module")
def home(built: tuple[Path, Path]) -> Iterator[Path]:
    within = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=within) as name:
        home = Path(name)
        for target, source in zip(("one", "two"), built, strict=True):
            shutil.copytree(source, home / target)
            (home / target / "used").unlink()
        shutil.copytree(home / "two", home / "noted")
        contacts.write(NOTED, home / "noted" / "noted.parquet")
        prepare(home)
        yield home


def prepare(home: Path) -> None:
    root = home / "before"
    dataset = root / "datasets" / ("s" * 32)
    shutil.copytree(home / "one", dataset)
    store = SqliteStore(root)
    made, _, _ = store.save(
        home / "one",
        name=breaking.NAME,
        owner="Ida",
        contact="",
        settings=Settings(),
        browser=breaking.ME,
    )
    store.commit(made.id, home / "two", based_on=1, by="Cy", change="added")
    view, token = store.link(made.id, kind="view", label="for Cy", terms=Terms())
    store.draft(made.id, root / "datasets" / ("a" * 32))
    said = {
        "id": made.id,
        "view": view.id,
        "token": token,
        "two": breaking.content(home / "two"),
        "dataset": breaking.content(dataset),
        "folders": {
            each.folder.name: breaking.content(each.folder)
            for each in store.versions(made.id)
        },
    }
    (home / "before.json").write_text(json.dumps(said))


def broken(home: Path, how: str, *operations: str) -> dict[str, dict[str, int]]:
    command = [sys.executable, "-m", "tests.keeping.breaking", home, how, *operations]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout)


@pytest.mark.slow
def test_killed_at_any_step(home):
    found = broken(home, "killed", *breaking.OPERATIONS)
    assert all(each["killed"] >= 2 for each in found.values())
    assert all(each["states"] >= 2 for each in found.values())
    assert found["save"]["killed"] >= 30


def test_no_room_from_any_step_on(home):
    found = broken(home, "full", "save", "commit", "note", "draft")
    assert all(each["refused"] >= 5 for each in found.values())


def test_no_room_in_any_file(home):
    found = broken(home, "small", "save", "commit", "restore", "settle", "link")
    assert all(each["refused"] and each["done"] for each in found.values())
