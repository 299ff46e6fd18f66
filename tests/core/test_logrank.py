"""The log-rank test against scipy, by shuffling, by hand and by law."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from retention_core import survival

WAITS = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 30), st.booleans()), max_size=60
)


def counts_of(rows: list[tuple[str, int, bool]]) -> pd.DataFrame:
    """Counts of waits, each (group, days, whether it ended with a purchase)."""
    frame = pd.DataFrame(rows, columns=["slice", "days", "back"])
    frame = frame.assign(returned=frame["back"].astype(int))
    frame = frame.assign(waiting=1 - frame["returned"])
    grouped = frame.groupby(["slice", "days"], as_index=False)
    return grouped[["returned", "waiting"]].sum()


def drawn(seed: int, rates: dict[str, float], size: int = 60) -> list:
    draw = np.random.default_rng(seed)
    rows = []
    for name, rate in rates.items():
        waits, ends = draw.geometric(rate, size), draw.integers(1, 40, size)
        rows += [
            (name, int(min(wait, end)), bool(wait <= end))
            for wait, end in zip(waits, ends, strict=True)
        ]
    return rows


@pytest.mark.parametrize("rates", [{"a": 0.05, "b": 0.05}, {"a": 0.05, "b": 0.12}])
@pytest.mark.parametrize("seed", range(5))
def test_two_groups_as_scipy_tests_them(rates, seed):
    rows = drawn(seed, rates)
    found = survival.log_rank(counts_of(rows))
    one, other = (
        stats.CensoredData(
            uncensored=[days for name, days, back in rows if name == group and back],
            right=[days for name, days, back in rows if name == group and not back],
        )
        for group in ("a", "b")
    )
    expected = stats.logrank(one, other)
    assert found.degrees_of_freedom == 1
    assert found.statistic == pytest.approx(expected.statistic**2)
    assert found.p_value == pytest.approx(expected.pvalue)


def test_three_groups_by_shuffling():
    rows = drawn(3, {"a": 0.05, "b": 0.05, "c": 0.075})
    found = survival.log_rank(counts_of(rows))
    assert found.degrees_of_freedom == 2
    draw = np.random.default_rng(11)
    names = np.array([name for name, _, _ in rows])
    larger = 0
    for _ in range(300):
        shuffled = draw.permutation(names)
        other = [
            (name, days, back)
            for name, (_, days, back) in zip(shuffled, rows, strict=True)
        ]
        larger += survival.log_rank(counts_of(other)).statistic >= found.statistic
    # 300 shuffles know the chance to about five points.
    assert larger / 300 == pytest.approx(found.p_value, abs=0.06)
    assert 0.001 < found.p_value < 0.6


def test_by_hand():
    # Day 1: a of 2 + 2 returns, 1/2 expected; day 2: a of 1 + 2, 1/3 expected;
    # then b alone. V = 1/4 + 2/9.
    rows = [("a", 1, True), ("a", 2, True), ("b", 3, True), ("b", 4, True)]
    found = survival.log_rank(counts_of(rows))
    assert found.statistic == pytest.approx((2 - 5 / 6) ** 2 / (1 / 4 + 2 / 9))


@given(WAITS, st.permutations("abc"))
def test_the_chance_does_not_hang_on_the_groups_names(rows, other):
    renamed = dict(zip("abc", other, strict=True))
    one = survival.log_rank(counts_of(rows))
    two = survival.log_rank(
        counts_of([(renamed[name], days, back) for name, days, back in rows])
    )
    assert one.degrees_of_freedom == two.degrees_of_freedom
    assert one.p_value == pytest.approx(two.p_value, nan_ok=True, abs=1e-9)
    assert math.isnan(one.p_value) or 0 <= one.p_value <= 1


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("a", 3, True), ("a", 5, False)],
        [("a", 3, False), ("b", 5, False)],
        [("a", 1, False), ("b", 5, True), ("b", 6, True)],
    ],
    ids=["nobody", "one group", "no return", "never together"],
)
def test_nothing_to_compare_has_no_chance(rows):
    found = survival.log_rank(counts_of(rows))
    assert found.degrees_of_freedom == 0
    assert math.isnan(found.p_value)


def test_groups_made_at_random_differ_in_one_run_of_twenty():
    seeds = range(200)
    same = {"a": 0.06, "b": 0.06, "c": 0.06}
    false = [survival.log_rank(counts_of(drawn(s, same))).p_value < 0.05 for s in seeds]
    assert 0.01 <= np.mean(false) <= 0.09
