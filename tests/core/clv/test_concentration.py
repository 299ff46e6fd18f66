"""How much of the revenue comes from how few customers."""

from __future__ import annotations

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import retention_core as rc
from retention_core.clv.concentration import held_by, lorenz
from tests.conftest import EIGHT, orders_of
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


SHOP = orders_of(EIGHT)


def curve_of(amounts: list[float]) -> pd.DataFrame:
    table = ibis.memtable(pd.DataFrame({"amount": np.asarray(amounts, np.float64)}))
    return lorenz(SHOP, table.amount)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=250))
def test_a_curve_of_the_best_first_is_concave_and_ends_at_one(amounts):
    found = curve_of(amounts)
    customers, share = found["share_of_customers"], found["share"]
    assert (customers.iloc[0], customers.iloc[-1]) == (0, pytest.approx(1))
    if sum(amounts) <= 0:
        assert share[1:].isna().all()
        return
    assert (share.iloc[0], share.iloc[-1]) == (0, pytest.approx(1))
    slopes = np.diff(share) / np.diff(customers)
    assert (np.diff(slopes) <= 1e-9 * slopes[0]).all()
    best = sorted(amounts, reverse=True)[: round(len(amounts) * customers.iloc[1])]
    assert share.iloc[1] == pytest.approx(sum(best) / sum(amounts))


def test_what_a_tenth_holds():
    assert held_by(curve_of([91.0, *[1.0] * 9]), 0.1) == pytest.approx(0.91)
    # Of five customers the first tenth is half of the best one.
    assert held_by(curve_of([6.0, 1, 1, 1, 1]), 0.1) == pytest.approx(0.3)
    assert held_by(curve_of([2.0] * 400), 0.1) == pytest.approx(0.1)
