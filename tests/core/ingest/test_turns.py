from __future__ import annotations

import json
import os
import sys
import threading
import time

import pytest

from retention_core.ingest import child, worker
from retention_core.ingest.model import Answers
from retention_core.ingest.turns import WAIT, Turns

PATIENCE = 20.0


class Left(Exception):  # noqa: N818 what a user does who presses Stop
    pass


def test_a_few_go_on_at_once_and_the_others_in_the_order_they_came():
    turns, lock = Turns(), threading.Lock()
    inside, most_inside, entered = 0, 0, []

    def take(number):
        nonlocal inside, most_inside
        with turns.taken(2, lambda _: None):
            with lock:
                inside += 1
                most_inside = max(most_inside, inside)
                entered.append(number)
            time.sleep(0.03)
            with lock:
                inside -= 1

    threads = []
    for number in range(8):
        threads.append(threading.Thread(target=take, args=(number,)))
        threads[-1].start()
        time.sleep(0.005)  # so that they come in this order
    for thread in threads:
        thread.join(PATIENCE)
    assert most_inside == 2
    assert sorted(entered) == list(range(8))
    # Two go on together: which of them says so first is the scheduler's business.
    assert all(abs(place - number) <= 1 for place, number in enumerate(entered))


def test_whoever_waits_is_told_how_many_must_end_first_and_may_leave():
    turns, told, held = Turns(), [], threading.Event()
    waits = threading.Event()

    def hold():
        with turns.taken(1, lambda _: None):
            held.set()
            waits.wait(PATIENCE)

    def leave(report):
        told.append(report)
        raise Left

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(PATIENCE)
    with pytest.raises(Left), turns.taken(1, leave):
        pytest.fail("it was not its turn")
    assert [(each.step, each.total) for each in told] == [(WAIT, 1)]
    waits.set()
    holder.join(PATIENCE)
    told.clear()
    with turns.taken(1, leave):  # nobody is left in the line
        assert not told


def test_an_error_inside_ends_a_turn():
    turns = Turns()
    with pytest.raises(Left), turns.taken(1, lambda _: None):
        raise Left
    with turns.taken(1, lambda _: pytest.fail("nobody is before")):
        pass


def job_of(folder):
    (folder / "incoming").mkdir(parents=True)
    lines = "".join(f"{n},c{n % 7},2024-01-17,{n}.50,EUR\n" for n in range(1, 60))
    (folder / "incoming" / "0").write_text("Order ID,Customer,Date,Total,Currency\n")
    with (folder / "incoming" / "0").open("a") as file:
        file.write(lines)
    (folder / "incoming" / "names.json").write_text(json.dumps({"0": "orders.csv"}))
    return folder


def test_uploads_wait_for_one_another_by_the_setting_and_all_end(tmp_path, monkeypatch):
    monkeypatch.setenv("KEPT_LIMIT_AT_ONCE", "1")
    reports = {name: [] for name in ("one", "two")}
    jobs = {name: job_of(tmp_path / name) for name in reports}

    def recognise(name):
        worker.run("recognise", jobs[name], Answers(), reports[name].append)

    threads = [threading.Thread(target=recognise, args=(name,)) for name in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert all((job / "detection.json").is_file() for job in jobs.values())
    waited = [WAIT in {each.step for each in found} for found in reports.values()]
    assert sorted(waited) == [False, True]


@pytest.mark.skipif(os.name == "nt", reason="priorities are POSIX's")
def test_what_reads_stands_back_for_what_serves(tmp_path, monkeypatch):
    monkeypatch.setenv("KEPT_LIMIT_NICE", "7")
    limits = child.Limits(memory=3 << 30, cpu_seconds=20, wall_seconds=30)
    code = f"""
import os, pathlib
from retention_core.ingest import child
child.restrict(child.{limits})
pathlib.Path(os.environ["TMPDIR"], "nice").write_text(str(os.nice(0)))
"""
    command = [sys.executable, "-c", code]
    ending = child.supervise(command, "{}", tmp_path, limits, lambda _: None)
    ending.check(["a.csv"])
    assert int((tmp_path / "nice").read_text()) == min(19, os.nice(0) + 7)
