"""Whether customers buy by chance or by the clock."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import retention_core as rc
from retention_core.clv.regularity import pairs, regularity
from tests.conftest import needs_shared, orders_of
from tests.core.shops import cdnow, online_retail, shops

FIRST = np.datetime64("2023-01-01")


def shop(
    k: float, seed: int = 1, customers: int = 1500, mean: float = 30, days: int = 900
) -> rc.Orders:
    """Erlang-k gaps at rates of their own (gamma), leaving with chances of their own.

    In days, so that several orders of a day are one; the end of the data cuts.
    """
    rng = np.random.default_rng(seed)
    own = 1 / rng.gamma(3, 1 / (3 * mean), customers)
    leaving = rng.beta(0.5, 4, customers)
    gaps = rng.gamma(k, own[:, None] / k, (customers, 200))
    begins = rng.uniform(0, days, customers)
    times = np.cumsum(np.column_stack([begins, gaps]), axis=1)
    stays = np.cumsum(rng.random(times.shape) < leaving[:, None], axis=1) == 0
    kept = (times < days) & np.column_stack([np.ones(customers, bool), stays[:, :-1]])
    who, _ = np.nonzero(kept)
    frame = pd.DataFrame({"who": who, "day": times[kept].astype("int64")})
    frame = frame.drop_duplicates()
    rows = pd.DataFrame(
        {
            "order_id": np.arange(len(frame)).astype(str),
            "customer_id": frame["who"].astype(str).to_numpy(),
            "ordered_at": FIRST + frame["day"].to_numpy(),
            "amount": 10.0,
        }
    )
    return orders_of(rows)


@pytest.mark.parametrize(
    ("k", "code"), [(0.5, "clumped"), (1, "random"), (2, "regular"), (3, "regular")]
)
def test_the_shape_of_the_gaps_is_found_whatever_the_rates(k, code):
    found = regularity(shop(k))
    assert found.code == code
    # Two orders of a day are one: what is clumped looks a little less so.
    assert found.k == pytest.approx(k, rel=0.12, abs=0.11)
    assert found.low < found.k < found.high


@pytest.mark.parametrize("mean", [3, 7, 30, 120])
def test_whole_days_do_not_make_chance_look_regular(mean):
    found = regularity(shop(1, mean=mean, customers=3000))
    assert found.code == "random"
    assert found.k == pytest.approx(1, abs=0.06)


def test_whole_days_pull_a_regular_shop_towards_chance_never_beyond():
    for mean in (4, 7, 15, 60):
        found = regularity(shop(3, mean=mean))
        assert found.code == "regular"
        assert 2.5 < found.k < 3.3


def test_the_interval_holds_the_truth_as_often_as_it_says():
    found = [regularity(shop(1, seed, customers=200)) for seed in range(15)]
    held = sum(each.low <= 1 <= each.high for each in found)
    assert held >= 13
    assert {each.code for each in found} == {"random"}


def forecast_and_actual(k: float) -> pd.DataFrame:
    """A row a customer with two repeat orders: BG/NBD a year ahead, and what came."""
    days = shop(k, customers=8000, mean=40, days=1100)
    cut = dt.date(2024, 12, 31)
    rows = days.run(days.purchase_days)
    later = rows[rows["day"] > pd.Timestamp(cut)].groupby("customer_id").size()
    known = days.run(rc.clv.summary(days.until(cut))).set_index("customer_id")
    history = [known[name] for name in ("frequency", "recency", "T")]
    ahead = float((days.as_of - cut).days)
    fit = rc.clv.fit(known.reset_index())
    return known.assign(
        forecast=rc.clv.expected_purchases(fit, ahead, *history),
        actual=later.reindex(known.index).fillna(0),
        silent=(known["T"] - known["recency"])
        / (known["recency"] / known["frequency"]),
    ).query("frequency >= 2")


def test_of_silent_regular_customers_the_model_expects_too_much():
    def off(customers: pd.DataFrame) -> float:
        return customers["forecast"].sum() / customers["actual"].sum()

    chance, even = forecast_and_actual(1), forecast_and_actual(3)
    assert off(chance) == pytest.approx(1, abs=0.06)
    assert off(chance.query("2 <= silent < 4")) == pytest.approx(1, abs=0.2)
    assert 1 < off(even) < 1.15
    assert off(even.query("2 <= silent < 4")) > 1.3
    assert off(even.query("silent < 1")) < 1


def test_the_end_of_the_data_does_not_matter():
    whole, cut = shop(2), shop(2).until(dt.date(2024, 1, 1))
    assert regularity(cut).k == pytest.approx(regularity(whole).k, abs=0.2)


def test_a_clock_is_endlessly_regular():
    rows = [
        (f"{who}-{turn}", str(who), str(FIRST + 30 * turn + who), 5.0)
        for who in range(40)
        for turn in range(5)
    ]
    found = regularity(orders_of(rows))
    assert (found.customers, found.pairs, found.even) == (40, 80, 1.0)
    # Nothing differs, so nothing says how sure this is.
    assert np.isnan([found.k, found.low, found.high]).all()
    assert found.code == "unknown"


def test_pairs_are_neighbours_that_do_not_overlap():
    days = [0, 10, 30, 60, 61, 80, 82, 84, 90]
    rows = [(str(i), "ann", str(FIRST + day), 5.0) for i, day in enumerate(days)]
    orders = orders_of(rows)
    found = orders.run(pairs(orders).order_by("both"))
    # 10 and 20, 30 and 1, 19 and 2; 2 and 6 take less than two weeks together.
    assert found[["both", "shorter"]].to_numpy().tolist() == [
        [21, 2],
        [30, 10],
        [31, 1],
    ]
    told = regularity(orders)
    assert told.bins["pairs"].tolist() == [2, 0, 0, 1, 0]
    assert told.even == pytest.approx(1 / 3)
    assert told.code == "unknown"


def test_one_customer_or_none_says_nothing(eight):
    found = regularity(eight)
    assert (found.code, found.customers) == ("unknown", 1)
    guests = orders_of([("1", None, "2024-01-01", 5.0)])
    assert regularity(guests).code == "unknown"
    assert np.isnan(regularity(guests).k)


@given(shops(60))
@settings(max_examples=8)
def test_shares_of_the_bins_add_up(rows):
    found = regularity(orders_of(rows))
    assert found.bins["pairs"].sum() == found.pairs
    if found.pairs:
        assert found.bins["share"].sum() == pytest.approx(1)
        assert found.bins["by_chance"].sum() == pytest.approx(1)
        assert 0 <= found.even_low <= found.even <= found.even_high <= 1
        assert found.even_by_chance == pytest.approx(1 / 3, abs=0.08)


def test_cdnow_buys_by_chance():
    found = regularity(cdnow())
    assert found.code == "random"
    assert found.k == pytest.approx(0.970, abs=0.001)
    assert (found.customers, found.pairs) == (730, 1675)


@needs_shared
def test_the_wholesale_customers_of_online_retail_are_regular(tmp_path):
    found = regularity(online_retail(tmp_path))
    assert found.code == "regular"
    assert found.low > 1.7
    assert found.high < 2.0
