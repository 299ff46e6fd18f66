"""How the value to come is spread over customers."""

from __future__ import annotations

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention_core.clv.distribution import BINS, Distribution, distribution
from tests.conftest import EIGHT, orders_of

VALUES = st.lists(
    st.one_of(
        st.just(0.0), st.floats(1e-12, 1e9), st.sampled_from([5.0, 10.0, 50.0, 100.0])
    ),
    min_size=1,
    max_size=60,
)


SHOP = orders_of(EIGHT)


def spread(values: list[float]) -> Distribution:
    """The distribution of some values, in the engine of a shop of eight orders."""
    frame = pd.DataFrame({"clv": np.asarray(values, np.float64)})
    return distribution(SHOP, ibis.memtable(frame))


def test_ten_customers_by_hand():
    """The ninth tenth lies at 92: twelve bins of 10 at most, so up to 100."""
    found = spread([0.5, 3, 5, 12, 18, 25, 31, 44, 80, 200])
    bins = found.bins
    assert found.width == 10
    assert bins["value_from"].tolist() == [0, 1, *range(10, 101, 10)]
    assert bins["value_to"].tolist() == [1, *range(10, 101, 10), np.inf]
    assert bins["customers"].tolist() == [1, 2, 2, 1, 1, 1, 0, 0, 0, 1, 0, 1]
    assert bins["value"].tolist() == [0.5, 8, 30, 25, 31, 44, 0, 0, 0, 80, 0, 200]
    assert found.median == pytest.approx(21.5)
    assert found.mean == pytest.approx(41.85)


@given(VALUES)
def test_laws(values):
    """Everybody and all the value lie in a bin, few in the last; widths are round."""
    found = spread(values)
    bins = found.bins
    assert bins["customers"].sum() == len(values)
    assert bins["value"].sum() == pytest.approx(sum(values))
    assert (bins["value_from"].iloc[1:].to_numpy() == bins["value_to"][:-1]).all()
    assert bins["value_from"].iloc[0] == 0
    assert bins["value_to"].iloc[-1] == np.inf
    inside = bins[bins["customers"] > 0]
    mean = inside["value"] / inside["customers"]
    assert (mean >= inside["value_from"] * (1 - 1e-9)).all()
    assert (mean <= inside["value_to"] * (1 + 1e-9)).all()
    assert len(bins) <= BINS + 3
    assert bins["customers"].iloc[-1] <= 0.1 * len(values) + 1
    power = 10 ** np.floor(np.log10(found.width) + 1e-9)
    assert min(abs(found.width / power - each) for each in (1, 2, 5, 10)) < 1e-6


def test_nothing_to_come():
    found = spread([0.0, 0.0])
    assert found.bins["customers"].tolist() == [2, 0, 0]
    assert (found.median, found.mean) == (0, 0)
