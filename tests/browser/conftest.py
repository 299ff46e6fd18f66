"""A real server and a real browser."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
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


def start_server(folder: Path) -> tuple[subprocess.Popen, str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (folder / "server.log").open("wb")
    program = [sys.executable, "-m", "streamlit", "run", "app.py"]
    server = subprocess.Popen(
        [*program, "--server.port", str(port), "--server.headless", "true"],
        cwd=ROOT,
        env={**os.environ, "KEPT_DATA": str(folder / "data")},
        stdout=log,
        stderr=log,
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(200):
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=2)  # noqa: S310
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
        else:
            return server, address
    server.kill()
    raise TimeoutError((folder / "server.log").read_text())


@pytest.fixture(scope="session")
def browser():
    program = chromium()
    if program is None:
        if os.environ.get("KEPT_NEEDS_BROWSER"):
            pytest.fail("browser tests must run here, and no Chromium was found")
        pytest.skip("no Chromium on this machine: browser tests are skipped")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--disable-background-networking", "--disable-quic"],
        )


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """One server for the journeys that do not need a fresh one."""
    process, address = start_server(tmp_path_factory.mktemp("server"))
    yield address
    process.terminate()
    process.wait(10)


@pytest.fixture
def page(browser):
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, accept_downloads=True
    )
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()
