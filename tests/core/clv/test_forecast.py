"""The forecast: what it is made of, when it refuses, that it stays in the engine."""

from __future__ import annotations

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor

import duckdb
import ibis
import numpy as np
import pandas as pd
import pytest

import retention_core as rc
from retention_core.clv.errors import InvalidTermsError, UnknownModelError
from retention_core.clv.forecast import forecast_held
from retention_core.errors import TooLittleDataError
from tests.conftest import orders_of
from tests.core.shops import cdnow

COLUMNS = [
    "customer_id",
    "frequency",
    "recency",
    "T",
    "monetary_value",
    "probability_alive",
    "probability_active",
    "expected_purchases",
    "expected_order_value",
    "clv",
]
MONTH = 30.4375


@pytest.fixture(scope="module")
def orders() -> rc.Orders:
    return cdnow().until(dt.date(1997, 9, 30))


@pytest.fixture(scope="module")
def forecast(orders) -> rc.clv.Forecast:
    return rc.clv.forecast(orders, margin=0.4, annual_discount_rate=0.2)


@pytest.fixture(scope="module")
def customers(orders, forecast) -> pd.DataFrame:
    return orders.run(forecast.customers.order_by("customer_id"))


def history(frame: pd.DataFrame) -> tuple[pd.Series, ...]:
    return frame["frequency"], frame["recency"], frame["T"]


def test_every_customer_is_there_once(customers):
    assert customers.columns.tolist() == COLUMNS
    assert len(customers) == customers["customer_id"].nunique() == 2357
    assert customers.notna().all(axis=None)


def test_scores_are_those_of_the_models(customers, forecast):
    fit, past = forecast.fit, history(customers)
    expected = {
        "probability_alive": rc.clv.probability_alive(fit, *past),
        "probability_active": rc.clv.probability_active(fit, 12 * MONTH, *past),
        "expected_purchases": rc.clv.expected_purchases(fit, 12 * MONTH, *past),
        "expected_order_value": rc.clv.expected_order_value(
            forecast.spend, customers["frequency"], customers["monetary_value"]
        ),
    }
    for column, values in expected.items():
        assert customers[column].to_numpy() == pytest.approx(values), column


def test_value_is_the_discounted_margin_of_each_month(customers, forecast):
    ends = [
        rc.clv.expected_purchases(forecast.fit, month * MONTH, *history(customers))
        for month in range(13)
    ]
    discounted = sum((ends[j] - ends[j - 1]) / 1.2 ** (j / 12) for j in range(1, 13))
    clv = 0.4 * customers["expected_order_value"] * discounted
    assert customers["clv"].to_numpy() == pytest.approx(clv.to_numpy())
    assert forecast.total == pytest.approx(clv.sum())


def test_months_add_up(customers, forecast):
    monthly = forecast.monthly
    assert monthly["month"].tolist() == list(range(1, 13))
    assert monthly["month_start"].iloc[0] == pd.Timestamp("1997-10-01")
    purchases = customers["expected_purchases"]
    assert monthly["expected_purchases"].sum() == pytest.approx(purchases.sum())
    revenue = purchases @ customers["expected_order_value"]
    assert monthly["revenue"].sum() == pytest.approx(revenue)
    assert (monthly["low"] < monthly["revenue"]).all()
    assert (monthly["revenue"] < monthly["high"]).all()
    assert monthly["revenue"].is_monotonic_decreasing


def test_what_is_held_is_the_forecast(orders, forecast, customers):
    with forecast_held(orders, forecast.terms) as found:
        held = orders.run(found.customers.order_by("customer_id"))
        assert found.total == pytest.approx(forecast.total, rel=1e-12)
        assert found.interval == pytest.approx(forecast.interval, rel=1e-12)
    pd.testing.assert_frame_equal(held, customers)
    with pytest.raises(duckdb.CatalogException):
        orders.run(found.customers)


def test_the_interval_is_wider_than_chance_alone(forecast):
    """Of 2,357 customers the total is known to within a fifth, not to a hair."""
    low, high = forecast.interval
    assert 0.75 < low / forecast.total < 0.95
    assert 1.05 < high / forecast.total < 1.25


def test_the_interval_covers_what_happened():
    orders = cdnow()
    cutoff = dt.date(1997, 12, 31)
    found = rc.clv.forecast(orders.until(cutoff), months=6, annual_discount_rate=0.0)
    known = rc.clv.summary(orders.until(cutoff))
    later = orders.purchase_days.semi_join(known, "customer_id")
    after = later.filter(
        (later.day > cutoff)
        & (later.day <= cutoff + dt.timedelta(days=round(6 * MONTH)))
    )
    happened = float(orders.run(after.agg(total=after.amount.sum()))["total"].iloc[0])
    assert found.interval.low < happened < found.interval.high


