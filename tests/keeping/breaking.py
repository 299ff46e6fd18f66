"""Breaks one operation at every step, each time in a fresh copy of a data folder.

``python -m tests.keeping.breaking HOME HOW OPERATION …`` runs where no thread runs yet,
for it forks. ``HOME`` holds ``before`` (the data folder), ``one`` and ``two`` (built
datasets). It prints how often it broke what, or how the law was broken.

A step is a line of the store, or something that the system is asked to do on behalf of
one, before which the disk is not as it was at the last step.
"""

from __future__ import annotations

import collections
import datetime as dt
import errno
import gc
import hashlib
import json
import os
import resource
import shutil
import sys
import traceback
from dataclasses import replace
from pathlib import Path

import ibis.backends.duckdb  # noqa: F401 once, not in every child

from retention_ui.keeping import store as door
from retention_ui.keeping.folders import digest_of
from retention_ui.keeping.model import (
    ConflictError,
    LastKeyError,
    NotHereError,
    NotSavedError,
    Settings,
    Terms,
)

KILLED, REFUSED, DONE, WRONG = 77, 78, 0, 1
ENDS = {DONE: "done", KILLED: "killed", REFUSED: "refused"}
SIZES = [0, 100, 512, 1_000, 4_096, 5_000, 8_192, *range(12_288, 131_072, 16_384)]
OURS = str(Path(door.__file__).parent)
ME, NAME = "m" * 32, "Beans and More"
WRITES = {"os.mkdir", "os.link", "open"}
LATER = dt.timedelta(hours=7)
MARK = ("2024-02-01", "rain")


class House:
    """One copy of the data folder: a dashboard of two versions, a draft, a dataset."""

    def __init__(self, home: Path, root: Path) -> None:
        self.home, self.root = home, root
        self.store = door.SqliteStore(root)
        self.before = json.loads((home / "before.json").read_text())
        self.id = self.before["id"]

    @property
    def dataset(self) -> Path:
        return self.root / "datasets" / ("s" * 32)

    @property
    def into(self) -> Path:
        return self.root / "datasets" / ("d" * 32)


def save(house):
    said = {"owner": "Ida", "contact": "", "settings": Settings(), "browser": ME}
    return house.store.save(house.dataset, name="Tea", **said)


def commit(house):
    folder = house.home / "two"
    return house.store.commit(house.id, folder, based_on=2, by="Cy", change="added")


def restore(house):
    return house.store.restore(house.id, 1, by="Cy", based_on=2)


def note(house):
    noted = (house.home / "noted" / "noted.parquet").read_bytes()

    def rewrite(folder):
        draft = folder / "noted.parquet.draft"
        draft.write_bytes(noted)
        draft.replace(folder / "noted.parquet")

    return house.store.note(house.id, rewrite, by="Cy")


def delete(house):
    house.store.delete(house.id)


def expire(house):
    house.store.expire(house.id, dt.datetime.now(dt.UTC))
    house.store.sweep()


def settle(house):
    add = lambda old: replace(old, marks=(*old.marks, MARK))  # noqa: E731
    return house.store.settle(house.id, add)


def link(house):
    return house.store.link(house.id, kind="view", label="new", terms=Terms())


def revoke(house):
    house.store.revoke(house.before["view"])


def arrive(house):
    house.store.arrive(house.before["token"], "y" * 32)


def draft(house):
    house.store.draft(house.id, house.into)


OPERATIONS = {
    each.__name__: each
    for each in (
        save, commit, restore, note, delete, expire, settle, link, revoke, arrive,
        draft,
    )
}  # fmt: skip


