"""Standing, one order short, and what rewards cost: counted by hand."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import retention_core as rc
from retention_core import tiers
from retention_core.intervals import wilson
from retention_core.tiers import Reward
from tests.conftest import orders_of
from tests.core.shops import cdnow, shops

BYS = st.sampled_from(["orders", "spend"])


def counted(rows, as_of: dt.date, *, last_year: bool) -> pd.DataFrame:
    """Orders and spend that count, customer by customer."""
    frame = pd.DataFrame(rows, columns=["order_id", "customer_id", "day", "amount"])
    frame = frame.dropna(subset="customer_id").assign(day=pd.to_datetime(frame["day"]))
    known = frame.groupby("customer_id").agg(
        usual_order=("amount", "mean"), last=("day", "max")
    )
    if last_year:
        frame = frame[frame["day"] > pd.Timestamp(as_of) - pd.DateOffset(years=1)]
    counts = frame.groupby("customer_id").agg(
        orders=("order_id", "nunique"), spend=("amount", "sum")
    )
    return known.join(counts).fillna({"orders": 0, "spend": 0.0})


def spread(rows: list) -> list:
    """The same orders, three times as far apart: over more than two years."""
    first = pd.Timestamp("2022-01-03")
    return [
        (
            a,
            b,
            str(first + 3 * (pd.Timestamp(day) - pd.Timestamp("2024-01-03")))[:10],
            n,
        )
        for a, b, day, n in rows
    ]


@settings(max_examples=8)
@given(shops(most=40), BYS, st.booleans())
def test_who_stands_where_is_what_counting_gives(rows, by, last_year):
    rows = spread(rows)
    orders = orders_of(rows)
    steps = (2, 3, 5) if by == "orders" else (12.5, 30.0, 60.0)
    known = counted(rows, orders.as_of, last_year=last_year)
    table = tiers.standing(orders, by=by, thresholds=steps, last_year=last_year)
    found = orders.run(table).set_index("customer_id")
    tier = sum((known[by] >= at).astype(int) for at in steps)
    assert found["tier"].to_dict() == tier.to_dict()
    assert found["orders"].to_dict() == known["orders"].to_dict()
    assert found["spend"].to_dict() == pytest.approx(known["spend"].to_dict())


@settings(max_examples=8)
@given(shops(most=40), BYS, st.booleans())
def test_one_short_is_whom_one_more_order_lifts(rows, by, last_year):
    rows = spread(rows)
    orders = orders_of(rows)
    steps = (2, 3, 5) if by == "orders" else (12.5, 30.0, 60.0)
    known = counted(rows, orders.as_of, last_year=last_year)
    more = 1 if by == "orders" else known["usual_order"].round(2)
    before, after = (
        sum((value >= at).astype(int) for at in steps)
        for value in (known[by], known[by] + more)
    )
    table = tiers.one_short(orders, by=by, thresholds=steps, last_year=last_year)
    found = orders.run(table).set_index("customer_id")
    assert set(found.index) == set(known.index[after > before])
    assert found["tier"].to_dict() == before[after > before].to_dict()
    assert (found["next_tier"] == found["tier"] + 1).all()
    for customer, row in found.iterrows():
        up_to = steps[int(row["tier"])] - known.loc[customer, by]
        assert row["missing"] == pytest.approx(up_to)


def test_whom_one_order_would_lift_is_asked_among_those_not_lost():
    orders = orders_of(
        [
            ("1", "ann", "2024-01-05", 20.0),
            ("2", "ben", "2024-03-05", 20.0),
        ],
        as_of=dt.date(2024, 3, 31),
    )
    everybody = tiers.one_short(orders, thresholds=(2, 3))
    active = tiers.one_short(orders, thresholds=(2, 3), window_days=30)
    assert sorted(orders.run(everybody)["customer_id"]) == ["ann", "ben"]
    assert orders.run(active)["customer_id"].tolist() == ["ben"]


def test_proposed_thresholds_are_round_rise_and_part_the_customers():
    orders = cdnow()
    for by in ("orders", "spend"):
        for last_year in (True, False):
            steps = tiers.proposed(orders, by=by, last_year=last_year)
            assert len(steps) == 3
            assert list(steps) == sorted(set(steps))
            known = orders.run(
                tiers.standing(orders, by=by, thresholds=steps, last_year=last_year)
            )
            bought = known[known["orders"] > 0]
            reached = [(bought["tier"] >= n).mean() for n in (1, 2, 3)]
            assert 0.1 < reached[0] < 0.45
            assert 0.01 < reached[1] < 0.2
            assert 0.002 < reached[2] < 0.08


@pytest.mark.parametrize("by", ["orders", "spend"])
@pytest.mark.parametrize(
    "rows",
    [
        [("1", "ann", "2024-01-05", 0.0)],
        [("1", None, "2024-01-05", 20.0)],
        [(str(n), f"c{n}", "2024-01-05", 3.0) for n in range(5)],
    ],
)
def test_a_shop_with_next_to_nothing_has_thresholds_all_the_same(rows, by):
    steps = tiers.proposed(orders_of(rows), by=by)
    assert steps == tiers.make_sure(steps)
    assert by == "spend" or steps == (2, 3, 4)


@pytest.mark.parametrize("steps", [(), (0, 1), (3, 3), (4, 2), (1, float("nan"))])
def test_thresholds_that_do_not_rise_are_refused(eight, steps):
    with pytest.raises(tiers.ThresholdsError):
        tiers.standing(eight, thresholds=steps)


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (dt.date(2024, 2, 29), dt.date(2023, 2, 28)),
        (dt.date(2025, 2, 28), dt.date(2024, 2, 29)),
        (dt.date(2024, 6, 18), dt.date(2023, 6, 18)),
        (dt.date(2024, 12, 31), dt.date(2023, 12, 31)),
    ],
)
def test_twelve_months_before(day, before):
    assert tiers.year_before(day) == before


def hand_shop() -> rc.Orders:
    """Ten customers with two orders in 2023, of whom six order twice again in 2024.

    And one who orders twice in 2024 only; each order brings 50.
    """
    rows = [
        (f"{year}-{n}-{k}", f"c{n}", f"{year}-0{k}-10", 50.0)
        for year, customers in ((2023, range(10)), (2024, [*range(6), 10]))
        for n in customers
        for k in (3, 6)
    ]
    opening = [("0", "zoe", "2023-01-01", 50.0)]
    return orders_of([*opening, *rows], as_of=dt.date(2024, 12, 31))


def test_rewards_in_per_cent_checked_by_hand():
    # Ten stood there at the end of 2023, six are kept, each with two orders of 50:
    # k = 0.6, v = 100. Ten per cent off is c = 10; seven stand there today, so it
    # costs 7 · 0.6 · 10 = 42. At a margin of 40 % one more leaves 40 − 10 = 30:
    # 0.6 · 10 / 30 = 0.2, 20 points more. An order more leaves 50 · (0.4 − 0.1) = 15,
    # and the reward is 10: two thirds of an order. At most (1 − 0.6) · 40 = 16.
    found = tiers.cost(
        hand_shop(), rewards=[Reward("percent", 0.1)], margin=0.4, thresholds=(2,)
    )
    row = found.tiers.iloc[0]
    assert (found.compared, found.days, found.since) == (
        True,
        366,
        dt.date(2023, 12, 31),
    )
    assert (row["customers"], row["before"], row["kept"]) == (7, 10, 6)
    assert row["kept_share"] == pytest.approx(0.6)
    assert (row["low"], row["high"]) == pytest.approx([e.item() for e in wilson(6, 10)])
    assert row["value"] == pytest.approx(100)
    assert row["reward"] == pytest.approx(10)
    assert row["cost"] == pytest.approx(42)
    assert row["gain"] == pytest.approx(0.2)
    assert row["possible"]
    assert row["most"] == pytest.approx(16)
    assert row["more_orders"] == pytest.approx(2 / 3)


def test_at_the_gain_the_margin_of_the_further_customers_is_the_cost():
    rewards, margin = [Reward("amount", 12.0)], 0.3
    found = tiers.cost(
        hand_shop(), rewards=rewards, margin=margin, thresholds=(2,), last_year=False
    )
    row = found.tiers.iloc[0]
    further = row["customers"] * row["gain"]
    assert further * (margin * row["value"] - 12.0) == pytest.approx(row["cost"])
    more = row["customers"] * row["kept_share"] * row["more_orders"]
    assert more * margin * row["size"] == pytest.approx(row["cost"])


@pytest.mark.parametrize(
    ("value", "possible"), [(15.99, True), (16.0, True), (16.01, False)]
)
def test_a_reward_above_the_most_asks_for_more_than_all_customers(value, possible):
    found = tiers.cost(
        hand_shop(), rewards=[Reward("amount", value)], margin=0.4, thresholds=(2,)
    )
    assert bool(found.tiers["possible"].iloc[0]) is possible
    assert (found.tiers["gain"].item() <= 0.4 + 1e-9) is possible


def test_a_reward_that_takes_all_a_customer_leaves_never_pays():
    found = tiers.cost(
        hand_shop(), rewards=[Reward("percent", 0.4)], margin=0.4, thresholds=(2,)
    )
    row = found.tiers.iloc[0]
    assert row["gain"] == float("inf")
    assert row["more_orders"] == float("inf")
    assert not row["possible"]


def test_no_reward_costs_nothing_and_asks_for_nothing():
    found = tiers.cost(
        hand_shop(), rewards=[Reward("percent", 0.0)], margin=0.4, thresholds=(2,)
    )
    assert found.tiers[["cost", "gain", "more_orders"]].eq(0).all(axis=None)


def test_a_young_shop_says_the_cost_and_no_gain():
    rows = [
        ("1", "ann", "2024-03-01", 50.0),
        ("2", "ann", "2024-05-01", 50.0),
        ("3", "ben", "2024-05-01", 50.0),
    ]
    orders = orders_of(rows, as_of=dt.date(2024, 6, 30))
    found = tiers.cost(
        orders,
        rewards=[Reward("percent", 0.1), Reward("amount", 36.5)],
        margin=0.4,
        thresholds=(2, 3),
    )
    first = found.tiers.iloc[0]
    assert (found.compared, found.days) == (False, 122)
    assert first["cost"] == pytest.approx(10)
    assert pd.isna(first["gain"])
    assert pd.isna(first["possible"])
    assert first["more_orders"] == pytest.approx(10 / 15)
    assert found.tiers["cost"].iloc[1] == 0


def test_an_amount_a_year_counts_for_the_part_of_the_year_that_is_known():
    rows = [(str(k), "ann", f"2024-0{k}-01", 50.0) for k in (3, 5)]
    orders = orders_of(rows, as_of=dt.date(2024, 6, 30))
    found = tiers.cost(
        orders, rewards=[Reward("amount", 36.6)], margin=0.4, thresholds=(2,)
    )
    assert found.tiers["cost"].item() == pytest.approx(36.6 * 122 / 366)


@settings(max_examples=8)
@given(shops(most=40), BYS, st.booleans())
def test_costs_are_what_counting_a_year_ago_gives(rows, by, last_year):
    rows = spread(rows)
    orders = orders_of(rows, as_of=dt.date(2024, 4, 1))
    steps = (1, 2, 3) if by == "orders" else (5.0, 12.5, 30.0)
    found = tiers.cost(
        orders,
        rewards=[Reward("percent", 0.05)] * 3,
        margin=0.5,
        thresholds=steps,
        by=by,
        last_year=last_year,
    )
    assert found.compared
    then = dt.date(2023, 4, 1)
    earlier = [row for row in rows if row[2] <= str(then)]
    old = counted(earlier, then, last_year=last_year)
    since = counted(rows, orders.as_of, last_year=True)
    tier = sum((old[by] >= at).astype(int) for at in steps)
    for n, row in enumerate(found.tiers.to_dict("records"), start=1):
        inside = since.loc[old.index[tier == n]]
        if inside.empty:
            assert pd.isna(row["gain"])
            continue
        assert row["before"] == len(inside)
        assert row["kept"] == (inside["orders"] > 0).sum()
        assert row["kept_orders"] == inside["orders"].sum()
        assert row["kept_revenue"] == pytest.approx(inside["spend"].sum())
        if inside["spend"].sum() > 0:
            assert row["gain"] == pytest.approx(row["kept_share"] * 0.05 / 0.45)


@pytest.mark.parametrize("margin", [0, -0.1, 1.1])
def test_a_margin_that_is_none_is_refused(eight, margin):
    with pytest.raises(tiers.RewardError, match="margin"):
        tiers.cost(eight, rewards=[], margin=margin, thresholds=(2,))


def test_rewards_must_be_one_a_tier_and_of_a_sensible_size(eight):
    with pytest.raises(tiers.RewardError, match="number of rewards"):
        tiers.cost(eight, rewards=[], margin=0.5, thresholds=(2,))
    for kind, value in (("percent", 1.1), ("percent", -0.1), ("amount", -1.0)):
        with pytest.raises(tiers.RewardError, match="reward"):
            Reward(kind, value)
