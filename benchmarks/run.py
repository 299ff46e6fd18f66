"""Measure ours against peers: ``python -m benchmarks.run [--lines MILLIONS]``.

Every stage runs in a process of its own, ours and the peer in turns; the table
shows medians, and beside them what ours may take. Seconds of the processor, of all
threads together, are there too: on a machine with other work they say more.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import subprocess
import sys
import time
import warnings
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.draw import draw
from benchmarks.stages import STAGES

if TYPE_CHECKING:
    from benchmarks.stages import Fingerprint, Stage

SIDES = ("ours", "peer")
# ru_maxrss counts kilobytes on Linux and bytes on macOS.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024
HEAD = (
    *("stage", "against", "ours", "peer", "peer/ours", "may take"),
    *("CPU: ours", "peer", "ours/peer", "memory", ""),
)


def main() -> None:
    """Draw the data where it is missing, measure, print the table."""
    options = _options()
    if options.stage is not None:
        warnings.simplefilter("ignore")
        stage = STAGES[options.stage]
        sides = [options.side] if options.side else _turns(stage)
        print(json.dumps([_once(stage, side, options.lines) for side in sides]))
        return
    draw(options.lines)
    print(f"{options.lines} million order lines, seconds, medians of runs in turns\n")
    chosen = [n for n, stage in enumerate(STAGES) if options.only in stage.name]
    rows = [_row(number, options.lines) for number in chosen]
    _print_table([HEAD, *rows])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1, help="millions of order lines")
    parser.add_argument("--only", default="", help="stages named so: ingest")
    parser.add_argument("--stage", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    return parser.parse_args()


def _turns(stage: Stage) -> list[str]:
    return list(SIDES) * stage.rounds


def _once(stage: Stage, side: str, millions: int) -> dict[str, Any]:
    """Run one side of a stage here and now."""
    run = stage.ours if side == "ours" else stage.peer
    started, spent = time.perf_counter(), time.process_time()
    fingerprint = run(millions)
    seconds, spent = time.perf_counter() - started, time.process_time() - spent
    peak = max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return {
        "side": side,
        "seconds": seconds,
        "cpu": spent,
        "peak": peak * RSS_UNIT,
        "fingerprint": fingerprint,
    }


def _row(number: int, millions: int) -> tuple[str, ...]:
    stage = STAGES[number]
    arguments = ["--lines", str(millions), "--stage", str(number)]
    if stage.apart:
        runs = [_apart([*arguments, "--side", side])[0] for side in _turns(stage)]
    else:
        runs = _apart(arguments)
    ours, peer = ([run for run in runs if run["side"] == side] for side in SIDES)
    seconds, against = (median(run["seconds"] for run in each) for each in (ours, peer))
    cpu, cpu_of_peer = (median(run["cpu"] for run in each) for each in (ours, peer))
    allowed = stage.allowed(against, millions)
    memory = max(run["peak"] for run in ours) / 1e6
    verdict = "met" if seconds <= allowed else "MISSED"
    if not _alike(ours[0]["fingerprint"], peer[0]["fingerprint"]):
        verdict = f"DIFFERENT: {ours[0]['fingerprint']} {peer[0]['fingerprint']}"
    return (
        stage.name,
        stage.peer_name,
        f"{seconds:.3f}",
        f"{against:.3f}",
        f"{against / seconds:.2f}",
        f"{allowed:.3f}  {stage.target}",
        f"{cpu:.3f}",
        f"{cpu_of_peer:.3f}",
        f"{cpu / cpu_of_peer:.2f}",
        f"{memory:,.0f} MB" if stage.apart else "",
        verdict,
    )


def _apart(arguments: list[str]) -> list[dict[str, Any]]:
    """Measure in a process of its own: a small one, whose memory is its own."""
    command = [sys.executable, "-m", "benchmarks.run", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def _alike(ours: Fingerprint, peer: Fingerprint) -> bool:
    return all(
        math.isclose(one, other, rel_tol=1e-6)
        for one, other in zip(ours, peer, strict=True)
    )


def _print_table(rows: list[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = zip(row, widths, strict=True)
        print("  ".join(cell.ljust(width) for cell, width in cells).rstrip())


if __name__ == "__main__":
    main()
