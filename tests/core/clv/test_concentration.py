"""How much of the revenue comes from how few customers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

import retention_core as rc
from tests.conftest import orders_of
from tests.core.shops import cdnow, shops


def test_eight_orders(eight):
    """ann 75, dan 40, cat 30, ben 10."""
    found = rc.clv.concentration(eight)
    assert found["share_of_customers"].tolist() == [0, 0.25, 0.5, 0.75, 1]
    revenue = np.array([0, 75, 115, 145, 155]) / 155
    assert found["share_of_revenue"].to_numpy() == pytest.approx(revenue)


def test_gini_by_hand():
    """One of four has all: the mean difference over twice the mean is 3 / 4."""
    rows = [(c, c, "2024-01-01", 100.0 if c == "a" else 0.0) for c in "abcd"]
    assert rc.clv.gini(rc.clv.concentration(orders_of(rows))) == pytest.approx(0.75)


def test_cdnow_is_concentrated():
    orders = cdnow()
    found = rc.clv.concentration(orders)
    assert len(found) == 101
    spent = orders.run(orders.purchase_days).groupby("customer_id")["amount"].sum()
    best = np.sort(spent)[::-1]
    customers = round(found["share_of_customers"].iloc[10] * len(best))
    share = best[:customers].sum() / best.sum()
    assert found["share_of_revenue"].iloc[10] == pytest.approx(share)
    exact = np.abs(np.subtract.outer(best, best)).mean() / (2 * best.mean())
    assert rc.clv.gini(found) == pytest.approx(exact, abs=0.01)


@given(shops())
def test_laws(rows):
    found = rc.clv.concentration(orders_of(rows))
    customers, revenue = found["share_of_customers"], found["share_of_revenue"]
    assert customers.iloc[-1] == pytest.approx(1)
    assert revenue.iloc[-1] == pytest.approx(1)
    assert (revenue >= customers - 1e-12).all()
    assert (np.diff(revenue, 2) <= 1e-9).all()
    assert 0 <= rc.clv.gini(found) < 1


def test_guests_only():
    found = rc.clv.concentration(orders_of([("1", None, "2024-01-01", 5.0)]))
    assert found.to_numpy().tolist() == [[0, 0]]


def test_nothing_was_paid():
    found = rc.clv.concentration(orders_of([("1", "a", "2024-01-01", 0.0)]))
    assert found["share_of_customers"].tolist() == [0, 1]
    assert found["share_of_revenue"].isna().tolist() == [False, True]
