"""How far a step of ingest has come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

EVERY = 20_000  # rows between two reports
# Step, rows so far, rows there are (where known).
OnRows = Callable[[str, int, int | None], None]
_PARTS = {"check": (0.0, 0.3), "read": (0.6, 1.0)}  # of a file; between them: parsing


@dataclass(frozen=True)
class Progress:
    """One report: ``done`` of ``total`` files, the ``file`` at hand, its ``rows``.

    ``step`` names what is being done (``read``, ``detect``, ``write`` and the like).
    ``rows_total`` is what the file itself says it holds, where it does.
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
