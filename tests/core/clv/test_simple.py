"""The simple lifetime value and its factors."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given

import retention_core as rc
from retention_core.clv.simple import lifespan
from retention_core.errors import NoOrdersError
from tests.conftest import orders_of
from tests.core.shops import cdnow, shops


def test_eight_orders(eight):
    """Seven orders of four customers, 155 in all; the guest's left out."""
    found = rc.clv.simple(eight, margin=0.5)
    assert found.average_order_value == pytest.approx(155 / 7)
    assert found.orders_per_year == pytest.approx(7 / 4)
    assert (found.lifespan_years, found.lifespan_source) == (1, "floor")
    assert found.value == pytest.approx(155 / 7 * 7 / 4 * 0.5)


def test_only_the_last_year_says_how_often():
    orders = orders_of(
        [
            ("1", "a", "2022-01-01", 10.0),
            ("2", "a", "2022-02-01", 10.0),
            ("3", "a", "2024-03-01", 10.0),
            ("4", "b", "2024-03-01", 10.0),
            ("5", "b", "2024-05-01", 10.0),
        ],
        as_of=dt.date(2024, 12, 31),
    )
    assert rc.clv.simple(orders).orders_per_year == 1.5


@pytest.mark.parametrize(
    ("churn", "observed", "expected"),
    [
        (0.5, 0.2, (2, "churn")),
        (1.0, 0.2, (1, "churn")),
        (0.5, 3.0, (3, "observed")),
        (0.02, 0.2, (10, "capped")),
        (0.0, 0.2, (10, "capped")),
        (0.5, 12.0, (10, "capped")),
        (None, 0.2, (1, "floor")),
        (None, 2.5, (2.5, "observed")),
    ],
)
def test_lifespan(churn, observed, expected):
    assert lifespan(churn, observed) == expected


def test_lifespan_is_from_the_last_complete_year():
    """Of the two active at New Year 2024 one is lost in the year."""
    rows = [("0", "ann", "2022-01-05", 10.0)]
    rows += [
        (f"{who}{month}", who, f"2023-{month:02}-10", 10.0)
        for who in ("ann", "ben")
        for month in range(1, 13)
    ]
    rows += [
        (f"later{month}", "ann", f"2024-{month:02}-10", 10.0) for month in range(1, 13)
    ]
    orders = orders_of(rows, as_of=dt.date(2024, 12, 31))
    years = rc.churn.movement(orders, grain="year").set_index("period_start")
    assert years.loc["2024-01-01", "churn_rate"].item() == 0.5
    found = rc.clv.simple(orders)
    assert (found.lifespan_years, found.lifespan_source) == (2, "churn")


def test_cdnow():
    found = rc.clv.simple(cdnow())
    product = found.average_order_value * found.orders_per_year * found.lifespan_years
    assert found.value == pytest.approx(product)
    assert 1 <= found.lifespan_years <= 10


@given(shops())
def test_it_always_has_an_answer(rows):
    found = rc.clv.simple(orders_of(rows))
    assert found.value >= 0
    assert found.orders_per_year >= 1
    assert 1 <= found.lifespan_years <= 10


def test_guests_only_have_none():
    with pytest.raises(NoOrdersError):
        rc.clv.simple(orders_of([("1", None, "2024-01-01", 5.0)]))
