"""Two samples beside each other: published figures, scipy's own, and laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact, ttest_ind

from retention_core.contrasts import Sample, fisher, holm, newcombe, welch

COUNTS = st.tuples(st.integers(0, 40), st.integers(1, 40)).map(sorted)
AMOUNTS = st.lists(st.integers(0, 500).map(lambda cents: cents / 4), min_size=2)


def sample(values: list[float]) -> Sample:
    return Sample(
        np.array([np.mean(values)]),
        np.array([np.var(values, ddof=1)]),
        np.array([len(values)]),
    )


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((0, 10, 0, 10), -0.2775, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0),
        ((10, 10, 0, 10), 0.6075, 1.0),
    ],
)
def test_interval_is_that_of_newcombe_1998_table_2_method_10(counts, low, high):
    found = newcombe(*counts)
    assert found == pytest.approx((low, high), abs=5e-5)


@given(COUNTS, COUNTS)
def test_the_other_way_round_the_interval_changes_its_sign(one, other):
    low, high = newcombe(*one, *other)
    other_low, other_high = newcombe(*other, *one)
    assert (-other_high, -other_low) == pytest.approx((low, high))
    assert -1 - 1e-9 <= low <= one[0] / one[1] - other[0] / other[1] <= high <= 1 + 1e-9


def test_nothing_tried_has_no_interval():
    assert np.isnan(newcombe(0, 0, 3, 10)).all()


@given(COUNTS, COUNTS)
def test_exact_test_is_scipys(one, other):
    table = [[k, of - k] for k, of in (one, other)]
    assert fisher(*one, *other) == pytest.approx(fisher_exact(table).pvalue)


def test_the_lady_tasting_tea_has_guessed_right_by_chance_in_one_of_seventy():
    # Fisher 1935: all eight cups right; both tails, so two of seventy.
    assert fisher(4, 4, 0, 4) == pytest.approx(2 / 70)


@pytest.mark.filterwarnings("ignore:Precision loss")
@given(AMOUNTS, AMOUNTS)
def test_difference_of_means_is_scipys(one, other):
    found = welch(sample(one), sample(other))
    assert found.difference[0] == pytest.approx(np.mean(one) - np.mean(other))
    if np.ptp(one) == np.ptp(other) == 0:
        assert found.low == found.high
        assert found.p_value == (one[0] == other[0])
        return
    expected = ttest_ind(one, other, equal_var=False)
    interval = expected.confidence_interval(0.95)
    assert found.p_value[0] == pytest.approx(expected.pvalue)
    assert found.low[0] == pytest.approx(interval.low, abs=1e-6)
    assert found.high[0] == pytest.approx(interval.high, abs=1e-6)


def test_holm_steps_down_as_in_the_head():
    # Sorted .005, .01, .03, .04: times 4, 3, 2, 1, and never below the one before.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_correction_only_raises_keeps_the_order_and_is_at_most_bonferronis(p_values):
    adjusted = holm(p_values)
    raised = np.array(p_values)
    assert (adjusted >= raised).all()
    assert (adjusted <= np.minimum(raised * len(p_values), 1) + 1e-12).all()
    assert (np.diff(adjusted[np.argsort(raised, kind="stable")]) >= 0).all()


def test_nothing_to_correct():
    assert holm([]).size == 0