def test_the_same_orders_give_the_same_interval(orders, forecast):
    again = rc.clv.forecast(orders, margin=0.4, annual_discount_rate=0.2)
    assert again.interval == pytest.approx(forecast.interval)
    pd.testing.assert_frame_equal(again.monthly, forecast.monthly)


def test_nothing_of_it_is_left_in_the_engine(orders, forecast):
    before = set(orders.backend.list_tables())
    orders.run(forecast.customers.limit(1))
    assert set(orders.backend.list_tables()) == before


def test_many_threads_may_ask_at_once(orders, forecast, customers):
    def ask(_: int) -> float:
        return float(orders.run(forecast.customers)["clv"].sum())

    with ThreadPoolExecutor(8) as threads:
        totals = list(threads.map(ask, range(40)))
    assert totals == pytest.approx([customers["clv"].sum()] * 40)


def test_every_model_can_be_asked_for(orders):
    totals = [
        rc.clv.forecast(orders, months=9, model=model).total
        for model in ("bg/nbd", "mbg/nbd", "pareto/nbd")
    ]
    assert max(totals) < 1.2 * min(totals)


def shop(repeat_customers: int, every: int, times: int) -> rc.Orders:
    """Customers who buy so many ``times``, ``every`` so many days; three who do not."""
    first = dt.date(2024, 1, 1)
    rows = [
        (
            f"{customer}-{time}",
            f"c{customer}",
            str(first + dt.timedelta(every * time)),
            9,
        )
        for customer in range(repeat_customers)
        for time in range(times)
    ]
    rows += [(f"one-{i}", f"one-{i}", str(first), 5) for i in range(3)]
    last = first + dt.timedelta(every * (times - 1))
    return orders_of(rows, as_of=last)


def test_49_repeat_customers_are_too_few():
    with pytest.raises(TooLittleDataError) as raised:
        rc.clv.forecast(shop(49, every=10, times=10))
    assert raised.value.fields["repeat_customers"] == 49
    assert raised.value.fields["needed_customers"] == 50


def test_less_than_three_intervals_are_too_short():
    with pytest.raises(TooLittleDataError) as raised:
        rc.clv.forecast(shop(60, every=10, times=3))
    assert raised.value.fields["history_days"] == 21
    assert raised.value.fields["needed_days"] == 30


def test_fifty_repeat_customers_and_three_intervals_are_enough():
    orders = shop(50, every=10, times=4)
    found = rc.clv.forecast(orders)
    assert found.total > 0
    assert np.isfinite(found.interval).all()
    assert found.interval.low <= found.total <= found.interval.high


def test_one_order_is_too_little():
    with pytest.raises(TooLittleDataError):
        rc.clv.forecast(orders_of([("1", "a", "2024-01-01", 5.0)]))


def test_guests_only_is_too_little():
    with pytest.raises(TooLittleDataError):
        rc.clv.forecast(orders_of([("1", None, "2024-01-01", 5.0)]))


@pytest.mark.parametrize(
    "terms",
    [
        {"months": 0},
        {"annual_discount_rate": -1.0},
        {"annual_discount_rate": float("nan")},
        {"margin": 0.0},
        {"margin": float("inf")},
    ],
)
def test_impossible_terms_are_refused(eight, terms):
    with pytest.raises(InvalidTermsError):
        rc.clv.forecast(eight, **terms)


def test_an_unknown_model_is_refused_before_any_work(eight):
    with pytest.raises(UnknownModelError):
        rc.clv.forecast(eight, model="arima")


def test_the_frame_may_be_asked_for_a_part(orders, forecast):
    best = forecast.customers.order_by(ibis.desc("clv")).limit(10)
    assert orders.run(best)["clv"].is_monotonic_decreasing


def test_known_fits_are_not_fitted_again(orders, forecast):
    known = rc.clv.fits(orders)
    again = rc.clv.forecast(
        orders,
        margin=0.4,
        annual_discount_rate=0.2,
        fits=rc.clv.Fits.from_json(json.loads(json.dumps(known.to_json()))),
    )
    assert again.total == pytest.approx(forecast.total, rel=1e-12)
    assert again.interval == pytest.approx(forecast.interval, rel=1e-12)
    assert again.independence == pytest.approx(forecast.independence, rel=1e-9)
