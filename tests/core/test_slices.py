"""Customers by their first order: in one slice only, and none lost."""

from __future__ import annotations

import datetime as dt

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

import retention_core as rc
from retention_core import slices
from tests.conftest import EIGHT, orders_of
from tests.core.shops import COLUMNS, Row, shops


def shop() -> rc.Orders:
    """Ann starts on the web and goes on in the shop; cat starts nowhere known."""
    channels = ["web", "shop", "shop", None, "web", "shop", "web", None]
    rows = pd.DataFrame(EIGHT, columns=COLUMNS).assign(channel=channels)
    return orders_of(rows, as_of=dt.date(2024, 3, 31))


def customers(orders: rc.Orders) -> set[str | None]:
    return set(orders.run(orders.purchases)["customer_id"])


def test_a_customer_stays_in_the_slice_of_the_first_order():
    orders = shop()
    assert customers(slices.only(orders, "channel", "web")) == {"ann"}
    assert customers(slices.only(orders, "channel", "shop")) == {"ben"}
    assert customers(slices.only(orders, "channel", None)) == {"cat", "dan"}


def test_a_slice_keeps_all_orders_of_its_customers_and_the_shops_calendar():
    orders = shop()
    web = slices.only(orders, "channel", "web")
    assert web.run(web.purchases.order_by("order_id"))["order_id"].tolist() == [
        "1",
        "3",
        "6",
    ]
    assert (web.first_day, web.as_of) == (orders.first_day, orders.as_of)
    assert rc.churn.movement(web, window_days=31)["new"].tolist() == [1, 0, 0]


def test_an_empty_slice_asks_nothing_obscure():
    nobody = slices.only(shop(), "channel", "fax")
    assert rc.cohorts.retention(nobody).empty
    assert rc.churn.movement(nobody).empty
    assert rc.overview.figures(nobody, window_days=30)["value"].iloc[:3].eq(0).all()


def test_dimensions_are_the_lines_and_the_further_columns():
    assert slices.dimensions(shop()) == ["product", "category", "channel"]


@given(shops(), st.data())
def test_every_customer_is_in_exactly_one_slice(rows: list[Row], data: st.DataObject):
    values = st.sampled_from(["web", "shop", None])
    channels = data.draw(st.lists(values, min_size=len(rows), max_size=len(rows)))
    frame = pd.DataFrame(rows, columns=COLUMNS).assign(
        channel=pd.array(channels, dtype="string")
    )
    orders = orders_of(frame)
    found = [
        customers(slices.only(orders, "channel", value))
        for value in ("web", "shop", None)
    ]
    known = {row[1] for row in rows if row[1] is not None}
    assert set.union(*found) == known
    assert sum(map(len, found)) == len(known)
