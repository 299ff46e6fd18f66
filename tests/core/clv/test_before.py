"""What the customers of a horizon ago have brought since."""

from __future__ import annotations

import datetime as dt

import pytest

from retention_core.clv import Terms, brought_since
from tests.conftest import orders_of
from tests.core.shops import cdnow

PLAIN = Terms(months=12, annual_discount_rate=0.0, margin=1.0)


def test_only_those_of_then_and_only_since():
    orders = orders_of(
        [
            ("1", "old", "2023-01-01", 10),
            ("2", "old", "2023-07-02", 20),
            ("3", "old", "2024-06-01", 30),
            ("4", "new", "2024-02-01", 99),
            ("5", None, "2024-02-01", 99),
        ],
        as_of=dt.date(2024, 7, 1),
    )
    # A year of the models is 365.25 days: the second order is the last of the old year.
    assert brought_since(orders, PLAIN) == 30
    half = Terms(months=12, annual_discount_rate=0.0, margin=0.5)
    assert brought_since(orders, half) == 15
    # 1 June is 335 days on: in the twelfth month, which counts as a year from now.
    discounted = Terms(months=12, annual_discount_rate=0.2, margin=1.0)
    assert brought_since(orders, discounted) == pytest.approx(30 / 1.2)


def test_a_history_that_does_not_reach_back_says_so():
    orders = orders_of([("1", "a", "2024-01-01", 5)], as_of=dt.date(2024, 6, 1))
    assert brought_since(orders, PLAIN) is None


def test_cdnow_by_hand():
    orders = cdnow()
    terms = Terms(months=9, annual_discount_rate=0.0, margin=1.0)
    days = orders.run(orders.purchase_days)
    then = orders.as_of - dt.timedelta(days=round(9 * 30.4375))
    first = days.groupby("customer_id")["day"].transform("min")
    late = (days["day"].dt.date > then) & (first.dt.date <= then)
    expected = days.loc[late, "amount"].sum()
    assert brought_since(orders, terms) == pytest.approx(expected)
