"""A real server to measure: its start, its end, its memory; and a dashboard in it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[1]
READY_SECONDS = 120.0
QUIET_SECONDS = 0.2  # of CPU in two seconds
NAME, OWNER = "The benchmark's shop", "Its maker"


class Server:
    """``streamlit run app.py`` with its data in ``folder``, on a port of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> float:
        """Start it; return the seconds until it answers."""
        started = time.perf_counter()
        command = [sys.executable, "-m", "streamlit", "run", "app.py"]
        command += ["--server.port", str(self.port), "--server.headless", "true"]
        environment = {**os.environ, "KEPT_DATA": str(self.folder)}
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        while time.perf_counter() - started < READY_SECONDS:
            if self._answers():
                return time.perf_counter() - started
            time.sleep(0.1)
        raise TimeoutError(self.words())

    def stop(self) -> float:
        """End it as a host does (SIGTERM); return the seconds that it takes."""
        started = time.perf_counter()
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(READY_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                raise
            self._process = None
        return time.perf_counter() - started

    def sample(self) -> Path:
        """Wait until the sample shop stands; return its folder."""
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until:
            for found in self.folder.glob("sample-*/digest"):
                return found.parent
            time.sleep(0.1)
        raise TimeoutError(self.words())

    def settle(self) -> None:
        """Wait until the workers have fitted the sample and all is quiet."""
        self.sample()
        until, before = time.monotonic() + READY_SECONDS, -1.0
        while time.monotonic() < until and self._cpu() - before > QUIET_SECONDS:
            before = self._cpu()
            time.sleep(2.0)

    def memory(self) -> tuple[float, float]:
        """Return the resident MB of the server, and of its children together."""
        own, *others = (_resident(each) for each in self._family())
        return own, sum(others)

    def caches(self) -> float:
        """Return the MB that Streamlit counts in its caches and stores."""
        text = self._get("/_stcore/metrics")
        found = re.findall(rb"^cache_memory_bytes\{[^}]*\} (\d+)", text, re.M)
        return sum(map(int, found)) / 1e6

    def words(self) -> str:
        """Return what it wrote to its log."""
        return (self.folder / "server.log").read_text(errors="replace")

    def _answers(self) -> bool:
        try:
            self._get("/_stcore/health")
        except OSError:
            return False
        return True

    def _get(self, path: str) -> bytes:
        with urllib.request.urlopen(self.address + path, timeout=10) as answer:  # noqa: S310
            return bytes(answer.read())

    def _family(self) -> list[int]:
        if self._process is None:
            return []
        parents = {int(each.name): _parent(each) for each in _processes()}
        family = [self._process.pid]
        for one in family:
            family += [pid for pid, parent in parents.items() if parent == one]
        return family

    def _cpu(self) -> float:
        return sum(map(_seconds, self._family()))


def dashboard(folder: Path, csv: Path) -> dict[str, str]:
    """Make a dashboard of a file, as a user would; return the tokens of its links."""
    command = [sys.executable, "-m", "benchmarks.serving", str(csv)]
    environment = {**os.environ, "KEPT_DATA": str(folder)}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE
    )
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


def _make(csv: Path) -> dict[str, str]:
    from retention_core.ingest.model import Answers
    from retention_ui import datasets, state
    from retention_ui.keeping.model import Settings, Terms
    from retention_ui.keeping.store import open_store

    made = datasets.create([(csv.name, csv.read_bytes())])
    datasets.build(made, Answers())
    store = open_store()
    saved, _, edit = store.save(
        made.folder,
        name=NAME,
        owner=OWNER,
        contact="",
        settings=Settings(),
        browser=state.new_key(),
    )
    datasets.delete(made)
    _, view = store.link(saved.id, kind="view", label="Load", terms=Terms())
    return {"dashboard": saved.id, "edit": edit, "view": view}


def _processes() -> list[Path]:
    return [each for each in Path("/proc").iterdir() if each.name.isdigit()]


def _fields(process: Path) -> list[str]:
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has ended meanwhile
        return []


def _parent(process: Path) -> int:
    found = _fields(process)
    return int(found[1]) if found else 0


def _seconds(pid: int) -> float:
    found = _fields(Path(f"/proc/{pid}"))
    return (int(found[11]) + int(found[12])) / os.sysconf("SC_CLK_TCK") if found else 0


def _resident(pid: int) -> float:
    found = _fields(Path(f"/proc/{pid}"))
    return int(found[21]) * os.sysconf("SC_PAGE_SIZE") / 1e6 if found else 0.0


if __name__ == "__main__":
    print(json.dumps(_make(Path(sys.argv[1]))))
