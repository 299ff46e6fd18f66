"""What the last such stretch of time brought, to hold a forecast against."""

from __future__ import annotations

import datetime as dt

import pytest

from retention_core.clv import Terms, brought_before
from tests.conftest import orders_of
from tests.core.shops import cdnow

PLAIN = Terms(months=12, annual_discount_rate=0.0, margin=1.0)
ROWS = [
    ("1", "old", "2023-01-01", 10),
    ("2", "old", "2023-07-02", 20),
    ("3", "old", "2024-06-01", 30),
    ("4", "new", "2024-02-01", 99),
    ("5", None, "2024-06-02", 7),
]


def test_all_that_came_in_and_of_it_what_existing_customers_brought():
    orders = orders_of(ROWS, as_of=dt.date(2024, 7, 1))
    # A year of the models is 365.25 days: 2 July 2023 is the last day before it.
    assert brought_before(orders, PLAIN) == (136, 30, 1)
    half = Terms(months=12, annual_discount_rate=0.0, margin=0.5)
    assert brought_before(orders, half) == (68, 15, 1)


def test_the_past_is_not_discounted():
    orders = orders_of(ROWS, as_of=dt.date(2024, 7, 1))
    terms = Terms(months=12, annual_discount_rate=0.2, margin=1.0)
    assert brought_before(orders, terms) == brought_before(orders, PLAIN)


def test_a_history_that_does_not_reach_back_says_so():
    orders = orders_of([("1", "a", "2024-01-01", 5)], as_of=dt.date(2024, 6, 1))
    assert brought_before(orders, PLAIN) is None


def test_cdnow_by_hand():
    orders = cdnow()
    terms = Terms(months=9, annual_discount_rate=0.0, margin=1.0)
    days = orders.run(orders.purchase_days)
    then = orders.as_of - dt.timedelta(days=round(9 * 30.4375))
    first = days.groupby("customer_id")["day"].transform("min")
    late = days["day"].dt.date > then
    known = first.dt.date <= then
    found = brought_before(orders, terms)
    assert found.customers == days.loc[~late, "customer_id"].nunique()
    assert found.total == pytest.approx(days.loc[late, "amount"].sum())
    assert found.existing == pytest.approx(days.loc[late & known, "amount"].sum())
