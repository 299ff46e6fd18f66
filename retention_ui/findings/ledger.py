"""What became of the rows of a file."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING

from retention_ui.figures.ledger import OUTCOMES
from retention_ui.findings.finding import Finding

if TYPE_CHECKING:
    import pandas as pd

    from retention_ui.formats import Formats


def ledger(files: pd.DataFrame, formats: Formats) -> Finding:
    """How many rows are used as they stand, and whether any is unaccounted for."""
    rows = int(files["rows_in"].sum())
    missing = rows - int(files[[*OUTCOMES]].to_numpy().sum())
    if missing:
        fields: dict[str, str | Finding] = {"n": formats.count(missing)}
        return Finding("ledger.missing", fields, missing)
    if not rows:
        return Finding("ledger.empty")
    # Rounded down: 100 % is only said when it is all.
    share = floor(1000 * int(files["used"].sum()) / rows) / 1000
    written = formats.share(share, 0 if share == 1 else 1)
    return Finding("ledger.used", {"n": formats.count(rows), "share": written}, rows)
