"""The export layouts that are known by name: one small TOML file each.

What a file may say is written down in ``docs/systems.md``; a test reads every file.
"""

from __future__ import annotations

import os
import re
import unicodedata
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retention_core.ingest.coins import DRESS
from retention_core.ingest.headers import Header, unique
from retention_core.ingest.words import SYSTEMS, systems_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from retention_core.ingest.model import Detection, Question

    System = dict[str, Any]
    Head = tuple[tuple[int, tuple[str | None, ...]], ...]

MORE = "KEPT_SYSTEMS"
_SIGNS_OFF = dict.fromkeys(map(ord, "\ufeff*\"'“”«»„"))
_LOOK_ALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеорсухіѕјΑΒΕΖΗΙΚΜΝΟΡΤΥΧοα",
    "ABESIJKMHOPCTYXaeopcyxisjABEZHIKMNOPTYXoa",
)
_FOREIGN = re.compile(r"[\u0370-\u04ff]")
_UNIT = re.compile(
    rf"\s*\((?:{'|'.join(re.escape(each) for each in sorted(DRESS | {'%'}) if each)})"
    r"\.?\)"
)


_ONLY: ContextVar[dict[str, System] | None] = ContextVar("only", default=None)


def known() -> dict[str, System]:
    """All systems by name: our own, and those of the folder ``KEPT_SYSTEMS``."""
    only = _ONLY.get()
    return _loaded(os.environ.get(MORE, "")) if only is None else only


@contextmanager
def only(systems: dict[str, System]) -> Iterator[None]:
    """Know these systems and no others, here and in what is called from here."""
    token = _ONLY.set(systems)
    try:
        yield
    finally:
        _ONLY.reset(token)


@cache
def _loaded(more: str) -> dict[str, System]:
    return SYSTEMS | systems_in(Path(more)) if more else SYSTEMS


def of(detection: Detection) -> System:
    """What is known of the system that a sheet was recognised as."""
    return known().get(detection.system or "", {})


@cache
def strict(name: str) -> str:
    """A header as it is compared here: brackets count, case and blanks do not."""
    bare = unicodedata.normalize("NFKC", name).translate(_SIGNS_OFF)
    words = re.sub(r"[\s_-]+", " ", bare).split()
    return " ".join(map(_in_latin, words)).casefold()


def _in_latin(word: str) -> str:
    """The word with look-alike letters folded, if it is Latin then."""
    if not _FOREIGN.search(word) or not re.search("[A-Za-z]", word):
        return word
    folded = word.translate(_LOOK_ALIKES)
    return word if _FOREIGN.search(folded) else folded


def _named(names: Iterable[str]) -> dict[str, str]:
    """From what a header is compared by to the first column called so."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(strict(name), name)
    for name in names:
        found.setdefault(_UNIT.sub("", strict(name)), name)
    return found


def _find(header: str, named: dict[str, str]) -> str | None:
    exact = strict(header)
    return named.get(exact) or named.get(_UNIT.sub("", exact))


def column(headers: Iterable[str], names: list[str]) -> str | None:
    """The first of ``headers`` that the file has, as the file writes it."""
    return next(iter(columns(list(headers), names)), None)


def columns(headers: Sequence[str | list[str]], names: list[str]) -> list[str]:
    """The first choice that the file has; an inner list is several together."""
    return _columns(headers, _named(names))


def title(name: str | None) -> str:
    """What the export of a system is called; of none: the file of orders."""
    return str(known().get(name or "", {}).get("title", "the file with the orders"))


def system_of(names: list[str]) -> tuple[str | None, System]:
    """The system whose signature is among the headers; of several the fullest."""
    named = _named(names)
    best: tuple[str | None, System] = (None, {})
    most = (0, 0)
    for name, system in known().items():
        fitting = [
            len(signature)
            for signature in system["signature"]
            if all(_find(header, named) for header in signature)
        ]
        if not fitting:
            continue
        present = sum(_find(each, named) is not None for each in _headers(system))
        if (present, max(fitting)) > most:
            best, most = (name, system), (present, max(fitting))
    return best


def _headers(system: System) -> set[str]:
    found = {header for signature in system["signature"] for header in signature}
    for headers in system.get("mapping", {}).values():
        for each in headers:
            found |= {each} if isinstance(each, str) else set(each)
    return found


def header_of(head: Head) -> Header | None:
    """The row that is the header of a known system, wherever it stands."""
    width = max((len(cells) for _, cells in head), default=0)
    for row, cells in head:
        if sum(cell is not None for cell in cells) < 2:
            continue
        names = unique([*cells, *[None] * (width - len(cells))])
        if system_of(names)[0] is not None:
            return Header(row, row + 1, names)
    return None


def mapping_of(
    system: System, names: list[str]
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The column of each field; and those of fields that several columns make up.

    Where nothing better is there, a customer goes by the name.
    """
    named = _named(names)
    mapping: dict[str, str] = {}
    together: dict[str, list[str]] = {}
    for field, headers in system.get("mapping", {}).items():
        columns = _columns(headers, named)
        if columns:
            mapping[field] = columns[0]
        if len(columns) > 1:
            together[field] = columns
    keys = {"customer_id", "email", "phone"} & mapping.keys()
    if system.get("no_customer") or keys or "customer_id" in system.get("patterns", {}):
        return mapping, together
    if "customer_name" in mapping and "groups" not in system:
        mapping["customer_id"] = mapping["customer_name"]
    if "customer_id" in mapping and "customer_name" in together:
        together["customer_id"] = together["customer_name"]
    return mapping, together


def _columns(headers: Sequence[str | list[str]], named: dict[str, str]) -> list[str]:
    """The first choice that is there whole, else what is there of one."""
    choices = [[each] if isinstance(each, str) else each for each in headers]
    found = [
        [name for header in choice if (name := _find(header, named))]
        for choice in choices
    ]
    whole = [
        columns
        for choice, columns in zip(choices, found, strict=True)
        if len(columns) == len(choice)
    ]
    return next(iter(whole), next((each for each in found if each), []))


def facts(system: System, names: list[str]) -> dict[str, Any]:
    """What a detection takes over from its system."""
    if not system:
        return {}
    of = system.get("of", {})
    return {
        "together": mapping_of(system, names)[1],
        # A total of the order is one, whatever else is said.
        "of_order": list(dict.fromkeys([*of.get("order", []), "order_total"])),
        "includes": list(of.get("includes", [])),
        "no_customer": system.get("no_customer", False),
        "instead": list(system.get("instead", [])),
        "utc": system.get("utc", False),
        "groups": system.get("groups", {}),
    }


def usual_order(
    detection: Detection, order: bool | None, question: Question | None
) -> tuple[bool | None, Question | None]:
    """Where the cells leave day and month open, as the system usually writes."""
    system = of(detection)
    if question is None or not {"day_first", "day_first_always"} & system.keys():
        return order, question
    always = system.get("day_first_always")
    if always is not None:
        return always, None
    usual = system["day_first"]
    return usual, replace(question, choices=[usual, not usual])


def joined(detections: list[Detection]) -> list[Detection]:
    """Items know the sheets that hold their orders."""
    found = []
    for each in detections:
        wanted = of(each).get("orders_in")
        keys = [
            other.key
            for other in detections
            if wanted and other.system == wanted and other.role == "orders"
        ]
        found.append(replace(each, orders_in=keys) if keys else each)
    return found
