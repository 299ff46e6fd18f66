"""Which column is which field: by its name, checked against what its cells hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_core.ingest.headers import meanings, normalise

if TYPE_CHECKING:
    from collections.abc import Callable

    from retention_core.ingest.profile import Column, Sample

NUMBERS = (
    "quantity",
    "unit_price",
    "amount",
    "order_total",
    "shipping",
    "tax",
    "refund_amount",
    "cost",
    "price",
)
DATES = ("ordered_at", "refunded_at", "cancelled_at", "birthday")
ORDERS = [
    "order_id",
    "customer_id",
    "email",
    "phone",
    "customer_name",
    "ordered_at",
    "order_time",
    "product",
    "sku",
    "category",
    "quantity",
    "unit_price",
    "amount",
    "order_total",
    "discount",
    "shipping",
    "tax",
    "refund_amount",
    "refunded_at",
    "currency",
    "status",
    "cancelled_at",
    "row_type",
    "store",
    "country",
    "channel",
    "campaign",
    "tags",
]
PRODUCTS = ["product", "sku", "category", "cost", "price"]
CUSTOMERS = ["customer_id", "email", "customer_name", "phone", "consent", "birthday"]
_PROSE = ("customer_name", "status", "row_type", "country")
# Assigned in this order where two fields want the same column equally much.
_HALF_NAMES = ("first name", "last name", "surname", "given name", "family name")
LONGEST_CODE = 4
_FIRST = ("order_id", "customer_id", "ordered_at", "email", "amount", "sku", "product")


def by_names(sample: Sample, fields: list[str]) -> dict[str, str]:
    """Give each field its best column, each column to one field."""
    offers = sorted(
        (
            (strength * _evidence(field, column, strength), field, column)
            for column in sample.columns
            for field, strength in meanings(column.name).items()
            if field in fields and column.cells
        ),
        key=lambda offer: (-round(offer[0], 2), _priority(offer[1]), offer[2].index),
    )
    found: dict[str, str] = {}
    taken: set[str] = set()
    for strength, field, column in offers:
        if strength > 0.3 and field not in found and column.name not in taken:
            found[field] = column.name
            taken.add(column.name)
    return found


def _priority(field: str) -> int:
    return _FIRST.index(field) if field in _FIRST else len(_FIRST)


def _evidence(field: str, column: Column, strength: float) -> float:
    """0 where the cells cannot be of the field, 1 where nothing speaks against it.

    The surer the name, the more cells may be wrong.
    """
    enough = 0.3 if strength > 0.8 else 0.6
    if field in NUMBERS or field == "discount":
        return 1.0 if column.number >= enough and column.date < 0.6 else 0.0
    if field in DATES:
        likely = column.date >= enough or (_serial(column) and field == "ordered_at")
        return 1.0 if likely else 0.0
    if field == "email":
        return 1.0 if column.email >= enough else 0.0
    if field == "currency":
        return float(_mostly(column, lambda cell: len(cell) <= LONGEST_CODE))
    if field == "phone":
        return float(_mostly(column, lambda cell: sum(map(str.isdigit, cell)) > 4))
    return _evidence_of_words(field, column)


def _mostly(column: Column, holds: Callable[[str], bool]) -> bool:
    """Whether nine in ten of the first cells are so; headers may stand among them."""
    seen = column.cells[:99]
    return sum(map(holds, seen)) >= 0.9 * len(seen)


def _evidence_of_words(field: str, column: Column) -> float:
    dates = column.date >= 0.5 and column.number < 0.5
    if field == "order_time":
        clocks = all(":" in cell for cell in column.cells[:20])
        return (0.3 if dates else 1.0) if clocks else 0.0
    if dates or (field == "customer_name" and normalise(column.name) in _HALF_NAMES):
        return 0.0
    if field in _PROSE and column.number >= 0.6:
        return 0.4
    if field == "product" and column.number >= 0.9:
        return 0.5
    people = column.number < 0.2 and " " in "".join(column.cells[:20])
    # More likely the names of people than the numbers of customers.
    return 0.6 if field == "customer_id" and people else 1.0


def _serial(column: Column) -> bool:
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


def headerless(sample: Sample) -> dict[str, str]:
    """A mapping for a file without a header, from its values alone."""
    columns = [column for column in sample.columns if column.cells]
    found: dict[str, Column] = {}
    day = max(columns, key=lambda column: (column.date, -column.index), default=None)
    if day is None or day.date < 0.8:
        return {}
    found["ordered_at"] = day
    rest = [column for column in columns if column is not day]
    mails = [column for column in rest if column.email > 0.8]
    if mails:
        found["email"] = mails[0]
    numbers = [c for c in rest if c.number == 1 and c not in mails]
    money = [c for c in numbers if c.whole < 0.9]
    found |= _money(sample, money, [c for c in numbers if c not in money])
    others = [c for c in rest if c not in found.values() and c not in money]
    found |= _keys(sample, others, day, known=bool(mails))
    words = [c for c in others if c not in found.values() and c.number < 0.5]
    if words:
        found["product"] = min(words, key=lambda c: (c.distinct, c.index))
    return {field: column.name for field, column in found.items()}


def _money(
    sample: Sample, money: list[Column], whole: list[Column]
) -> dict[str, Column]:
    """The larger money is the price (the smaller its tax); small numbers count."""
    found: dict[str, Column] = {}
    counts = [c for c in whole if c.distinct <= 50 and not _padded(c)]
    if counts:
        # The number of a line within its order stands before the quantity.
        found["quantity"] = counts[-1]
    if not money:
        return found
    largest = max(money, key=_sum)
    is_line_total = "quantity" in found and _grows(sample, found["quantity"], largest)
    several = len(money) > 1 or not is_line_total
    found["amount" if is_line_total or not several else "unit_price"] = largest
    return found


def _grows(sample: Sample, quantity: Column, money: Column) -> bool:
    """Whether two cost more than one: then the money is the line's, not a piece's."""
    single: list[float] = []
    more: list[float] = []
    for row in sample.rows:
        count, value = row[quantity.index], row[money.index]
        if count is None or value is None:
            continue
        (single if float(count) == 1 else more).append(float(value))
    if not single or not more:
        return True
    return bool(sum(more) / len(more) > 1.2 * sum(single) / len(single))


def _keys(
    sample: Sample, columns: list[Column], day: Column, *, known: bool
) -> dict[str, Column]:
    """An order's number has one day; a customer's comes back on another."""
    found: dict[str, Column] = {}
    for column in columns:
        days: dict[str, set[str | None]] = {}
        for row in sample.rows:
            cell = row[column.index]
            if cell is not None:
                days.setdefault(cell, set()).add(row[day.index])
        if column.distinct < 2 or " " in "".join(column.cells[:20]):
            continue
        one_day = all(len(each) == 1 for each in days.values())
        if one_day and "order_id" not in found and column.unique > 0.05:
            found["order_id"] = column
        elif not one_day and not known and "customer_id" not in found:
            found["customer_id"] = column
    return found


def _padded(column: Column) -> bool:
    return any(len(cell) > 1 and cell.startswith("0") for cell in column.cells)


def _sum(column: Column) -> float:
    total = 0.0
    for cell in column.cells:
        try:
            total += float(cell)
        except ValueError:
            continue
    return total
