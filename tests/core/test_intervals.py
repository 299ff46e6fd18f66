"""Intervals of shares, means and ratios."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from retention_core.intervals import ratio, wilson


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(36, 323, 0.082, 0.150), (4, 41, 0.039, 0.225), (3, 10, 0.108, 0.603)],
)
def test_wilson_gives_the_intervals_of_the_oracles(successes, trials, low, high):
    assert np.round(wilson(successes, trials), 3).tolist() == [low, high]


def test_wilson_takes_arrays_and_has_no_interval_without_a_trial():
    low, high = wilson([0, 3, 10], [0, 10, 10])
    assert np.isnan(low[0])
    assert np.isnan(high[0])
    assert low[1].round(3) == 0.108
    assert high[2] == pytest.approx(1.0)


@given(
    st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
)
def test_a_share_lies_in_its_interval(counts):
    successes, trials = counts
    low, high = wilson(successes, trials)
    assert 0 <= low <= successes / trials + 1e-12
    assert successes / trials - 1e-12 <= high <= 1


def interval(y: list[float], x: list[float]) -> tuple[float, float]:
    top, bottom = np.array(y, float), np.array(x, float)
    sums = [top.sum(), bottom.sum(), top @ top, bottom @ bottom, top @ bottom]
    low, high = ratio(*sums, len(y))
    return float(low), float(high)


def test_a_mean_has_students_interval():
    spent = [12.0, 7.5, 30.0, 0.0]
    expected = stats.t.interval(0.95, 3, np.mean(spent), stats.sem(spent))
    assert interval(spent, [1, 1, 1, 1]) == pytest.approx(expected)


def test_a_ratio_has_the_interval_of_its_residuals():
    y, x = np.array([20.0, 45.0, 10.0]), np.array([1.0, 2.0, 1.0])
    # R = 75 / 4; residuals 1.25, 7.5, −8.75; s² = 67.1875; s(R) = √(s²·3) / 4.
    error = np.sqrt(67.1875 * 3) / 4
    expected = stats.t.interval(0.95, 2, 18.75, error)
    assert interval([*y], [*x]) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("y", "x"),
    [
        ([5.0], [1.0]),
        ([5.0, 5.0], [1.0, 1.0]),
        ([0.0, 0.0], [1.0, 1.0]),
        ([1.0], [0.0]),
    ],
    ids=["one unit", "no spread", "nothing at all", "nothing to divide by"],
)
def test_a_ratio_without_spread_has_no_interval(y, x):
    assert np.isnan(interval(y, x)).all()


def test_a_ratio_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(7)
    orders = rng.poisson(2, (2000, 60)) + 1.0
    spent = orders * rng.gamma(4, 5, (2000, 60))
    sums = [spent, orders, spent**2, orders**2, spent * orders]
    low, high = ratio(*(each.sum(axis=1) for each in sums), 60)
    assert 0.92 < np.mean((low <= 20) & (high >= 20)) < 0.97
