"""The measures of cohorts: by hand, by law, against customers counted one by one."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import retention_core as rc
from retention_core import cohorts, periods
from retention_core.intervals import wilson
from retention_core.measures import (
    COUNTED,
    MEASURES,
    UnknownMeasureError,
    average,
    measured,
    relatives,
)
from retention_core.periods import GRAINS
from tests.conftest import EIGHT, orders_of
from tests.core.shops import COLUMNS, FIRST, cdnow, shops

GRAIN = st.sampled_from(GRAINS)
WINDOWS = (10, 30, 90)
RELATIVE = [(each, to) for each in MEASURES for to in (None, *relatives(each))]
SUMMED = ["revenue", "active_customers"]


def grid(frame: pd.DataFrame, name: str = "value") -> list[list[float | None]]:
    table = frame.pivot(index="cohort", columns="period", values=name)
    return [[None if pd.isna(x) else x for x in row] for row in table.to_numpy()]


@pytest.fixture
def whole(eight) -> rc.Orders:
    return eight


@pytest.mark.parametrize(
    ("measure", "relative_to", "expected"),
    [
        ("retention", None, [[1, 0.5, 0.5], [1, 1, None], [1, None, None]]),
        ("retention", "before", [[None, 0.5, 1], [None, 1, None], [None] * 3]),
        ("active_customers", None, [[2, 1, 1], [1, 1, None], [1, None, None]]),
        ("repeat_by", None, [[0, 0.5, 0.5], [0, 1, None], [0, None, None]]),
        ("on_or_after", None, [[1, 0.5, 0.5], [1, 1, None], [1, None, None]]),
        ("on_or_after", "before", [[None, 0.5, 1], [None, 1, None], [None] * 3]),
        ("revenue", None, [[30, 30, 25], [15, 15, None], [40, None, None]]),
        ("revenue", "first", [[1, 1, 25 / 30], [1, 1, None], [1, None, None]]),
        ("revenue", "before", [[None, 1, 25 / 30], [None, 1, None], [None] * 3]),
        (
            "revenue_per_customer",
            None,
            [[15, 15, 12.5], [15, 15, None], [40, None, None]],
        ),
        (
            "cumulative_revenue_per_customer",
            None,
            [[15, 30, 42.5], [15, 30, None], [40, None, None]],
        ),
        (
            "cumulative_revenue_per_customer",
            "first",
            [[1, 2, 85 / 30], [1, 2, None], [1, None, None]],
        ),
        ("average_order_value", None, [[15, 30, 25], [15, 15, None], [40, None, None]]),
        (
            "revenue_per_active_customer",
            None,
            [[15, 30, 25], [15, 15, None], [40, None, None]],
        ),
        ("orders", None, [[2, 1, 1], [1, 1, None], [1, None, None]]),
    ],
)
def test_each_measure_of_eight_orders(whole, measure, relative_to, expected):
    frame = measured(whole, measure, relative_to=relative_to)
    found, wanted = np.array(grid(frame), float), np.array(expected, float)
    assert np.allclose(found, wanted, equal_nan=True)
    assert frame["complete"].all()


def test_fixed_windows_of_eight_orders(whole):
    # Ann orders on days 0, 29 and 56 of hers; January is seen for 60 days, no longer.
    frame = measured(whole, windows=(28, 30, 60, 90))
    january, february, march = grid(frame)
    assert january == [1, 0, 0.5, 0.5]
    assert february == [1, 0, 0, None]
    assert march == [1, None, None, None]
    repeated = measured(whole, "repeat_by", windows=(28, 30, 60, 90))
    assert grid(repeated)[0] == [0, 0, 0.5, 0.5]
    so_far = measured(
        whole, "cumulative_revenue_per_customer", windows=(28, 30, 60, 90)
    )
    assert grid(so_far)[0] == [15, 15, 30, 42.5]
    later = measured(whole, "on_or_after", windows=(28, 30, 60, 90))
    assert grid(later)[0] == [1, 0.5, 0.5, 0.5]


def test_the_mean_of_a_cohort_has_students_interval():
    spent = {"ann": 20.0, "ben": 10.0, "cat": 15.0}
    rows = [(name, name, "2024-01-05", amount) for name, amount in spent.items()]
    orders = orders_of(rows, as_of=dt.date(2024, 1, 31))
    found = measured(orders, "revenue_per_customer").iloc[0]
    mean, error = np.mean([*spent.values()]), stats.sem([*spent.values()])
    assert [found["low"], found["high"]] == pytest.approx(
        stats.t.interval(0.95, 2, mean, error)
    )
    total = measured(orders, "revenue").iloc[0]
    assert total[["value", "low", "high"]].tolist() == pytest.approx(
        [3 * mean, 3 * found["low"], 3 * found["high"]]
    )


def test_shares_and_counts_have_wilsons_interval(whole):
    low, high = wilson(1, 2)
    share = measured(whole).iloc[1]
    assert [share["low"], share["high"]] == pytest.approx([low, high])
    count = measured(whole, "active_customers").iloc[1]
    assert [count["low"], count["high"]] == pytest.approx([2 * low, 2 * high])


def test_one_customer_or_nothing_to_divide_by_has_no_interval(whole):
    alone = measured(whole, "revenue_per_customer").iloc[3]
    assert alone["value"] == 15
    assert np.isnan([alone["low"], alone["high"]]).all()
    orders = orders_of([("1", "ann", "2024-01-05", 5.0)], as_of=dt.date(2024, 2, 29))
    nobody = measured(orders, "average_order_value").iloc[1]
    assert np.isnan(nobody[["value", "low", "high"]].astype(float)).all()


@pytest.mark.parametrize(
    ("measure", "relative_to"),
    [("profit", None), ("repeat_by", "first"), ("average_order_value", "before")],
)
def test_what_is_no_measure_is_refused(whole, measure, relative_to):
    with pytest.raises(UnknownMeasureError, match=measure):
        measured(whole, measure, relative_to=relative_to)


def test_the_average_adds_up_before_it_divides(whole):
    spent = average(measured(whole, "average_order_value"))
    assert spent["value"].tolist() == pytest.approx([21.25, 22.5, 25])
    assert spent["cohorts"].tolist() == [3, 2, 1]
    assert spent["cohort_size"].tolist() == [4, 3, 2]
    total = average(measured(whole, "revenue"))
    assert total["value"].tolist() == pytest.approx([85 / 3, 45 / 2, 25])
    kept = average(measured(whole, "revenue", relative_to="first"))
    assert kept["value"].tolist() == pytest.approx([1, 45 / 45, 25 / 30])


def test_the_average_of_shares_is_that_of_the_cohort_table(whole):
    known = cohorts.average(cohorts.retention(whole))
    found = average(measured(whole))
    for new, old in [("value", "retention"), ("low", "low"), ("high", "high")]:
        assert np.allclose(found[new], known[old])


def test_an_incomplete_period_enters_no_average():
    orders = orders_of(EIGHT, as_of=dt.date(2024, 3, 30))
    assert average(measured(orders, "revenue"))["period"].tolist() == [0, 1]


@pytest.mark.parametrize(
    ("measure", "relative_to", "windows"),
    [
        ("retention", None, None),
        ("retention", "before", WINDOWS),
        ("on_or_after", "before", None),
        ("revenue", "first", None),
        ("cumulative_revenue_per_customer", None, WINDOWS),
    ],
)
def test_guests_only_give_an_empty_frame_with_the_same_columns(
    measure, relative_to, windows, whole
):
    asked = {"windows": windows, "relative_to": relative_to}
    guests = orders_of([("1", None, "2024-01-05", 3.0)])
    frame = measured(guests, measure, **asked)
    assert frame.empty
    full = measured(whole, measure, **asked)
    assert list(frame.columns) == list(full.columns)
    assert average(frame).empty
    assert list(average(frame).columns) == list(average(full).columns)


def counted(rows: list[tuple], measure: str, grain: str, windows, as_of) -> dict:
    """(cohort, age) → each member's (y, x) of the ratio, with plain Python."""
    people: dict[str, list[tuple[dt.date, float]]] = {}
    for _, customer, day, amount in rows:
        if customer is not None:
            people.setdefault(customer, []).append((dt.date.fromisoformat(day), amount))
    cells: dict[tuple[dt.date, int], list] = {}
    for bought in people.values():
        first = min(day for day, _ in bought)
        cohort = periods.first_day(first, grain)
        spans = spans_of(first, grain, windows, as_of)
        for age, (start, end) in enumerate(spans):
            within = [amount for day, amount in bought if start <= day < end]
            until = [amount for day, amount in bought if day < end]
            later = [amount for day, amount in bought if day >= start]
            amounts = {
                "retention": (bool(within), 1),
                "active_customers": (bool(within), 1),
                "repeat_by": (len(until) > 1, 1),
                "on_or_after": (bool(later), 1),
                "revenue": (sum(within), 1),
                "revenue_per_customer": (sum(within), 1),
                "cumulative_revenue_per_customer": (sum(until), 1),
                "revenue_per_active_customer": (sum(within), bool(within)),
                "average_order_value": (sum(within), len(within)),
                "orders": (len(within), 1),
            }
            cells.setdefault((cohort, age), []).append(amounts[measure])
    return cells


