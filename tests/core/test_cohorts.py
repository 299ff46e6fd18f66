"""Cohorts: by hand, by law, and against a count without any engine."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import retention_core as rc
from retention_core import cohorts, measures, periods
from retention_core.periods import GRAINS
from retention_core.slices import UnknownDimensionError
from tests.conftest import EIGHT, orders_of
from tests.core.shops import COLUMNS, FIRST, shops

GRAIN = st.sampled_from(GRAINS)
JANUARY, FEBRUARY, MARCH = pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01"])
FUNCTIONS = [cohorts.retention, cohorts.value, cohorts.returned]


def rows_of(frame: pd.DataFrame, *names: str) -> list[tuple]:
    return list(frame[[*names]].itertuples(index=False, name=None))


def lines_of(*rows: tuple) -> rc.Orders:
    names = [*COLUMNS, "refunded_at", "product", "channel"]
    frame = pd.DataFrame(list(rows), columns=names)
    frame["refunded_at"] = pd.to_datetime(frame["refunded_at"])
    return orders_of(frame.astype({"channel": "string"}), as_of=dt.date(2024, 3, 31))


def test_retention_of_eight_orders(eight):
    frame = cohorts.retention(eight)
    assert rows_of(frame, "cohort", "period", "cohort_size", "active_customers") == [
        (JANUARY, 0, 2, 2),
        (JANUARY, 1, 2, 1),
        (JANUARY, 2, 2, 1),
        (FEBRUARY, 0, 1, 1),
        (FEBRUARY, 1, 1, 1),
        (MARCH, 0, 1, 1),
    ]
    assert frame["retention"].tolist() == [1, 0.5, 0.5, 1, 1, 1]
    assert frame["complete"].all()


def test_value_of_eight_orders(eight):
    frame = cohorts.value(eight)
    assert frame["revenue"].tolist() == [30, 30, 25, 15, 15, 40]
    assert frame["orders"].tolist() == [2, 1, 1, 1, 1, 1]
    assert frame["average_order_value"].tolist() == [15, 30, 25, 15, 15, 40]
    assert frame["revenue_per_customer"].tolist() == [15, 15, 12.5, 15, 15, 40]
    cumulative = frame["cumulative_revenue_per_customer"].tolist()
    assert cumulative == [15, 30, 42.5, 15, 30, 40]
    assert frame["revenue_per_active_customer"].tolist() == [15, 30, 25, 15, 15, 40]


def test_returned_of_eight_orders(eight):
    frame = cohorts.returned(eight)
    assert frame["repeat_by"].tolist() == [0, 0.5, 0.5, 0, 1, 0]
    assert frame["on_or_after"].tolist() == [1, 0.5, 0.5, 1, 1, 1]


def test_average_of_eight_orders_is_weighted_by_size(eight):
    frame = cohorts.average(cohorts.retention(eight))
    assert rows_of(frame, "period", "cohort_size", "active_customers") == [
        (0, 4, 4),
        (1, 3, 2),
        (2, 2, 1),
    ]
    assert frame["retention"].tolist() == pytest.approx([1, 2 / 3, 1 / 2])
    assert frame["low"].round(3).tolist() == [0.510, 0.208, 0.095]


def test_average_value_is_per_its_own_denominator(eight):
    frame = cohorts.average(cohorts.value(eight))
    assert frame["revenue_per_customer"].tolist() == pytest.approx([85 / 4, 15, 12.5])
    assert frame["average_order_value"].tolist() == pytest.approx([21.25, 22.5, 25])


def test_a_second_order_in_the_first_period_is_a_repeat():
    orders = orders_of(
        [("1", "ann", "2024-01-05", 5.0), ("2", "ann", "2024-01-05", 5.0)]
    )
    assert cohorts.returned(orders)["repeat_by"].tolist() == [1.0]


def test_nobody_came_is_zero_and_the_future_is_absent():
    orders = orders_of([("1", "ann", "2024-01-05", 5.0)], as_of=dt.date(2024, 3, 10))
    frame = cohorts.value(orders)
    assert rows_of(frame, "period", "active_customers", "revenue", "complete") == [
        (0, 1, 5.0, True),
        (1, 0, 0.0, True),
        (2, 0, 0.0, False),
    ]
    assert frame["average_order_value"].isna().tolist() == [False, True, True]
    assert frame["cumulative_revenue_per_customer"].tolist() == [5.0, 5.0, 5.0]


def test_an_incomplete_period_does_not_enter_the_average():
    orders = orders_of(EIGHT, as_of=dt.date(2024, 3, 30))
    frame = cohorts.average(cohorts.retention(orders))
    assert rows_of(frame, "period", "cohort_size") == [(0, 3), (1, 2)]


def test_a_matched_refund_lowers_its_orders_period_and_makes_no_order():
    orders = lines_of(
        ("1", "ann", "2024-01-05", 20.0, None, "tea", "web"),
        ("1", "ann", "2024-01-05", -5.0, "2024-02-09", "tea", "web"),
    )
    frame = cohorts.value(orders)
    assert rows_of(frame, "active_customers", "orders", "revenue") == [
        (1, 1, 15.0),
        (0, 0, 0.0),
        (0, 0, 0.0),
    ]


def test_an_unmatched_refund_counts_unless_it_comes_before_the_first_purchase():
    orders = lines_of(
        ("r1", "ann", "2024-01-05", -3.0, "2024-01-05", None, None),
        ("1", "ann", "2024-01-06", 20.0, None, "tea", "web"),
        ("r2", "ann", "2024-02-05", -4.0, "2024-02-05", None, None),
        ("r3", "ben", "2024-02-05", -9.0, "2024-02-05", None, None),
    )
    frame = cohorts.value(orders)
    assert frame["revenue"].tolist() == [20.0, -4.0, 0.0]
    assert cohorts.retention(orders)["active_customers"].tolist() == [1, 0, 0]


def test_customers_are_split_by_the_largest_line_of_their_first_order():
    orders = lines_of(
        ("1", "ann", "2024-01-05", 5.0, None, "tea", "web"),
        ("1", "ann", "2024-01-05", 9.0, None, "pot", "shop"),
        ("2", "ann", "2024-02-05", 50.0, None, "tea", "web"),
        ("3", "ben", "2024-01-07", 7.0, None, "tea", "web"),
        ("3", "ben", "2024-01-07", 7.0, None, "bag", "web"),
        ("4", "cat", "2024-01-09", 7.0, None, None, None),
    )
    frame = cohorts.retention(orders, by="product")
    assert frame.columns[0] == "product"
    first = frame[frame["period"] == 0].set_index("product")["cohort_size"]
    assert first.loc[["bag", "pot"]].tolist() == [1, 1]
    assert first[first.index.isna()].tolist() == [1]
    assert len(first) == 3
    again = frame[(frame["product"] == "pot") & (frame["period"] == 1)]
    assert again["active_customers"].tolist() == [1]
    assert cohorts.average(frame).groupby("product", dropna=False).size().tolist() == [
        3,
        3,
        3,
    ]


@pytest.mark.parametrize("names", ["12", "21"])
def test_orders_of_one_instant_count_as_one_whatever_they_are_called(names):
    orders = lines_of(
        (names[0], "ann", "2024-01-05", 50.0, None, "tea", "web"),
        (names[1], "ann", "2024-01-05", 1.0, None, "bag", "shop"),
    )
    assert cohorts.retention(orders, by="channel")["channel"].unique() == ["web"]


def test_an_unknown_dimension_is_named_with_the_choices(eight):
    with pytest.raises(UnknownDimensionError, match=r"'colour'.*'product'") as raised:
        cohorts.retention(eight, by="colour")
    assert raised.value.code == "unknown_dimension"


def test_the_customers_of_a_cohort_and_who_came_back(eight):
    found = cohorts.customers(eight, cohort=dt.date(2024, 1, 1), period=1)
    names = ["customer_id", "came_back", "orders", "revenue", "revenue_so_far"]
    assert rows_of(eight.run(found), *names) == [
        ("ann", True, 1, 30.0, 75.0),
        ("ben", False, 0, 0.0, 10.0),
    ]
    days = eight.run(found)[["first_order", "last_order"]].iloc[0].tolist()
    assert days == [pd.Timestamp("2024-01-05"), pd.Timestamp("2024-03-01")]


def test_customers_in_windows_and_of_no_cohort(eight):
    asked = {"cohort": dt.date(2024, 1, 1), "windows": (28, 60)}
    found = eight.run(cohorts.customers(eight, period=2, **asked))
    assert rows_of(found, "customer_id", "orders", "revenue") == [
        ("ann", 2, 55.0),
        ("ben", 0, 0.0),
    ]
    none = cohorts.customers(eight, cohort=dt.date(2023, 1, 1), period=1)
    assert eight.run(none).empty


@settings(max_examples=15)
@given(shops(), GRAIN, st.sampled_from([None, (10, 90)]))
def test_the_customers_of_a_cell_are_those_it_counts(rows, grain, windows):
    orders = orders_of(rows)
    cell = measures.measured(orders, grain=grain, windows=windows)
    cell = cell.sort_values(["period", "cohort"]).iloc[-1:]
    for row in cell.itertuples():
        asked = {"cohort": row.cohort.date(), "grain": grain, "windows": windows}
        found = orders.run(cohorts.customers(orders, period=row.period, **asked))
        assert len(found) == row.cohort_size
        assert found["came_back"].sum() == row.active_customers
        assert found["came_back"].tolist() == sorted(found["came_back"], reverse=True)


def sized(*sizes: int) -> pd.DataFrame:
    cohort = pd.date_range("2024-01-01", periods=len(sizes), freq="MS")
    return pd.DataFrame(
        {"cohort": cohort, "period": 0, "cohort_size": sizes, "complete": True}
    )


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ((16, 10, 8, 12), True),
        ((15, 10, 8, 12), False),
        ((16, 10, 8, 12, 99, 99), True),
        ((99, 10, 8), False),
        ((), False),
    ],
)
def test_a_first_cohort_half_as_large_again_is_left_truncated(sizes, expected):
    assert cohorts.left_truncated(sized(*sizes)) is expected


def test_an_unfinished_cohort_is_not_compared_with():
    frame = sized(16, 10, 8, 12)
    frame["complete"] = [True, True, True, False]
    assert not cohorts.left_truncated(frame)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_guests_only_give_an_empty_frame_with_the_same_columns(function, eight):
    guests = orders_of([("1", None, "2024-01-05", 3.0)])
    for by in (None, "product"):
        frame = function(guests, by=by)
        assert frame.empty
        assert list(frame.columns) == list(function(eight, by=by).columns)
        assert cohorts.average(frame).empty


@pytest.mark.parametrize("function", FUNCTIONS)
def test_refunds_only_give_an_empty_frame(function):
    refunds = lines_of(("1", "ann", "2024-01-05", -3.0, "2024-01-05", None, None))
    assert function(refunds).empty


def counted_by_hand(rows: list[tuple], grain: str, as_of: dt.date) -> dict:
    """Cell → (cohort size, active customers), without engine or calendar tricks."""
    days: dict[str, list[dt.date]] = {}
    for _, customer, day, _ in rows:
        if customer is not None:
            days.setdefault(customer, []).append(dt.date.fromisoformat(day))
    cells = {}
    for cohort in {periods.first_day(min(each), grain) for each in days.values()}:
        members = [
            each
            for each in days.values()
            if periods.first_day(min(each), grain) == cohort
        ]
        for age, start in enumerate(periods.starts(cohort, as_of, grain)):
            active = sum(
                any(periods.first_day(day, grain) == start for day in each)
                for each in members
            )
            cells[pd.Timestamp(cohort), age] = (len(members), active)
    return cells


@given(shops(), GRAIN)
def test_retention_is_what_counting_by_hand_gives(rows, grain):
    orders = orders_of(rows)
    frame = cohorts.retention(orders, grain=grain)
    names = ["cohort", "period", "cohort_size", "active_customers"]
    found = {(c, k): (size, n) for c, k, size, n in rows_of(frame, *names)}
    assert found == counted_by_hand(rows, grain, orders.as_of)


@given(shops(), GRAIN)
def test_retention_is_a_share_and_starts_at_one(rows, grain):
    frame = cohorts.retention(orders_of(rows), grain=grain)
    assert frame["retention"].between(0, 1).all()
    assert (frame.loc[frame["period"] == 0, "retention"] == 1).all()


@settings(max_examples=10)
@given(shops(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows, random):
    mixed = random.sample(rows, len(rows))
    for function in FUNCTIONS:
        one, other = function(orders_of(rows)), function(orders_of(mixed))
        pd.testing.assert_frame_equal(one, other)


@given(shops())
def test_a_further_cohort_changes_no_other(rows):
    end = FIRST + dt.timedelta(days=400)
    late = ("late", "zoe", str(end - dt.timedelta(days=10)), 9.0)
    without = cohorts.retention(orders_of(rows, as_of=end))
    both = cohorts.retention(orders_of([*rows, late], as_of=end))
    known = both["cohort"].isin(without["cohort"])
    pd.testing.assert_frame_equal(both[known].reset_index(drop=True), without)


@given(shops(), GRAIN)
def test_average_is_weighted_and_within_its_interval(rows, grain):
    frame = cohorts.retention(orders_of(rows), grain=grain)
    done = frame[frame["complete"]].groupby("period")
    found = cohorts.average(frame).set_index("period")
    weighted = done["active_customers"].sum() / done["cohort_size"].sum()
    assert np.allclose(found["retention"], weighted)
    assert (found["low"] <= found["retention"] + 1e-9).all()
    assert (found["high"] >= found["retention"] - 1e-9).all()


@given(shops())
def test_who_returns_by_then_grows_and_who_returns_later_shrinks(rows):
    frame = cohorts.returned(orders_of(rows))
    by_cohort = frame.groupby("cohort")
    assert (by_cohort["repeat_by"].diff().dropna() >= 0).all()
    assert (by_cohort["on_or_after"].diff().dropna() <= 0).all()
    assert (frame.loc[frame["period"] == 0, "on_or_after"] == 1).all()
    retained = cohorts.retention(orders_of(rows))["retention"]
    assert (frame["on_or_after"] >= retained - 1e-9).all()


@given(shops())
def test_the_cohorts_revenue_is_that_of_the_known_customers(rows):
    frame = cohorts.value(orders_of(rows))
    known = sum(amount for _, customer, _, amount in rows if customer is not None)
    assert frame["revenue"].sum() == pytest.approx(known)
    last = frame.groupby("cohort").last()
    whole = (last["cumulative_revenue_per_customer"] * last["cohort_size"]).sum()
    assert whole == pytest.approx(known)
