"""Files that say they hold a dashboard: refused in words, and nothing of them stays."""

from __future__ import annotations

import json
import shutil
import stat
import warnings
import zipfile

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from retention_core.errors import RetentionError
from retention_ui.keeping import moving, unpacking
from retention_ui.keeping.model import NotSavedError
from retention_ui.keeping.moving_errors import (
    DamagedFileError,
    NewerFileError,
    NotAKeptFileError,
    TooLargeFileError,
    UncheckedFileError,
)
from retention_ui.keeping.store import SqliteStore
from tests.keeping.conftest import YOU, House, seen
from tests.keeping.forging import Forged

LINES = "order_lines.parquet"


@pytest.fixture(scope="module")
def good(built, tmp_path_factory):
    """A dashboard of three versions in two folders, packed once."""
    root = tmp_path_factory.mktemp("house")
    house = House(root, SqliteStore(root), *built)
    made = house.save()[0]
    folder = house.dataset(house.two)
    house.store.commit(made.id, folder, based_on=1, by="Ben", change="added")
    house.store.restore(made.id, 1, by="Ida")
    moving.pack(house.store, made.id, root / "good.kept")
    return root / "good.kept"


@pytest.fixture
def forged(good):
    return Forged.of(good)


@pytest.fixture
def opened(tmp_path):
    """Take a file apart here, as the child does."""
    into = tmp_path / "into"

    def taken(path):
        shutil.rmtree(into, ignore_errors=True)
        into.mkdir()
        unpacking.take_apart(path, "given.kept", into)
        return seen(into)

    return taken


def refused(forged, opened, tmp_path, kind=DamagedFileError):
    path = forged.write(tmp_path / "forged.kept")
    with pytest.raises(kind) as found:
        opened(path)
    assert "given.kept" in str(found.value)
    return str(found.value)


def test_what_forging_leaves_alone_is_good(forged, opened, tmp_path, good):
    forged.seal()
    found = opened(forged.write(tmp_path / "forged.kept"))
    del found["manifest.json"]
    whole = opened(good)
    del whole["manifest.json"]
    assert found == whole


@pytest.mark.parametrize(
    "name",
    [
        "../out.json",
        "/etc/cron.d/x",
        "incoming/../../out",
        "incoming/000.csv/more",
        "incoming\\000.csv",
        "incoming/٠٠٠.csv",
        "incoming/000.csv\n",
        "spill/x",
        "used",
        "draft.json",
        "C:/x",
        "Digest",
        "",
    ],
)
def test_only_names_of_ours_become_files(forged, opened, tmp_path, name):
    forged.put(name, b"x")
    assert "folder 0" in refused(forged, opened, tmp_path)


@pytest.mark.parametrize(
    "names",
    [
        {"../../../etc/passwd": "orders.csv"},
        {"/etc/passwd": "orders.csv"},
        {"000.csv": "orders.csv", "001.csv": "not there"},
        {"..": "x"},
        {},
        {"000.csv": 7},
        {"000.csv": "x" * 1001},
        {"000.csv": "\ud800"},
        ["000.csv"],
        None,
    ],
)
def test_only_files_that_came_along_are_named(forged, opened, tmp_path, names):
    forged.put_json("incoming/names.json", names)
    assert "names.json" in refused(forged, opened, tmp_path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("answers.json", {"sheets": {}, "surprise": 1}),
        ("answers.json", {"sheets": {"a": {"mapping": {"amount": 3}}}}),
        ("answers.json", {"sheets": {}, "as_of": "yesterday"}),
        ("answers.json", {"sheets": {}, "refunds": "all of them"}),
        ("detection.json", {}),
        ("detection.json", [{"file": "x"}]),
        ("headers.json", {"origins": {}, "used": [], "more": 1}),
        (
            "headers.json",
            {
                "origins": {
                    "a": {"header": "../../x", "encoding": None, "asked": {}},
                },
                "used": [],
            },
        ),
        ("ledger.json", {"files": {"file": ["a"]}, "reasons": {}}),
        ("ledger.json", {"files": {}, "reasons": {"rows": [1], "code": []}}),
        ("ledger.json", []),
    ],
)
def test_json_is_ours_or_nothing(forged, opened, tmp_path, name, content):
    forged.put_json(name, content)
    assert name in refused(forged, opened, tmp_path)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a": 1, "a": 2}', b"[" + b"1" * 9999],
)
def test_json_that_is_none(forged, opened, tmp_path, content):
    forged.put("answers.json", content)
    assert "answers.json" in refused(forged, opened, tmp_path)


