"""Waits for the next purchase: by hand, by law, and against the product itself."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retention_core import slices, survival
from retention_core.errors import TooSmallError
from tests.conftest import EIGHT, orders_of
from tests.core.shops import COLUMNS, shops

COUNTS = st.dictionaries(
    st.integers(0, 60), st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1
)


def counts_of(waits: dict[int, tuple[int, int]]) -> pd.DataFrame:
    rows = [(days, *both) for days, both in waits.items() if any(both)]
    return pd.DataFrame(rows, columns=["days", "returned", "waiting"]).astype("int64")


def test_next_purchase_of_eight_orders(eight):
    # First waits: ann 29 days, cat 34; ben has waited 71, dan 11.
    frame = survival.next_purchase(eight).set_index("days")
    assert frame["at_risk"][[0, 11, 12, 29, 30, 71]].tolist() == [4, 4, 3, 3, 2, 1]
    expected = [0, 1 / 3, 1 / 3, 2 / 3, 2 / 3]
    assert frame["returned"][[28, 29, 33, 34, 71]].tolist() == pytest.approx(expected)
    assert frame.index.tolist() == list(range(72))


def test_after_the_second_purchase(eight):
    # Ann came back after 27 days; cat has waited 16.
    frame = survival.next_purchase(eight, after=2)
    assert frame["at_risk"].iloc[0] == 2
    assert frame["returned"].iloc[-1] == 1
    assert frame["days"].iloc[-1] == 27


def test_gaps_show_what_leaving_out_the_waiting_would_say(eight):
    frame = survival.gaps(eight)
    assert frame["finished"].iloc[-1] == 1
    assert frame["finished"][[26, 27, 29, 34]].tolist() == pytest.approx(
        [0, 1 / 3, 2 / 3, 1]
    )
    assert (frame["returned"] <= frame["finished"] + 1e-12).all()


def test_half_of_those_who_come_back(eight):
    assert survival.median_of_returned(survival.next_purchase(eight)) == 29
    assert survival.median_of_returned(survival.next_purchase(eight, after=3)) is None


def test_a_band_by_hand():
    # 10 at risk, 4 back on day 5: Greenwood 4 / (10 · 6), log(−log) scale.
    frame = survival.kaplan_meier(counts_of({5: (4, 0), 9: (0, 6)})).set_index("days")
    half = 1.959963984540054 * math.sqrt(4 / 60) / abs(math.log(0.6))
    assert frame["returned"][5] == pytest.approx(0.4)
    assert frame["low"][5] == pytest.approx(1 - 0.6 ** math.exp(-half))
    assert frame["high"][5] == pytest.approx(1 - 0.6 ** math.exp(half))
    assert frame[["low", "high"]].loc[4].tolist() == [0, 0]


def test_the_band_is_null_once_all_are_back():
    frame = survival.kaplan_meier(counts_of({5: (4, 0)}))
    assert frame["returned"].iloc[-1] == 1
    assert frame[["low", "high"]].iloc[-1].isna().all()


@pytest.mark.parametrize(
    ("at_risk", "customers", "expected"),
    [([100, 40, 30, 29], 100, 2), ([900, 91, 90, 89], 900, 2), ([29, 5], 29, None)],
)
def test_the_curve_is_read_while_enough_are_waiting(at_risk, customers, expected):
    frame = pd.DataFrame({"days": range(len(at_risk)), "at_risk": at_risk})
    assert survival.horizon(frame, customers) == expected


def test_nobody_to_wait_for_gives_empty_frames():
    guests = orders_of([("1", None, "2024-01-05", 3.0)])
    names = ["days", "at_risk", "returned", "low", "high"]
    assert survival.next_purchase(guests).empty
    assert list(survival.next_purchase(guests).columns) == names
    assert list(survival.gaps(guests).columns) == [*names, "finished"]
    assert survival.median_of_returned(survival.gaps(guests)) is None


@given(COUNTS)
def test_the_curve_is_the_product_of_staying_away(waits):
    frame = survival.kaplan_meier(counts_of(waits)).set_index("days")
    for day in frame.index:
        away = Fraction(1)
        for event in sorted(waits):
            at_risk = sum(sum(both) for when, both in waits.items() if when >= event)
            if event <= day and at_risk:
                away *= 1 - Fraction(waits[event][0], at_risk)
        assert frame["returned"][day] == pytest.approx(float(1 - away), abs=1e-12)


@given(COUNTS)
def test_the_share_grows_within_its_band(waits):
    frame = survival.kaplan_meier(counts_of(waits))
    assert (frame["returned"].diff().dropna() >= -1e-12).all()
    banded = frame.dropna()
    assert (banded["low"] <= banded["returned"] + 1e-9).all()
    assert (banded["high"] >= banded["returned"] - 1e-9).all()


@given(shops())
def test_every_wait_of_every_customer_is_counted_once(rows):
    orders = orders_of(rows)
    counts = survival.interval_counts(orders)
    days: dict[str, set[dt.date]] = {}
    for _, customer, day, _ in rows:
        if customer is not None:
            days.setdefault(customer, set()).add(dt.date.fromisoformat(day))
    finished, running = [], []
    for each in days.values():
        known = sorted(each)
        finished += [(b - a).days for a, b in itertools.pairwise(known)]
        running.append((orders.as_of - known[-1]).days)
    found = counts.loc[counts.index.repeat(counts["returned"]), "days"].tolist()
    assert found == sorted(finished)
    found = counts.loc[counts.index.repeat(counts["waiting"]), "days"].tolist()
    assert found == sorted(running)


@settings(max_examples=10)
@given(shops())
def test_one_count_holds_every_curve(rows):
    orders = orders_of(rows)
    counts = survival.waiting_times(orders, most=2)
    for after in (1, 2):
        curve = survival.kaplan_meier(counts[counts["after"] == after])
        expected = survival.next_purchase(orders, after=after)
        pd.testing.assert_frame_equal(curve, expected)
    whole = counts.groupby("days", as_index=False)[["returned", "waiting"]].sum()
    pd.testing.assert_frame_equal(
        survival.beside_finished(whole), survival.gaps(orders)
    )


@settings(max_examples=10)
@given(shops(), st.integers(1, 3))
def test_the_curve_of_a_slice_is_that_of_a_shop_of_its_own(rows, after):
    frame = pd.DataFrame(rows, columns=COLUMNS)
    channel = {"ann": "web", "ben": "web", "cat": "shop", "dan": "shop", "eve": None}
    orders = orders_of(frame.assign(channel=frame["customer_id"].map(channel)))
    found = survival.by_slice(orders, by="channel", after=after)
    own = {
        name: survival.next_purchase(slices.only(orders, "channel", name), after=after)
        for name in ("web", "shop")
    }
    shown = [name for name, each in own.items() if len(each)]
    assert sorted(found["slice"].unique()) == sorted(shown)
    for name in shown:
        curve = found[found["slice"] == name].drop(columns="slice")
        pd.testing.assert_frame_equal(curve.reset_index(drop=True), own[name])


def test_only_the_largest_slices_are_drawn_the_largest_first():
    rows = [(f"{n}", f"c{n}", "2024-01-05", 5.0) for n in range(21)]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame["channel"] = [
        name for name in "ABCDEF" for _ in range("ABCDEF".index(name) + 1)
    ]
    orders = orders_of(frame, as_of=dt.date(2024, 1, 6))
    found = survival.by_slice(orders, by="channel")
    assert found["slice"].unique().tolist() == ["F", "E", "D", "C", "B"]
    two = survival.by_slice(orders, by="channel", most=2)
    assert two["slice"].unique().tolist() == ["F", "E"]
    assert survival.by_slice(orders, by="channel", after=2).empty


def test_the_wait_begins_with_a_purchase():
    with pytest.raises(TooSmallError, match="after is 0; it must be at least 1"):
        survival.next_purchase(orders_of(EIGHT), after=0)
    with pytest.raises(TooSmallError, match="after is 0; it must be at least 1"):
        survival.by_slice(orders_of(EIGHT), by="product", after=0)
