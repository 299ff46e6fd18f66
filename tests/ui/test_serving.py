"""A real server, both ways it is started: what it writes down, and what it refuses."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.viewer import Viewer
from retention_ui.keeping.model import Settings, Terms
from retention_ui.keeping.store import SqliteStore

ROOT = Path(__file__).parents[2]
WORDS = "S3cret-words"
STREAMLIT = ["streamlit", "run", "app.py", "--server.port"]
UVICORN = ["uvicorn", "app:app", "--port"]
# websockets 17 would have its connections opened in another way.
pytestmark = pytest.mark.filterwarnings("ignore:connect:DeprecationWarning")


@contextmanager
def serving(command, folder, **settings):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    environment = {**os.environ, "KEPT_DATA": str(folder / "data"), **settings}
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", *command, port],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
        try:
            yield awaited(f"http://127.0.0.1:{port}", folder / "log"), server
        finally:
            server.terminate()
            server.wait(30)


def awaited(address, log):
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):  # noqa: S310
                return address
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(log.read_text())


def code_of(address, body=None, method=None, **headers):
    asked = urllib.request.Request(address, body, headers, method=method)  # noqa: S310
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


@pytest.fixture
def kept(sample, tmp_path):
    """A saved sample shop; a view link with a password, and a withdrawn one."""
    (tmp_path / "data").mkdir()
    # The shop need not be built a second time.
    (tmp_path / "data" / sample.folder.name).symlink_to(sample.folder)
    store = SqliteStore(tmp_path / "data")
    dashboard, key, token = store.save(
        sample.folder,
        name="Zanzibar tea",
        owner="Annabel Owner",
        contact="ann@tea.example",
        settings=Settings(),
        browser="o" * 32,
    )
    options = {"kind": "view", "label": "Mia Reader", "terms": Terms()}
    link, asked = store.link(dashboard.id, password=WORDS, **options)
    gone, withdrawn = store.link(dashboard.id, **options)
    store.revoke(gone.id)
    return {"edit": token, "password": asked, "revoked": withdrawn}, (key.id, link.id)


@pytest.mark.parametrize("command", [STREAMLIT, UVICORN], ids=lambda c: c[0])
def test_the_log_holds_no_key_no_password_and_no_name(command, kept, tmp_path):
    tokens, ids = kept
    with serving(command, tmp_path) as (address, _):
        with Viewer(address) as viewer:
            viewer.open(f"/s/{tokens['edit']}/cohorts?grain=week")
            assert ids[0] in viewer.query
        for name, token in tokens.items():
            code_of(f"{address}/s/{token}/cohorts?d=sample&embed=true", method="HEAD")
            code_of(f"{address}/s/{token}", f"password={WORDS}".encode())
            code_of(f"{address}/s/{token}", b"password=Wr0ng-words")
            code_of(f"{address}/?d={token}{name}")
        code_of(f"{address}/_stcore/upload_file/{tokens['edit']}/x", b"x", "PUT")
        code_of(f"{address}/s/G-u-e-s-s-e-d")
    log = (tmp_path / "log").read_text(encoding="utf-8")
    assert "URL" in log or "/s/…" in log
    secrets = [*tokens.values(), *ids, WORDS, "Wr0ng-words", "G-u-e-s-s-e-d"]
    names = ["Zanzibar", "Annabel", "Mia", "tea.example"]
    assert not [each for each in [*secrets, *names] if each in log]
    assert "Traceback" not in log


def sent(viewer, name, megabytes):
    """Put a file nobody asked for into a tab; return how it was answered."""
    mark = "xyz"
    head = f'--{mark}\r\nContent-Disposition: form-data; name="f"; filename="f.csv"'
    body = f"{head}\r\n\r\n{'x' * int(megabytes * 1024**2)}\r\n--{mark}--\r\n"
    token = next(c.value for c in viewer.wire.cookies if c.name == "_streamlit_xsrf")
    headers = {
        "Content-Type": f"multipart/form-data; boundary={mark}",
        "X-Xsrftoken": token,
        "Cookie": f"_streamlit_xsrf={token}",
    }
    path = f"{viewer.wire.address}/_stcore/upload_file/{viewer.session}/{name}"
    return code_of(path, body.encode(), "PUT", **headers)


def test_nobody_fills_the_memory_with_files_that_were_not_asked_for(kept, tmp_path):
    small = {"STREAMLIT_SERVER_MAX_UPLOAD_SIZE": "1"}
    with serving(STREAMLIT, tmp_path, **small) as (address, server):
        one, two, three = viewers = [Viewer(address) for _ in range(3)]
        with one, two, three:
            for viewer in viewers:
                viewer.open("/data")
            codes = [sent(one, f"file{n}", 0.9) for n in range(6)]
            assert codes == [204] * 4 + [413] * 2
            codes = [sent(two, f"file{n}", 0.9) for n in range(4)]
            assert codes == [204] * 4
            assert sent(three, "file", 0.9) == 413
            path = f"{address}/_stcore/upload_file/{one.session}/x"
            assert chunked(path) == 411
            began = time.monotonic()
            server.terminate()
            server.wait(10)
            assert time.monotonic() - began < 5


def chunked(path):
    """Send a body whose length is not told before; return how it was answered."""
    host, _, rest = path.removeprefix("http://").partition("/")
    with socket.create_connection(host.split(":"), timeout=10) as line:
        head = f"PUT /{rest} HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked"
        line.sendall(f"{head}\r\n\r\n1\r\nx\r\n0\r\n\r\n".encode())
        return int(line.recv(100).split()[1])
