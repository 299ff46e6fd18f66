"""A dashboard moves house: all of it arrives, and nothing that opens another door."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import signal
import stat
import subprocess
import sys
import textwrap
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from retention_core import contacts
from retention_ui import datasets, incoming
from retention_ui.keeping import moving
from retention_ui.keeping.__main__ import main as host
from retention_ui.keeping.model import NotHereError, Settings, Terms
from retention_ui.keeping.moving_errors import DamagedFileError, ExpiredFileError
from retention_ui.keeping.store import SqliteStore
from tests.conftest import EIGHT
from tests.core.random_shops import random_shop
from tests.keeping.conftest import ME, YOU, build, digest_is_right, seen
from tests.keeping.forging import Forged

CHOSEN = Settings(
    {"churn.window": "90", "cohorts.columns": ["a", "ö"]}, (("2024-01-05", "Sale ✓"),)
)
WORDS = "open sesame"
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def kept_here(house, monkeypatch):
    monkeypatch.setenv("KEPT_DATA", str(house.root))


@pytest.fixture
def elsewhere(tmp_path_factory, monkeypatch):
    """Another house: move in, and what is there afterwards."""
    root = tmp_path_factory.mktemp("elsewhere")

    def enter():
        monkeypatch.setenv("KEPT_DATA", str(root))
        return SqliteStore(root)

    return enter


@pytest.fixture
def long_kept(house):
    """A dashboard with a history: saved, added to, put back, renamed, settled."""
    made = house.save(settings=CHOSEN)[0]
    store = house.store
    store.commit(
        made.id, house.dataset(house.two), based_on=1, by="Ben", change="added"
    )
    store.restore(made.id, 1, by="Ida")
    store.link(made.id, kind="view", label="Cy", terms=Terms(), password=WORDS)
    store.expire(made.id, dt.datetime(2999, 1, 1, tzinfo=dt.UTC))
    return store.dashboard(made.id)


def packed(house, made, name="moved.kept"):
    path = house.root / name
    moving.pack(house.store, made.id, path)
    return path


def told(store, dashboard):
    """All that a house says of a dashboard, to the last byte of its files."""
    found = store.dashboard(dashboard)
    versions = store.versions(dashboard)
    history = [replace(each, folder=Path()) for each in versions]
    about = (found.name, found.owner, found.contact, found.expires_at, found.settings)
    return about, history, [seen(each.folder) for each in versions]


def test_all_of_it_arrives(house, elsewhere, long_kept):
    path = packed(house, long_kept)
    before = told(house.store, long_kept.id)
    store = elsewhere()
    found, link, token = moving.unpack(store, path, YOU)
    assert told(store, found.id) == before
    assert found.id != long_kept.id
    assert [each.change for each in store.versions(found.id)] == [
        "restored",
        "added",
        "saved",
    ]
    assert all(digest_is_right(each.folder) for each in store.versions(found.id))
    assert store.arrive(token, ME).id == link.id
    assert [one.id for one, _ in store.held_by(YOU)] == [found.id]
    assert store.links(found.id) == [link]
    assert not list((datasets.root() / "datasets").iterdir())


def test_whom_the_shop_wrote_to_arrives(house, elsewhere, long_kept):
    rows = {"campaign": ["tea"], "customer_id": ["ann@example.com"]}
    rows |= {"contacted_on": [dt.date(2024, 2, 1)], "control": [True]}
    house.store.note(
        long_kept.id,
        lambda into: contacts.write(pd.DataFrame(rows), into / "noted.parquet"),
        by="Ida",
    )
    path = packed(house, long_kept)
    before = told(house.store, long_kept.id)
    store = elsewhere()
    found, *_ = moving.unpack(store, path, YOU)
    assert told(store, found.id) == before
    newest, previous, *_ = store.versions(found.id)
    assert newest.change == "contacted"
    assert contacts.read(newest.folder / "noted.parquet")["control"].tolist() == [True]
    assert not (previous.folder / "noted.parquet").exists()


def test_a_file_of_the_format_before_is_read(house, elsewhere, long_kept):
    path = packed(house, long_kept)
    forged = Forged.of(path)
    assert forged.said["format"] == 2
    forged.said["format"] = 1
    found, *_ = moving.unpack(elsewhere(), forged.write(path), YOU)
    assert found.version.totals == long_kept.version.totals


def test_it_can_be_worked_with_there(house, elsewhere, long_kept):
    path = packed(house, long_kept)
    before = long_kept.version.totals
    store = elsewhere()
    found = moving.unpack(store, path, YOU)[0]
    dataset = datasets.Dataset("any", found.version.folder)
    assert dataset.digest == (long_kept.version.folder / "digest").read_text()
    assert dataset.ledger().rows_in == before.rows
    assert dataset.answers().currency == "EUR"
    orders = dataset.open_orders()
    assert orders.run(orders.purchases).amount.sum() == before.amount
    draft = datasets.root() / "datasets" / "draft"
    store.draft(found.id, draft)
    datasets.build(datasets.Dataset("draft", draft), dataset.answers())
    made = store.commit(found.id, draft, based_on=3, by="Ida", change="answered")
    assert made.number == 4
    assert made.totals == before


def test_the_same_dashboard_gives_the_same_file(house, elsewhere, long_kept):
    first, again = packed(house, long_kept, "1"), packed(house, long_kept, "2")
    assert first.read_bytes() == again.read_bytes()
    store = elsewhere()
    found = moving.unpack(store, first, YOU)[0]
    moving.pack(store, found.id, again)
    assert first.read_bytes() == again.read_bytes()


def test_versions_share_what_is_the_same(house, long_kept):
    with zipfile.ZipFile(packed(house, long_kept)) as archive:
        said = json.loads(archive.read("manifest.json"))
        assert len(archive.namelist()) == len({*archive.namelist()})
    first, second = said["folders"]
    assert [each["folder"] for each in said["versions"]] == [0, 1, 0]
    assert first[f"{incoming.FOLDER}/000.csv"] == second[f"{incoming.FOLDER}/000.csv"]


def test_no_key_and_nobody_who_holds_one_goes_along(house):
    made, link, token = house.save(contact="")
    view, shown = house.store.link(
        made.id, kind="view", label="Cy", terms=Terms(), password=WORDS
    )
    house.store.arrive(token, YOU)
    with zipfile.ZipFile(packed(house, made)) as archive:
        every = b"\n".join(
            [
                *map(archive.read, archive.namelist()),
                *map(str.encode, archive.namelist()),
            ]
        )
        left_out = json.loads(archive.read("manifest.json"))["left_out"]
    secret = house.store.pseudonym_key(made.id)
    texts = [token, shown, link.id, view.id, made.id, ME, YOU, WORDS, "$argon2"]
    for each in [*map(str.encode, texts), secret, secret.hex().encode()]:
        assert each not in every
        assert hashlib.sha256(each).digest() not in every
        assert hashlib.sha256(each).hexdigest().encode() not in every
    assert left_out == ["links", "tokens", "passwords", "browsers", "key of pseudonyms"]


@pytest.fixture(scope="module")
def random_folders(tmp_path_factory):
    """Built shops of all kinds, each another mixture."""
    home = tmp_path_factory.mktemp("shops")
    found = []
    for seed in range(6):
        lines, _ = random_shop(seed)
        content = lines.rename(columns={"amount": "net"}).to_csv(index=False)
        content = content.replace("ordered_at", "date", 1).replace("net", "amount", 1)
        files = [("ordérs; drop table.csv", content.encode())]
        found.append(build(home / str(seed), files))
    eight = "order,customer,date,amount\n" + "".join(
        f"{number},{who or ''},{day},{money}\n" for number, who, day, money in EIGHT
    )
    return [*found, build(home / "eight", [("../../etc/passwd", eight.encode())])]


ACTS = some.lists(
    some.tuples(some.sampled_from(["commit", "restore"]), some.integers(0, 6)),
    max_size=5,
)


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=some.integers(0, 6),
    acts=ACTS,
    words=some.tuples(*[some.text(max_size=60)] * 3),
    marks=some.lists(
        some.tuples(some.dates().map(str), some.text(max_size=60)), max_size=3
    ),
)
def test_any_history_of_any_shop_arrives(
    house, elsewhere, random_folders, first, acts, words, marks
):
    name, owner, contact = (each.replace("\x7f", "") for each in words)
    name, owner, contact = (
        "".join(each for each in word if each.isprintable())
        for word in (name, owner, contact)
    )
    made = house.save(
        house.dataset(random_folders[first]),
        name=name,
        owner=owner,
        contact=contact,
        settings=Settings({}, tuple(marks)),
    )[0]
    for act, number in acts:
        newest = house.store.dashboard(made.id).version.number
        if act == "restore":
            house.store.restore(made.id, number % newest + 1, by="Ben")
        else:
            folder = house.dataset(random_folders[number])
            house.store.commit(
                made.id, folder, based_on=newest, by="Cy", change="added"
            )
    path = packed(house, made)
    before = told(house.store, made.id)
    store = elsewhere()
    found = moving.unpack(store, path, YOU)[0]
    assert told(store, found.id) == before


def test_what_was_to_be_deleted_stays_deleted(house, elsewhere, monkeypatch):
    made = house.save()[0]
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=0.2)
    house.store.expire(made.id, soon)
    path = packed(house, made)
    while dt.datetime.now(dt.UTC) < soon:
        pass
    store = elsewhere()
    with pytest.raises(ExpiredFileError, match=soon.date().isoformat()):
        moving.unpack(store, path, YOU)
    assert store.held_by(YOU) == []


def test_what_is_not_here_is_not_packed(house):
    made = house.save()[0]
    house.store.delete(made.id)
    with pytest.raises(NotHereError):
        packed(house, made)


@pytest.mark.parametrize("at", [0, 1])
def test_stopped_in_the_middle_nothing_is_there(house, elsewhere, long_kept, at):
    class StopError(Exception):
        pass

    reports = []

    def on_progress(report):
        reports.append(report)
        if len(reports) > at:
            raise StopError

    path, store = packed(house, long_kept), elsewhere()
    with pytest.raises(StopError):
        moving.unpack(store, path, YOU, on_progress=on_progress)
    assert store.held_by(YOU) == []
    assert not list((datasets.root() / "datasets").iterdir())


def test_killed_in_the_middle_nothing_is_there(house, elsewhere, long_kept):
    path, store = packed(house, long_kept), elsewhere()
    program = """
        import sys, time
        from pathlib import Path
        from retention_ui.keeping import moving
        from retention_ui.keeping.store import open_store

        def on_progress(report):
            print("working", flush=True)
            time.sleep(60)

        moving.unpack(open_store(), Path(sys.argv[1]), "", on_progress=on_progress)
    """
    command = [sys.executable, "-c", textwrap.dedent(program), str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"working\n"
        os.kill(process.pid, signal.SIGKILL)
    assert not list(datasets.root().glob("dashboards/*"))
    (left,) = (datasets.root() / "datasets").iterdir()
    later = dt.datetime.now().timestamp() + (datasets.IDLE_HOURS + 1) * 3600
    assert datasets.sweep(later) == [left.name]
    assert moving.unpack(store, path, YOU)[0].version.totals.rows == 2


def test_what_cannot_be_saved_is_not_half_there(house, elsewhere, long_kept):
    path, store = packed(house, long_kept), elsewhere()
    (datasets.root() / "dashboards").write_text("in the way", encoding="utf-8")
    with pytest.raises(OSError):
        moving.unpack(store, path, YOU)
    assert store.held_by(YOU) == []
    assert not list((datasets.root() / "datasets").iterdir())


def test_a_damaged_file_is_refused_by_name(house, elsewhere, long_kept):
    path, store = packed(house, long_kept), elsewhere()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(DamagedFileError, match=r"^Ann's\.kept is damaged"):
        moving.unpack(store, path, YOU, name="Ann's.kept")
    assert store.held_by(YOU) == []
    assert not list((datasets.root() / "datasets").iterdir())


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Beans & More", "beans-more-1.kept"),
        ("../../etc/passwd", "etc-passwd-1.kept"),
        (
            'x"; filename="y.exe\r\nSet-Cookie: a=b',
            "x-filename-y-exe-set-cookie-a-b-1.kept",
        ),
        ("豆", "dashboard-1.kept"),
        ("é" * 200, f"{'e' * 60}-1.kept"),
    ],
)
def test_the_name_of_the_file_is_plain(house, name, file):
    assert moving.file_name(house.save(name=name)[0]) == file


def test_the_host_moves_what_no_browser_can(house, elsewhere, long_kept, capsys):
    path = house.root / "large.kept"
    assert host(["export", long_kept.id, str(path)]) == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = told(house.store, long_kept.id)
    store = elsewhere()
    capsys.readouterr()
    assert host(["import", str(path)]) == 0
    said = capsys.readouterr().out.split()
    assert told(store, said[0]) == before
    (token,) = (each.removeprefix("/s/") for each in said if each.startswith("/s/"))
    assert store.arrive(token, YOU).kind == "edit"


def test_the_host_overwrites_nothing(house, long_kept, capsys):
    path = packed(house, long_kept)
    content = path.read_bytes()
    with pytest.raises(SystemExit):
        host(["export", long_kept.id, str(path)])
    assert "is there already" in capsys.readouterr().err
    assert path.read_bytes() == content


def test_the_host_is_told_what_is_wrong(house, capsys):
    path = house.root / "x.kept"
    assert host(["export", "nobody", str(path)]) == 1
    assert not path.exists()
    assert host(["import", str(path)]) == 1
    assert "x.kept holds no dashboard" in capsys.readouterr().err
