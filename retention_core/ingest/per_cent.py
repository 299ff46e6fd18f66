"""Discounts that say which part of a line's price is given, not how much money."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retention_core.ingest.evidence import Evidence
    from retention_core.ingest.profile import Column

_NAMED = re.compile(
    r"%|\b(percent\w*|per cent|pct|prozent\w*|pourcent\w*|porcent\w*|percentual\w*|"
    r"процент\w*|yüzde|procent\w*)\b|割引率|折扣率|할인율",
    re.IGNORECASE,
)
_MOST = 0.9


def factor(evidence: Evidence, column: Column) -> float | None:
    """What a cell is to be multiplied with to be a share; ``None``: it is none.

    A spreadsheet that saves 10 % without its sign writes 0.1.
    """
    signed = sum(cell.rstrip().endswith("%") for cell in column.cells)
    if column.cells and signed >= _MOST * len(column.cells):
        return 0.01
    if not _NAMED.search(column.name.replace("_", " ")):
        return None
    values = [abs(value) for value in evidence.numbers(column) if value]
    if not values or max(values) > 100:
        return None
    return 1.0 if max(values) <= 1 else 0.01
