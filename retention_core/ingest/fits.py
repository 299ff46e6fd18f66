"""Whether the cells of a column can be what its name says: 0, 1, or between."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_core.ingest.evidence import like_clocks, like_people, share
from retention_core.ingest.meanings import EXACT, normalise, vocabulary
from retention_core.ingest.words import VALUES

if TYPE_CHECKING:
    from collections.abc import Callable

    from retention_core.ingest.profile import Column

NUMBERS = (
    "quantity",
    "unit_price",
    "amount",
    "order_total",
    "discount",
    "order_discount",
    "shipping",
    "tax",
    "refund_amount",
    "cost",
    "price",
    "acquisition_cost",
)
DATES = ("ordered_at", "refunded_at", "cancelled_at", "birthday")
_PROSE = ("customer_name", "status", "row_type", "country", "first_name", "last_name")
LONGEST_CODE = 4
# In which a few numbers among texts are no reason to doubt.
_HALF, _SURE = 0.6, 0.3


def fit(field: str, column: Column, strength: float) -> float:
    """0 where the cells cannot be of the field, 1 where nothing speaks against it.

    The surer the name, the more cells may be wrong.
    """
    enough = _SURE if strength > EXACT else _HALF
    if field in NUMBERS:
        return 1.0 if column.number >= enough and column.date < 0.6 else 0.0
    if field in DATES:
        likely = column.date >= enough or (is_serial(column) and field == "ordered_at")
        return 1.0 if likely else 0.0
    if field == "email":
        return 1.0 if column.email >= enough else 0.0
    if field == "currency":
        return float(_mostly(column, lambda cell: len(cell) <= LONGEST_CODE))
    if field == "phone":
        return float(_mostly(column, _has_digits))
    return _fit_of_words(field, column)


def _mostly(column: Column, holds: Callable[[str], bool]) -> bool:
    """Whether nine in ten of the first cells are so; headers may stand among them."""
    seen = column.cells[:99]
    return sum(map(holds, seen)) >= 0.9 * len(seen)


def _has_digits(cell: str) -> bool:
    return sum(map(str.isdigit, cell)) > 4


def _fit_of_words(field: str, column: Column) -> float:
    dates = column.date >= 0.5 and column.number < 0.5
    if field == "order_time":
        return (0.3 if dates else 1.0) if like_clocks(column) else 0.0
    if dates:
        return 0.0
    doubts = (
        (field == "customer_name" and column.number >= 0.6, 0.0),
        (field == "status" and column.number >= 0.6, 0.6 * (column.distinct < 20)),
        (field in _PROSE and column.number >= 0.6, 0.4),
        (field == "product" and column.number >= 0.9, 0.5),
        (field == "order_id" and column.whole < 0.9 <= column.number, 0.0),
        (field in ("customer_id", "order_id") and column.email > 0.6, 0.5),
        # More likely the names of people than the numbers of customers.
        (field == "customer_id" and like_people(column), 0.6),
    )
    return next((found for doubt, found in doubts if doubt), 1.0)


def is_serial(column: Column) -> bool:
    """Whether the numbers may be days of a spreadsheet or seconds since 1970."""
    if column.number < 0.9:
        return False
    try:
        values = [float(cell) for cell in column.cells[:200]]
    except ValueError:
        return False
    return all(
        20_000 <= value <= 80_000 or 6e8 <= value <= 5e12 for value in values
    ) and bool(values)


def says(column: Column, kind: str) -> float:
    """Share of the filled cells that are words of this kind of ``[values]``."""
    words = {normalise(word) for word in VALUES.get(kind, [])}
    return share(column.cells, lambda cell: normalise(cell) in words)


def is_type(column: Column) -> bool:
    """Whether it tells sales from refunds, whatever it is called: a few short words."""
    if not 2 <= column.distinct <= 12 or column.number > 0.2:
        return False
    return says(column, "refund_row") > 0 and says(column, "sale_row") > 0.3


def known_word(name: str) -> bool:
    """Whether a header is in the vocabulary as it stands."""
    return normalise(name) in vocabulary()
