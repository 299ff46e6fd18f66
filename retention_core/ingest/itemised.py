"""Orders in one file, their items in another, in layouts that nobody has listed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from retention_core.ingest import several

if TYPE_CHECKING:
    from retention_core.ingest.model import Detection
    from retention_core.ingest.several import Upload

_STATES = ("status", "cancelled_at", "refund_amount")
_ITEMS = {"product", "sku", "quantity", "unit_price", "amount"}


def joined(upload: Upload) -> list[Detection]:
    """Let items know their orders; say of items without any that they miss them.

    Both files must name the same orders, one in a row each, the other in as many rows
    as the order has items; and the items must lack what the orders say. Two files that
    are complete by themselves are versions of each other, and stay as they are.
    """
    found = list(upload.found)
    numbered = {
        n: each
        for n in upload.free
        if "order_id" in (each := upload.as_orders(n)).mapping
    }
    items = {n: each for n, each in numbered.items() if _are_items(upload, n, each)}
    tops = {n: each for n, each in numbered.items() if n not in items or _dated(each)}
    for n, each in enumerate(upload.found):
        if each.role == "orders" and "order_id" in each.mapping:
            tops.setdefault(n, each)
    tables: dict[int, str] = {}
    for n, each in items.items():
        mine = {m: top for m, top in tops.items() if m != n and _tells(top, each)}
        of = _orders_of(upload, n, each, mine, tables) if mine else []
        if of:
            keys = [upload.found[m].key for m in of]
            asked = [q for q in each.questions if not _is_of_order(q.fields)]
            found[n] = replace(each, role="orders", orders_in=keys, questions=asked)
            for m in of:
                found[m] = replace(tops[m], role="orders")
        elif not _dated(each):
            found[n] = replace(found[n], orders_missing=True)
    return found


def _are_items(upload: Upload, number: int, each: Detection) -> bool:
    """Whether a sheet tells what was sold and lacks what is of the order.

    A list of products has no quantities.
    """
    if not several.has_goods(each) or not _lacks(each):
        return False
    return (
        upload.found[number].role == "orders"
        or ("quantity" in each.mapping)
        or (upload.found[number].role == "ignore" and len(_ITEMS & {*each.mapping}) > 1)
    )


def _dated(each: Detection) -> bool:
    return "ordered_at" in each.mapping


def _tells(top: Detection, items: Detection) -> bool:
    """Whether a sheet says of orders what the items do not."""
    missing = _lacks(items)
    return _dated(top) and bool(missing - _lacks(top))


def _lacks(each: Detection) -> set[str]:
    """What of day, customer, money and state a sheet does not say."""
    stateless = not {*_STATES} & {*each.mapping}
    return several.lacks(each) | ({"state"} if stateless else set())


def _is_of_order(fields: dict[str, object]) -> bool:
    return fields.get("field") in ("ordered_at", *several.PEOPLE)


def _orders_of(
    upload: Upload,
    number: int,
    items: Detection,
    tops: dict[int, Detection],
    tables: dict[int, str],
) -> list[int]:
    """The sheets with the orders of these items, by the numbers they share."""
    for n, each in {number: items, **tops}.items():
        if n not in tables:
            tables[n] = upload.numbers(n, each)
    mine = tables[number]
    orders, rows = upload.one(f"SELECT count(*), sum(rows) FROM {mine}")
    chosen, covered = [], 0
    for n, top in tops.items():
        whole, lines = upload.one(f"SELECT count(*), sum(rows) FROM {tables[n]}")
        shared, same, both = upload.one(
            "SELECT count(*), count(*) FILTER (abs(a.day - b.day) <= 1), "
            "count(*) FILTER (a.day IS NOT NULL AND b.day IS NOT NULL) "
            f"FROM {mine} AS a "
            f"JOIN {tables[n]} AS b USING (number)"
        )
        unique = whole >= several.UNIQUE * lines
        parts = rows > orders or not several.has_goods(top)
        enough = shared >= several.HALF * min(orders, whole)
        if shared and unique and parts and enough and same >= several.ALIKE * both:
            chosen.append(n)
            covered += shared
    return chosen if covered >= several.HALF * orders else []
