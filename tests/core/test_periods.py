"""Weeks, months, quarters, years."""

from __future__ import annotations

import datetime as dt

import ibis
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import retention_core as rc
from retention_core import engine, periods
from retention_core.periods import GRAINS

DAYS = st.dates(dt.date(1995, 1, 1), dt.date(2030, 12, 31))
GRAIN = st.sampled_from(GRAINS)


def test_a_week_starts_on_monday_and_a_quarter_in_its_first_month():
    day = dt.date(2024, 2, 29)
    found = {grain: periods.first_day(day, grain) for grain in GRAINS}
    assert found == {
        "week": dt.date(2024, 2, 26),
        "month": dt.date(2024, 2, 1),
        "quarter": dt.date(2024, 1, 1),
        "year": dt.date(2024, 1, 1),
    }


def test_the_first_week_of_a_year_may_start_in_the_old_one():
    assert periods.first_day(dt.date(2025, 1, 1), "week") == dt.date(2024, 12, 30)


def test_a_period_is_complete_when_its_last_day_has_passed():
    february = dt.date(2024, 2, 1)
    assert periods.complete(february, "month", dt.date(2024, 2, 29))
    assert not periods.complete(february, "month", dt.date(2024, 2, 28))
    assert periods.last_complete(dt.date(2024, 2, 28), "month") == dt.date(2024, 1, 1)
    assert periods.last_complete(dt.date(2024, 2, 29), "month") == february


@given(DAYS, GRAIN, st.integers(-40, 40))
def test_steps_forth_and_back_meet(day, grain, steps):
    start = periods.first_day(day, grain)
    there = periods.following(start, grain, steps)
    assert periods.first_day(there, grain) == there
    assert periods.following(there, grain, -steps) == start


@given(DAYS, GRAIN)
def test_a_day_lies_in_its_period(day, grain):
    start = periods.first_day(day, grain)
    assert start <= day < periods.following(start, grain)


@given(DAYS, st.integers(0, 800), GRAIN)
def test_starts_have_no_gap(first, length, grain):
    last = first + dt.timedelta(days=length)
    found = periods.starts(first, last, grain)
    assert found[0] == periods.first_day(first, grain)
    assert found[-1] == periods.first_day(last, grain)
    assert found[1:] == [periods.following(day, grain) for day in found[:-1]]


@pytest.mark.parametrize("grain", GRAINS)
def test_the_engine_counts_as_python_does(grain):
    first = dt.date(2019, 12, 25)
    days = [first + dt.timedelta(days=step) for step in range(0, 1500, 3)]
    calendar = periods.starts(first, days[-1], grain)
    table = ibis.memtable(pd.DataFrame({"day": pd.to_datetime(days)}))
    start = periods.start_of(table.day.date(), grain)
    age = periods.boundaries_between(ibis.literal(calendar[0]), start, grain)
    found = engine.run(table.select(start=start, age=age), rc.connect())
    expected = [periods.first_day(day, grain) for day in days]
    assert found["start"].dt.date.tolist() == expected
    assert found["age"].tolist() == [calendar.index(day) for day in expected]
