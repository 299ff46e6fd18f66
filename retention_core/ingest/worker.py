"""One step of ingest in a process of its own, which may die without harm.

The server calls :func:`run`; the child is ``python -m retention_core.ingest.worker
FOLDER STEP``, reads one JSON request and answers in lines of JSON.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from retention_core.columns import NOTED
from retention_core.errors import RetentionError
from retention_core.ingest import child
from retention_core.ingest.limits import bounds
from retention_core.ingest.progress import Progress
from retention_core.ingest.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable

    from retention_core.ingest.model import Answers
    from retention_core.ingest.sources import SourceLimits

Step = Literal["recognise", "build"]
_COMMAND = (sys.executable, "-m", "retention_core.ingest.worker")
# Many uploads at once would take all memory, and each would end later than in turn.
_READING = Turns()


def run(
    step: Step,
    folder: Path,
    answers: Answers,
    on_progress: Callable[[Progress], None] | None = None,
    limits: child.Limits | None = None,
) -> None:
    """Run ``recognise`` or ``build`` on the files of a job.

    Parameters
    ----------
    step
        ``recognise`` writes ``detection.json`` into ``folder``, ``build`` what
        :func:`retention_core.ingest.pipeline.build` writes.
    folder
        The job: ``incoming/`` with the files under safe names, and
        ``incoming/names.json`` from safe names to those that the user gave.
    answers
        What the user said so far.
    on_progress
        Called for each report of the child, in the caller's thread, and while others
        have their turn first.
    limits
        ``None`` means: by the size of the files.

    Raises
    ------
    RetentionError
        What the child raised, or that it ran out of memory or time. The folder is
        then as it was before.
    """
    folder = folder.resolve()
    files = incoming(folder)
    limits = limits or child.Limits.for_bytes(
        sum(path.stat().st_size for path, _ in files)
    )
    with tempfile.TemporaryDirectory(dir=folder, prefix="step-") as name:
        scratch = Path(name)
        out = scratch / "out"
        out.mkdir()
        request = {
            "out": str(out),
            "answers": answers.to_json(),
            "limits": asdict(limits),
        }
        tell = on_progress or _ignore
        with _READING.taken(bounds().at_once, tell):
            ending = child.supervise(
                [*_COMMAND, str(folder), step],
                json.dumps(request),
                scratch,
                limits,
                tell,
            )
        ending.check([name for _, name in files])
        _publish(out, folder, step)


def fetch(
    source: str,
    folder: Path,
    allowed: SourceLimits,
    on_progress: Callable[[Progress], None] | None = None,
) -> list[tuple[Path, str]]:
    """Run :func:`retention_core.ingest.sources.fetch` in a child.

    Only this child knows the credentials of object stores. What was loaded by the time
    that it fails or is stopped stays in ``folder``.

    Parameters
    ----------
    source
        A path, a folder or a URL.
    folder
        Where files from elsewhere are put.
    allowed
        What may be loaded, and from where.
    on_progress
        Called for each report of the child, in the caller's thread.

    Raises
    ------
    RetentionError
        What the child raised, or that it ran out of memory or time.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    limits = child.Limits.for_bytes(allowed.size)
    with tempfile.TemporaryDirectory(dir=folder, prefix="step-") as name:
        scratch = Path(name)
        found = scratch / "found.json"
        request = {
            "source": source,
            "allowed": asdict(allowed),
            "found": str(found),
            "limits": asdict(limits),
        }
        ending = child.supervise(
            [*_COMMAND, str(folder), "fetch"],
            json.dumps(request),
            scratch,
            limits,
            on_progress or _ignore,
            credentials=True,
        )
        ending.check([source])
        pairs = json.loads(found.read_text(encoding="utf-8"))
    return [(Path(path), name) for path, name in pairs]


def incoming(folder: Path) -> list[tuple[Path, str]]:
    """The files of a job, each with the name that the user gave."""
    names = json.loads((folder / "incoming" / "names.json").read_text("utf-8"))
    return [(folder / "incoming" / safe, name) for safe, name in names.items()]


def _ignore(report: Progress) -> None:
    """Nobody asked."""


def _publish(out: Path, folder: Path, step: Step) -> None:
    """Put whole files in place of the last ones; a build's old tables go.

    What was noted in the app is of no build: it stays.
    """
    written = sorted(out.iterdir())
    for path in written:
        path.replace(folder / path.name)
    if step == "build":
        names = {*(path.name for path in written), f"{NOTED}.parquet"}
        for old in folder.glob("*.parquet"):
            if old.name not in names:
                old.unlink()


def main(folder: Path, step: str) -> int:
    """The child: do the step that the request on standard input asks for."""
    request = json.loads(sys.stdin.readline())
    child.restrict(child.Limits(**request["limits"]))
    try:
        if step == "fetch":
            _fetch(folder, request)
        else:
            _work(step, incoming(folder), request)
    except RetentionError as error:
        child.tell({"error": child.packed(error)})
        return child.REFUSED
    return 0


def _work(step: str, files: list[tuple[Path, str]], request: dict[str, str]) -> None:
    from retention_core.ingest import pipeline
    from retention_core.ingest.model import Answers

    answers, out = Answers.from_json(request["answers"]), Path(request["out"])
    if step == "build":
        pipeline.build(files, answers, into=out, progress=_report)
        return
    found = pipeline.recognise(files, answers, progress=_report)
    content = json.dumps([asdict(each) for each in found], ensure_ascii=False)
    (out / "detection.json").write_text(content, encoding="utf-8")


def _fetch(folder: Path, request: dict[str, Any]) -> None:
    from retention_core.ingest import sources

    source, allowed = request["source"], dict(request["allowed"])
    if allowed["prefixes"] is not None:
        allowed["prefixes"] = tuple(allowed["prefixes"])
    limits = sources.SourceLimits(**allowed)

    def on_bytes(done: int | None, total: int | None) -> None:
        _report(Progress("fetch", 0, 1, source, done, total))

    on_bytes(None, None)
    found = sources.fetch(source, folder, limits, on_bytes)
    pairs = [(str(path.absolute()), name) for path, name in found]
    text = json.dumps(pairs, ensure_ascii=False)
    Path(request["found"]).write_text(text, encoding="utf-8")


def _report(report: Progress) -> None:
    child.tell({"progress": asdict(report)})


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
