"""Several at once, in threads and in processes: one wins, nobody's work is mixed up."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import pytest

from retention_ui.keeping import folders
from retention_ui.keeping.model import (
    ConflictError,
    LastKeyError,
    NotHereError,
    Terms,
)
from tests.keeping.conftest import ME, YOU, digest_is_right

MANY = 8


def at_once(work):
    """Run ``work(number)`` in many threads that begin together; return all answers."""
    start = threading.Barrier(MANY)

    def begin(number):
        start.wait()
        try:
            return work(number)
        except (ConflictError, NotHereError) as error:
            return error

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(begin, range(MANY)))


def test_of_many_who_commit_at_once_one_wins(house):
    made = house.save()[0]
    sources = [house.dataset(house.two) for _ in range(MANY)]
    found = at_once(
        lambda n: house.store.commit(
            made.id, sources[n], based_on=1, by=f"{n}", change="added"
        )
    )
    won = [each for each in found if not isinstance(each, ConflictError)]
    assert len(won) == 1
    told = {
        (each.fields["by"], each.fields["number"]) for each in found if each not in won
    }
    assert told == {(won[0].by, 2)}
    assert house.store.versions(made.id) == [won[0], made.version]
    assert len([*made.version.folder.parent.iterdir()]) == 2
    assert digest_is_right(won[0].folder)


def test_every_change_of_the_settings_counts(house):
    made = house.save()[0]

    def add(number):
        mark = ("2024-01-01", f"{number}")
        return house.store.settle(
            made.id, lambda old: replace(old, marks=(*old.marks, mark))
        )

    at_once(add)
    marks = house.store.dashboard(made.id).settings.marks
    assert sorted(words for _, words in marks) == [f"{n}" for n in range(MANY)]


def test_the_first_calls_of_all_make_one_store(house):
    found = at_once(lambda _: house.store.dashboards())
    assert found == [[]] * MANY


def test_of_two_keys_withdrawn_at_once_one_stays(house):
    made, key, _ = house.save()
    second, _ = house.store.link(made.id, kind="edit", label="", terms=Terms())
    both = (key.id, second.id)

    def withdraw(number):
        with suppress(LastKeyError):
            house.store.revoke(both[number % 2])

    at_once(withdraw)
    left = [each for each in house.store.links(made.id) if each.revoked_at is None]
    assert len(left) == 1


def test_deleted_while_others_save_into_it(house):
    made, _, token = house.save()
    house.store.arrive(token, YOU)
    sources = [house.dataset(house.two) for _ in range(MANY)]

    def work(number):
        if number == 0:
            return house.store.delete(made.id)
        if number % 2:
            return house.store.draft(made.id, house.root / "datasets" / f"d{number}")
        return house.store.commit(
            made.id, sources[number], based_on=1, by="", change="added"
        )

    at_once(work)
    assert house.store.held_by(ME) == house.store.held_by(YOU) == []
    assert [*(house.root / "dashboards").iterdir()] == []
    assert [*(house.root / "datasets").glob("d?")] == []


@pytest.mark.parametrize("step", ["copy_built", "digest_of"])
def test_deleted_just_when_a_version_was_copied(house, monkeypatch, step):
    made, done = house.save()[0], getattr(folders, step)

    def late(*given):
        found = done(*given)
        house.store.delete(made.id)
        return found

    monkeypatch.setattr(folders, step, late)
    with pytest.raises(NotHereError):
        house.store.commit(
            made.id, house.dataset(house.two), based_on=1, by="", change="added"
        )


CHILD = """
import sys
from pathlib import Path
from retention_ui.keeping.model import ConflictError
from retention_ui.keeping.store import SqliteStore
root, wanted, folder, name = sys.argv[1:]
store, won = SqliteStore(Path(root)), 0
for _ in range(4):
    newest = store.dashboard(wanted).version.number
    try:
        store.commit(wanted, Path(folder), based_on=newest, by=name, change="added")
        won += 1
    except ConflictError:
        pass
print(won)
"""


def test_two_processes_share_a_data_folder(house):
    made = house.save()[0]
    command = [sys.executable, "-c", CHILD, house.root, made.id, house.two]
    running = [
        subprocess.Popen([*command, name], stdout=subprocess.PIPE, text=True)
        for name in ("Cy", "Di")
    ]
    won = {
        name: int(each.communicate()[0])
        for name, each in zip(("Cy", "Di"), running, strict=True)
    }
    assert [each.returncode for each in running] == [0, 0]
    versions = house.store.versions(made.id)
    assert [v.number for v in versions] == [*range(sum(won.values()) + 1, 0, -1)]
    assert sum(won.values()) >= 4
    for name, count in won.items():
        assert len([v for v in versions if v.by == name]) == count
    assert all(digest_is_right(v.folder) for v in versions)
    assert len([*made.version.folder.parent.iterdir()]) == len(versions)
