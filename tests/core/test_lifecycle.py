"""A customer's life, years and value: by hand, by law, and against plain pandas."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from retention_core import lifecycle, survival, tenure, unfolding
from retention_core.errors import TooSmallError
from tests.conftest import orders_of
from tests.core.shops import cdnow

FIRST = dt.date(2022, 1, 1)
LIVES = st.lists(
    st.sets(st.integers(1, 400), max_size=4).map(sorted), min_size=40, max_size=60
)


@pytest.fixture(scope="module")
def published():
    return cdnow()


def shop_of(lives, *, starts=None, as_of=None, amounts=None):
    """A customer a list of days after the first one; each begins on ``starts``."""
    rows = []
    for number, life in enumerate(lives):
        start = 0 if starts is None else starts[number]
        for day in (0, *life):
            amount = 10.0 if amounts is None else amounts[len(rows) % len(amounts)]
            when = FIRST + dt.timedelta(days=start + day)
            rows.append((f"{len(rows)}", f"c{number}", str(when), amount))
    return orders_of(rows, as_of=as_of)


def random_shop(seed: int = 5):
    rng = np.random.default_rng(seed)
    lives = [
        sorted({int(day) for day in rng.integers(1, 900, rng.integers(0, 6))})
        for _ in range(150)
    ]
    starts = [int(day) for day in rng.integers(0, 700, len(lives))]
    amounts = [float(each) for each in rng.integers(0, 60, 400)]
    return shop_of(lives, starts=starts, amounts=amounts, as_of=dt.date(2024, 11, 30))


def bought(orders) -> pd.DataFrame:
    rows = orders.run(orders.purchase_days)
    rows["first"] = rows.groupby("customer_id")["day"].transform("min")
    rows["age"] = (rows["day"] - rows["first"]).dt.days
    rows["seen"] = (pd.Timestamp(orders.as_of) - rows["first"]).dt.days
    return rows


def test_second_order_within_a_year_as_published(published):
    frame = lifecycle.timeline(published).set_index("order")
    assert frame.loc[2, "year_share"] == pytest.approx(0.4557, abs=5e-5)
    assert frame.loc[2, "customers"] == 2357
    assert frame.loc[2, "of_previous"] == pytest.approx(frame.loc[2, "share"])


def test_fewer_get_further_and_later(published):
    frame = lifecycle.timeline(published)
    assert frame["share"].is_monotonic_decreasing
    assert frame["reached"].is_monotonic_decreasing
    assert len(set(frame["until_days"])) == 1
    for name in ("quarter_days", "median_days", "three_quarter_days"):
        assert frame[name].is_monotonic_increasing
    assert (frame["quarter_days"] <= frame["median_days"]).all()
    assert (frame["median_days"] <= frame["three_quarter_days"]).all()
    assert (frame["low"] < frame["share"]).all()
    assert (frame["share"] < frame["high"]).all()


def test_going_on_is_a_wait_for_the_next_purchase(published):
    frame = lifecycle.timeline(published, upto=4).set_index("order")
    for order in (3, 4):
        curve = survival.next_purchase(published, after=order - 1)
        found = (curve["returned"] - frame.loc[order, "of_previous"]).abs()
        assert found.min() < 1e-12


@given(LIVES)
def test_without_anybody_cut_short_the_shares_are_plain_shares(lives):
    orders = shop_of(lives, as_of=FIRST + dt.timedelta(days=400))
    for row in lifecycle.timeline(orders, upto=4).to_dict("records"):
        days = [
            life[row["order"] - 2] for life in lives if len(life) > row["order"] - 2
        ]
        there = sorted(day for day in days if day <= row["until_days"])
        assert row["share"] == pytest.approx(len(there) / len(lives))
        assert row["reached"] == len(days)
        if there:
            half = there[int(np.ceil(len(there) / 2)) - 1]
            assert row["median_days"] == half
        else:
            assert np.isnan(row["median_days"])


def test_a_year_that_nobody_was_watched_for_is_not_spoken_of():
    lives = [[10]] * 30 + [[]] * 30
    frame = lifecycle.timeline(shop_of(lives, as_of=FIRST + dt.timedelta(days=200)))
    assert frame["year_share"].isna().all()
    assert frame["until_days"].tolist() == [200] * 5
    assert frame["share"].tolist() == pytest.approx([0.5, 0, 0, 0, 0])


def test_a_handful_of_customers_has_no_typical_life(eight):
    assert lifecycle.timeline(eight).empty
    assert tenure.years(eight).empty
    guests = orders_of([("1", None, "2024-01-05", 3.0)])
    assert lifecycle.timeline(guests).empty
    assert unfolding.by_day(guests).empty
    with pytest.raises(TooSmallError, match="upto is 1; it must be at least 2"):
        lifecycle.timeline(eight, upto=1)


def test_years_by_hand():
    # Two customers seen for two years and one day, a third for one year.
    orders = shop_of(
        [[364, 365], [10], [5]],
        starts=[0, 0, 366],
        amounts=[10.0, 20.0, 40.0, 6.0, 4.0, 7.0, 1.0],
        as_of=FIRST + dt.timedelta(days=731),
    )
    first, second = tenure.years(orders).to_dict("records")
    assert first["customers"] == 3
    assert first["revenue_per_customer"] == pytest.approx((30 + 10 + 8) / 3)
    assert first["orders_per_customer"] == pytest.approx(6 / 3)
    assert (second["customers"], second["active_customers"]) == (2, 1)
    assert second["revenue_per_customer"] == pytest.approx(20)
    assert second["revenue_per_active_customer"] == pytest.approx(40)
    assert second["previous_revenue_per_customer"] == pytest.approx(20)
    assert second["change"] == pytest.approx(0)


def test_years_agree_with_plain_pandas():
    orders = random_shop()
    rows = bought(orders)
    wide = rows.assign(year=rows["age"] // 365 + 1).pivot_table(
        index="customer_id", columns="year", values="amount", aggfunc="sum"
    )
    seen = rows.groupby("customer_id")["seen"].first()
    found = tenure.years(orders).set_index("year")
    assert found.index.tolist() == [1, 2]
    for year in (1, 2):
        own = wide[year][seen >= 365 * year]
        spent = own.fillna(0.0)
        low, high = stats.t.interval(
            0.95, len(spent) - 1, spent.mean(), stats.sem(spent)
        )
        row = found.loc[year]
        assert row["customers"] == len(own)
        assert row["active_customers"] == own.notna().sum()
        assert row["revenue_per_customer"] == pytest.approx(spent.mean())
        assert row["revenue_low"] == pytest.approx(low)
        assert row["revenue_high"] == pytest.approx(high)
        assert row["revenue_per_active_customer"] == pytest.approx(own.mean())
    both = wide[seen >= 730].fillna(0.0)
    change = both[2] - both[1]
    low, high = stats.t.interval(
        0.95, len(change) - 1, change.mean(), stats.sem(change)
    )
    row = found.loc[2]
    assert row["change"] == pytest.approx(change.mean())
    assert (row["change_low"], row["change_high"]) == pytest.approx((low, high))


def test_value_by_age_agrees_with_plain_pandas():
    orders = random_shop()
    rows = bought(orders)
    found = unfolding.by_day(orders)
    assert found["revenue"].sum() == pytest.approx(rows["amount"].sum())
    cohorts = unfolding.watched(found, as_of=orders.as_of, months=12)
    curve = unfolding.curve(found, cohorts=cohorts, months=12)
    own = rows[rows["first"].dt.to_period("M").dt.to_timestamp().isin(cohorts)]
    assert own["seen"].min() >= 365
    people = own["customer_id"].unique()
    for row in curve.to_dict("records"):
        until = unfolding.days_of(row["months"])
        so_far = own[own["age"] <= until].groupby("customer_id")["amount"].sum()
        so_far = so_far.reindex(people, fill_value=0.0)
        low, high = stats.t.interval(
            0.95, len(people) - 1, so_far.mean(), stats.sem(so_far)
        )
        assert row["customers"] == len(people)
        assert row["value"] == pytest.approx(so_far.mean())
        assert (row["low"], row["high"]) == pytest.approx((low, high))
    assert curve["share"].iloc[-1] == 1
    assert curve["share_low"].iloc[0] < curve["share"].iloc[0]


def test_the_share_of_the_first_day_varies_as_cochran_says():
    orders = random_shop()
    rows = bought(orders)
    found = unfolding.by_day(orders)
    cohorts = unfolding.watched(found, as_of=orders.as_of, months=6)
    first = unfolding.curve(found, cohorts=cohorts, months=6).iloc[0]
    own = rows[rows["first"].dt.to_period("M").dt.to_timestamp().isin(cohorts)]
    own = own[own["age"] <= unfolding.days_of(6)]
    y = own[own["age"] == 0].groupby("customer_id")["amount"].sum()
    x = own.groupby("customer_id")["amount"].sum()
    rest = y - y.sum() / x.sum() * x
    half = stats.t.ppf(0.975, len(x) - 1) * np.sqrt(len(x) * rest.var()) / x.sum()
    assert first["share"] == pytest.approx(y.sum() / x.sum())
    assert first["share_high"] - first["share"] == pytest.approx(half)


def test_only_whole_cohorts_that_were_seen_long_enough_are_watched():
    orders = shop_of([[], [], []], starts=[0, 31, 59], as_of=dt.date(2022, 3, 30))
    found = unfolding.by_day(orders)
    seen = [unfolding.watched(found, as_of=orders.as_of, months=n) for n in (0, 1, 3)]
    assert [len(each) for each in seen] == [2, 2, 0]
    assert unfolding.curve(found, cohorts=[], months=3).empty
    assert [unfolding.days_of(n) for n in (0, 1, 12, 24)] == [0, 30, 365, 730]


def compared(*bounds: tuple[float, float]) -> pd.DataFrame:
    low, high = zip(*bounds, strict=True)
    return pd.DataFrame({"months": range(len(bounds)), "low": low, "high": high})


@pytest.mark.parametrize(
    ("bounds", "age"),
    [
        ([(-1, 1), (0.1, 1), (0.2, 1)], 1),
        ([(0.1, 1), (-0.1, 1), (0.2, 1)], 2),
        ([(0.1, 1), (0.1, 1), (-0.2, 1)], None),
        ([(0.1, 1), (-2, -1), (-2, -0.1)], 1),
        ([(1, 2)], 0),
    ],
)
def test_apart_means_apart_from_then_on(bounds, age):
    assert unfolding.apart_from(compared(*bounds)) == age


def test_a_difference_of_two_curves_is_that_of_two_means():
    orders = random_shop()
    found = unfolding.by_day(orders)
    cohorts = unfolding.watched(found, as_of=orders.as_of, months=6)
    one = unfolding.curve(found, cohorts=cohorts[:8], months=6)
    other = unfolding.curve(found, cohorts=cohorts[8:], months=3)
    both = unfolding.against(one, other)
    assert both["months"].tolist() == [0, 1, 2, 3]
    assert both["difference"].tolist() == pytest.approx(
        (one["value"][:4] - other["value"]).tolist()
    )
    half = np.hypot(one["high"][:4] - one["value"][:4], other["high"] - other["value"])
    assert (both["high"] - both["difference"]).tolist() == pytest.approx(half.tolist())


def test_no_difference_is_rarely_found_where_there_is_none():
    wrong = 0
    rng = np.random.default_rng(11)
    for _ in range(200):
        amounts = rng.gamma(1.0, 20.0, size=(2, 80, 7)).cumsum(axis=2)
        curves = []
        for values in amounts:
            mean, error = values.mean(axis=0), stats.sem(values, axis=0)
            half = stats.t.ppf(0.975, 79) * error
            curves.append(
                pd.DataFrame(
                    {
                        "months": range(7),
                        "value": mean,
                        "low": mean - half,
                        "high": mean + half,
                    }
                )
            )
        wrong += unfolding.apart_from(unfolding.against(*curves)) is not None
    assert wrong <= 20
