"""Simulated futures: their moments, their laws, and how often the intervals hold."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

import retention_core as rc
from benchmarks.coverage import fair, one_by_one, raw, simulated
from retention_core.clv import scores, uncertainty
from retention_core.clv.fits import Fits
from retention_core.clv.forecast import Terms
from retention_core.clv.models import MODELS, expected_pairs
from retention_core.clv.ranges import customer_draws
from retention_core.clv.simulation import People, beliefs, bought, fitted
from retention_core.clv.uncertainty import Futures, futures
from tests.core.clv.simulated import KINDS, SPEND, draw
from tests.core.shops import cdnow

if TYPE_CHECKING:
    from retention_core.clv.groups import Groups

TERMS = Terms(months=12, annual_discount_rate=0.2, margin=0.4)


def known(model: str, *, error: float = 0.0) -> Fits:
    """Fits whose parameters are certain, or known to within an ``error``."""
    fits = []
    for name, values in ((model, KINDS[model]["typical"]), ("gamma-gamma", SPEND)):
        params = pd.Series(values, index=list("abcdefg")[: len(values)])
        if name == "gamma-gamma":
            params.index = pd.Index(["p", "q", "v"])
        covariance = np.eye(len(values)) * error**2
        fits.append(rc.clv.Fit(name, params, covariance=covariance))
    return Fits(*fits, float("nan"))


def shop(model: str, customers: int, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return draw(model, KINDS[model]["typical"], customers, rng).known


def asked(fits: Fits, customers: pd.DataFrame) -> tuple[Groups, np.ndarray, Futures]:
    groups = one_by_one(customers, fits)
    monthly = scores.by_month(fits.timing, groups.histories, TERMS)
    return groups, monthly, futures(fits.timing, fits.spend, groups, monthly, TERMS)


@pytest.mark.parametrize("model", MODELS)
def test_one_history_buys_as_often_as_its_moments_say(model):
    fits = known(model)
    history = (np.array([3.0]), np.array([240.0]), np.array([270.0]))
    people = People(*history, history[0], np.array([20.0]))
    params = fitted(fits.timing, fits.spend).timing
    found = bought(model, params, people, 365.0, times=40_000)
    counts = np.bincount(found.draw, found.purchases, 40_000)
    mean = rc.clv.expected_purchases(fits.timing, 365, *history)[0]
    pairs = expected_pairs(fits.timing, 365, *history)[0]
    error = counts.std() / 200
    assert counts.mean() == pytest.approx(mean, abs=4 * error)
    squares = counts * (counts - 1)
    assert squares.mean() == pytest.approx(pairs, abs=4 * squares.std() / 200)
    assert ((found.until > 0) & (found.until <= 365)).all()


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("customers", [200, 3000])
def test_totals_are_spread_around_what_is_expected(model, customers):
    """Few are simulated one by one, of many a sample: the middle is the same."""
    groups, monthly, future = asked(known(model), shop(model, customers))
    size = len(future.purchases)
    for drawn, mean in (
        (future.purchases, monthly.sum()),
        *zip(future.revenue.T, monthly @ groups.value, strict=True),
    ):
        assert drawn.mean() == pytest.approx(mean, abs=5 * drawn.std() / np.sqrt(size))


@pytest.mark.parametrize("model", MODELS)
def test_a_sample_of_customers_is_spread_as_all_are(model, monkeypatch):
    customers = shop(model, 500)
    _, _, everyone = asked(known(model, error=0.1), customers)
    monkeypatch.setattr(uncertainty, "FEW", 100)
    _, _, some = asked(known(model, error=0.1), customers)
    for one, other in zip(everyone, some, strict=True):
        widths = [
            np.ptp(np.quantile(each, [0.1, 0.9], axis=0), 0) for each in (one, other)
        ]
        assert np.mean(widths[0] / widths[1]) == pytest.approx(1, abs=0.2)


def test_uncertain_parameters_widen_the_totals():
    customers = shop("bg/nbd", 2000)
    spread = [
        asked(known("bg/nbd", error=error), customers)[2].purchases.std()
        for error in (0.0, 0.1, 0.3)
    ]
    assert spread[0] < spread[1] < spread[2]


def test_beliefs_have_the_moments_of_the_fit():
    fits = known("bg/nbd", error=0.2)
    drawn = beliefs(fits.timing, fits.spend, 256)
    logs = np.log(drawn.timing)
    assert logs.mean(axis=0) == pytest.approx(np.log(fits.timing.params), abs=0.02)
    assert logs.std(axis=0) == pytest.approx(np.full(4, 0.2), rel=0.05)


@pytest.mark.parametrize("model", MODELS)
def test_customers_are_spread_around_what_is_expected(model):
    """Means of purchases and of discounted margin, customer by customer, together."""
    fits, customers = known(model), shop(model, 1500)
    groups = one_by_one(customers, fits)
    monthly = scores.by_month(fits.timing, groups.histories, TERMS)
    drawn = list(customer_draws(fits, customers, TERMS))
    purchases, value = (np.concatenate(each) for each in zip(*drawn, strict=True))
    clv = TERMS.margin * groups.value * (TERMS.discounts @ monthly)
    assert purchases.mean() == pytest.approx(monthly.sum(axis=0).mean(), rel=0.05)
    assert value.mean() == pytest.approx(clv.mean(), rel=0.08)
    for mean, expected in ((purchases, monthly.sum(axis=0)), (value, clv)):
        assert np.corrcoef(mean.mean(axis=1), expected)[0, 1] > 0.98


def test_an_interval_is_the_same_in_any_company():
    fits, customers = known("bg/nbd", error=0.1), shop("bg/nbd", 1200)
    together = rc.clv.customer_intervals(fits, customers, TERMS)
    some = customers.iloc[[7, 450, 1100]]
    alone = rc.clv.customer_intervals(fits, some, TERMS)
    pd.testing.assert_frame_equal(together.loc[some.index], alone)


def test_nobody_has_no_interval():
    none = shop("bg/nbd", 5).head(0)
    found = rc.clv.customer_intervals(known("bg/nbd"), none, TERMS)
    assert found.empty
    assert len(found.columns) == 8


def test_value_is_in_the_currency_of_spend():
    """Money ten times as much: every end ten times as far."""
    fits, customers = known("bg/nbd"), shop("bg/nbd", 50)
    dearer = fits.spend.params * [1, 1, 10]
    tenfold = Fits(fits.timing, replace(fits.spend, params=dearer), float("nan"))
    more = customers.assign(monetary_value=10 * customers["monetary_value"])
    one = rc.clv.customer_intervals(fits, customers, TERMS).filter(like="value")
    ten = rc.clv.customer_intervals(tenfold, more, TERMS).filter(like="value")
    pd.testing.assert_frame_equal(10 * one, ten)


def test_a_customer_gone_for_years_buys_nothing():
    gone = pd.DataFrame(
        {"frequency": [30], "recency": [300], "T": [2000], "monetary_value": [20.0]}
    )
    found = rc.clv.customer_intervals(known("bg/nbd"), gone, TERMS)
    assert (found == 0).all(axis=None)


@pytest.fixture(scope="module")
def forecast() -> rc.clv.Forecast:
    return rc.clv.forecast(cdnow().until(dt.date(1997, 9, 30)))


def test_80_lies_within_95(forecast):
    monthly = forecast.monthly
    assert (monthly["low"] <= monthly["low_80"]).all()
    assert (monthly["low_80"] < monthly["revenue"]).all()
    assert (monthly["revenue"] < monthly["high_80"]).all()
    assert (monthly["high_80"] <= monthly["high"]).all()
    for wide, narrow, middle in (
        (forecast.interval, forecast.interval_80, forecast.total),
        (forecast.purchases[1], forecast.purchases[2], forecast.purchases.total),
    ):
        assert wide.low < narrow.low < middle < narrow.high < wide.high
    expected = monthly["expected_purchases"].sum()
    assert forecast.purchases.total == pytest.approx(expected)


def test_fair_and_raw_on_numbers_to_check_in_the_head():
    """Ten futures: five buy nothing, five once. Nothing is 0 to 0.5 of the chances."""
    draws = np.array([[0] * 5 + [1] * 5])
    assert fair(draws, np.array([0.0])) == pytest.approx([0.8, 0.95])
    assert raw(draws, np.array([0.0])).tolist() == [1, 1]
    assert fair(draws, np.array([2.0])) == pytest.approx([0, 0], abs=1e-6)
    assert raw(draws, np.array([2.0])).tolist() == [0, 0]


def test_intervals_hold_as_often_as_they_say():
    """25 shops of 200, fixed seeds: bounds beyond three standard errors.

    ``benchmarks.coverage`` prints what larger numbers of shops come to.
    """
    tally = simulated("bg/nbd", "typical", 200, 25)
    purchases, revenue, _, customers, at_least, value = np.mean(tally.shops, axis=0)
    for each in (purchases, revenue):
        assert 0.55 <= each[0] <= 0.97
        assert each[1] >= 0.8
    for each in (customers, value):
        assert each == pytest.approx([0.8, 0.95], abs=0.03)
    assert (at_least >= [0.8, 0.95]).all()
