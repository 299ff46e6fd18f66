"""Two tables of one upload that tell the same sales in two ways."""

from __future__ import annotations

import io

import retention_core as rc
from tests.core.ingest.files import assert_reconciles, lines

ORDERS = "Order ID,Customer ID,Order Date,Total\n"
INVOICES = "Invoice,Order ID,Customer ID,Invoice Date,Total,Paid by\n"
DAYS = range(1, 21)


def take(**files: str):
    handles = []
    for name, text in files.items():
        handle = io.BytesIO(text.encode())
        handle.name = f"{name}.csv"
        handles.append(handle)
    return rc.ingest(handles)


def orders() -> str:
    rows = (f"{n},c{n % 4},2024-03-{n:02},{n * 7}.35\n" for n in DAYS)
    return ORDERS + "".join(rows)


def invoices(shift: float = 0) -> str:
    rows = (
        f"I{n},{n},c{n % 4},2024-03-{n + 2:02},{n * 7 + shift:.0f}.35,Card\n"
        for n in DAYS
    )
    return INVOICES + "".join(rows)


def test_orders_and_their_invoices_count_once():
    result = take(orders=orders(), invoices=invoices())
    found = lines(result)
    assert len(found) == 20
    assert found["ordered_at"].dt.day.tolist() == list(DAYS)
    assert result.ledger.reasons["code"].tolist() == ["told_again"]
    assert_reconciles(result)


def test_another_shop_with_the_same_numbers_counts():
    result = take(orders=orders(), invoices=invoices(shift=3))
    assert len(lines(result)) == 40


def test_a_table_of_what_each_customer_spent_is_no_orders():
    spent = {c: sum(n * 7 + 0.35 for n in DAYS if n % 5 == c) for c in range(5)}
    text = "Customer ID,Revenue,Last order\n"
    text += "".join(f"c{c},{each:.2f},2024-03-2{c}\n" for c, each in spent.items())
    rows = orders().replace(",c", ",x")
    for n in DAYS:
        rows = rows.replace(f"\n{n},x{n % 4},", f"\n{n},c{n % 5},")
    result = take(orders=rows, customers=text)
    assert len(lines(result)) == 20
    assert_reconciles(result)
