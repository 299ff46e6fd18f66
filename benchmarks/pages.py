"""How long each page takes: ``python -m benchmarks.pages [--lines MILLIONS ...]``.

Each page is run by Streamlit's own test runner in a process of its own, on a dataset of
so many million order lines: cold (nothing asked before) and warm (again). What counts
is from the request to the last element, figures included; the browser is not in it.
The seconds of all processors, workers included, stand beside: on a machine with other
work the clock tells little. ``--dataset`` takes the folder of an order table,
``--only`` some of the pages.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.draw import draw

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[1]
PAGES = (
    "overview",
    "cohorts",
    "value",
    "churn",
    "risk",
    "forecast",
    "newcomers",
    "baskets",
    "lists",
    "segments",
    "tiers",
    "campaigns",
    "customer",
)
# Seconds that a page may take: cold by the millions of lines, and warm at any size.
COLD = {1: 3.0, 10: 15.0}
WARM = 0.3
WARM_RUNS = 3
DATASET = "benchmark-of-a-million-lines-000"


def main() -> None:
    """Measure every page at every size, and print how it grows."""
    options = _options()
    if options.page:
        warnings.simplefilter("ignore")
        print(json.dumps(_measured(options.page)))
        return
    seen: dict[int, dict[str, dict[str, float]]] = {}
    for millions in options.lines:
        shop = Path(options.dataset) if options.dataset else draw(millions)[0]
        with tempfile.TemporaryDirectory(dir=ROOT / "benchmarks") as folder:
            _place(shop, Path(folder))
            seen[millions] = {page: _apart(page, folder) for page in options.only}
    _print(seen)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, nargs="+", default=[1, 10])
    parser.add_argument("--dataset", help="a folder of an order table, not drawn")
    parser.add_argument("--only", nargs="+", default=PAGES)
    parser.add_argument("--page", help=argparse.SUPPRESS)
    return parser.parse_args()


def _place(shop: Path, folder: Path) -> None:
    """Make a built dataset of the drawn shop, as an upload would have left it."""
    home = folder / "datasets" / DATASET
    (home / "incoming").mkdir(parents=True)
    for path in shop.iterdir():
        # Linked, not copied: the files are large, and nobody writes to them.
        os.link(path, home / path.name)
    (home / "incoming" / "names.json").write_text('{"0.csv": "lines.csv"}')
    (home / "digest").write_text("0" * 64)


def _apart(page: str, folder: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.pages", "--page", page]
    environment = {**os.environ, "KEPT_DATA": folder}
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env=environment, cwd=ROOT
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _measured(page: str) -> dict[str, Any]:
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(ROOT / "retention_ui" / "main.py"), default_timeout=600)
    # The program and its workers are loaded when a server has shown its first shop.
    app.query_params["d"] = "sample"
    app.switch_page(str(ROOT / "pages" / f"{page}.py"))
    app.run()
    app.query_params["d"] = DATASET
    before = _worked()
    cold = _seconds(app)
    worked = _worked() - before
    warm = min(_seconds(app) for _ in range(WARM_RUNS))
    return {"cold": cold, "worked": worked, "warm": warm}


def _worked() -> float:
    """Seconds that this process and its workers have had of all processors."""
    every = [Path("/proc/self"), *_children(Path("/proc/self/task"))]
    ticks = 0
    for process in every:
        fields = (process / "stat").read_text().rpartition(")")[2].split()
        ticks += sum(int(each) for each in fields[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


def _children(tasks: Path) -> list[Path]:
    numbers = [n for each in tasks.glob("*/children") for n in each.read_text().split()]
    return [Path("/proc") / each for each in numbers]


def _seconds(app: AppTest) -> float:
    started = time.perf_counter()
    app.run()
    seconds = time.perf_counter() - started
    if app.exception or not app.header:
        raise RuntimeError([each.value for each in app.exception])
    return seconds


def _print(seen: dict[int, dict[str, dict[str, float]]]) -> None:
    sizes = list(seen)
    head = ["page"]
    for millions in sizes:
        head += [f"{millions}m cold", "of all", f"{millions}m warm", ""]
    print("  ".join(f"{cell:>9}" for cell in [*head, "growth"]))
    for page in seen[sizes[0]]:
        row = [page]
        for millions in sizes:
            cold, warm = (seen[millions][page][kind] for kind in ("cold", "warm"))
            met = cold <= COLD.get(millions, COLD[10]) and warm <= WARM
            worked = seen[millions][page]["worked"]
            row += [
                f"{cold:.2f}",
                f"{worked:.2f}",
                f"{warm:.3f}",
                "met" if met else "MISSED",
            ]
        first, last = (seen[size][page]["cold"] for size in (sizes[0], sizes[-1]))
        print("  ".join(f"{cell:>9}" for cell in [*row, f"{last / first:.1f}"]))
    bars = ", ".join(f"{size} million {COLD[size]:g} s" for size in COLD)
    print(f"\nmay take cold: {bars}; warm {WARM:g} s. Growth: cold, last over first")


if __name__ == "__main__":
    main()