def test_a_ledger_loses_no_row(forged, opened, tmp_path):
    ledger = json.loads(forged.folders[0]["ledger.json"])
    ledger["files"]["used"][0] -= 1
    forged.put_json("ledger.json", ledger)
    assert "ledger.json" in refused(forged, opened, tmp_path)


VERSION = {"number": 1, "folder": 0}


@pytest.mark.parametrize(
    "change",
    [
        {"format": "1"},
        {"format": 0},
        {"format": True},
        {"name": None},
        {"name": "x" * 10_001},
        {"name": "\x1b[2Jgone"},
        {"owner": "\ud800"},
        {"left_out": []},
        {"versions": []},
        {"expires_at": "2030-01-01"},
        {"expires_at": "9999-12-31T23:59:59-12:00"},
        {"settings": {"choices": {"a": 1}, "marks": []}},
        {"settings": {"choices": {}, "marks": [["yesterday", "x"]]}},
        {"settings": {"choices": {}, "marks": [["2024-01-01"]]}},
        {"files": {}},
        {"folders": [{}, {}]},
        {"folders": []},
        {"surprise": 1},
    ],
)
def test_the_manifest_is_ours_or_nothing(forged, opened, tmp_path, change):
    forged.said["instead"] = change
    refused(forged, opened, tmp_path)


@pytest.mark.parametrize(
    ("place", "change"),
    [
        (0, {"number": 2}),
        (1, {"number": 1}),
        (0, {"folder": 2}),
        (0, {"folder": -1}),
        (1, {"folder": 0}),
        (0, {"restored": 1, "change": "restored"}),
        (2, {"restored": None}),
        (2, {"restored": 3}),
        (2, {"restored": 2}),
        (2, {"change": "stolen"}),
        (0, {"made_at": "2024-01-01T00:00:00"}),
        (0, {"made_at": "soon"}),
        (0, {"totals": None}),
    ],
)
def test_a_history_contradicts_itself_nowhere(forged, opened, tmp_path, place, change):
    forged.said["versions"][place] |= change
    refused(forged, opened, tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"rows": 1_000_000_000},
        {"rows": -1},
        {"orders": 3},
        {"amount": 30.51},
        {"amount": float("inf")},
        {"amount": float("nan")},
        {"amount": 10**400},
        {"currency": "USD"},
        {"as_of": "2024-02-01"},
        {"files": ["other.csv"]},
    ],
)
def test_figures_that_the_tables_do_not_bear_out(forged, opened, tmp_path, change):
    forged.said["versions"][0]["totals"] |= change
    refused(forged, opened, tmp_path)


def test_a_newer_format_is_refused_in_words(forged, opened, tmp_path):
    forged.said = {"format": 3, "whatever": [1, 2]}
    path = tmp_path / "newer.kept"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", json.dumps(forged.said))
    with pytest.raises(NewerFileError, match="Bring this program up to date"):
        opened(path)


@pytest.mark.parametrize(
    "content",
    [b"", b"PK", b"Order,Customer\n1,2\n", b"\x1f\x8b\x08", b"%PDF-1.7", b"\0" * 99],
)
def test_what_is_no_zip_holds_no_dashboard(opened, tmp_path, content):
    path = tmp_path / "other"
    path.write_bytes(content)
    with pytest.raises(NotAKeptFileError):
        opened(path)


def test_another_zip_holds_no_dashboard(opened, tmp_path):
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("orders.csv", "1,2,3")
    with pytest.raises(NotAKeptFileError):
        opened(path)


# --- members


def rewritten(good, path, change):
    """The same file with other members: ``change`` sees each and what is in it."""
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(path, "w") as target:
        for each in source.infolist():
            change(target, each, source.read(each))
    return path


