"""Whether the years of a shop agree on high and low months."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from retention_core.clv.periodic import period_effects
from retention_core.clv.seasonality import Season, season_of, seasonality
from tests.conftest import needs_shared, orders_of
from tests.core.shops import cdnow, online_retail

FIRST = np.datetime64("2022-01-01")
CHRISTMAS = np.array([*[1.0] * 11, 1.6])


def bought(
    rng: np.random.Generator,
    days: int = 1096,
    customers: int = 3000,
    season: np.ndarray | None = None,
    noise: float = 0.0,
    growth: float = 0.0,
) -> pd.DataFrame:
    """Who bought when: rates and leaving as of BG/NBD, in a time that the season warps.

    ``noise``: deviation of the logarithm of each month, alike from month to month
    (autocorrelation 0.5); ``growth``: new customers at the end as against the
    beginning, as the exponent.
    """
    month = (FIRST + np.arange(days)).astype("datetime64[M]").astype(int)
    own = np.zeros(np.ptp(month) + 1)
    for at in range(own.size):
        own[at] = 0.5 * own[at - 1] * (at > 0) + rng.normal(0, noise)
    pace = np.exp(own)[month - month[0]]
    pace = pace * (np.ones(12) if season is None else season)[month % 12]
    clock = np.r_[0, np.cumsum(pace)]
    share = rng.random(customers)
    begins = days * (np.log1p(share * np.expm1(growth)) / growth if growth else share)
    gaps = rng.exponential(1 / rng.gamma(1.5, 1 / 60, (customers, 1)), (customers, 60))
    inner = np.interp(begins, np.arange(days + 1), clock)[:, None]
    times = np.cumsum(np.column_stack([inner, gaps]), axis=1)
    leaves = rng.random(times.shape) < rng.beta(0.8, 2.4, (customers, 1))
    stays = np.column_stack([np.ones(customers, bool), leaves.cumsum(1)[:, :-1] == 0])
    who, turn = np.nonzero(stays & (times < clock[-1]))
    at = np.floor(np.interp(times[who, turn], clock, np.arange(days + 1)))
    return pd.DataFrame({"who": who, "day": FIRST + at.astype(int)}).drop_duplicates()


def counted(frame: pd.DataFrame) -> pd.DataFrame:
    """What ``seasonality.counts`` asks of an engine."""
    first = frame.groupby("who")["day"].transform("min")
    months = frame.assign(
        cohort=first.dt.to_period("M").dt.to_timestamp(),
        period_start=frame["day"].dt.to_period("M").dt.to_timestamp(),
        customers=(frame["day"] == first).astype(int),
    )
    cells = months.groupby(["cohort", "period_start"], as_index=False)
    return cells.agg(purchases=("day", "size"), customers=("customers", "sum"))


def of(frame: pd.DataFrame, days: int = 1096) -> Season:
    first = pd.Timestamp(FIRST).date()
    return season_of(counted(frame), first, first + dt.timedelta(days=days - 1))


def drawn(shops: int, **how: object) -> list[Season]:
    days = int(how.get("days", 1096))
    return [of(bought(np.random.default_rng(s), **how), days) for s in range(shops)]


@pytest.mark.parametrize(
    "how",
    [{}, {"growth": 2.0}, {"noise": 0.1}, {"days": 800}, {"days": 800, "noise": 0.1}],
)
def test_a_shop_without_a_season_is_hardly_ever_said_to_have_one(how):
    found = drawn(40, customers=800, **how)
    assert all(each.code in ("none", "seasonal") for each in found)
    assert sum(each.code == "seasonal" for each in found) <= 2


def test_a_planted_season_is_found_with_its_strength():
    found = drawn(5, season=CHRISTMAS)
    assert all(each.code == "seasonal" for each in found)
    assert all(each.highest.month == 12 for each in found)
    planted = 1.6 / CHRISTMAS.mean()
    held = [each.highest.low <= planted <= each.highest.high for each in found]
    assert sum(held) >= 4
    assert np.mean([each.highest.value for each in found]) == pytest.approx(
        planted, rel=0.05
    )


def test_growth_does_not_bend_the_season():
    wave = 1 + 0.3 * np.cos(2 * np.pi * (np.arange(12) - 5) / 12)
    found = of(bought(np.random.default_rng(3), season=wave, growth=2.0))
    assert found.code == "seasonal"
    assert np.corrcoef(found.index["index"], wave)[0, 1] > 0.95
    assert found.index["index"].mean() == pytest.approx(1)
    assert (found.lowest.month in (11, 12, 1)) and (found.highest.month in (5, 6, 7))


def test_short_months_are_not_low_for_being_short():
    found = of(bought(np.random.default_rng(4), customers=12000))
    february = found.index.set_index("month").loc[2]
    assert february["low"] < 1 < february["high"]


def test_one_year_cannot_tell():
    for days in (400, 700):
        found = drawn(1, days=days, season=CHRISTMAS)[0]
        assert found.code == "one_year"
        assert np.isnan(found.p_value)
        assert found.beyond_chance == found.highest
        assert found.highest.month == 12
        assert found.highest.low > 1


@pytest.mark.parametrize(
    "how",
    [
        {"days": 370, "customers": 150},
        {"days": 400, "customers": 800, "growth": 2.0},
        {"days": 700, "customers": 800, "noise": 0.2},
    ],
)
def test_of_one_flat_year_hardly_ever_a_month_is_beyond_chance(how):
    found = drawn(40, **how)
    assert all(each.code == "one_year" for each in found)
    assert sum(each.beyond_chance is not None for each in found) <= 2
    inside = [
        (each.index["low"].dropna() < 1) & (each.index["high"].dropna() > 1)
        for each in found
    ]
    assert np.concatenate(inside).mean() > 0.93


def test_a_few_orders_more_in_one_month_are_no_season():
    # 6 to 25 repeat orders a month, 22 in August.
    orders = np.array([10, 14, 9, 14, 17, 12, 22, 11, 25, 6, 12, 15.0])
    starts = pd.date_range("2023-02-01", periods=12, freq="MS")
    cohort = pd.Timestamp("2023-01-01")
    rows = [(cohort, cohort, 0, 60)]
    rows += [(cohort, *each, 0) for each in zip(starts, orders, strict=True)]
    names = ["cohort", "period_start", "purchases", "customers"]
    frame = pd.DataFrame(rows, columns=names)
    found = season_of(frame, dt.date(2023, 1, 1), dt.date(2024, 1, 31))
    assert found.code == "one_year"
    assert found.beyond_chance is None


def test_too_little_is_said_and_not_guessed(eight):
    assert seasonality(eight).code == "too_short"
    assert seasonality(eight).ahead(eight.as_of, 12).empty
    few = drawn(1, customers=60)[0]
    assert few.code == "too_few"
    assert few.index.empty
    guests = [("1", None, "2021-01-01", 5.0), ("2", None, "2024-01-01", 5.0)]
    assert seasonality(orders_of(guests)).code == "too_few"


def test_unfinished_months_are_not_looked_at():
    frame = bought(np.random.default_rng(5))
    cut = frame[frame["day"] < "2024-12-20"]
    before = frame[frame["day"] < "2024-12-01"]
    assert of(cut, 1084).months == of(before, 1065).months == 34
    pd.testing.assert_frame_equal(of(cut, 1084).index, of(before, 1065).index)


def test_a_month_in_which_the_shop_is_closed_is_low_and_no_error():
    closed = np.array([*[1.0] * 7, 1e-9, *[1.0] * 4])
    found = of(bought(np.random.default_rng(6), season=closed))
    assert found.code == "seasonal"
    assert found.lowest.month == 8
    assert found.lowest.value < 0.1


def test_the_engine_counts_what_the_frame_does():
    frame = bought(np.random.default_rng(7), days=800, customers=1500)
    rows = pd.DataFrame(
        {
            "order_id": np.arange(len(frame)).astype(str),
            "customer_id": frame["who"].astype(str).to_numpy(),
            "ordered_at": frame["day"].to_numpy(),
            "amount": 1.0,
        }
    )
    asked = seasonality(orders_of(rows, as_of=dt.date(2024, 3, 10)))
    other = of(frame, 800)
    pd.testing.assert_frame_equal(asked.index, other.index)
    assert asked.p_value == pytest.approx(other.p_value)


def test_the_shape_ahead_follows_the_calendar():
    found = of(bought(np.random.default_rng(8), season=CHRISTMAS))
    ahead = found.ahead(dt.date(2024, 12, 31), 12)
    assert ahead["share"].sum() == pytest.approx(1)
    assert ahead["share"].idxmax() == 11
    assert ahead["month_start"].iloc[0] == pd.Timestamp("2025-01-01")
    # From mid December on half of the first month is December and half is January.
    middle = found.ahead(dt.date(2024, 12, 15), 3).iloc[0]
    december, january = (found.index["index"].iloc[at] for at in (11, 0))
    assert middle["index"] == pytest.approx((december * 16 + january * 14) / 30)


def test_cohorts_and_ages_are_taken_out_of_the_months():
    # customers · cohort · age · month without noise: the months come back but for a
    # trend.
    starts = pd.date_range("2022-01-01", periods=30, freq="MS")
    wave = 1 + 0.5 * np.sin(np.arange(30))
    cells = [
        (cohort, month, (100 if at == first else 0), 100 * (1 + first % 3) * decay)
        for first, cohort in enumerate(starts)
        for at, month in enumerate(starts)
        if at >= first
        for decay in [wave[at] / (1 + at - first)]
    ]
    names = ["cohort", "period_start", "customers", "purchases"]
    frame = pd.DataFrame(cells, columns=names)
    effects, purchases = period_effects(frame, [day.date() for day in starts[1:]])
    ratio = np.log(effects / wave[1:])
    line = np.polyval(np.polyfit(np.arange(29), ratio, 1), np.arange(29))
    assert np.abs(ratio - line).max() < 1e-4
    later = frame[frame["period_start"] > frame["cohort"]]
    assert purchases.sum() == pytest.approx(later["purchases"].sum())


def test_cdnow_has_less_than_two_years():
    found = seasonality(cdnow())
    assert (found.code, found.months) == ("one_year", 17)
    # March 1998 is 57 % above the trend, and other months stray by a quarter.
    assert found.highest.month == 3
    assert found.highest.low > 1
    assert found.beyond_chance is None


@needs_shared
def test_one_autumn_of_online_retail_is_strong_and_proves_nothing(tmp_path):
    found = seasonality(online_retail(tmp_path))
    assert (found.code, found.months) == ("one_year", 11)
    assert found.highest.month == 11
    assert found.highest.value > 1.2
    assert found.beyond_chance == found.highest
    assert np.isnan(found.index.set_index("month").loc[12, "index"])
