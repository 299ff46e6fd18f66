"""The customers' own interval and who has bought once: by hand and by law."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention_core import timing
from retention_core.errors import TooSmallError
from retention_core.intervals import wilson
from tests.conftest import EIGHT, orders_of
from tests.core.shops import shops


def test_usual_gap_of_eight_orders(eight):
    # Ann waits 29 and 27 days, cat 34; ben (silent for 71) and dan (11) came once.
    found = timing.usual_gap(eight, window_days=60)
    assert (found.customers, found.repeat_customers) == (4, 2)
    assert (found.lower, found.median, found.upper) == (28, 28, 34)
    assert (found.once, found.once_active, found.once_lost) == (2, 1, 1)
    assert found.share_once == 0.5
    assert (found.low, found.high) == pytest.approx(wilson(2, 4))
    assert found.window_days == 60
    assert found.histogram["customers"].sum() == 2


def test_guests_have_no_interval():
    found = timing.usual_gap(orders_of([("1", None, "2024-01-05", 3.0)]))
    assert (found.customers, found.once) == (0, 0)
    assert math.isnan(found.median)
    assert math.isnan(found.share_once)
    assert found.histogram.empty
    assert list(found.histogram.columns) == ["days_from", "days_to", "customers"]


def test_a_few_slow_customers_stand_in_an_open_bin():
    first = dt.date(2022, 1, 1)
    rows = [
        (f"{n}-{k}", f"c{n}", str(first + dt.timedelta(days=k * gap)), 5.0)
        for n, gap in enumerate([*range(1, 48), 600])
        for k in range(2)
    ]
    histogram = timing.usual_gap(orders_of(rows)).histogram
    last = histogram.iloc[-1]
    assert (last["days_from"], last["customers"]) == (48, 1)
    assert math.isnan(last["days_to"])
    assert set(histogram["days_from"].diff().dropna()) == {2}


@given(shops(), st.integers(1, 200))
def test_intervals_are_the_customers_medians(rows, days):
    orders = orders_of(rows)
    found = timing.usual_gap(orders, window_days=days)
    bought: dict[str, set[dt.date]] = {}
    for _, customer, day, _ in rows:
        if customer is not None:
            bought.setdefault(customer, set()).add(dt.date.fromisoformat(day))
    once = [each for each in bought.values() if len(each) == 1]
    own = [
        median((b - a).days for a, b in itertools.pairwise(sorted(each)))
        for each in bought.values()
        if len(each) > 1
    ]
    assert found.customers == len(bought)
    assert found.once == len(once) == found.once_active + found.once_lost
    silent = [(orders.as_of - max(each)).days for each in once]
    assert found.once_active == sum(each < days for each in silent)
    assert found.repeat_customers == len(own) == found.histogram["customers"].sum()
    if own:
        assert sorted(own)[(len(own) - 1) // 2] == found.median
        assert found.lower <= found.median <= found.upper
        bins = found.histogram
        ends = bins["days_to"].fillna(math.inf)
        for start, end, customers in zip(
            bins["days_from"], ends, bins["customers"], strict=True
        ):
            assert customers == sum(start <= each < end for each in own)


def test_a_window_has_at_least_a_day():
    with pytest.raises(TooSmallError, match="window_days is 0"):
        timing.usual_gap(orders_of(EIGHT), window_days=0)
