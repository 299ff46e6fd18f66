"""What one look at the staged rows says: clean files are spared every further step."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class Facts:
    """Counts of rows, each of which asks for a step of its own; and their money."""

    rows: int
    unreadable: int
    without_day: int
    aside: int
    repaired: int
    refunds: int
    beside: int
    unnumbered: int
    orphans: int
    nobody: int
    amount: float
    days: list[dt.date]

    @property
    def clean(self) -> bool:
        """Whether every row is a sale that needs nothing done."""
        return not (
            self.unreadable
            or self.aside
            or self.repaired
            or self.refunds
            or self.beside
            or self.orphans
            or self.nobody
        )


def look(con: DuckDBPyConnection, relation: str) -> Facts:
    """Read the typed columns of ``relation`` once."""
    counts = {
        "rows": "count(*)",
        "unreadable": "count(code)",
        "without_day": "count(*) FILTER (code = 'date_missing')",
        "aside": "count(aside)",
        "repaired": "count(repair)",
        "refunds": "count(*) FILTER (is_refund)",
        "beside": "count(*) FILTER (refund > 0)",
        "unnumbered": "count(*) FILTER (number IS NULL)",
        "orphans": "count(*) FILTER (customer_id IS NULL AND number IS NOT NULL)",
        "nobody": "count(*) FILTER (customer_id IS NULL AND number IS NULL)",
        "amount": "coalesce(sum(amount), 0)",
        "days": "list(DISTINCT ordered_at::DATE) FILTER (code IS NULL)",
    }
    asked = ", ".join(counts[field.name] for field in fields(Facts))
    answer = con.execute(f"SELECT {asked} FROM {relation}").fetchall()[0]
    found = Facts(*answer)
    # Rows that are no lines, like those above a group, have no day.
    return replace(found, days=sorted(filter(None, found.days or [])))