@pytest.mark.parametrize("name", ["files/x", "../x", "/x", "README.txt", "files/"])
def test_no_member_too_many(forged, opened, tmp_path, name):
    forged.extra[name] = b""
    assert "members" in refused(forged, opened, tmp_path)


def test_no_member_too_few(good, opened, tmp_path):
    last = zipfile.ZipFile(good).namelist()[-1]

    def change(target, part, content):
        if part.filename != last:
            target.writestr(part, content)

    with pytest.raises(DamagedFileError, match="members"):
        opened(rewritten(good, tmp_path / "x", change))


def test_no_member_twice(good, opened, tmp_path):
    last = zipfile.ZipFile(good).namelist()[-1]

    def change(target, part, content):
        name = "files/" + "0" * 64 if part.filename == last else part.filename
        target.writestr(name, content)
        if name == part.filename and not target.namelist().count("files/again"):
            target.writestr("files/again", content)

    def doubled(target, part, content):
        target.writestr(part, content)
        if part.filename == "manifest.json":
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                target.writestr(part.filename, content)

    for each in (change, doubled):
        with pytest.raises(DamagedFileError):
            opened(rewritten(good, tmp_path / "x", each))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFDIR, stat.S_IFIFO])
def test_no_member_is_a_link(good, opened, tmp_path, kind):
    def change(target, part, content):
        made = zipfile.ZipInfo(part.filename)
        if part.filename != "manifest.json":
            made.external_attr = (kind | 0o777) << 16
        target.writestr(made, content)

    with pytest.raises(DamagedFileError):
        opened(rewritten(good, tmp_path / "x", change))


def test_no_content_but_that_of_its_name(good, opened, tmp_path):
    def change(target, part, content):
        if part.filename != "manifest.json":
            content = bytes(len(content))
        target.writestr(part.filename, content)

    with pytest.raises(DamagedFileError):
        opened(rewritten(good, tmp_path / "x", change))


