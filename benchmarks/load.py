"""Many at once: ``python -m benchmarks.load [--minutes 10] [--viewers 30]``.

A real server has a dashboard of so many million lines. First one visitor sees every
page, then short visits come and go; then viewers look around at the pace of people,
some in real browsers, while files are uploaded and the server is started anew. It
fails where anything went wrong.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import browsing, crowd
from benchmarks.crowd import Record, Step, Walk
from benchmarks.draw import file
from benchmarks.serving import ROOT, Server, dashboard
from benchmarks.viewer import Viewer

ALLOWED_P95 = 3.0  # seconds of a page change
ALLOWED_GROWTH = 1.1
MEGABYTES_OF_A_MILLION = 89.5
PASSERS_AT_ONCE = 4
UPLOADS_FROM, RESTART_FROM = 0.3, 0.7  # of the time
RESTART_SECONDS = 45.0  # and so long it counts as one
SHARED = ("view", "edit")


@dataclass
class Measured:
    """What the report is made of; memory in MB: the server's own, its children's."""

    cold: dict[str, float] = field(default_factory=dict)
    memory: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    uploads: list[float] = field(default_factory=list)
    uploads_asked: int = 0
    restart: dict[str, float] = field(default_factory=dict)
    record: Record = field(default_factory=Record)


def main() -> None:
    """Measure, print, and end with 1 where something went wrong."""
    options = _options()
    with tempfile.TemporaryDirectory(dir=ROOT / "benchmarks") as folder:
        tell("making the dashboard")
        tokens = dashboard(Path(folder), file(options.lines))
        found = Measured()
        with Server(Path(folder)) as server:
            server.settle()
            _measure(server, f"/s/{tokens['view']}", options, found)
            log = server.words()
        found.record.errors += _tracebacks(log)
    report = _report(found)
    _print(report)
    if options.json:
        options.json.write_text(json.dumps(report, indent=2), encoding="utf-8")
    sys.exit(0 if report["met"] else 1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    number = parser.add_argument
    number("--minutes", type=float, default=10.0)
    number("--viewers", type=int, default=30, help="browsers among them")
    number("--browsers", type=int, default=2)
    number("--lines", type=float, default=1.0, help="millions")
    number("--sessions", type=int, help="short visits; 30 a minute")
    number("--idle", type=float, help="seconds of rest after them; 14 a minute")
    number("--uploads", type=int, default=5)
    number("--megabytes", type=float, help="of each upload; 5 a minute, at most 50")
    number("--seed", type=int, default=6)
    number("--json", type=Path)
    options = parser.parse_args()
    minutes = options.minutes
    if options.sessions is None:
        options.sessions = round(30 * minutes)
    if options.idle is None:
        options.idle = min(140.0, 14 * minutes)
    if options.megabytes is None:
        options.megabytes = min(50.0, 5 * minutes)
    return options


def tell(words: str) -> None:
    """Say how far it is."""
    print(time.strftime("%H:%M:%S"), words, flush=True)


def _measure(
    server: Server, path: str, options: argparse.Namespace, found: Measured
) -> None:
    _weigh(server, found, "started")
    tell("one visitor sees every page")
    found.cold = _first_visit(server.address, path, found.record)
    _weigh(server, found, "warm")
    tell(f"{options.sessions} short visits")
    _pass_by(server.address, path, options.sessions, found)
    _weigh(server, found, "after the visits")
    time.sleep(options.idle)
    # Streamlit lets go of sessions that have ended when another one ends.
    crowd.pass_by(server.address, path, "cohorts", found.record)
    _weigh(server, found, "after a rest")
    tell(f"{options.viewers} viewers for {options.minutes:g} minutes")
    _crowd(server, path, options, found)
    time.sleep(min(options.idle, 10.0))
    _weigh(server, found, "at the end")


def _weigh(server: Server, found: Measured, when: str) -> None:
    found.memory[when] = (*server.memory(), server.caches())
    own, others, kept = found.memory[when]
    tell(f"memory {when}: {own:.0f} MB, children {others:.0f}, caches {kept:.0f}")


def _first_visit(address: str, path: str, record: Record) -> dict[str, float]:
    record.phase = "cold"
    seconds = {}
    with Viewer(address) as viewer:
        run = viewer.open(path)
        record.note("first", "arrive", run)
        seconds[run.path or "overview"] = run.seconds
        for page in viewer.links:
            run = viewer.go(page)
            record.note("first", "page", run)
            seconds.setdefault(run.path or "overview", run.seconds)
    record.phase = "calm"
    return seconds


def _pass_by(address: str, path: str, sessions: int, found: Measured) -> None:
    found.record.phase = "visits"
    pages = [name for name in found.cold if name != "overview"]
    with ThreadPoolExecutor(PASSERS_AT_ONCE) as pool:
        for number in range(sessions):
            page = pages[number % len(pages)]
            pool.submit(crowd.pass_by, address, path, page, found.record)
    found.record.phase = "calm"


def _crowd(
    server: Server, path: str, options: argparse.Namespace, found: Measured
) -> None:
    record, started = found.record, time.monotonic()
    people = [
        threading.Thread(target=_person, args=(number, server, path, options, record))
        for number in range(options.viewers)
    ]
    for person in people:
        person.start()
    seconds = 60 * options.minutes
    _until(started + UPLOADS_FROM * seconds, record)
    _bring(server, options, found)
    _until(started + RESTART_FROM * seconds, record)
    _weigh(server, found, "before the restart")
    _restart(server, found)
    _until(started + seconds, record)
    record.over.set()
    for person in people:
        person.join()


def _person(
    number: int, server: Server, path: str, options: argparse.Namespace, record: Record
) -> None:
    walk = Walk(random.Random(f"{options.seed}-{number}"))  # noqa: S311
    # Nobody comes at the same moment.
    if record.over.wait(min(30.0, 6 * options.minutes) * number / options.viewers):
        return
    real = number < options.browsers
    look = browsing.look if real else crowd.look
    who = f"{'browser' if real else 'viewer'} {number}"
    look(who, server.address, path, record, walk)


def _until(moment: float, record: Record) -> None:
    while (left := moment - time.monotonic()) > 0:
        time.sleep(min(30.0, left))
        tell(f"{len(record.steps)} steps, {len(record.errors)} errors")


def _bring(server: Server, options: argparse.Namespace, found: Measured) -> None:
    csv = file(round(options.megabytes / MEGABYTES_OF_A_MILLION, 3))
    record, found.uploads_asked = found.record, options.uploads
    tell(f"{options.uploads} uploads of {csv.stat().st_size / 1e6:.0f} MB")
    record.phase = "uploads"
    with ThreadPoolExecutor(max(1, options.uploads)) as pool:
        begun = [
            pool.submit(crowd.bring, f"upload {number}", server.address, csv, record)
            for number in range(options.uploads)
        ]
        for each in begun:
            seconds, name = each.result()
            if name and (server.folder / "datasets" / name / "digest").is_file():
                found.uploads.append(seconds)
    record.phase = "calm"
    tell(f"{len(found.uploads)} uploads have ended well")


def _restart(server: Server, found: Measured) -> None:
    record, before = found.record, _kept(server.folder)
    record.phase = "restart"
    record.away.set()
    found.restart["stop"] = server.stop()
    found.restart["start"] = server.start()
    tell("the server is back: {stop:.1f} + {start:.1f} s".format(**found.restart))
    lost = before - _kept(server.folder)
    if lost:
        record.fail("server", f"lost in the restart: {sorted(lost)}")
    record.over.wait(RESTART_SECONDS)
    record.away.clear()
    record.phase = "calm"


def _kept(folder: Path) -> set[str]:
    """What must outlive a restart: whole datasets and versions of dashboards."""
    return {str(path.relative_to(folder)) for path in folder.rglob("digest")}


def _tracebacks(log: str) -> list[str]:
    """Return what the server itself took for a mistake."""
    lines = log.splitlines()
    return [f"log: {line}" for line in lines if line.startswith("Traceback")]


def _report(found: Measured) -> dict[str, Any]:
    steps, errors = found.record.steps, found.record.errors
    changes = [each for each in steps if each.kind == "page" and each.phase != "cold"]
    p95 = {
        where: _spread([each.seconds for each in changes if each.phase == where])
        for where in sorted({each.phase for each in changes})
    }
    rest = found.memory["after a rest"]
    warm = found.memory["warm"]
    growth = (rest[0] + rest[1] - rest[2]) / (warm[0] + warm[1] - warm[2])
    looked = [each for each in p95 if each != "visits"]
    met = {
        "no error": not errors,
        "p95 of a page change": all(p95[e]["p95"] < ALLOWED_P95 for e in looked),
        "memory": growth <= ALLOWED_GROWTH,
        "uploads": len(found.uploads) == found.uploads_asked,
    }
    return {
        "met": all(met.values()),
        "goals": met,
        "phases": p95,
        "pages": _by_page(changes),
        "kinds": _by_kind(steps),
        "cold": found.cold,
        "memory": found.memory,
        "growth": growth,
        "uploads": found.uploads,
        "restart": found.restart,
        "errors": errors,
        "steps": [asdict(each) for each in steps],
    }


def _by_page(changes: list[Step]) -> dict[str, dict[str, float]]:
    wires = [each for each in changes if each.who.startswith("viewer")]
    real = [each for each in changes if each.who.startswith("browser")]
    found = {
        name: _spread([each.seconds for each in wires if each.page == name])
        for name in sorted({each.page for each in wires})
    }
    if real:
        found["(real browsers)"] = _spread([each.seconds for each in real])
    return found


def _by_kind(steps: list[Step]) -> dict[str, dict[str, float]]:
    kinds = sorted({each.kind for each in steps})
    return {
        kind: _spread([each.seconds for each in steps if each.kind == kind])
        for kind in kinds
    }


def _spread(seconds: list[float]) -> dict[str, float]:
    if len(seconds) < 2:
        only = seconds[0] if seconds else 0.0
        return {"n": len(seconds), "p50": only, "p95": only, "max": only}
    ranks = statistics.quantiles(seconds, n=20, method="inclusive")
    return {
        "n": len(seconds),
        "p50": ranks[9],
        "p95": ranks[18],
        "max": max(seconds),
    }


def _print(report: dict[str, Any]) -> None:
    for title in ("phases", "kinds", "pages"):
        print(f"\n{title:>20}  {'n':>6}  {'p50':>7}  {'p95':>7}  {'max':>7}")
        for name, each in report[title].items():
            times = "  ".join(f"{each[rank]:7.2f}" for rank in ("p50", "p95", "max"))
            print(f"{name:>20}  {each['n']:6.0f}  {times}")
    print(f"\n{'MB':>20}  {'server':>8}  {'children':>8}  {'caches':>8}")
    for when, row in report["memory"].items():
        print(f"{when:>20}  " + "  ".join(f"{each:8.0f}" for each in row))
    print(f"\nuploads, s: {', '.join(f'{each:.1f}' for each in report['uploads'])}")
    print("restart, s:", report["restart"], f" growth: {report['growth']:.3f}")
    for error in report["errors"][:20]:
        print("  ", error)
    for name, met in report["goals"].items():
        print(f"{name:>24}: {'met' if met else 'MISSED'}")


if __name__ == "__main__":
    main()
