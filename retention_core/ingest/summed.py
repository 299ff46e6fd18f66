"""Sheets that only add up what another one lists: summaries, pivots, reports."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from retention_core.ingest import several
from retention_core.ingest.model import Question
from retention_core.ingest.sums import CENT

if TYPE_CHECKING:
    from retention_core.ingest.model import Detection
    from retention_core.ingest.several import Upload

_LEAST = 2  # rows: one sum agrees by chance
_AGREED = 0.8


def left_out(upload: Upload, found: list[Detection]) -> list[Detection]:
    """Leave out what adds up the orders of another sheet, day by day or by customer.

    They would count twice. Where the sums differ it is asked, with the proposal to
    leave the sheet out: it stands in one workbook with the orders.
    """
    orders = [
        n
        for n, each in enumerate(found)
        if each.role == "orders" and "order_id" in each.mapping
    ]
    settled = list(found)
    for n in upload.free:
        each = found[n]
        if each.role != "orders" or "order_id" in each.mapping or each.orders_in:
            continue
        if several.has_goods(each) or "ordered_at" not in each.mapping:
            continue
        if any(_adds_up(upload, n, m) for m in orders):
            settled[n] = replace(each, role="ignore", questions=[], sums=True)
        elif any(_beside(found[m], each) for m in orders) and _is_sum(upload, n):
            asked = Question("role", {"why": "sums"}, ["ignore", "orders"])
            settled[n] = replace(each, role="ignore", questions=[asked])
    return settled


def _beside(orders: Detection, each: Detection) -> bool:
    return orders.file == each.file and orders.columns != each.columns


def _key(each: Detection) -> str:
    named = {*several.PEOPLE} & each.mapping.keys()
    return "person" if named else "moment::DATE"


def _is_sum(upload: Upload, number: int) -> bool:
    """Whether there is a row a day, or a row a customer."""
    key = _key(upload.found[number])
    rows, keys = upload.one(
        f"SELECT count({key}), count(DISTINCT {key}) FROM ({upload.typed(number)})"
    )
    return rows >= _LEAST and keys >= several.UNIQUE * rows


def _adds_up(upload: Upload, number: int, orders: int) -> bool:
    """Whether the money of each row is the sum over the other sheet's rows."""
    key = _key(upload.found[number])
    if key == "person" and _key(upload.found[orders]) != "person":
        return False
    rows, agreed, several_of = upload.one(
        "SELECT count(*), count(*) FILTER (abs(a.money - b.money) <= "
        f"{CENT}), count(*) FILTER (b.rows > 1) FROM (SELECT {key} AS key, money "
        f"FROM ({upload.typed(number)}) WHERE {key} IS NOT NULL) AS a LEFT JOIN ("
        f"SELECT {key} AS key, sum(money) AS money, count(*) AS rows "
        f"FROM ({upload.typed(orders)}) GROUP BY ALL) AS b USING (key)"
    )
    return rows >= _LEAST and several_of > 0 and agreed >= _AGREED * rows
