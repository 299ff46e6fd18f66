"""What stands in no cell of its own: differences of two, footers, blank cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retention_core.ingest import systems, values

if TYPE_CHECKING:
    from collections.abc import Callable

    from retention_core.ingest.model import Detection

    Find = Callable[[list[str]], str | None]

# Between cells that are looked at one by one.
MARK = "\x1f"


def written(number: str) -> str:
    """SQL of a number as text: so many decimals read one way only."""
    return f"printf('%.6f', {number})"


def cell(detection: Detection, name: str) -> str:
    """SQL of the bare text in a column."""
    return values.text(f"c{detection.columns.index(name)}")


def differences(detection: Detection, find: Find) -> dict[str, str]:
    """SQL of fields that are one number less another, where there is another.

    A total after refunds is nothing while nothing was refunded.
    """
    found = {}
    for field, names in systems.of(detection).get("differences", {}).items():
        texts = [find([name]) for name in names]
        first, second = (
            values.number(text, detection.decimal) if text else None for text in texts
        )
        if first and second:
            less = written(f"({first}) - ({second})")
            found[field] = f"CASE WHEN ({second}) <> 0 THEN {less} END"
    return found


def foot(system: dict[str, Any]) -> str:
    """SQL of whether a row is of the words below a table."""
    pattern = values.literal(system["footer"])
    text = "lower(concat_ws(' ', c0, c1))"
    return f"regexp_matches({text}, {pattern})"


def blank(text: str) -> str:
    """SQL of whether a cell says nothing, in whatever words."""
    return f"{values.key(text)} IS NULL"
