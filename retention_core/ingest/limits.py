"""How large and how slow a file may be: settings of the host, each with a default."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields

from retention_core.errors import RetentionError

PREFIX = "KEPT_LIMIT_"
LARGE = 50_000_000  # bytes; what is smaller may be as repetitive as it likes


class BadLimitError(RetentionError, ValueError):
    """A limit in the environment that is no whole number above 0."""

    code = "bad_limit"
    template = (
        "The setting {name} is {value}. It must be a whole number of at least 1: "
        "correct it where the program is started."
    )


@dataclass(frozen=True)
class Bounds:
    """The limits; each is set by ``KEPT_LIMIT_`` and its name in capitals.

    Attributes
    ----------
    inflated_mb
        What a compressed file may grow to, all its parts together.
    ratio
        How many times its size a large part may grow to.
    members
        Parts of one workbook or archive.
    tables
        Files with tables in one archive.
    sheets
        Sheets of one workbook.
    cells
        Rows times columns of one sheet.
    columns
        Cells of one row.
    strings_mb
        The texts of a workbook, which stand apart from its cells.
    memory_mb
        Address space of the process that reads.
    seconds, seconds_per_mb
        Its time, and what each megabyte adds.
    at_once
        How many such processes run at once; the others wait for their turn.
    nice
        By how much they stand back for whoever looks at a page (1 to 19).
    """

    inflated_mb: int = 2_000
    ratio: int = 250
    members: int = 10_000
    tables: int = 200
    sheets: int = 500
    cells: int = 20_000_000
    columns: int = 2_000
    strings_mb: int = 300
    memory_mb: int = 3_072
    seconds: int = 120
    seconds_per_mb: int = 2
    at_once: int = 2
    nice: int = 19

    @property
    def inflated(self) -> int:
        """``inflated_mb`` in bytes."""
        return self.inflated_mb * 1_000_000


def bounds() -> Bounds:
    """What the environment says, else the defaults.

    Raises
    ------
    BadLimitError
    """
    named = {each.name: PREFIX + each.name.upper() for each in fields(Bounds)}
    return Bounds(
        **{name: _number(key) for name, key in named.items() if os.environ.get(key)}
    )


def _number(key: str) -> int:
    value = os.environ[key]
    if not (value.isascii() and value.isdigit() and int(value) > 0):
        raise BadLimitError(name=key, value=value)
    return int(value)


def settings() -> dict[str, str]:
    """What the environment says of limits, for a child that knows nothing else."""
    return {key: os.environ[key] for key in os.environ if key.startswith(PREFIX)}
