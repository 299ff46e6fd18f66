"""Customers by their first order: in one slice only, and none lost."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import ibis
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import retention_core as rc
from retention_core import slices
from tests.conftest import EIGHT, orders_of
from tests.core.shops import COLUMNS, FIRST, Row, shops


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


def listed(**columns: list[object]) -> rc.Orders:
    """The shop with a list of three people, one of whom never bought."""
    people = pd.DataFrame({"customer_id": ["ann", "ben", "zoe"], **columns})
    return replace(shop(), customers=ibis.memtable(people))


def test_an_attribute_with_few_values_is_a_dimension():
    orders = listed(loyalty_level=["gold", "tin", "tin"], note=["same"] * 3)
    assert slices.dimensions(orders)[-1] == "customer.loyalty_level"
    found = orders.run(slices.first_value(orders, "customer.loyalty_level"))
    values = dict(zip(found["customer_id"], found["value"], strict=True))
    assert values["ann"] == "gold"
    assert values["ben"] == "tin"
    assert set(values) == {"ann", "ben", "cat", "dan"}
    assert pd.isna(values["cat"])
    assert customers(slices.only(orders, "customer.loyalty_level", "gold")) == {"ann"}


@pytest.mark.parametrize(
    "name",
    ["customer_id", "email", "birthday", "total_spent", "orders_count", "channel"],
)
def test_what_names_or_counts_a_customer_or_stands_in_the_orders_is_none(name):
    columns = {} if name == "customer_id" else {name: ["a", "b", "b"]}
    orders = listed(**columns)
    assert f"customer.{name}" not in slices.dimensions(orders)
    with pytest.raises(slices.UnknownDimensionError):
        slices.first_value(orders, f"customer.{name}")


def test_an_attribute_with_many_values_is_not_offered():
    people = pd.DataFrame({"customer_id": [str(n) for n in range(51)]})
    many = people.assign(street=people["customer_id"], ward=people.index % 50)
    orders = replace(shop(), customers=ibis.memtable(many))
    assert slices.dimensions(orders)[-1] == "customer.ward"


def test_a_day_parts_those_who_came_before_it():
    orders = shop()
    assert customers(slices.only(orders, "since:2024-02-10", "before")) == {
        "ann",
        "ben",
    }
    assert customers(slices.only(orders, "since:2024-02-10", "after")) == {"cat", "dan"}


@pytest.mark.parametrize(
    "by", ["", "nope", "since:", "since:2024-13-01", "since:yesterday", "customer.x"]
)
def test_what_is_no_dimension_is_refused_by_name(by):
    with pytest.raises(slices.UnknownDimensionError, match="There is no dimension"):
        slices.first_value(shop(), by)


@given(shops(), st.integers(-10, 300))
def test_before_and_after_are_everybody(rows: list[Row], shift: int):
    orders = orders_of(rows)
    by = f"since:{FIRST + dt.timedelta(days=shift)}"
    before, after = (
        customers(slices.only(orders, by, value)) for value in ("before", "after")
    )
    first = {}
    for _, name, day, _ in sorted(rows, key=lambda row: row[2]):
        first.setdefault(name, day)
    limit = by.removeprefix("since:")
    assert before == {n for n, day in first.items() if n and day < limit}
    assert after == {n for n, day in first.items() if n and day >= limit}


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