def content(folder: Path) -> str:
    """All of a folder in one hash, but for what says that it was read."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != "used":
            digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()


def check(house: House, operation: str) -> str:
    """The law: all is as before, or all is as after. Return which."""
    store, before = house.store, house.before
    assert content(house.home / "two") == before["two"]
    found = {each.id: each for each in store.dashboards()}
    for each in found.values():
        for version in store.versions(each.id):
            sealed = (version.folder / "digest").read_text()
            assert digest_of(version.folder) == sealed
            known = before["folders"].get(version.folder.name)
            assert content(version.folder) == (known or content_of(house, version))
    others = {*found} - {house.id}
    whole = house.id in found and [v.number for v in store.versions(house.id)]
    if operation in {"delete", "expire"}:
        return "before" if whole == [2, 1] else gone(house)
    assert content(house.dataset) == before["dataset"]
    if operation == "save":
        assert whole == [2, 1]
        assert len(others) <= 1
        assert {pair[0].id for pair in store.held_by(ME)} == {house.id, *others}
        return "after" if others else "before"
    assert not others
    if operation in {"commit", "restore", "note"}:
        assert whole in ([2, 1], [3, 2, 1])
        return "after" if whole == [3, 2, 1] else "before"
    assert whole == [2, 1]
    return after_of(house, operation)


def after_of(house: House, operation: str) -> str:
    store = house.store
    links = {each.id: each for each in store.links(house.id)}
    if operation == "settle":
        marks = store.dashboard(house.id).settings.marks
        assert marks in ((), (MARK,))
        return "after" if marks else "before"
    if operation == "link":
        assert len(links) in (2, 3)
        return "after" if len(links) == 3 else "before"
    if operation == "revoke":
        return "after" if links[house.before["view"]].revoked_at else "before"
    if operation == "arrive":
        try:
            store.held(house.before["view"], "y" * 32)
        except NotHereError:
            return "before"
        return "after"
    if not house.into.exists():
        return "before"
    assert (house.into / "incoming" / "000.csv").is_file()
    assert json.loads((house.into / "draft.json").read_text())["based_on"] == 2
    return "after"


def content_of(house: House, version) -> str:
    """What a version that was not there before has to hold."""
    sources = {"added": "two", "contacted": "noted"}
    return content(house.home / sources.get(version.change, "one"))


def gone(house: House) -> str:
    for ask in (house.store.dashboard, house.store.links, house.store.versions):
        try:
            ask(house.id)
        except NotHereError:
            continue
        raise AssertionError("still there")
    return "after"


def check_again(house: House, operation: str, state: str) -> None:
    """A second try works, and a sweep leaves what is needed and nothing else."""
    try:
        OPERATIONS[operation](house)
    except (ConflictError, NotHereError, FileExistsError, LastKeyError):
        assert state == "after"
    except NotSavedError:
        assert operation == "draft"
        assert state == "after"
    house.store.sweep(dt.datetime.now(dt.UTC) + LATER)
    needed = {
        str(version.folder)
        for each in house.store.dashboards()
        for version in house.store.versions(each.id)
    }
    home = house.root / "dashboards"
    assert {str(each) for each in home.glob("*/versions/*")} == needed
    assert {each.name for each in home.iterdir()} == {
        each.id for each in house.store.dashboards()
    }
    if operation in {"delete", "expire"}:
        for path in house.root.rglob("*"):
            assert not path.is_file() or NAME.encode() not in path.read_bytes(), path


def in_child(work) -> int:
    """Run something in a process of its own; return how it ended."""
    child = os.fork()
    if child == 0:
        code = WRONG
        try:
            code = work() or DONE
        except NotSavedError:
            code = REFUSED
        except BaseException:  # the parent sees it by the code
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


class Steps:
    """Counts steps, and does something at one of them."""

    def __init__(self, root, at=None, then=None):
        self.seen: collections.Counter[str] = collections.Counter()
        self.root, self.at, self.then = root, at, then
        self.order: list[tuple[str, int]] = []
        self.disk: object = None

    def step(self, key: str) -> None:
        self.seen[key] += 1
        now = (key, self.seen[key])
        if now == self.at:
            self.then()
        if self.at is None:
            disk = walked(self.root)
            if disk != self.disk:
                self.order.append(now)
            self.disk = disk

    def line(self, frame, event, _):
        if not frame.f_code.co_filename.startswith(OURS):
            return None
        if event == "line":
            self.step(f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}")
        return self.line

    def heard(self, event: str, arguments: tuple) -> None:
        if writes(event, arguments) or event.startswith(
            ("shutil.", "os.re", "sqlite3")
        ):
            self.step(event)


def writes(event: str, arguments: tuple) -> bool:
    """Whether something new is to be written to the disk."""
    if event != "open":
        return event in WRITES
    return isinstance(arguments[1], str) and bool(set(arguments[1]) & set("wax+"))


def walked(root: Path) -> object:
    """All files as they are on the disk."""
    found = []
    for folder, inside, files in os.walk(root):
        found.append((folder, *sorted(inside)))
        for name in files:
            known = Path(folder, name).stat()
            found.append(
                (folder, name, known.st_size, known.st_mtime_ns, known.st_mode)
            )
    return sorted(found)


def kill() -> None:
    os._exit(KILLED)


def steps_of(house: House, operation: str, how: str) -> list[tuple[str, int]]:
    """All steps of an operation that nothing breaks."""
    told, tells = os.pipe()

    def work():
        steps = Steps(house.root)
        sys.addaudithook(steps.heard)
        if how == "killed":
            sys.settrace(steps.line)
        OPERATIONS[operation](house)
        sys.settrace(None)
        os.write(tells, json.dumps(steps.order).encode())

    assert in_child(work) == DONE
    os.close(tells)
    with os.fdopen(told) as file:
        return [tuple(each) for each in json.loads(file.read())]


def broken_at(how: str, operation: str, house: House, at) -> int:
    if how == "killed":
        return in_child(lambda: killed(operation, house, at))
    if how == "full":
        return in_child(lambda: full(operation, house, at))
    return in_child(lambda: small(operation, house, at))


def killed(operation: str, house: House, at) -> None:
    steps = Steps(house.root, at, kill)
    sys.addaudithook(steps.heard)
    sys.settrace(steps.line)
    OPERATIONS[operation](house)


def full(operation: str, house: House, at) -> None:
    """From one step on there is no room for anything new."""
    armed: list[bool] = []
    steps = Steps(house.root, at, lambda: armed.append(True))

    def hear(event: str, arguments: tuple) -> None:
        steps.heard(event, arguments)
        if armed and writes(event, arguments):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    sys.addaudithook(hear)
    try:
        OPERATIONS[operation](house)
    finally:
        armed.clear()
        steps.at = ("", 0)


def small(operation: str, house: House, at) -> None:
    """No file, of SQLite's neither, may grow beyond so many bytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (at, resource.RLIM_INFINITY))
    try:
        OPERATIONS[operation](house)
    finally:
        rest = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.setrlimit(resource.RLIMIT_FSIZE, rest)


