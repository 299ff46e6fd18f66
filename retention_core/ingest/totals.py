"""Totals of orders that stand on every line: the evidence, and each line's share."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

from retention_core.ingest import numerals
from retention_core.ingest.headers import meanings, normalise
from retention_core.ingest.model import Question

if TYPE_CHECKING:
    from retention_core.ingest.profile import Column, Sample

    Field = Literal["amount", "order_total"]
    Row = tuple[str | None, ...]

MOST = 0.9
_KEY = ("ordered_at", "customer_id", "email", "store")
_OF_ORDERS = {"order", "basket", "invoice", "receipt", "transaction"}
_OF_LINES = {"line", "item", "lineitem", "product", "unit"}


def value(row: Row, index: int) -> float | None:
    """The number in a cell, by a point where it may be either; else ``None``."""
    return numerals.parse(row[index] or "", ".")


def reading(sample: Sample, mapping: dict[str, str], total: Column) -> Field | None:
    """Whether ``total`` is the line's or the order's; ``None``: cannot be said.

    It is the order's if it is the same on all lines of nearly every order although
    quantities or products differ, or stands on the first line only.
    """
    orders = _orders(sample, mapping, total)
    cases = Counter(_case(sample, mapping, rows, total) for rows in orders)
    if not orders or cases["different"] > (1 - MOST) * len(orders):
        return "amount"
    if cases["first_only"] >= len(orders) / 2:
        return "order_total"
    if _is_price(sample, mapping, total):
        return "amount"
    if _follows_pieces(sample, mapping, total):
        return "amount"
    words = set(normalise(total.name).split())
    needed = 1 if words & _OF_ORDERS else 5 if words & _OF_LINES else 2
    vary = len({value(rows[0], total.index) for rows in orders}) > 1
    clear = vary or needed == 1
    if clear and cases["quantities"] + cases["products"] >= needed:
        return "order_total"
    return None


def question(sample: Sample, mapping: dict[str, str], total: Column) -> Question:
    """Ask which it is; what the name suggests stands first."""
    orders = _orders(sample, mapping, total)
    money = [[value(row, total.index) or 0.0 for row in rows] for rows in orders]
    fields = meanings(total.name)
    named = fields.get("order_total", 0.0) > fields.get("amount", 0.0)
    choices = ["order_total", "amount"] if named else ["amount", "order_total"]
    facts = {
        "column": total.name,
        "orders": len(orders),
        "lines": sum(map(len, orders)),
        "if_order_total": sum(max(each, key=abs) for each in money),
        "if_amount": sum(map(sum, money)),
    }
    return Question("amount_repeats", facts, choices)


def _orders(sample: Sample, mapping: dict[str, str], total: Column) -> list[list[Row]]:
    """The sales of the orders that have several rows: one number, day, person, shop.

    What is blank is as on the last row with that number.
    """
    if "order_id" not in mapping:
        return []
    number = sample.named(mapping["order_id"]).index
    more = [sample.named(mapping[field]).index for field in _KEY if field in mapping]
    found: dict[tuple[str | None, ...], list[Row]] = {}
    latest: dict[tuple[str, int], str | None] = {}
    for row in sample.rows:
        name = row[number]
        if name is None or (value(row, total.index) or 0.0) < 0:
            continue
        latest |= {(name, each): row[each] for each in more if row[each] is not None}
        key = (name, *(latest.get((name, each)) for each in more))
        found.setdefault(key, []).append(row)
    return [rows for rows in found.values() if len(rows) > 1]


def _case(
    sample: Sample, mapping: dict[str, str], rows: list[Row], total: Column
) -> str:
    """What one order says: different, first_only, quantities, products or alike."""
    cells = [value(row, total.index) for row in rows]
    if len(set(cells) - {None}) > 1:
        return "different"
    if None in cells:
        return "first_only" if cells[0] is not None else "alike"
    for field, name in (("quantity", "quantities"), ("product", "products")):
        column = mapping.get(field) or (
            mapping.get("sku") if field == "product" else ""
        )
        if column:
            index = sample.named(column).index
            if len({row[index] for row in rows}) > 1:
                return name
    return "alike"


def _is_price(sample: Sample, mapping: dict[str, str], total: Column) -> bool:
    """Whether it is what a piece costs, times the pieces, on four rows in five."""
    if "unit_price" not in mapping:
        return False
    price = sample.named(mapping["unit_price"]).index
    count = sample.named(mapping["quantity"]).index if "quantity" in mapping else None
    agreed = several = 0
    for row in sample.rows[:1000]:
        each, whole = value(row, price), value(row, total.index)
        pieces = 1.0 if count is None else value(row, count)
        if each is None or whole is None or pieces is None:
            continue
        several += 1
        agreed += abs(pieces * each - whole) <= max(0.02, 0.01 * abs(whole))
    return several > 0 and agreed >= 0.8 * several


def _follows_pieces(sample: Sample, mapping: dict[str, str], total: Column) -> bool:
    """Whether a piece costs the same however many are bought, and with what.

    So it is with the amount of a line; the total of an order goes by all of its lines.
    """
    name = mapping.get("product") or mapping.get("sku")
    product = sample.named(name).index if name else None
    number = sample.named(mapping["order_id"]).index
    count = sample.named(mapping["quantity"]).index if "quantity" in mapping else None
    sizes = Counter(row[number] for row in sample.rows)
    found: dict[str | None, tuple[set[float], set[float], set[int]]] = {}
    for row in sample.rows:
        whole = value(row, total.index)
        pieces = 1.0 if count is None else value(row, count)
        if not whole or not pieces:
            continue
        # Whatever the product: everything may have one price.
        for key in {row[product] if product is not None else None, None}:
            price, several, size = found.setdefault(key, (set(), set(), set()))
            price.add(round(whole / pieces, 2))
            several.add(pieces)
            size.add(sizes[row[number]])
    prices, several, _ = found.pop(None, (set(), set(), set()))
    if len(prices) == 1 and len(several) > 1:
        return True
    telling = [each for each in found.values() if len(each[1]) > 1 or len(each[2]) > 1]
    constant = sum(len(prices) == 1 for prices, _, _ in telling)
    return bool(telling) and constant >= MOST * len(telling)
