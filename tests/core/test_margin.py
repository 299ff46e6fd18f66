"""Gross margin from the costs of a list of products."""

from __future__ import annotations

import pytest

import retention_core as rc
from retention_core import margin
from retention_core.samples import sample_files
from tests.conftest import EIGHT, orders_of
from tests.core.ingest.files import take

ORDERS = """
    Order ID,Customer ID,Order Date,Product,SKU,Quantity,Amount,Currency
    1,ann,2024-01-05,Tea,T1,2,20.00,EUR
    2,ben,2024-01-06,cup,,1,10.00,EUR
    3,cat,2024-01-07,Pot,P1,1,70.00,EUR
    3,cat,2024-01-09,Tea,T1,-1,-10.00,EUR
    """
PRODUCTS = """
    SKU,Product,Category,Cost,Price
    t1,Assam tea,Hot,"4.00",10.00
    C1,Cup,Things,€1.00,5.00
    C2,Cup,Things,3.00,5.00
    P1,Pot,Things,,70.00
    """


def test_what_is_left_of_what_is_known(tmp_path):
    found = margin.gross(take(tmp_path, ORDERS, PRODUCTS).orders)
    # Two teas at 4 and a cup at (1 + 3) / 2 of 30; the pot's 70 are not known.
    assert found.share == pytest.approx(1 - 10 / 30)
    assert found.covered == pytest.approx(0.3)


def test_the_list_of_products_is_kept_with_the_orders(tmp_path):
    take(tmp_path, ORDERS, PRODUCTS, into=tmp_path / "out")
    orders = rc.open_orders(tmp_path / "out")
    found = orders.run(orders.products).set_index("sku")
    assert list(found.columns) == ["product", "category", "cost", "price"]
    assert found.loc["C1"].tolist() == ["Cup", "Things", 1.0, 5.0]
    assert len(found) == 4


def test_without_a_list_or_costs_there_is_none(tmp_path):
    assert margin.gross(orders_of(EIGHT)) is None
    assert margin.gross(take(tmp_path, ORDERS).orders) is None
    without = "SKU,Product,Category\nT1,Tea,Hot\nC1,Cup,Things\n"
    result = take(tmp_path, ORDERS, without, into=tmp_path / "out")
    assert margin.gross(result.orders) is None


def test_a_list_given_once_does_not_stay_for_ever(tmp_path):
    take(tmp_path, ORDERS, PRODUCTS, into=tmp_path / "out")
    take(tmp_path, ORDERS, into=tmp_path / "out")
    assert rc.open_orders(tmp_path / "out").products is None


def test_the_sample_shop_earns_on_all_it_sells():
    found = margin.gross(rc.ingest(sample_files()).orders)
    assert found.covered > 0.99
    assert 0.3 < found.share < 0.8
