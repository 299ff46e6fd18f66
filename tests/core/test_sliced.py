"""Churn by slice: each slice is its own shop, and all together are the whole."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import retention_core as rc
from retention_core import churn, slices
from retention_core.errors import TooSmallError
from retention_core.intervals import Z95, wilson
from retention_core.periods import GRAINS
from retention_core.sliced import effective
from tests.conftest import EIGHT, orders_of
from tests.core.shops import COLUMNS, Row, shops

SUMS = ["starting", "lost", "new", "reactivated"]
CHANNEL = {"ann": "web", "ben": "web", "cat": "shop", "dan": "shop", "eve": None}
GRAIN = st.sampled_from(GRAINS)
WINDOW = st.integers(1, 120)


def sliced_shop(rows: list[Row]) -> rc.Orders:
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return orders_of(frame.assign(channel=frame["customer_id"].map(CHANNEL)))


def known_periods(orders: rc.Orders, grain: str, days: int, most: int) -> pd.DataFrame:
    return full_periods(churn.movement(orders, grain=grain, window_days=days), most)


def full_periods(moved: pd.DataFrame, most: int) -> pd.DataFrame:
    return moved[moved["complete"] & moved["full_start"]].tail(most)


@given(shops(), GRAIN, WINDOW, st.integers(1, 4))
def test_a_slice_is_the_movement_of_a_shop_of_its_own(rows, grain, days, most):
    orders = sliced_shop(rows)
    asked = {"grain": grain, "window_days": days}
    found = churn.by_slice(orders, by="channel", periods=most, **asked)
    if known_periods(orders, grain, days, most).empty:
        assert found.empty
        return
    for _, row in found.iterrows():
        value = None if pd.isna(row["slice"]) else row["slice"]
        own = slices.only(orders, "channel", value)
        moved = churn.movement(own, **asked)
        known = full_periods(moved, most)
        assert row[SUMS].tolist() == known[SUMS].sum().tolist()
        assert row["first_period"] == known["period_start"].iloc[0]
        assert row["last_period"] == known["period_start"].iloc[-1]
        assert row["active_customers"] == moved["ending"].iloc[-1]
        won = row["new"] + row["reactivated"]
        change = known["ending"].iloc[-1] - known["starting"].iloc[0]
        assert change == won - row["lost"]
        if row["starting"]:
            share = known["lost"].sum() / known["starting"].sum()
            assert row["churn_rate"] == pytest.approx(share)
            assert row["low"] - 1e-9 <= share <= row["high"] + 1e-9


@given(shops(), GRAIN, WINDOW)
def test_slices_add_up_to_the_whole(rows, grain, days):
    orders = sliced_shop(rows)
    asked = {"grain": grain, "window_days": days}
    found = churn.by_slice(orders, by="channel", periods=3, **asked)
    known = known_periods(orders, grain, days, 3)
    assert found[SUMS].sum().tolist() == known[SUMS].sum().tolist()
    if len(found):
        ending = churn.movement(orders, **asked)["ending"].iloc[-1]
        assert found["active_customers"].sum() == ending


@given(shops(), WINDOW)
def test_revenue_churn_of_the_only_slice_is_that_of_all_periods(rows, days):
    frame = pd.DataFrame(rows, columns=COLUMNS).assign(channel="web")
    orders = orders_of(frame)
    found = churn.by_slice(orders, by="channel", window_days=days)
    known = known_periods(orders, "month", days, 12)
    spent = frame.dropna(subset="customer_id")
    spent = spent.assign(day=pd.to_datetime(spent["ordered_at"]))
    window, whole, gone = pd.Timedelta(days=days), 0.0, 0.0
    for start in known["period_start"]:
        end = start + pd.offsets.MonthBegin(1)
        trailing = spent[spent["day"].between(start - window, start, inclusive="left")]
        later = spent["day"].between(end - window, end, inclusive="left")
        away = ~trailing["customer_id"].isin(spent.loc[later, "customer_id"])
        whole += trailing["amount"].sum()
        gone += trailing.loc[away, "amount"].sum()
    if found.empty:
        assert known.empty
        return
    expected = gone / whole if whole > 0 else math.nan
    rate = found["revenue_churn_rate"].iloc[0]
    assert rate == pytest.approx(expected, nan_ok=True)


def test_eight_orders_by_channel():
    # Of the starts with a whole window only 1 March: ann and cat are active, and kept.
    frame = pd.DataFrame(EIGHT, columns=COLUMNS)
    orders = orders_of(
        frame.assign(channel=frame["customer_id"].map(CHANNEL)),
        as_of=dt.date(2024, 3, 31),
    )
    found = churn.by_slice(orders, by="channel", window_days=31).set_index("slice")
    assert found["starting"].to_dict() == {"web": 1, "shop": 1}
    assert found["new"].to_dict() == {"web": 0, "shop": 1}
    assert found["churn_rate"].tolist() == [0, 0]
    assert found["active_customers"].to_dict() == {"web": 1, "shop": 2}


def test_customers_are_the_units_of_the_interval():
    # Twenty who stay for the year, twenty who leave and come back every other month.
    rows = [
        (f"{n}-{month}", f"c{n}", f"2024-{month:02d}-10", 5.0)
        for n in range(40)
        for month in range(1, 13)
        if n < 20 or (month + n) % 2
    ]
    frame = pd.DataFrame(rows, columns=COLUMNS).assign(channel="web")
    orders = orders_of(frame, as_of=dt.date(2024, 12, 31))
    found = churn.by_slice(orders, by="channel", window_days=25).iloc[0]
    # March to December: ten starts of the faithful, five of the others, all lost.
    own, lost = [10] * 20 + [5] * 20, [0] * 20 + [5] * 20
    total, rate = sum(own), sum(lost) / sum(own)
    assert found[["starting", "lost"]].tolist() == [total, sum(lost)]
    squares = sum((b - rate * a) ** 2 for a, b in zip(own, lost, strict=True))
    variance = squares / total**2 * 40 / 39
    size = rate * (1 - rate) / variance
    middle = (rate + Z95**2 / (2 * size)) / (1 + Z95**2 / size)
    assert (found["low"] + found["high"]) / 2 == pytest.approx(middle)
    # As if 40 customers, not hundreds of customer-periods, had been asked.
    assert size < 45


def test_the_interval_holds_the_truth_as_often_as_it_says():
    draw = np.random.default_rng(7)
    held = []
    for _ in range(400):
        hazard = draw.choice([0.02, 0.3], size=80)
        stays = draw.geometric(hazard)
        own, lost = np.minimum(stays, 12), (stays <= 12).astype(float)
        frame = pd.DataFrame(
            {
                "starting": [own.sum()],
                "lost": [lost.sum()],
                "customers": [80],
                "churn_rate": [lost.sum() / own.sum()],
                "starting_squared": [(own**2).sum()],
                "lost_squared": [lost.sum()],
                "product": [(own * lost).sum()],
            }
        )
        low, high = wilson(*effective(frame))
        both = np.array([0.02, 0.3])
        spent = (1 - (1 - both) ** 12) / both
        truth = (1 - (1 - both) ** 12).sum() / spent.sum()
        held.append(low[0] <= truth <= high[0])
    assert 0.92 <= np.mean(held) <= 0.985


def test_without_a_full_window_there_is_no_slice():
    orders = orders_of(pd.DataFrame(EIGHT, columns=COLUMNS).assign(channel="web"))
    assert churn.by_slice(orders, by="channel", window_days=500).empty
    with pytest.raises(TooSmallError, match="window_days is 0"):
        churn.by_slice(orders, by="channel", window_days=0)


def rates_of(lost: list[int], customers: int = 400) -> pd.DataFrame:
    count = len(lost)
    return pd.DataFrame(
        {
            "slice": [f"s{n}" for n in range(count)],
            "customers": customers,
            "starting": 4000,
            "effective_starting": 4000.0,
            "lost": lost,
            "churn_rate": np.divide(lost, 4000),
        }
    )


def test_slices_that_differ_beyond_chance_are_named():
    assert churn.apart(rates_of([100, 400, 250])) == ("s0", "s1")
    assert churn.apart(rates_of([100, 400, 250], customers=29)) is None
    assert churn.apart(rates_of([200, 205, 210])) is None
    assert churn.apart(rates_of([0, 0])) is None
    unknown = rates_of([100, 400]).assign(slice=["web", None])
    assert churn.apart(unknown) is None


@pytest.mark.parametrize("count", [2, 5, 9])
def test_equal_slices_are_told_apart_in_one_case_of_twenty(count):
    draw = np.random.default_rng(3)
    told = [
        churn.apart(rates_of(list(draw.binomial(4000, 0.05, count)))) is not None
        for _ in range(200)
    ]
    assert np.mean(told) <= 0.09
