"""A real server and a real browser."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

ROOT = Path(__file__).parents[2]
PATIENCE = 60_000


def chromium() -> str | None:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    return None


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def serving(folder: Path, port: int | None = None, **settings: str):
    """Run a fresh server with its data in ``folder``; give its address."""
    port = port or free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    command += ["--server.port", str(port), "--server.headless", "true"]
    environment = {**os.environ, "KEPT_DATA": str(folder / "data"), **settings}
    written = folder / "server.log"
    with (
        written.open("wb") as log,
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=log
        ) as server,
    ):
        try:
            yield _awaited(f"http://127.0.0.1:{port}", written)
        finally:
            server.terminate()


def _awaited(address: str, log: Path) -> str:
    for _ in range(600):
        try:
            with urllib.request.urlopen(  # noqa: S310
                f"{address}/_stcore/health", timeout=2
            ):
                return address
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(log.read_text())


@pytest.fixture(scope="session")
def browser():
    program = chromium()
    if program is None:
        if os.environ.get("KEPT_NEEDS_BROWSER"):
            pytest.fail("browser tests must run here, and no Chromium was found")
        pytest.skip("no Chromium on this machine: browser tests are skipped")
    expect.set_options(timeout=PATIENCE)
    quiet = ["--no-sandbox", "--disable-background-networking", "--disable-quic"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=quiet)
        yield started
        started.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """One server for the journeys that do not need a fresh one."""
    with serving(tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture
def page(browser):
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, accept_downloads=True
    )
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()