@pytest.mark.parametrize("way", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_no_other_ways_to_compress(forged, opened, tmp_path, way):
    path = forged.write(tmp_path / "x", compression=way)
    with pytest.raises(DamagedFileError):
        opened(path)


def test_bombs_are_not_unpacked(forged, opened, tmp_path):
    forged.put("incoming/000.csv", bytes(60_000_000))
    path = forged.write(
        tmp_path / "x", compression=zipfile.ZIP_DEFLATED, compresslevel=9
    )
    with pytest.raises(DamagedFileError):
        opened(path)


@pytest.mark.parametrize("setting", ["KEPT_LIMIT_INFLATED_MB", "KEPT_LIMIT_MEMBERS"])
def test_no_more_than_the_host_allows(forged, opened, tmp_path, monkeypatch, setting):
    forged.put("incoming/000.csv", bytes(1_000_001))
    monkeypatch.setenv(setting, "1")
    assert setting in refused(forged, opened, tmp_path, TooLargeFileError)


def test_repetitive_files_of_ours_are_no_bombs(house, opened):
    """What is packed here must be taken there, however often a file repeats itself."""
    folder = house.dataset()
    (folder / "incoming" / "000.csv").write_bytes(b"1,2\n" * 20_000_000)
    made = house.save(folder)[0]
    path = house.root / "x.kept"
    moving.pack(house.store, made.id, path)
    assert path.stat().st_size < 1_000_000
    opened(path)


def test_no_room_is_said_before_anything_is_written(good, opened, monkeypatch):
    usage = shutil.disk_usage("/")._replace(free=100_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(NotSavedError):
        opened(good)


# --- tables


def table(query, path):
    with duckdb.connect() as con:
        con.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path.read_bytes()


@pytest.mark.parametrize(
    ("name", "other"),
    [
        (LINES, "purchases.parquet"),
        ("purchases.parquet", LINES),
        ("firsts.parquet", "customers.parquet"),
        ("ledger.parquet", LINES),
    ],
)
def test_no_table_in_place_of_another(forged, opened, tmp_path, name, other):
    forged.put(name, forged.folders[0][other])
    forged.seal()
    refused(forged, opened, tmp_path)


SENT = {
    "campaign": "'spring'",
    "list": "NULL::VARCHAR",
    "customer_id": "'ann@example.com'",
    "contacted_on": "DATE '2024-02-01'",
    "control": "false",
    "offer": "'tea'",
    "seed": "NULL::VARCHAR",
}
HARMFUL = {
    "customer_id": ["NULL::VARCHAR", "7", "['ann']", "{'a': 1}"],
    "campaign": ["NULL::VARCHAR", "1", "'x'::BLOB"],
    "contacted_on": [
        "NULL::DATE",
        "'2024-02-01'",
        "TIMESTAMP '2024-02-01 10:00'",
        "DATE 'infinity'",
        "DATE '4000-01-01'",
        "DATE '0001-01-01'",
    ],
    "control": ["NULL::BOOLEAN", "'no'", "0"],
    "offer": ["1.5", "['tea']"],
}


def sent(tmp_path, **cells):
    """A table of one contact as bytes, with some cells otherwise."""
    path = tmp_path / "sent.parquet"
    named = ", ".join(f"{cell} AS {name}" for name, cell in (SENT | cells).items())
    with duckdb.connect() as con:
        con.execute(f"COPY (SELECT {named}) TO '{path}' (FORMAT parquet)")
    return path.read_bytes()


@pytest.mark.parametrize("name", ["noted.parquet", "contacts.parquet"])
def test_contacts_come_along_and_none_that_ours_would_not_be(
    forged, opened, tmp_path, name
):
    forged.put(name, sent(tmp_path))
    forged.seal()
    assert f"folders/0/{name}" in opened(forged.write(tmp_path / "good.kept"))
    for column, cells in HARMFUL.items():
        for cell in cells:
            forged.put(name, sent(tmp_path, **{column: cell}))
            forged.seal()
            assert name.removesuffix(".parquet") in refused(forged, opened, tmp_path)
    for more in ({"more": "1"}, {"campaign.x": "1"}):
        forged.put(name, sent(tmp_path, **{f'"{k}"': v for k, v in more.items()}))
        forged.seal()
        refused(forged, opened, tmp_path)
    for content in (b"PAR1 nothing here PAR1", forged.folders[0][LINES]):
        forged.put(name, content)
        forged.seal()
        refused(forged, opened, tmp_path)


@pytest.mark.parametrize("name", [LINES, "purchases.parquet", "firsts.parquet"])
def test_no_table_of_another_version(forged, opened, tmp_path, name):
    forged.put(name, forged.folders[1][name])
    forged.seal()
    refused(forged, opened, tmp_path)


def test_no_list_of_another_seal(forged, opened, tmp_path):
    forged.put("customers.parquet", forged.folders[1]["customers.parquet"])
    assert "digest" in refused(forged, opened, tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        "* REPLACE ([amount] AS amount)",
        "* REPLACE (order_id::BLOB AS order_id)",
        "* REPLACE (ordered_at::VARCHAR AS ordered_at)",
        "* REPLACE (NULL::DOUBLE AS amount)",
        "* REPLACE ('inf'::DOUBLE AS amount)",
        "* REPLACE ('infinity'::TIMESTAMP AS ordered_at)",
        "* REPLACE (ordered_at + INTERVAL 1 DAY AS ordered_at)",
        "* REPLACE (NULL::VARCHAR AS order_id)",
        "* EXCLUDE (amount)",
        "*, 1 AS surprise",
        "*, {'a': 1} AS tags",
    ],
)
@pytest.mark.parametrize("name", [LINES, "purchases.parquet"])
def test_every_cell_is_looked_at(forged, opened, tmp_path, name, change):
    source = tmp_path / "source.parquet"
    source.write_bytes(forged.folders[0][name])
    target = tmp_path / "target.parquet"
    kept = pq.read_metadata(source).metadata[b"kept"].decode().replace("'", "''")
    with duckdb.connect() as con:
        con.execute(
            f"COPY (SELECT {change} FROM '{source}') TO '{target}' "
            f"(FORMAT parquet, KV_METADATA {{kept: '{kept}'}})"
        )
    forged.put(name, target.read_bytes())
    forged.seal()
    refused(forged, opened, tmp_path)


@pytest.mark.parametrize(
    "facts",
    [
        None,
        b"",
        b"[]",
        b'{"as_of": "2024-01-31"}',
        b'{"as_of": 1, "first_day": "2024-01-05", "currency": null, "time_zone": null}',
        b'{"as_of": "2024-01-04", "first_day": "2024-01-05", "currency": "EUR", '
        b'"time_zone": null}',
        b'{"as_of": "9024-01-31", "first_day": "2024-01-05", "currency": "EUR", '
        b'"time_zone": null}',
        b'{"as_of": "2024-01-31", "first_day": "2024-01-05", "currency": {}, '
        b'"time_zone": null}',
    ],
)
def test_what_a_table_says_of_itself_is_true(forged, opened, tmp_path, facts):
    source = tmp_path / "source.parquet"
    source.write_bytes(forged.folders[0][LINES])
    said = {} if facts is None else {b"kept": facts}
    found = pq.read_table(source).replace_schema_metadata(said)
    pq.write_table(found, source)
    forged.put(LINES, source.read_bytes())
    forged.seal()
    refused(forged, opened, tmp_path)


def test_a_billion_rows_are_only_claimed(forged, opened, tmp_path, monkeypatch):
    """A few bytes stand for as many rows as one likes: nobody counts them."""
    many = table(
        "SELECT 'x' AS order_id, 'y' AS customer_id, TIMESTAMP '2024-01-05' AS "
        "ordered_at, 1.0::DOUBLE AS amount FROM range(1_000_000)",
        tmp_path / "many.parquet",
    )
    monkeypatch.setenv("KEPT_LIMIT_INFLATED_MB", "10")
    forged.put("purchases.parquet", many)
    said = refused(forged, opened, tmp_path)
    assert "more than 500000 rows" in said


def test_a_table_leads_to_no_other_file(forged, opened, tmp_path):
    outside = tmp_path / "outside.parquet"
    outside.write_bytes(forged.folders[0]["purchases.parquet"])
    found = pq.read_metadata(outside)
    found.set_file_path(str(outside))
    leading = tmp_path / "leading.parquet"
    found.write_metadata_file(str(leading))
    forged.put("purchases.parquet", leading.read_bytes())
    refused(forged, opened, tmp_path)


def test_no_table_at_all(forged, opened, tmp_path):
    forged.put("purchases.parquet", b"PAR1 nothing here PAR1")
    refused(forged, opened, tmp_path)


def test_an_empty_shop_is_none(forged, opened, tmp_path):
    source = tmp_path / "source.parquet"
    source.write_bytes(forged.folders[0][LINES])
    empty = pq.read_table(source).slice(0, 0)
    assert isinstance(empty, pa.Table)
    pq.write_table(empty, source)
    forged.put(LINES, source.read_bytes())
    forged.seal()
    refused(forged, opened, tmp_path)


# --- any damage


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=some.data())
def test_any_damage_is_refused_or_does_none(good, opened, tmp_path, data):
    content = bytearray(good.read_bytes())
    for _ in range(data.draw(some.integers(1, 3))):
        place = data.draw(some.integers(0, len(content) - 1))
        content[place] ^= data.draw(some.integers(1, 255))
    path = tmp_path / "damaged.kept"
    path.write_bytes(content)
    try:
        found = opened(path)
    except RetentionError as error:
        assert "given.kept" in str(error)
    else:
        assert found == opened(good)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=some.data())
def test_a_part_is_refused(good, opened, tmp_path, data):
    content = good.read_bytes()
    end = data.draw(some.integers(0, len(content) - 1))
    path = tmp_path / "damaged.kept"
    path.write_bytes(content[:end])
    with pytest.raises((DamagedFileError, NotAKeptFileError)):
        opened(path)


def test_what_takes_all_memory_or_time_is_refused(good, tmp_path, monkeypatch):
    monkeypatch.setenv("KEPT_DATA", str(tmp_path))
    monkeypatch.setenv("KEPT_LIMIT_MEMORY_MB", "60")
    store = SqliteStore(tmp_path)
    with pytest.raises(UncheckedFileError, match="KEPT_LIMIT_MEMORY_MB"):
        moving.unpack(store, good, YOU)
    assert store.held_by(YOU) == []
    assert not list((tmp_path / "datasets").iterdir())