def main(home: Path, how: str, *operations: str) -> int:
    gc.freeze()
    found = {each: every(home, how, each) for each in operations}
    sys.stdout.write(json.dumps(found))
    return 0


def every(home: Path, how: str, operation: str) -> dict[str, int]:
    """Break an operation at every step; count how it ended."""

    def fresh() -> House:
        root = home / f"work-{how}-{operation}-{next(numbers)}"
        shutil.copytree(home / "before", root, symlinks=True)
        return House(home, root)

    numbers = iter(range(1_000_000))
    points = SIZES if how == "small" else steps_of(fresh(), operation, how)
    ends: collections.Counter[str] = collections.Counter()
    known: set[tuple] = set()
    for at in points:
        house = fresh()
        code = broken_at(how, operation, house, at)
        assert code in ENDS, (operation, at, code)
        ends[ENDS[code]] += 1
        state = shape(house)
        if state not in known:  # the same folders and rows were looked at before
            known.add(state)
            code = in_child(lambda h=house: looked_at(h, operation))
            assert code == DONE, (operation, at)
        shutil.rmtree(house.root)
    return {**ends, "states": len(known)}


def shape(house: House) -> tuple:
    """What there is, whatever random names it has, and how large."""
    found = []
    for path in house.root.rglob("*"):
        parts = [part if len(part) != 16 else "*" for part in path.parts]
        parts = [part if len(part) != 22 else part[:6] + "*" for part in parts]
        size = path.stat().st_size if path.is_file() else -1
        found.append(("/".join(parts[len(house.root.parts) :]), size))
    rows = sorted(found)
    with door.reading(house.root) as con:
        tables = ("dashboards", "versions", "links", "grants", "moved", "leftovers")
        counts = [
            con.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables
        ]
        ended = con.execute(
            "SELECT count(revoked_at), count(last_used_at), sum(length(settings))"
            " FROM links LEFT JOIN dashboards ON dashboard = dashboards.id"
        ).fetchone()
    return (*rows, *counts, *ended)


def looked_at(house: House, operation: str) -> None:
    state = check(house, operation)
    check_again(house, operation, state)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
