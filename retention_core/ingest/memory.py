"""What was corrected in one file, for the next with the same header row.

Who keeps it decides where and for how long; what is kept are names of columns, states
and readings, never a row of data.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from retention_core.ingest.model import SheetAnswers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retention_core.ingest.model import Detection

# What is said of the file itself, not of its layout.
_OF_THE_FILE = ("store",)
# Answers to questions: where the next file decides for itself, its cells go before.
_ANSWERS = ("day_first", "decimal", "status", "includes")
_TELLING = {"status": "words", "includes": "parts"}


def origin(detection: Detection) -> dict[str, Any] | None:
    """What a sheet, as it was recognised before any answer, is known again by.

    JSON values: ``header``, a hash of the names of its columns in any order; its
    ``encoding``; and what was ``asked`` about, by code. ``None`` without a header row.
    """
    if detection.header_row is None:
        return None
    names = json.dumps(sorted(detection.columns))
    return {
        "header": hashlib.sha256(names.encode()).hexdigest(),
        "encoding": detection.encoding,
        "asked": _asked(detection),
    }


def remember(origin: Mapping[str, Any], said: SheetAnswers) -> dict[str, Any]:
    """What to keep of a sheet's answers, as JSON values; nothing for none."""
    kept = {
        name: value
        for name, value in asdict(said).items()
        if value is not None and name not in _OF_THE_FILE
    }
    return {"origin": dict(origin), "said": kept} if kept else {}


def recall(detection: Detection, kept: Mapping[str, Any]) -> SheetAnswers | None:
    """What was said of the last file with these columns, as far as it holds for this.

    An answer holds where the same is asked again; an encoding where the same was
    recognised; a mapping where its columns are there.
    """
    before, mine = kept.get("origin", {}), origin(detection)
    if mine is None or before.get("header") != mine["header"]:
        return None
    known = {each.name for each in fields(SheetAnswers)} - {*_OF_THE_FILE, *_ANSWERS}
    said = {name: kept["said"][name] for name in known & kept["said"].keys()}
    if "encoding" in said and before.get("encoding") != mine["encoding"]:
        said.pop("encoding")
    # Another encoding changes the letters of the header.
    if "encoding" not in said:
        columns = {*(said.get("mapping") or {}).values()}
        if not columns <= {*detection.columns}:
            said.pop("mapping")
    said |= {
        code: kept["said"][code]
        for code, told in mine["asked"].items()
        if code in kept["said"] and _same(told, before.get("asked", {}).get(code))
    }
    return SheetAnswers(**said) if said else None


def _asked(detection: Detection) -> dict[str, list[str]]:
    """By code, what each question is about, as far as more would ask for more."""
    return {
        each.code: sorted(each.fields.get(_TELLING.get(each.code, ""), []))
        for each in detection.questions
        if each.code in _ANSWERS
    }


def _same(now: list[str], before: list[str] | None) -> bool:
    return before is not None and {*now} <= {*before}