def spans_of(first: dt.date, grain: str, windows, as_of) -> list[tuple]:
    day = dt.timedelta(days=1)
    cohort = periods.first_day(first, grain)
    if windows is None:
        starts = periods.starts(first, as_of, grain)
        return list(pairwise([*starts, periods.following(starts[-1], grain)]))
    last = periods.following(cohort, grain) - day
    edges = [edge for edge in (0, *windows) if last + edge * day <= as_of]
    ends = [first + (edge + 1) * day for edge in edges]
    return list(pairwise([first, *ends]))


def related(cells: dict, relative_to: str | None) -> dict:
    """The same with each member's amount of the first or former age to divide by."""
    if relative_to is None:
        return cells
    found = {}
    for (cohort, age), pairs in cells.items():
        other = cells.get((cohort, 0 if relative_to == "first" else age - 1))
        found[cohort, age] = [
            (y, other[at][0] if other else np.nan) for at, (y, _) in enumerate(pairs)
        ]
    return found


def estimated(pairs: list[tuple], measure: str, relative_to: str | None) -> list[float]:
    """Value and interval from the members themselves."""
    y, x = np.array(pairs, dtype=float).T
    n, top, bottom = len(pairs), y.sum(), x.sum()
    if not bottom > 0:
        return [np.nan] * 3
    value, scale = top / bottom, 1.0
    if measure in ("active_customers", "revenue", "orders") and relative_to is None:
        scale = n
    plain = measure in ("retention", "active_customers")
    if measure in COUNTED and not (plain and relative_to == "before"):
        low, high = wilson(top, bottom)
    else:
        rest = y - value * x
        if n < 2 or np.allclose(rest, 0):
            return [value * scale, np.nan, np.nan]
        error = np.sqrt(n * (rest @ rest) / (n - 1)) / bottom
        low, high = stats.t.interval(0.95, n - 1, value, error)
        low = max(low, 0.0) if value >= 0 else low
    return [value * scale, float(low) * scale, float(high) * scale]


