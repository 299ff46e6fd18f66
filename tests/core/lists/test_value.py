"""Leaving, the top tenth, worth winning back: against pandas."""

from __future__ import annotations

import numpy as np
import pytest

from tests.conftest import orders_of
from tests.core.lists import drawn


def test_valuable_and_leaving_to_the_letter():
    people = drawn.forecast()
    top = people[people["stake"] >= np.quantile(people["stake"], 0.8)]
    silence, usual = top["days_since_last_order"], top["usual_gap_days"]
    past = silence > 2 * usual
    doubted = (silence > usual) & (
        top["probability_alive"] < top["probability_alive"].median()
    )
    expected = top[(silence < drawn.WINDOW) & (past | doubted)]
    found = drawn.members("valuable_leaving", model=drawn.fits())
    assert 0 < len(expected) < len(top) / 2
    assert set(found["customer_id"]) == set(expected.index)
    assert found["stake"].is_monotonic_decreasing
    again = found.set_index("customer_id")
    assert (again["doubted"] == doubted[again.index]).all()
    np.testing.assert_allclose(again["times_usual"], (silence / usual)[again.index])


def test_without_a_model_twice_the_habit_alone_counts():
    people = drawn.everybody()
    top = people[people["of_a_year"] >= np.quantile(people["of_a_year"], 0.8)]
    silence, usual = top["days_since_last_order"], top["usual_gap_days"]
    expected = top[(silence < drawn.WINDOW) & (silence > 2 * usual)]
    found = drawn.members("valuable_leaving")
    assert len(expected) > 0
    assert set(found["customer_id"]) == set(expected.index)
    assert not found["doubted"].any()


def test_who_is_lost_is_not_leaving():
    found = drawn.members("valuable_leaving", model=drawn.fits(), window=20)
    assert (found["days_since_last_order"] < 20).all()


def test_the_top_tenth_with_its_share_and_its_ties():
    revenue = drawn.everybody()["revenue"]
    expected = revenue[revenue >= np.quantile(revenue, 0.9)]
    found = drawn.members("top_tenth").set_index("customer_id")
    assert set(found.index) == set(expected.index)
    np.testing.assert_allclose(found["share"], found["revenue"] / revenue.sum())
    ranks = revenue.round(6).rank(method="min", ascending=False)
    assert (found["rank"] == ranks[found.index]).all()


def test_equal_revenue_shares_a_place_in_the_top_tenth():
    rows = [(str(k), f"c{k:02}", "2024-01-01", 9.0) for k in range(5)]
    rows += [(str(k), f"c{k:02}", "2024-01-01", 4.0) for k in range(5, 20)]
    found = drawn.members("top_tenth", orders_of(rows), window=30)
    assert list(found["customer_id"]) == ["c00", "c01", "c02", "c03", "c04"]
    assert (found["rank"] == 1).all()
    assert found["share"].sum() == pytest.approx(45 / 105)


def test_win_back_by_what_is_expected():
    people = drawn.forecast()
    lost = people[people["days_since_last_order"] >= drawn.WINDOW]
    expected = lost[lost["revenue"] >= people["revenue"].median()]
    found = drawn.members("win_back", model=drawn.fits())
    assert len(expected) > 10
    assert set(found["customer_id"]) == set(expected.index)
    assert found["expected"].is_monotonic_decreasing
    odds = found.set_index("customer_id")["probability_in_window"]
    np.testing.assert_allclose(odds, people["probability_in_window"][odds.index])
