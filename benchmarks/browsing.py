"""The same by a real browser: what counts is when the page shows it, charts and all."""

from __future__ import annotations

import shutil
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Error, sync_playwright

from benchmarks.crowd import AWAY_SECONDS, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from benchmarks.crowd import Record, Walk

PATIENCE = 120_000  # milliseconds
SHOTS = ["--no-sandbox", "--disable-background-networking", "--disable-quic"]
LINKS = '[data-testid="stSidebarNavLink"]'
# The script has ended, nothing of the last page is left, and every chart is drawn.
_SHOWN = """
(page) => {
  const found = (name) => [...document.querySelectorAll(`[data-testid="${name}"]`)];
  const path = location.pathname.replaceAll("/", "");
  const [app] = found("stApp");
  return (page === null || path === page) && app
    && app.dataset.testScriptState === "notRunning"
    && document.querySelector("h1") !== null
    && found("stSkeleton").length === 0
    && document.querySelector('[data-stale="true"]') === null
    && found("stPlotlyChart").every((each) => each.querySelector(".main-svg"));
}
"""
_WRONG = '[data-testid="stException"], [data-testid="stAlertContentError"]'


@contextmanager
def browser() -> Iterator[Page]:
    """One real browser with one page."""
    program = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=SHOTS)
        context = started.new_context(viewport={"width": 1440, "height": 900})
        context.set_default_timeout(PATIENCE)
        yield context.new_page()
        started.close()


def look(who: str, address: str, path: str, record: Record, walk: Walk) -> None:
    """Arrive by a link and look around until it is over."""
    with browser() as page:
        try:
            started = time.perf_counter()
            page.goto(address + path)
            _shown(who, "arrive", page, record, started)
            while not record.over.wait(walk.pause()):
                _step(who, page, record, walk)
        except Error as error:
            record.fail(who, f"{page.url}: {error!r}")


def _step(who: str, page: Page, record: Record, walk: Walk) -> None:
    """Go to another page; where the server was away meanwhile, to the same data."""
    was_away, before = record.away.is_set(), _dataset(page)
    if was_away:
        _await_server(page)
    names = [_name(each) for each in _links(page)]
    wanted = walk.chance.choice([each for each in names if each != _at(page)])
    started = time.perf_counter()
    page.locator(LINKS).nth(names.index(wanted)).click()
    page.wait_for_function(_SHOWN, arg=wanted)
    kind = "return" if was_away else "page"
    _shown(who, kind, page, record, started)
    if _dataset(page) != before:
        record.fail(who, f"{wanted}: shows {_dataset(page)} after {before}")


def _shown(who: str, kind: str, page: Page, record: Record, started: float) -> None:
    page.wait_for_function(_SHOWN, arg=None)
    seconds = time.perf_counter() - started
    at = _at(page) or "overview"
    record.steps.append(Step(who, kind, at, record.phase, seconds))
    for wrong in page.locator(_WRONG).all():
        record.fail(who, f"{at}: {wrong.inner_text()}")


def _await_server(page: Page) -> None:
    """Wait as a person does while the page says that it is connecting."""
    until = time.monotonic() + AWAY_SECONDS
    while time.monotonic() < until:
        if page.locator('[data-test-connection-state="CONNECTED"]').count():
            # Nobody clicks at the very moment at which it is there again.
            page.wait_for_timeout(1_000)
            return
        page.wait_for_timeout(500)


def _links(page: Page) -> list[str]:
    found: list[str] = page.locator(LINKS).evaluate_all("all => all.map(a => a.href)")
    return found


def _name(address: str) -> str:
    return urlsplit(address).path.strip("/")


def _at(page: Page) -> str:
    return _name(page.url)


def _dataset(page: Page) -> list[str]:
    return parse_qs(urlsplit(page.url).query).get("d", [])
