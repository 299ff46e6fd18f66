"""A child process with limits, and what its end means."""

from __future__ import annotations

import importlib
import json
import logging
import os
import queue
import re
import signal
import subprocess
import threading
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retention_core.errors import RetentionError
from retention_core.ingest import limits as settings
from retention_core.ingest.errors import (
    WorkerFailedError,
    WorkerOutOfMemoryError,
    WorkerOutOfTimeError,
)
from retention_core.ingest.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REFUSED = 3  # the child's exit code after it sent an error that a user can mend

_MARK = "kept:"
_ROOT = Path(__file__).parents[2]
_LOG = logging.getLogger(__name__)
# What Python needs to start; nothing else that the server knows.
_INHERITED = (
    *("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "LD_LIBRARY_PATH", "TZDIR"),
    "KEPT_SYSTEMS",
)
_SILENCE = 0.5  # seconds
_CREDENTIALS = ("AWS_", "GOOGLE_")
_HOMES = ("HOME", "USERPROFILE", "APPDATA")  # where stores' tools keep credentials
_OUT_OF_MEMORY = re.compile(
    r"^[\w.]*(MemoryError|OutOfMemoryException|bad_alloc)|memory allocation of \d+"
    r"|failed to map segment",
    re.M,
)


@dataclass(frozen=True)
class Limits:
    """What a child may use: bytes of address space, seconds of CPU and of the clock."""

    memory: int
    cpu_seconds: int
    wall_seconds: int

    @classmethod
    def for_bytes(cls, size: int) -> Limits:
        """The limits for files of ``size`` bytes together."""
        allowed = settings.bounds()
        seconds = allowed.seconds + allowed.seconds_per_mb * (size // 1_000_000)
        return cls(allowed.memory_mb << 20, seconds, 2 * seconds)


@dataclass(frozen=True)
class Ending:
    """How a child ended; ``code`` is negative after a signal, as in subprocess."""

    code: int
    error: dict[str, Any] | None
    words: str
    late: bool
    limits: Limits

    def check(self, files: list[str]) -> None:
        """Raise what the end means for the owner of ``files``; a good one: nothing."""
        if self.late or -self.code == getattr(signal, "SIGXCPU", None):
            raise WorkerOutOfTimeError(
                files=", ".join(files), seconds=self.limits.wall_seconds
            )
        if self.error is not None:
            raise unpacked(self.error)
        if self.code == 0:
            return
        reference = uuid.uuid4().hex[:8]
        _LOG.error(
            "Worker ended with %s, reference %s\n%s", self.code, reference, self.words
        )
        if self.code < 0 or _OUT_OF_MEMORY.search(self.words):
            raise WorkerOutOfMemoryError(files=", ".join(files))
        raise WorkerFailedError(reference=reference)


def supervise(
    command: list[str],
    request: str,
    scratch: Path,
    limits: Limits,
    on_progress: Callable[[Progress], None],
    *,
    credentials: bool = False,
) -> Ending:
    """Start a child, pass its reports on and see it end.

    Parameters
    ----------
    command
        Runs in the project's root with next to no environment.
    request
        One line for its standard input.
    scratch
        An empty folder for its temporary files.
    limits
        The clock is kept here, the rest by the child itself (:func:`restrict`).
    on_progress
        Called for each report, and with the last one while there is none. If it raises,
        the child is ended.
    credentials
        Whether the child may know those of object stores, and find their files.
    """
    error: dict[str, Any] | None = None
    late = threading.Event()
    names = [each for each in os.environ if each in _INHERITED]
    if credentials:
        names += [n for n in os.environ if n in _HOMES or n.startswith(_CREDENTIALS)]
    with _started(command, request, scratch, names) as process:
        clock = threading.Timer(limits.wall_seconds, _stop, (process, late))
        clock.start()
        try:
            last = None
            for message in _messages(process):
                if "progress" in message:
                    last = Progress(**message["progress"])
                # In silence too: only when it is called can whoever waits stop it.
                if last is not None:
                    on_progress(last)
                error = message.get("error", error)
            code = process.wait()
        finally:
            clock.cancel()
    with (scratch / "words").open(encoding="utf-8", errors="replace") as words:
        return Ending(code, error, words.read(1_000_000), late.is_set(), limits)


@contextmanager
def _started(
    command: list[str], request: str, scratch: Path, names: list[str]
) -> Iterator[subprocess.Popen[str]]:
    environment = {name: os.environ[name] for name in names}
    environment |= settings.settings() | {
        "TMPDIR": str(scratch),
        "TEMP": str(scratch),
        "PYTHONUTF8": "1",
        # Address space is limited: each thread's pool of memory counts in full.
        "MALLOC_ARENA_MAX": "2",
        "OPENBLAS_NUM_THREADS": "1",
    }
    (scratch / "request").write_text(request + "\n", encoding="utf-8")
    with (
        (scratch / "request").open() as requests,
        (scratch / "words").open("w") as words,
        subprocess.Popen(  # noqa: S603 our own module and folders
            command,
            cwd=_ROOT,
            env=environment,
            stdin=requests,
            stdout=subprocess.PIPE,
            stderr=words,
            encoding="utf-8",
        ) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def _stop(process: subprocess.Popen[str], late: threading.Event) -> None:
    late.set()
    process.kill()


def _messages(process: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
    """What the child says to us; what a library prints, or a half line, is not.

    An empty message stands for silence.
    """
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(process, lines), daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=_SILENCE)
        except queue.Empty:
            yield {}
            continue
        if line is None:
            return
        if line.startswith(_MARK) and line.endswith("\n"):
            yield json.loads(line.removeprefix(_MARK))


def _listen(
    process: subprocess.Popen[str], lines: queue.SimpleQueue[str | None]
) -> None:
    try:
        for line in process.stdout or ():
            lines.put(line)
    except ValueError:  # closed under us: the child was ended
        pass
    finally:
        lines.put(None)


def restrict(limits: Limits) -> None:
    """In the child: keep to the limits and stand back for those who look at pages.

    Not on Windows. It leaves no core file.
    """
    try:
        import resource
    except ImportError:
        return
    os.nice(settings.bounds().nice)
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    seconds = limits.cpu_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def tell(message: dict[str, Any]) -> None:
    """In the child: one line to the parent."""
    print(_MARK + json.dumps(message, default=_plain), flush=True)  # noqa: T201


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, set | frozenset) else str(value)


def packed(error: RetentionError) -> dict[str, Any]:
    """An error as JSON values."""
    module = type(error).__module__
    return {"code": error.code, "fields": error.fields, "module": module}


def unpacked(message: dict[str, Any]) -> RetentionError:
    """The error that :func:`packed` was given, of the same class."""
    if message["module"].startswith("retention_core."):
        importlib.import_module(message["module"])
    for kind in _kinds(RetentionError):
        if getattr(kind, "code", None) == message["code"]:
            return kind(**message["fields"])
    raise LookupError(message["code"])


def _kinds(kind: type[RetentionError]) -> Iterator[type[RetentionError]]:
    for each in kind.__subclasses__():
        yield each
        yield from _kinds(each)
