"""Numbers of customers and orders that a spreadsheet has ruined: ``1.03E+19``.

Many different numbers become one, so that they name nobody any more.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from retention_core.ingest.sql import literal

if TYPE_CHECKING:
    from retention_core.ingest.profile import Column, Sample

KEYS = ("order_id", "customer_id", "phone", "sku")
_POWER = r"^\d(?:[.,]\d+)?[eE]\+\d{1,2}$"
_RUINED = re.compile(_POWER)
_KEPT = 15  # digits that a spreadsheet keeps; zeros follow
_ROUNDED = re.compile(rf"^\d{{{_KEPT}}}0+$")
_MOST = 0.5
_ENOUGH = 5


def is_ruined(bare: str) -> str:
    """SQL of whether a cell is what a spreadsheet made of a long number."""
    # Hardly any key has a plus: to look for one costs next to nothing.
    return f"contains({bare}, '+') AND regexp_matches({bare}, {literal(_POWER)})"


def ruined(sample: Sample, mapping: dict[str, str]) -> dict[str, float]:
    """Of the columns of keys that have ruined cells, the share of these."""
    names = {mapping[field] for field in KEYS if field in mapping}
    shares = {
        column.name: _share(column)
        for column in sample.columns
        if column.name in names and column.cells
    }
    return {name: share for name, share in shares.items() if share}


def sound(mapping: dict[str, str], shares: dict[str, float]) -> dict[str, str]:
    """The mapping without keys of which most are ruined."""
    return {
        field: name
        for field, name in mapping.items()
        if field not in KEYS or shares.get(name, 0.0) < _MOST
    }


def _share(column: Column) -> float:
    powers = sum(map(bool, map(_RUINED.match, column.cells)))
    rounded = {cell for cell in column.cells if _ROUNDED.match(cell)}
    # One number may end in zeros; not nearly all.
    if len(rounded) >= _ENOUGH and len(rounded) > 0.9 * column.distinct:
        return 1.0
    return powers / len(column.cells)
