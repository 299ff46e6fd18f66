"""How far a step of ingest has come."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

EVERY = 20_000  # rows between two reports
EVERY_BYTES = 16 << 20
# Step, rows (or bytes) so far, rows there are (where known).
OnRows = Callable[[str, int, int | None], None]
OnBytes = Callable[[int], None]  # bytes so far
BYTES = ("fetch", "survey", "decode")  # steps that count bytes, not rows
# Of a file. Workbooks: between these parts they are parsed. Text: all but `check`.
_PARTS = {
    "check": (0.0, 0.3),
    "read": (0.6, 1.0),
    "survey": (0.0, 0.15),
    "decode": (0.15, 0.4),
    "parse": (0.4, 1.0),
    "fetch": (0.0, 1.0),
}
_POLL = 0.25  # seconds


@dataclass(frozen=True)
class Progress:
    """One report: ``done`` of ``total`` files, the ``file`` at hand, its ``rows``.

    ``step`` names what is being done (``read``, ``detect``, ``write`` and the like).
    ``rows_total`` is what the file itself says it holds, where it does. In the steps of
    ``BYTES`` both are bytes.
    """

    step: str
    done: int
    total: int
    file: str | None = None
    rows: int | None = None
    rows_total: int | None = None

    @property
    def share(self) -> float:
        """How much of the step is done, from 0 to 1, the file at hand by its rows."""
        if not self.total:
            return 0.0
        return min(1.0, (self.done + self._of_file) / self.total)

    @property
    def _of_file(self) -> float:
        if not self.rows or not self.rows_total or self.step not in _PARTS:
            return 0.0
        begin, end = _PARTS[self.step]
        return begin + (end - begin) * min(1.0, self.rows / self.rows_total)


@contextmanager
def watched(
    con: DuckDBPyConnection, step: str, rows: int, on_rows: OnRows | None
) -> Iterator[None]:
    """Report, from a thread of its own, how far the queries inside have come.

    ``rows`` is what they go through in all.
    """
    if on_rows is None:
        yield
        return
    con.execute("SET enable_progress_bar = true")
    con.execute("SET enable_progress_bar_print = false")
    over = threading.Event()
    arguments = (con, step, rows, on_rows, over)
    watcher = threading.Thread(target=_watch, args=arguments, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _watch(
    con: DuckDBPyConnection,
    step: str,
    rows: int,
    on_rows: OnRows,
    over: threading.Event,
) -> None:
    most = 0.0
    while not over.wait(_POLL):
        done = con.query_progress()
        # Less than nothing: it is not known yet.
        if done > most:
            most = done
            on_rows(step, int(rows * min(done, 100.0) / 100), rows)
