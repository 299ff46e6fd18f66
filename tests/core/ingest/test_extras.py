"""Lines of an order that are none of its goods."""

from __future__ import annotations

import pytest

from tests.core.ingest.files import assert_reconciles, lines, take

HEAD = "Order ID,Customer ID,Order Date,Product,Quantity,Amount\n"
GOODS = (
    "1,ann,2024-01-05,Tea,1,20\n1,ann,2024-01-05,Cup,2,9\n2,ben,2024-01-06,Tea,1,20\n"
)


@pytest.mark.parametrize(
    "name", ["Shipping", "Versandkosten", "送料", "Postage", "Tip"]
)
def test_shipping_beside_goods_is_no_revenue(tmp_path, name):
    result = take(tmp_path, HEAD + GOODS + f"1,ann,2024-01-05,{name},1,4.95\n")
    assert lines(result)["amount"].sum() == 49
    assert result.ledger.reasons["code"].tolist() == ["shipping_line"]
    assert_reconciles(result)


def test_who_sells_deliveries_sells_them(tmp_path):
    result = take(tmp_path, HEAD + GOODS + "3,cy,2024-01-07,Delivery,1,4.95\n")
    assert lines(result)["amount"].sum() == 53.95


@pytest.mark.parametrize(
    "row", ["1,ann,2024-01-05,Order total,,29\n", ",,2024-01-06,Total,4,49\n"]
)
def test_a_total_among_the_products_is_no_line(tmp_path, row):
    result = take(tmp_path, HEAD + GOODS + row)
    assert lines(result)["amount"].sum() == 49
    assert result.ledger.reasons["code"].tolist() == ["total_row"]


def test_a_product_may_be_called_total(tmp_path):
    result = take(tmp_path, HEAD + GOODS + "2,ben,2024-01-06,Total repair,1,7\n")
    assert lines(result)["amount"].sum() == 56
