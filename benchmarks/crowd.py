"""Those who look at a dashboard, at the pace of people, and how it went."""

from __future__ import annotations

import threading
import time
import urllib.error
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from benchmarks.screen import options
from benchmarks.viewer import Viewer
from benchmarks.wire import LostError

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from benchmarks.viewer import Run

BETWEEN = (10.0, 40.0)  # seconds that somebody looks at a page
PAGES_OF_TEN = 7  # the others change an input
AWAY_SECONDS = 90.0
GIVEN_UP = (LostError, urllib.error.URLError, LookupError)


@dataclass(frozen=True)
class Step:
    """One thing that somebody did: how long it took until it was there.

    ``kind`` is ``arrive``, ``page``, ``input`` or ``return`` (after the server was
    away); ``phase`` is what went on meanwhile.
    """

    who: str
    kind: str
    page: str
    phase: str
    seconds: float


@dataclass
class Record:
    """What all have done, and what went wrong; threads may add to it."""

    steps: list[Step] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    phase: str = "calm"
    away: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    def note(self, who: str, kind: str, run: Run) -> None:
        """Keep how one run went."""
        page = run.path or "overview"
        self.steps.append(Step(who, kind, page, self.phase, run.seconds))
        for error in run.errors:
            self.fail(who, f"{page}: {error}")
        if "d" not in parse_qs(run.query):
            self.fail(who, f"{page}: without data")

    def fail(self, who: str, what: str) -> None:
        """Keep an error."""
        self.errors.append(f"{self.phase}: {who}: {what}")


@dataclass(frozen=True)
class Walk:
    """Where somebody goes next; drawn from a seed, the same each time."""

    chance: random.Random

    def pause(self, scale: float = 1.0) -> float:
        """Return for how many seconds a page is looked at."""
        return scale * self.chance.uniform(*BETWEEN)

    def page(self, pages: list[str], at: str) -> str | None:
        """Return another page, or ``None``: an input is changed on this one."""
        others = [each for each in pages if each != at]
        if self.chance.randrange(10) < PAGES_OF_TEN:
            return self.chance.choice(others)
        return None


def look(who: str, address: str, path: str, record: Record, walk: Walk) -> None:
    """Arrive by a link and look around until it is over."""
    with Viewer(address) as viewer:
        try:
            record.note(who, "arrive", viewer.open(path))
        except GIVEN_UP as error:
            record.fail(who, f"arrive: {error!r}")
            return
        while not record.over.wait(walk.pause()):
            try:
                _step(who, viewer, record, walk)
            except GIVEN_UP as error:
                if not _back(who, viewer, record, error):
                    return


def _step(who: str, viewer: Viewer, record: Record, walk: Walk) -> None:
    page = walk.page(viewer.links, viewer.path)
    if page is not None:
        record.note(who, "page", viewer.go(page))
        return
    inputs = [shown for shown in viewer.screen if len(options(shown)) > 1]
    if not inputs:
        return
    shown = walk.chance.choice(inputs)
    value = walk.chance.choice(options(shown))
    record.note(who, "input", viewer.choose(shown.id.split("-", 2)[-1], value))


def _back(who: str, viewer: Viewer, record: Record, error: Exception) -> bool:
    """Come back after the server was away, as a browser does, to the same page."""
    if not record.away.is_set():
        record.fail(who, f"{viewer.path}: {error!r}")
        return False
    before = viewer.path, parse_qs(viewer.query)
    try:
        run = viewer.reconnect(AWAY_SECONDS) or viewer.rerun()
    except GIVEN_UP as lost:
        record.fail(who, f"did not come back: {lost!r}")
        return False
    record.note(who, "return", run)
    if (run.path, parse_qs(run.query)) != before:
        record.fail(who, f"came back to {run.path}?{run.query}, not {before}")
    return True


def pass_by(address: str, path: str, page: str, record: Record) -> None:
    """A short visit: arrive, look at one more page, leave."""
    with Viewer(address) as viewer:
        try:
            record.note("passer-by", "arrive", viewer.open(path))
            record.note("passer-by", "page", viewer.go(page))
        except GIVEN_UP as error:
            record.fail("passer-by", repr(error))


def bring(who: str, address: str, file: Path, record: Record) -> tuple[float, str]:
    """Upload a file, read it and build the order table, as on the Data page.

    Returns the seconds it took and the id of the dataset; no id where it failed.
    """
    started = time.perf_counter()
    with Viewer(address) as viewer:
        try:
            viewer.open("/data")
            runs = [viewer.upload("data.files", file), viewer.press("data.read")]
            found = parse_qs(viewer.query).get("d", [""])[0]
            runs.append(viewer.press("data.build"))
        except GIVEN_UP as error:
            record.fail(who, f"upload: {error!r}")
            return time.perf_counter() - started, ""
    for run in runs:
        for error in run.errors:
            record.fail(who, f"upload: {error}")
    return time.perf_counter() - started, found
