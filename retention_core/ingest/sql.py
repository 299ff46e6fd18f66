"""Small pieces of SQL: quoting, comparing, a name for a value that is used twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def literal(value: str) -> str:
    """Quote ``value`` for SQL."""
    return "'" + value.replace("'", "''") + "'"


def begins(cell: str, *starts: str) -> str:
    """Whether a cell begins with one of ``starts``: comparisons cost next to nothing.

    The last character of each start must not be the last of all characters.
    """
    return " OR ".join(
        f"({cell} >= {literal(start)} "
        f"AND {cell} < {literal(start[:-1] + chr(ord(start[-1]) + 1))})"
        for start in starts
    )


def among(cell: str, words: Iterable[str]) -> str:
    """Whether a cell is one of ``words``; the engine makes a join of a long ``IN``."""
    return f"list_contains([{', '.join(map(literal, words))}], {cell})"


def let(name: str, value: str, body: str) -> str:
    """``body``, in which ``name`` stands for ``value``, worked out once a row."""
    return f"list_transform([{value}], lambda {name}: {body})[1]"


def translated(cell: str, pairs: Mapping[str, str]) -> str:
    """A cell with single characters put for single characters."""
    return (
        f"translate({cell}, {literal(''.join(pairs))}, "
        f"{literal(''.join(pairs.values()))})"
    )
