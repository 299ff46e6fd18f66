"""Is a folder from afar the folder of a version, to the last file? For a child.

What is read later without a second look is looked at here: names that become paths,
JSON that becomes answers, tables that every figure comes from.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retention_core.errors import RetentionError
from retention_core.ingest import verify
from retention_core.ingest.model import OUTCOMES, Answers, Detection
from retention_ui import incoming
from retention_ui.keeping import folders, strict, totals
from retention_ui.keeping.strict import MismatchError

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from retention_ui.keeping.model import Totals

_MOST_BYTES = 20_000_000
_LONGEST_NAME = 1_000
_CENT = 0.005
_SHA = re.compile(r"[0-9a-f]{64}")
_Frame = dict[str, list[str | int | float | bool | None]]
_COUNTED = ("rows_in", *OUTCOMES)


@dataclass(frozen=True)
class _Origin:
    header: str
    encoding: str | None
    asked: Any


@dataclass(frozen=True)
class _Noted:
    origins: dict[str, _Origin | None]
    used: list[str]


def check(folder: Path, packed: Collection[str], claimed: Collection[Totals]) -> None:
    """Refuse a folder that a version of ours would not have.

    Parameters
    ----------
    folder
        Where it lies, laid out as in a dashboard.
    packed
        Names of its files, relative to it.
    claimed
        What is said of it, by each version that it stands for.

    Raises
    ------
    strict.MismatchError
        The message says which file, and what of it.
    """
    _check_names(folder, packed)
    _check_detection(_json(folder, "detection.json"))
    _check_answers(_json(folder, "answers.json"))
    _check_ledger(_json(folder, "ledger.json", odd_numbers=True))
    if (folder / "headers.json").is_file():
        _check_headers(_json(folder, "headers.json"))
    if _content(folder, "digest") != folders.digest_of(folder).encode():
        raise MismatchError("digest")
    try:
        verify.check(folder)
        found = totals.of(folder)
    except RetentionError as error:
        raise MismatchError(str(error)) from error
    if not all(_same(found, each) for each in claimed):
        raise MismatchError("totals")


def _check_names(folder: Path, packed: Collection[str]) -> None:
    where = f"{incoming.FOLDER}/{incoming.NAMES}"
    names = strict.read(
        dict[str, str], _json(folder, where), where, longest=_LONGEST_NAME
    )
    inside = {each for each in packed if each.startswith(f"{incoming.FOLDER}/")}
    if inside != {where, *(f"{incoming.FOLDER}/{each}" for each in names)}:
        raise MismatchError(where)


def _check_detection(value: Any) -> None:  # noqa: ANN401 any JSON
    where = "detection.json"
    known = Detection.__dataclass_fields__.keys()
    for each in strict.read(list[dict[str, Any]], value, where):
        # What a program adds later, an earlier one passes over.
        strict.read(Detection, {k: v for k, v in each.items() if k in known}, where)


def _check_answers(value: Any) -> None:  # noqa: ANN401 any JSON
    strict.read(Answers, value, "answers.json")


def _check_headers(value: Any) -> None:  # noqa: ANN401 any JSON
    where = "headers.json"
    noted: _Noted = strict.read(_Noted, value, where)
    for origin in noted.origins.values():
        # Corrections are kept in a file of this name.
        if origin is not None and not _SHA.fullmatch(origin.header):
            raise MismatchError(where)


def _check_ledger(value: Any) -> None:  # noqa: ANN401 any JSON
    where = "ledger.json"
    frames: dict[str, _Frame] = strict.read(dict[str, _Frame], value, where)
    if not frames.keys() >= {"files", "reasons"}:
        raise MismatchError(where)
    for frame in frames.values():
        if len({len(column) for column in frame.values()}) > 1:
            raise MismatchError(where)
    files = frames["files"]
    if not files.keys() >= {*_COUNTED, "file", "sheet", "role"}:
        raise MismatchError(where)
    for rows_in, *went in zip(*(files[name] for name in _COUNTED), strict=True):
        if strict.read(list[int], [rows_in, *went], where)[0] != sum(went):
            raise MismatchError(where)


def _same(found: Totals, claimed: Totals) -> bool:
    """Whether two totals agree; a sum of money may be added up in another order."""
    near = math.isclose(found.amount, claimed.amount, rel_tol=1e-9, abs_tol=_CENT)
    return near and _but_money(found) == _but_money(claimed)


def _but_money(each: Totals) -> tuple[object, ...]:
    return each.rows, each.orders, each.currency, each.as_of, each.files


def _json(folder: Path, name: str, *, odd_numbers: bool = False) -> Any:  # noqa: ANN401 any JSON
    try:
        return strict.load(_content(folder, name), odd_numbers=odd_numbers)
    except MismatchError as error:
        raise MismatchError(f"{name}: {error}") from error


def _content(folder: Path, name: str) -> bytes:
    if (folder / name).stat().st_size > _MOST_BYTES:
        raise MismatchError(f"{name}: too large")
    return (folder / name).read_bytes()
