"""How long each list takes: ``python -m benchmarks.lists [--lines MILLIONS ...]``.

Each is asked in a process of its own, on a dataset of so many million order lines that
nobody has asked before: opened, everybody worked out, the list's first 1,000 rows with
how to reach them. The forecast's models are given, as on the pages, where workers have
fitted them, and so is what the lists go by, but to ``learned``, which works it out.
``summary`` is what the page on lists opens with: all of them at a glance.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.draw import draw

ROOT = Path(__file__).parents[1]
LIMIT = 3.0
ROWS = 1000
RUNS = 3
EVERYTHING = "summary"
LEARNED = "learned"


def main() -> int:
    """Measure every list at every size; 1 where one takes too long at a million."""
    options = _options()
    if options.name:
        print(json.dumps(_measured(options.name, options.dataset, options.given)))
        return 0
    slow = False
    for millions in options.lines:
        slow |= _compared(options.dataset or str(draw(millions)[0]), millions)
    return int(slow)


def _compared(folder: str, millions: int) -> bool:
    """Print a row a list: whether any took longer than it may at a million lines."""
    from retention_core import lists

    given = _given(folder)
    print(f"{millions} million lines, cold, the median of {RUNS}:")
    print("  list              seconds, of all cores, customers")
    longest = 0.0
    for name in (LEARNED, EVERYTHING, *lists.NAMES):
        runs = sorted(_apart(name, folder, given) for _ in range(RUNS))
        seconds, worked, customers = runs[RUNS // 2]
        longest = max(longest, seconds)
        print(f"  {name:18} {seconds:6.2f} {worked:6.2f} {customers:9,}")
    print(f"  {'at most':18} {LIMIT:6.2f}" if millions == 1 else "")
    return millions == 1 and longest > LIMIT


def _given(folder: str) -> str:
    """What the pages have already, as JSON: window, fitted models, what is learned."""
    import retention_core as rc
    from retention_core import lists

    orders = rc.open_orders(folder, memory_limit="1GB", threads=2)
    fits = rc.clv.fits(orders).to_json()
    days = rc.churn.window(orders).days
    learned = lists.learn(orders, window_days=days)
    return json.dumps({"fits": fits, "window_days": days, "learned": learned})


def _apart(name: str, folder: str, given: str) -> tuple[float, float, int]:
    command = [sys.executable, "-m", "benchmarks.lists", "--name", name]
    more = ["--dataset", folder, "--given", given]
    said = subprocess.run(
        [*command, *more], cwd=ROOT, check=True, capture_output=True, text=True
    )
    seconds, worked, customers = json.loads(said.stdout)
    return float(seconds), float(worked), int(customers)


def _measured(name: str, folder: str, given: str) -> tuple[float, float, int]:
    """Seconds from opening the dataset to the answer, of the clock and of the cores.

    And how many customers.
    """
    import retention_core as rc
    from retention_core.lists import learn
    from retention_ui.questions import lists

    asked = json.loads(given)
    begun, idle = time.perf_counter(), time.process_time()
    orders = rc.open_orders(folder, memory_limit="1GB", threads=2)
    if name == LEARNED:
        customers = 0
        learn(orders, window_days=asked["window_days"])
    elif name == EVERYTHING:
        customers = lists.list_summary(orders, **asked).summary.contacted
    else:
        customers = len(lists.list_rows(orders, name=name, limit=ROWS, **asked))
    worked = time.process_time() - idle
    return time.perf_counter() - begun, worked, customers


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, nargs="+", default=[1])
    parser.add_argument("--dataset", help="a folder of an order table, not drawn")
    parser.add_argument("--name", help=argparse.SUPPRESS)
    parser.add_argument("--given", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
