"""Customers by orders so far and days since the last, and what is expected of them."""

from __future__ import annotations

import pandas as pd
import pytest

import retention_core as rc
from retention_core.clv import matrix, models, scores
from tests.core.shops import cdnow

WINDOW = 114
YEAR = 365.25
KEYS = ["orders_from", "days_from"]


@pytest.fixture(scope="module")
def orders() -> rc.Orders:
    return cdnow()


@pytest.fixture(scope="module")
def fits(orders) -> rc.clv.Fits:
    return rc.clv.fits(orders)


@pytest.fixture(scope="module")
def customers(orders, fits) -> pd.DataFrame:
    """Every customer with the scores, in pandas."""
    terms = rc.clv.Terms(12, 0.1, 1.0)
    with scores.held(orders, fits, terms, window_days=WINDOW) as table:
        return orders.run(table)


@pytest.fixture(scope="module")
def cells(orders, fits) -> pd.DataFrame:
    terms = rc.clv.Terms(12, 0.1, 1.0)
    with scores.held(orders, fits, terms, window_days=WINDOW) as table:
        return orders.run(matrix.frequency_recency(table, window_days=WINDOW))


def test_what_is_held_is_the_forecast(orders, fits, customers):
    known = rc.clv.forecast(orders, fits=fits)
    forecast = orders.run(known.customers).set_index("customer_id").sort_index()
    held = customers.set_index("customer_id").sort_index()
    pd.testing.assert_frame_equal(held[forecast.columns], forecast)
    chance = models.probability_active(
        fits.timing, WINDOW, held["frequency"], held["recency"], held["T"]
    )
    assert held["probability_in_window"].to_numpy() == pytest.approx(chance)


def test_every_customer_lies_in_one_group(cells, customers):
    assert cells["customers"].sum() == len(customers)
    assert cells["clv"].sum() == pytest.approx(customers["clv"].sum())
    assert (cells["customers"] > 0).all()
    assert not cells.duplicated(KEYS).any()


def test_a_group_holds_the_means_of_its_customers(cells, customers):
    silence = customers["T"] - customers["recency"]
    inside = customers[
        customers["frequency"].between(4, 5) & silence.between(61, WINDOW - 1)
    ]
    cell = cells.set_index(KEYS).loc[(5, 61)]
    assert (cell["orders_to"], cell["days_to"]) == (6, WINDOW - 1)
    assert cell["customers"] == len(inside)
    for name in (*matrix.MEASURES, "frequency", "recency"):
        assert cell[name] == pytest.approx(inside[name].mean())


def test_who_bought_once_counts_as_a_customer_to_bg_nbd(cells):
    once = cells[cells["orders_from"] == 1]
    assert (once["probability_alive"] == 1).all()
    assert (once["probability_in_window"] < 1).all()


def filled(cells: pd.DataFrame, fits: rc.clv.Fits, oldest: int) -> pd.DataFrame:
    return matrix.filled(
        cells, fits.timing, months_days=YEAR, window_days=WINDOW, oldest=oldest
    )


def test_a_group_without_customers_has_the_models_own_answer(cells, fits):
    """As if those of the column had the silence of the row."""
    there = (cells["orders_from"] == 4) & (cells["days_from"] == 31)
    found = filled(cells[~there], fits, 10_000).set_index(KEYS)
    told = found.loc[(4, 31)]
    assert told["customers"] == told["clv"] == 0
    column = cells[(cells["orders_from"] == 4) & ~there]
    recency = (column["recency"] * column["customers"]).sum()
    recency /= column["customers"].sum()
    row = cells[(cells["days_from"] == 31) & ~there]
    silence = (row["silence"] * row["customers"]).sum() / row["customers"].sum()
    alive = models.probability_alive(fits.timing, 3, recency, recency + silence)
    assert told["probability_alive"] == pytest.approx(float(alive[0]))
    expected = models.expected_purchases(
        fits.timing, YEAR, 3, recency, recency + silence
    )
    assert told["expected_purchases"] == pytest.approx(float(expected[0]))
    # ... which is near to what it says of those who are there.
    real = cells.set_index(KEYS).loc[(4, 31)]
    assert told["probability_alive"] == pytest.approx(
        real["probability_alive"], abs=0.1
    )


@pytest.mark.parametrize("model", [*models.MODELS])
def test_where_no_group_is_empty_nothing_is_added(model, cells, orders):
    whole = cells[cells["orders_from"].between(2, 4)]
    whole = whole[whole["days_from"] < 61]
    assert len(whole) == 6
    known = rc.clv.fits(orders, model)
    pd.testing.assert_frame_equal(filled(whole, known, 10_000), whole)


def test_groups_that_are_there_stay_as_they_are(cells, fits):
    found = filled(cells, fits, 10_000)
    real = found[found["customers"] > 0].reset_index(drop=True)
    pd.testing.assert_frame_equal(real, cells, check_dtype=False)
    corners = cells["orders_from"].nunique() * cells["days_from"].nunique()
    assert len(found) == corners


def test_nobody_can_be_silent_for_longer_than_the_shop_is_known(cells, fits):
    there = cells["days_from"] != 366
    late = cells[there | (cells["orders_from"] == 1)]
    assert len(filled(late, fits, 10_000)) > len(filled(late, fits, 300))
    assert len(filled(late, fits, 0)) == len(late)
