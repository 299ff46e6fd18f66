"""Whose turn it is to read: a few at once, the others in the order they came."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from retention_core.ingest.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WAIT = "wait"  # the step of whoever waits; ``total`` is how many are before them
_LOOK = 0.5  # seconds


class Turns:
    """A line of threads, the first few of which may go on."""

    def __init__(self) -> None:
        self._line: list[object] = []
        self._moved = threading.Condition()

    @contextmanager
    def taken(
        self, most: int, on_progress: Callable[[Progress], None]
    ) -> Iterator[None]:
        """Wait until fewer than ``most`` are before this thread, then hold a place.

        Parameters
        ----------
        most
            How many may go on at once.
        on_progress
            Told, while there is waiting, how many must end first. If it raises, the
            place in the line is given up.
        """
        place = object()
        with self._moved:
            self._line.append(place)
        try:
            while before := self._before(place, most):
                # Not under the lock: who is told may take their time, or leave.
                on_progress(Progress(WAIT, 0, before))
                with self._moved:
                    self._moved.wait_for(lambda: not self._ahead(place, most), _LOOK)
            yield
        finally:
            with self._moved:
                self._line.remove(place)
                self._moved.notify_all()

    def _before(self, place: object, most: int) -> int:
        with self._moved:
            return self._ahead(place, most)

    def _ahead(self, place: object, most: int) -> int:
        return max(0, self._line.index(place) + 1 - most)
