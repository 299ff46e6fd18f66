"""Rows that take money back say so in a column of any name, their sums positive."""

from __future__ import annotations

import pytest

from tests.core.ingest.files import assert_reconciles, purchases, take


@pytest.mark.parametrize(
    ("name", "sale", "back"),
    [
        ("Vorgang", "Verkauf", "Retoure"),
        ("Mouvement", "Vente", "Retour"),
        ("Операция", "Продажа", "Возврат"),
        ("Ruch", "Sprzedaż", "Zwrot"),
        ("区分", "売上", "返品"),
        ("What", "Sale", "Return"),
    ],
)
def test_positive_sums_of_refund_rows_are_taken_back(tmp_path, name, sale, back):
    head = f"Order ID,Customer ID,Order Date,{name},Product,Amount\n"
    sales = "".join(
        f"{n},c{n % 5},2024-02-{n:02},{sale},Tea {n % 3},{n}.50\n" for n in range(1, 20)
    )
    gone = f"3,c3,2024-02-25,{back},Tea 0,3.50\n4,c4,2024-02-26,{back},Tea 1,1.00\n"
    result = take(tmp_path, head + sales + gone)
    found = purchases(result)
    assert len(found) == 18
    assert "3" not in found
    assert found["4"] == 3.5
    assert_reconciles(result)
