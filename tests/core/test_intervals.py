"""Intervals of shares."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention_core.intervals import wilson


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
