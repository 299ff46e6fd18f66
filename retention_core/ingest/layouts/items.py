"""Several items in one row: packed in a cell, or in numbered columns."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING, Any

from retention_core.ingest import systems, values
from retention_core.ingest.layouts.derived import MARK, cell

if TYPE_CHECKING:
    from retention_core.ingest.model import Detection

_GROUPS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\((?:\?P<(\w+)>|(?!\?))")


def fields(detection: Detection) -> list[str]:
    """The fields that items have of their own."""
    rules = systems.of(detection).get("items", {})
    if "pattern" in rules:
        return [name for name in _groups(rules["pattern"]) if name[0] != "_"]
    return list(rules.get("columns", {}))


def packed(detection: Detection) -> str:
    """SQL of the items of a row, at least one: a list of structs of texts."""
    found = fields(detection)
    kind = f"STRUCT({', '.join(f'{name} VARCHAR' for name in found)})[]"
    rules = systems.of(detection)["items"]
    every = _structs(detection, rules) if "columns" in rules else _read(detection)
    one = f"[NULL]::{kind}"
    good = f"len({every}) > 0 AND NOT ({unreadable(detection)})"
    return f"CASE WHEN {good} THEN {every}::{kind} ELSE {one} END"


def unreadable(detection: Detection) -> str:
    """SQL of whether a part of the cell is no item."""
    rules = systems.of(detection)["items"]
    if "columns" in rules:
        return "false"
    pattern = values.literal(f"(?s){rules['pattern']}")
    odd = (
        f"list_filter({_parts(detection)}, lambda x: NOT regexp_matches(x, {pattern}))"
    )
    if "separator" in rules or len(_cells(detection)) != 1:
        return f"len({odd}) > 0"
    return f"({_cells(detection)[0]} IS NOT NULL AND len({_parts(detection)}) = 0)"


def unpacked(query: str, detection: Detection) -> str:
    """SQL with a row an item; what stands once is on each."""
    found = fields(detection)
    mapped = set(detection.mapping)
    hidden = ["items", "item", "line", "nth", *(f for f in found if f in mapped)]
    own = "".join(
        f", coalesce(item.{f}, {f}) AS {f}" if f in mapped else f", item.{f} AS {f}"
        for f in found
    )
    return (
        f"SELECT * EXCLUDE ({', '.join(hidden)}), nth::USMALLINT AS line{own} FROM ("
        "SELECT *, unnest(items) AS item, generate_subscripts(items, 1) AS nth "
        f"FROM ({query}))"
    )


def _groups(pattern: str) -> list[str]:
    """The names of the groups of a pattern, in their order."""
    found = [each for each in _GROUPS.finditer(pattern) if each[0][0] == "("]
    return [each[1] or f"_{place}" for place, each in enumerate(found)]


def _numbered(header: str, detection: Detection) -> list[str]:
    """The columns whose names differ in a number only, from 1."""
    if "{n}" not in header:
        name = systems.column([header], detection.columns)
        return [] if name is None else [name]
    found: list[str] = []
    for n in count(1):
        name = systems.column([header.replace("{n}", str(n))], detection.columns)
        if name is None:
            return found
        found.append(name)
    return found


def _cells(detection: Detection) -> list[str]:
    headers = systems.of(detection)["items"]["cell"]
    for header in headers:
        names = _numbered(header, detection)
        if names:
            return [cell(detection, name) for name in names]
    return ["NULL::VARCHAR"]


def _parts(detection: Detection) -> str:
    """SQL of the texts of the single items."""
    rules = systems.of(detection)["items"]
    cells = _cells(detection)
    if "separator" in rules:
        cells = [_split(each, rules["separator"]) for each in cells]
    elif len(cells) == 1:
        pattern = values.literal(f"(?s){rules['pattern']}")
        cells = [f"regexp_extract_all({cells[0]}, {pattern})"]
    else:
        cells = [f"[{each}]" for each in cells]
    every = f"flatten([{', '.join(f'coalesce({c}, [])' for c in cells)}])"
    return f"list_filter({every}, lambda x: trim(x) <> '')"


def _split(text: str, separator: str) -> str:
    """Cut at the separator; what its group holds is of the next item."""
    if not _groups(separator):
        return f"string_split_regex({text}, {values.literal(separator)})"
    pattern = values.literal(separator)
    marked = f"regexp_replace({text}, {pattern}, '{MARK}\\1', 'g')"
    return f"string_split({marked}, '{MARK}')"


def _read(detection: Detection) -> str:
    pattern = systems.of(detection)["items"]["pattern"]
    names = _groups(pattern)
    listed = ", ".join(map(values.literal, names))
    read = f"regexp_extract(x, {values.literal(f'(?s){pattern}')}, [{listed}])"
    tidy = ", ".join(
        f"{name} := nullif(trim(p.{name}), '')" for name in names if name[0] != "_"
    )
    structs = f"list_transform({_parts(detection)}, lambda x: {read})"
    return f"list_transform({structs}, lambda p: struct_pack({tidy}))"


def _structs(detection: Detection, rules: dict[str, Any]) -> str:
    """SQL of the items in numbered columns; those without a name are none."""
    columns = {f: _numbered(each, detection) for f, each in rules["columns"].items()}
    most = max(map(len, columns.values()))
    every = []
    for n in range(most):
        cells = {
            field: cell(detection, names[n]) if n < len(names) else "NULL::VARCHAR"
            for field, names in columns.items()
        }
        packed = ", ".join(f"{field} := {each}" for field, each in cells.items())
        every.append(f"struct_pack({packed})")
    told = [f"x.{name}" for name in ("product", "sku") if name in columns]
    told = told or [f"x.{name}" for name in columns]
    if not every:
        return "[]"
    listed = f"[{', '.join(every)}]"
    return f"list_filter({listed}, lambda x: coalesce({', '.join(told)}) IS NOT NULL)"
