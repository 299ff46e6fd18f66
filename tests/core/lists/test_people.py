"""Everybody the lists choose from, against counting customer by customer."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from retention_core import clv, lists
from tests.conftest import orders_of
from tests.core.lists import drawn


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    orders = drawn.shop()
    with lists.people(orders, fits=drawn.fits(), window_days=drawn.WINDOW) as table:
        return orders.run(table).set_index("customer_id").sort_index()


def test_what_they_did_is_as_counted_by_hand(people):
    expected = drawn.everybody()
    assert list(people.index) == list(expected.index)
    for name in ("first_order", "last_order"):
        assert (pd.to_datetime(people[name]).dt.date == expected[name]).all()
    same = ["purchase_days", "days_since_last_order", "frequency", "recency", "T"]
    assert (people[same] == expected[same]).all(axis=None)
    money = ["revenue", "average_order_value", "monetary_value", "usual_gap_days"]
    np.testing.assert_allclose(people[money], expected[money], atol=1e-6)


def test_every_number_ahead_is_the_forecast_page_s(people):
    expected = drawn.forecast()
    for name in ("probability_alive", "probability_in_window", "expected"):
        np.testing.assert_allclose(people[name], expected[name], rtol=1e-9, atol=2e-6)
    total = clv.forecast(drawn.shop(), fits=drawn.fits()).total
    assert people["expected"].sum() == pytest.approx(total)


def test_stake_is_what_is_expected_of_whoever_still_is_a_customer(people):
    sure = people["probability_alive"] > 1e-6
    assert sure.sum() > 300
    np.testing.assert_allclose(
        people.loc[sure, "stake"] * people.loc[sure, "probability_alive"],
        people.loc[sure, "expected"],
        rtol=1e-6,
        atol=1e-5,
    )
    assert (people["stake"] > 0).all()


def test_without_a_model_the_last_year_is_at_stake():
    orders = drawn.shop()
    with lists.people(orders, fits=None, window_days=drawn.WINDOW) as table:
        found = orders.run(table).set_index("customer_id").sort_index()
    assert (
        found[["probability_alive", "probability_in_window", "expected"]]
        .isna()
        .all(axis=None)
    )
    np.testing.assert_allclose(found["stake"], drawn.everybody()["of_a_year"])


def test_guests_alone_are_nobody():
    orders = orders_of([("1", None, "2024-01-01", 5.0)])
    with lists.people(orders, fits=None, window_days=30) as table:
        assert orders.run(table).empty
        assert lists.summary(orders, table, window_days=30).contacted == 0


def test_a_shop_of_one_day_has_lists_without_a_hitch():
    rows = [(str(k), f"c{k}", "2024-01-01", 5.0) for k in range(12)]
    orders = orders_of(rows, as_of=dt.date(2024, 1, 1))
    with lists.people(orders, fits=None, window_days=30) as table:
        found = lists.summary(orders, table, window_days=30).lists
    sizes = found.set_index("list")["customers"]
    # Equal revenue shares a place: all of them bring the most.
    assert sizes["top_tenth"] == 12
    assert sizes["second_order"] == 0
    assert sizes["win_back"] == 0


def test_an_unknown_list_is_named_with_the_choices(eight):
    with (
        lists.people(eight, fits=None, window_days=30) as table,
        pytest.raises(lists.UnknownListError, match=r"'best'.*'top_tenth'") as raised,
    ):
        lists.members(eight, "best", table, window_days=30)
    assert raised.value.code == "unknown_list"


@pytest.mark.parametrize("name", lists.NAMES)
def test_each_list_has_the_shape_of_all(name):
    found = drawn.members(name, model=drawn.fits())
    head = ["customer_id", "list", "stake", "act_on", "product", *lists.SHARED]
    assert list(found.columns[: len(head)]) == head
    assert found["customer_id"].is_unique
    assert (found["list"] == name).all()
    tomorrow = drawn.AS_OF + dt.timedelta(days=1)
    assert all(day >= tomorrow for day in pd.to_datetime(found["act_on"]).dt.date)
    assert found[["stake", "act_on"]].notna().all(axis=None)
