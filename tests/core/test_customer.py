"""One customer: found by what is known of them, and told as a second reckoning does."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import ibis
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention_core import customer, risk
from retention_core.customer import Usual
from tests.conftest import orders_of
from tests.core.shops import shops

PEOPLE = pd.DataFrame(
    {
        "customer_id": ["7", "17", "a@x.org", "9"],
        "customer_name": ["Ann Müller", "Anna Bell", "Meyer, Ann", None],
        "email": ["ann@shop.org", "bell@shop.org", "a@x.org", "nobody@x.org"],
        "city": ["Ghent", None, " ", "Lyon"],
    }
)
LINES = pd.DataFrame(
    [
        ("1", "7", "2024-01-05 10:00", None, "Tea", 2.0, 20.0, 0.0, "web"),
        ("1", "7", "2024-01-05 10:00", None, "Cup", 1.0, 8.0, 2.0, "web"),
        ("2", "7", "2024-01-05 18:00", None, "Tea", 1.0, 10.0, None, "shop"),
        ("3", "7", "2024-02-04 09:00", None, "Pot", 1.0, 30.0, None, "web"),
        ("3", "7", "2024-02-04 09:00", "2024-02-09", "Pot", -1.0, -30.0, None, "web"),
        ("4", "7", "2024-03-05 09:00", None, "Tea", 1.0, 10.0, None, "web"),
        ("5", "17", "2024-03-06 09:00", None, None, 1.0, 15.0, None, None),
        ("6", None, "2024-03-07 09:00", None, "Tea", 1.0, 10.0, None, "web"),
    ],
    columns=[
        *("order_id", "customer_id", "ordered_at", "refunded_at", "product"),
        *("quantity", "amount", "discount", "channel"),
    ],
)


@pytest.fixture(scope="module")
def shop():
    rows = LINES.assign(refunded_at=pd.to_datetime(LINES["refunded_at"]))
    orders = orders_of(rows, as_of=dt.date(2024, 3, 31), currency="EUR")
    return replace(orders, customers=ibis.memtable(PEOPLE))


def ids(found: pd.DataFrame) -> list[str]:
    return found["customer_id"].tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7", ["7", "17"]),
        ("ANN", ["17", "7", "a@x.org"]),
        ("ann meyer", ["a@x.org"]),
        ("  müller   ann ", ["7"]),
        ("bell@shop.org", ["17"]),
        ("nobody", ["9"]),
        ("100%", []),
        ("_nn", []),
        ("  ", []),
    ],
)
def test_somebody_is_found_by_number_name_and_address(shop, text, expected):
    assert ids(customer.search(shop, text)) == expected


def test_what_is_found_says_how_often_somebody_has_ordered(shop):
    found = customer.search(shop, "x.org").set_index("customer_id")
    assert found["orders"].tolist() == [0, 0]
    assert found["last_order"].isna().all()
    ann = customer.search(shop, "ann@shop.org").iloc[0]
    assert (ann["orders"], ann["last_order"]) == (3, pd.Timestamp("2024-03-05"))


def test_no_more_are_found_than_asked_for(shop):
    assert ids(customer.search(shop, "ann", limit=2)) == ["17", "7"]


def test_without_a_list_of_customers_they_go_by_their_ids(eight):
    assert ids(customer.search(eight, "an")) == ["ann", "dan"]


def test_everything_of_one_customer(shop):
    found = customer.one(shop, "7")
    assert found.orders["order_id"].tolist() == ["1", "2", "4"]  # 3 was refunded
    assert found.orders["amount"].tolist() == [28, 10, 10]
    assert found.orders["gap_days"].fillna(-1).tolist() == [-1, 0, 60]
    assert found.orders["products"].tolist() == [["Tea", "Cup"], ["Tea"], ["Tea"]]
    assert found.orders["discount"].fillna(-1).tolist() == [2, -1, -1]
    assert (found.first_order, found.last_order) == (
        dt.date(2024, 1, 5),
        dt.date(2024, 3, 5),
    )
    assert (found.purchase_days, found.revenue) == (2, 48)
    assert (found.usual_gap_days, found.days_since_last_order) == (60, 26)
    assert found.average_order_value == 16
    assert found.details == {
        "customer_name": "Ann Müller",
        "email": "ann@shop.org",
        "city": "Ghent",
    }
    assert found.usual == {"channel": Usual("web", 2 / 3)}
    products = found.products.set_index("product")
    assert products["orders"].to_dict() == {"Tea": 3, "Cup": 1}
    assert products.loc["Tea", "quantity"] == 4


def test_nobody_who_never_bought(shop):
    assert customer.one(shop, "9") is None
    assert customer.one(shop, "who?") is None


def test_an_order_without_products_and_channel(shop):
    found = customer.one(shop, "17")
    assert found.products.empty
    assert found.usual == {}
    assert found.usual_gap_days is None
    assert found.orders["products"].tolist() == [[]]


@given(shops(), st.sampled_from(["ann", "ben", "cat"]))
def test_one_customer_is_told_as_in_the_list_of_all(rows, who):
    orders = orders_of(rows)
    every = orders.run(risk.habits(orders)).set_index("customer_id")
    found = customer.one(orders, who)
    assert (found is None) == (who not in every.index)
    if found is None:
        return
    row = every.loc[who]
    assert found.purchase_days == row["purchase_days"]
    assert found.revenue == pytest.approx(row["revenue"])
    assert found.days_since_last_order == row["days_since_last_order"]
    gap = row["usual_gap_days"]
    assert found.usual_gap_days == (None if pd.isna(gap) else gap)