@settings(max_examples=60)
@given(shops(), GRAIN, st.sampled_from([None, WINDOWS]), st.sampled_from(RELATIVE))
def test_every_cell_is_what_its_customers_add_up_to(rows, grain, windows, asked):
    measure, relative_to = asked
    orders = orders_of(rows)
    frame = measured(
        orders, measure, grain=grain, windows=windows, relative_to=relative_to
    )
    members = counted(rows, measure, grain, windows, orders.as_of)
    members = related(members, relative_to)
    keys = [(row.cohort.date(), row.period) for row in frame.itertuples()]
    assert keys == sorted(members)
    expected = [estimated(members[key], measure, relative_to) for key in keys]
    assert np.allclose(
        frame[["value", "low", "high"]].to_numpy(dtype=float).reshape(-1, 3),
        np.array(expected).reshape(-1, 3),
        equal_nan=True,
    )


@settings(max_examples=12)
@given(shops(), GRAIN, st.sampled_from([None, WINDOWS]), st.sampled_from(RELATIVE))
def test_a_value_lies_in_its_interval(rows, grain, windows, asked):
    measure, to = asked
    orders = orders_of(rows)
    frame = measured(orders, measure, grain=grain, windows=windows, relative_to=to)
    for each in (frame, average(frame)):
        known = each.dropna(subset=["low"])
        assert (known["low"] <= known["value"] + 1e-9).all()
        assert (known["value"] <= known["high"] + 1e-9).all()


@settings(max_examples=12)
@given(shops(), GRAIN, st.sampled_from([None, WINDOWS]))
def test_repeat_by_never_falls_and_on_or_after_never_rises(rows, grain, windows):
    orders = orders_of(rows)
    asked = {"grain": grain, "windows": windows}
    for measure, sign in (("repeat_by", 1), ("on_or_after", -1)):
        frame = measured(orders, measure, **asked)
        steps = frame.groupby("cohort")["value"].diff().dropna()
        assert (sign * steps >= 0).all()


