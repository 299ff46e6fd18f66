from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import time
from dataclasses import asdict

import pytest

from retention_core.errors import RetentionError
from retention_core.ingest import child, errors, source_errors, worker
from retention_core.ingest.model import Answers, Detection
from retention_core.ingest.progress import Progress
from retention_core.ingest.sources import SourceLimits
from tests.core.ingest import workbooks
from tests.core.ingest.test_sources import shelf, store

__all__ = ["shelf", "store"]

LIMITS = child.Limits(memory=3 << 30, cpu_seconds=20, wall_seconds=30)
RESTRICTED = """
from retention_core.ingest import child, errors
child.restrict(child.Limits({memory}, {cpu_seconds}, {wall_seconds}))
"""
ORDERS = "Order ID,Customer,Date,Total,Currency\n" + "".join(
    f"{n},c{n % 7},2024-0{1 + n % 9}-17,{n}.50,EUR\n" for n in range(1, 60)
)
posix = pytest.mark.skipif(os.name == "nt", reason="limits are kept by POSIX")


def run_child(tmp_path, code, limits=LIMITS, on_progress=print):
    """How a child with this code ends."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    begin = RESTRICTED.format(**asdict(limits))
    command = [sys.executable, "-c", begin + code]
    return child.supervise(command, "{}", scratch, limits, on_progress)


@pytest.fixture
def job(tmp_path):
    """A job of one file of orders."""
    folder = tmp_path / "job"
    (folder / "incoming").mkdir(parents=True)
    (folder / "incoming" / "0").write_text(ORDERS)
    names = json.dumps({"0": "Björn's orders.csv"})
    (folder / "incoming" / "names.json").write_text(names, encoding="utf-8")
    return folder


def test_a_good_end_is_no_error(tmp_path):
    run_child(tmp_path, "print('anything')").check(["a.csv"])


@posix
def test_a_workbook_that_aborts_its_reader_is_an_error_and_no_abort(tmp_path):
    path = workbooks.corners(tmp_path / "far.xlsx")
    ending = run_child(
        tmp_path,
        "from pathlib import Path\nfrom retention_core.ingest import workbook\n"
        f"[list(rows) for _, rows in workbook.sheets(Path({str(path)!r}), 'far')]",
    )
    assert ending.code < 0
    with pytest.raises(errors.WorkerOutOfMemoryError, match=r"^far\.xlsx cannot be"):
        ending.check(["far.xlsx"])


@posix
@pytest.mark.parametrize(
    "code",
    [
        "bytearray(4 << 30)",
        "import duckdb\nduckdb.execute(\"SELECT string_agg(repeat('x', 1000) || i, '')"
        ' FROM range(4000000) t(i)").fetchall()',
    ],
)
def test_too_much_memory_is_said_to_be_that(tmp_path, code):
    small = child.Limits(memory=1 << 30, cpu_seconds=20, wall_seconds=30)
    with pytest.raises(errors.WorkerOutOfMemoryError):
        run_child(tmp_path, code, small).check(["a.csv", "b.csv"])


@pytest.mark.parametrize("code", ["while True: pass", "import time; time.sleep(60)"])
def test_too_much_time_is_said_to_be_that(tmp_path, code):
    short = child.Limits(memory=3 << 30, cpu_seconds=1, wall_seconds=2)
    with pytest.raises(errors.WorkerOutOfTimeError, match="longer than 2"):
        run_child(tmp_path, code, short).check(["a.csv"])


def test_a_bug_is_logged_and_only_its_reference_shown(tmp_path, caplog):
    with (
        caplog.at_level(logging.ERROR),
        pytest.raises(errors.WorkerFailedError) as caught,
    ):
        run_child(tmp_path, "{}['secret']").check(["a.csv"])
    reference = caught.value.fields["reference"]
    assert reference in caplog.text
    assert "KeyError: 'secret'" in caplog.text
    assert "secret" not in str(caught.value)


def test_an_error_of_the_child_is_the_same_error_here(tmp_path):
    code = (
        "child.tell({'error': child.packed(errors.CellTooLargeError("
        "file='Ünï.csv', row=7, limit=5))})\nraise SystemExit(child.REFUSED)"
    )
    with pytest.raises(errors.CellTooLargeError) as caught:
        run_child(tmp_path, code).check(["Ünï.csv"])
    assert caught.value.fields == {"file": "Ünï.csv", "row": 7, "limit": 5}


def _kinds(kind):
    for each in kind.__subclasses__():
        yield each
        yield from _kinds(each)


def test_every_error_has_a_code_of_its_own():
    # By name: other tests define errors of their own, and pages are imported anew.
    named = {
        (each.__module__, each.__qualname__): each.code
        for each in _kinds(RetentionError)
        if each.__module__.startswith("retention_")
    }
    assert len(named) == len(set(named.values()))


def test_reports_arrive_and_other_words_do_not(tmp_path):
    reports = []
    code = (
        "print('{\"progress\": 1}')\n"
        "child.tell({'progress': {'step': 'read', 'done': 1, 'total': 2}})"
    )
    run_child(tmp_path, code, on_progress=reports.append).check([])
    # On a busy machine the last one is told again until the child ends.
    told = [(each.step, each.done, each.total) for each in reports]
    assert list(dict.fromkeys(told)) == [("read", 1, 2)]


def test_a_child_ends_when_nobody_listens_any_more(tmp_path):
    code = (
        'import os, time\nprint(child._MARK + \'{"progress": {"step": "%d", \'\n'
        '\'"done": 0, "total": 0}}\' % os.getpid(), flush=True)\ntime.sleep(60)'
    )
    seen = []

    def leave(report):
        seen.append(int(report.step))
        raise InterruptedError

    with pytest.raises(InterruptedError):
        run_child(tmp_path, code, on_progress=leave)
    with pytest.raises(ProcessLookupError):
        os.kill(seen[0], 0)


def test_a_child_knows_nothing_of_the_servers_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_PASSWORD", "secret")
    code = "import os; raise SystemExit('DATABASE_PASSWORD' in os.environ)"
    assert run_child(tmp_path, code).code == 0


def test_recognition_writes_what_it_found(job):
    reports = []
    worker.run("recognise", job, Answers(), reports.append)
    (found,) = json.loads((job / "detection.json").read_text("utf-8"))
    detection = Detection.from_json(found)
    assert (detection.file, detection.rows) == ("Björn's orders.csv", 59)
    assert reports
    assert {each.name for each in job.iterdir()} == {"incoming", "detection.json"}


def test_a_build_replaces_the_last_one(job):
    (job / "products.parquet").write_text("of an earlier build")
    worker.run("build", job, Answers())
    names = {each.name for each in job.iterdir()}
    assert {"order_lines.parquet", "ledger.parquet"} <= names
    assert "products.parquet" not in names


def test_a_build_that_fails_leaves_the_last_one(job):
    worker.run("build", job, Answers())
    before = {each.name: each.stat().st_mtime_ns for each in job.glob("*.*")}
    (job / "incoming" / "0").write_bytes(b"")
    with pytest.raises(errors.EmptyFileError) as caught:
        worker.run("build", job, Answers())
    assert caught.value.fields == {"file": "Björn's orders.csv"}
    after = {each.name: each.stat().st_mtime_ns for each in job.glob("*.*")}
    assert after == before


@pytest.mark.parametrize("module", ["pandas", "ibis", "duckdb", "pyarrow"])
def test_the_child_starts_without_what_it_may_not_need(module):
    code = f"import retention_core.ingest.worker, sys; {module!r} in sys.modules or 1/0"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=child._ROOT, capture_output=True, check=False
    )
    assert b"ZeroDivisionError" in result.stderr


class StopError(Exception):
    """Whoever waits does not want to any more."""


def test_a_child_that_falls_silent_can_be_stopped(tmp_path):
    report = json.dumps({"progress": asdict(Progress("read", 0, 1))})
    code = f"import time\nprint('kept:' + {report!r}, flush=True)\ntime.sleep(60)"
    reports = []

    def stop_at_the_second(report):
        reports.append(report)
        if len(reports) == 2:
            raise StopError

    began = time.monotonic()
    with pytest.raises(StopError):
        run_child(tmp_path, code, on_progress=stop_at_the_second)
    assert time.monotonic() - began < 15
    assert reports == [Progress("read", 0, 1)] * 2


@pytest.mark.parametrize("credentials", [True, False])
def test_credentials_are_for_the_child_that_fetches(tmp_path, monkeypatch, credentials):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("DATABASE_PASSWORD", "secret")
    code = "import os, sys; sys.exit(sum('secret' in e for e in os.environ.values()))"
    command = [sys.executable, "-c", code]
    ending = child.supervise(
        command, "{}", tmp_path, LIMITS, print, credentials=credentials
    )
    assert ending.code == int(credentials)


@pytest.mark.parametrize("credentials", [True, False])
def test_files_of_credentials_are_found_by_the_child_that_fetches(
    tmp_path, monkeypatch, credentials
):
    for each in ("HOME", "USERPROFILE", "APPDATA"):
        monkeypatch.setenv(each, f"/home/{each}")
    monkeypatch.setenv("HOMEMADE_PASSWORD", "/home/secret")
    code = "import os, sys; sys.exit(sum('/home/' in e for e in os.environ.values()))"
    command = [sys.executable, "-c", code]
    monkeypatch.setenv("PATH", "/bin")
    ending = child.supervise(
        command, "{}", tmp_path, LIMITS, print, credentials=credentials
    )
    assert ending.code == (3 if credentials else 0)


def test_what_a_store_holds_is_fetched_by_a_child(tmp_path, store):
    store["/shop/in/b.csv"] = ORDERS.encode() * 2000
    reports = []
    limits = SourceLimits(prefixes=("s3://shop",))
    found = worker.fetch("s3://shop/in", tmp_path / "new", limits, reports.append)
    assert [name for _, name in found] == ["b.csv"]
    assert found[0][0].read_bytes() == store["/shop/in/b.csv"]
    last = reports[-1]
    assert last.step == "fetch"
    assert last.rows_total == len(store["/shop/in/b.csv"])
    assert 0.5 < last.share <= 1
    with pytest.raises(source_errors.SourceNotAllowedError):
        worker.fetch("s3://other/in", tmp_path / "other", limits)
