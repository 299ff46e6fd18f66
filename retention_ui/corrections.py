"""What this browser corrected before, for the next file with the same header row.

Kept are names of columns and how they are read, never a row of data. It goes by a key
that only the browser has: a cookie; without one, by the session, and as long as that.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from retention_core.ingest import memory
from retention_core.ingest.model import Answers
from retention_ui import datasets, failures, progress, state
from retention_ui.evidence import file as named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from retention_core.ingest.model import Detection, SheetAnswers
    from retention_ui.datasets import Dataset, OnProgress
    from retention_ui.incoming import Files
    from retention_ui.texts import Texts

FOLDER = "corrections"
KEPT_DAYS = 400
MOST = 200
_NOTED = "headers.json"


def create(files: Files, on_progress: OnProgress) -> Dataset:
    """Keep uploaded files and recognise them, as they were corrected before."""
    return _as_before(datasets.create(files, on_progress), on_progress)


def create_from(source: str, on_progress: OnProgress) -> Dataset:
    """The same for files that lie where the host allows."""
    return _as_before(datasets.create_from(source, on_progress), on_progress)


def _as_before(dataset: Dataset, on_progress: OnProgress) -> Dataset:
    origins, known = {}, {}
    for each in dataset.detection():
        origins[each.key] = memory.origin(each)
        if said := _kept(each, origins[each.key]):
            known[each.key] = said
    _note(dataset, {"origins": origins, "used": sorted(known)})
    if known:
        datasets.recognise(dataset, Answers(sheets=known), on_progress)
    return dataset


def join(dataset: Dataset, before: Answers, on_progress: OnProgress) -> None:
    """Recognise files that joined others, which are read as ``before``.

    A new sheet is read as one of the others with the same header row, else as this
    browser corrected it before.
    """
    others, noted = dataset.detection(), _noted(dataset)["origins"]
    datasets.recognise(dataset, before, on_progress)
    origins, known = {}, {}
    for each in dataset.detection():
        if each.key in {other.key for other in others}:
            origins[each.key] = noted.get(each.key)
            continue
        origins[each.key] = memory.origin(each)
        alike = _alike(each, others, noted, before)
        if said := alike or _kept(each, origins[each.key]):
            known[each.key] = said
    _note(dataset, {"origins": origins, "used": sorted(known)})
    if known:
        answers = replace(before, sheets={**before.sheets, **known})
        datasets.recognise(dataset, answers, on_progress)


def _alike(
    sheet: Detection,
    others: Sequence[Detection],
    noted: dict[str, Any],
    before: Answers,
) -> SheetAnswers | None:
    """What was said of the last sheet with the same header row, as far as it holds."""
    for other in reversed(others):
        said = before.sheets.get(other.key)
        origin = noted.get(other.key) or memory.origin(other)
        if said and origin and (kept := memory.remember(origin, said)):
            found = memory.recall(sheet, kept)
            if found is not None:
                return found
    return None


def remember(dataset: Dataset, answers: Answers) -> None:
    """Keep what was corrected in each sheet, for files with the same header row."""
    origins = _noted(dataset)["origins"]
    for key, said in answers.sheets.items():
        origin = origins.get(key)
        if origin and (kept := memory.remember(origin, said)):
            _keep(_path(origin), kept)


def used(dataset: Dataset) -> list[str]:
    """Return the keys of the sheets that are read as they were corrected before."""
    return list(_noted(dataset)["used"])


def show(texts: Texts, dataset: Dataset, detections: Sequence[Detection]) -> None:
    """Say where an earlier correction was used; let it be forgotten in one click."""
    keys = used(dataset)
    told = [named(each, texts) for each in detections if each.key in keys]
    if not told:
        return
    with st.container(gap="xsmall"):
        words = texts("data.corrections.used", files=", ".join(told))
        st.info(words, icon=":material/history:")
        if st.button(texts("data.corrections.forget"), key="data.forget"):
            forget(dataset, keys)
            before = dataset.answers()
            rest = {k: v for k, v in before.sheets.items() if k not in keys}
            with failures.showing(texts), progress.shown(texts) as on_progress:
                datasets.recognise(dataset, replace(before, sheets=rest), on_progress)
            st.rerun()


def forget(dataset: Dataset, keys: Sequence[str] | None = None) -> None:
    """Forget the corrections of some sheets of a dataset, or of all."""
    noted = _noted(dataset)
    for key, origin in noted["origins"].items():
        if origin and (keys is None or key in keys):
            _path(origin).unlink(missing_ok=True)
    if noted["used"]:
        _note(dataset, {**noted, "used": []})


def sweep(now: float | None = None) -> None:
    """Delete what a browser corrected and has not used for ``KEPT_DAYS``."""
    oldest = (now or time.time()) - KEPT_DAYS * 86_400
    for folder in (datasets.root() / FOLDER).glob("*"):
        if _used(folder) < oldest:
            shutil.rmtree(folder, ignore_errors=True)


def _kept(detection: Detection, origin: dict[str, Any] | None) -> SheetAnswers | None:
    if not origin:
        return None
    path = _path(origin)
    try:
        text = path.read_text(encoding="utf-8")
        os.utime(path.parent)
    except FileNotFoundError:
        return None
    return memory.recall(detection, json.loads(text))


def _keep(path: Path, kept: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    oldest = sorted(path.parent.iterdir(), key=_used)
    for each in oldest[: max(0, len(oldest) - MOST + 1)]:
        each.unlink(missing_ok=True)
    # Another tab may read or write the same: it sees the old or the new, never half.
    draft = path.with_suffix(f".{secrets.token_hex(8)}.draft")
    draft.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
    draft.replace(path)


def _used(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # deleted by another tab since it was listed
        return float("inf")


def _path(origin: dict[str, Any]) -> Path:
    """Return the file of one header; the browser's key itself is nowhere on disk."""
    owner = hashlib.sha256(state.browser().encode()).hexdigest()
    return datasets.root() / FOLDER / owner / f"{origin['header']}.json"


def _note(dataset: Dataset, noted: dict[str, Any]) -> None:
    text = json.dumps(noted, ensure_ascii=False)
    (dataset.folder / _NOTED).write_text(text, encoding="utf-8")


def _noted(dataset: Dataset) -> dict[str, Any]:
    path = dataset.folder / _NOTED
    if not path.is_file():
        return {"origins": {}, "used": []}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