@settings(max_examples=12)
@given(shops(), st.data())
def test_cells_guests_and_early_refunds_are_the_whole_revenue(rows, data):
    days = st.integers(0, 270)
    who = st.sampled_from(["ann", "ben", "zoe", None])
    amounts = st.sampled_from([-3.0, -40.0])
    refunds = data.draw(st.lists(st.tuples(who, days, amounts), max_size=6))
    names = [*COLUMNS, "refunded_at"]
    sold = [(*row, None) for row in rows]
    for number, (customer, day, amount) in enumerate(refunds):
        date = str(FIRST + dt.timedelta(days=day))
        sold.append((f"r{number}", customer, date, amount, date))
    frame = pd.DataFrame(sold, columns=names)
    frame["refunded_at"] = pd.to_datetime(frame["refunded_at"])
    orders = orders_of(frame)
    kept = frame[pd.to_datetime(frame["ordered_at"]).dt.date <= orders.as_of]
    first = kept[kept["refunded_at"].isna()].groupby("customer_id")["ordered_at"].min()
    begun = kept["customer_id"].map(first)
    outside = kept[begun.isna() | (kept["ordered_at"] < begun)]
    cells = measured(orders, "revenue")
    assert cells["value"].sum() + outside["amount"].sum() == pytest.approx(
        kept["amount"].sum()
    )


@settings(max_examples=12)
@given(shops(), GRAIN, st.sampled_from([None, WINDOWS]))
def test_slices_add_up_to_the_whole(rows, grain, windows):
    names = ["tea", "pot", None]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame["product"] = [names[len(row[2]) * at % 3] for at, row in enumerate(rows)]
    orders = orders_of(frame)
    asked = {"grain": grain, "windows": windows}
    for measure in SUMMED:
        parts = measured(orders, measure, by="product", **asked)
        added = parts.groupby(["cohort", "period"])[["value", "cohort_size"]].sum()
        everyone = measured(orders, measure, **asked).set_index(["cohort", "period"])
        assert np.allclose(added["value"], everyone["value"])
        assert (added["cohort_size"] == everyone["cohort_size"]).all()


@settings(max_examples=12)
@given(shops(), GRAIN, st.integers(0, 200))
def test_a_window_appears_once_everybody_has_been_seen_for_it(rows, grain, days):
    end = FIRST + dt.timedelta(days=270)
    orders = orders_of(rows, as_of=end)
    cells = measured(orders, grain=grain, windows=(days + 1,))
    day = dt.timedelta(days=1)
    for cohort, own in cells.groupby("cohort"):
        last = periods.following(cohort.date(), grain) - day
        assert last <= end
        assert (1 in set(own["period"])) == (last + (days + 1) * day <= end)
    assert cells["complete"].all()


@settings(max_examples=12)
@given(shops())
def test_calendar_and_windows_agree_once_both_cover_everything(rows):
    orders = orders_of(rows, as_of=FIRST + dt.timedelta(days=1000))
    calendar = measured(orders, "repeat_by").groupby("cohort")["value"].last()
    window = measured(orders, "repeat_by", windows=(300,)).groupby("cohort")
    assert window["value"].last().to_dict() == pytest.approx(calendar.to_dict())


@settings(max_examples=12)
@given(shops(), GRAIN)
def test_the_measures_agree_with_the_cohort_table(rows, grain):
    orders = orders_of(rows)
    table = cohorts.value(orders, grain=grain)
    for measure in ("revenue_per_active_customer", "average_order_value"):
        frame = measured(orders, measure, grain=grain)
        assert np.allclose(frame["value"], table[measure], equal_nan=True)


def test_cumulative_spend_of_cdnow_with_its_interval():
    orders = cdnow()
    frame = measured(orders, "cumulative_revenue_per_customer")
    assert [round(row[12], 2) for row in grid(frame)] == [89.06, 91.54, 96.91]
    spent = orders.run(
        orders.purchases.filter(orders.purchases.ordered_at < dt.datetime(1998, 2, 1))
    )
    first = spent.groupby("customer_id")["ordered_at"].min()
    january = first[first < "1997-02-01"].index
    each = spent.groupby("customer_id")["amount"].sum().loc[january]
    low, high = stats.t.interval(0.95, len(each) - 1, each.mean(), stats.sem(each))
    found = frame[(frame["cohort"] == "1997-01-01") & (frame["period"] == 12)].iloc[0]
    assert [found["low"], found["high"]] == pytest.approx([low, high])


def test_relatives_are_those_that_make_sense():
    assert relatives("revenue") == ("first", "before")
    assert relatives("repeat_by") == relatives("average_order_value") == ()
    assert relatives("retention") == ("first", "before")
