"""Slices beside the rest: the test that says which differ."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact

import retention_core as rc
from tests.conftest import orders_of


def shop(returned: dict[str, tuple[int, int]]) -> rc.Orders:
    """Channels with so many of so many customers back in the next month."""
    rows = [
        (f"{channel}{n}-{visit}", f"{channel}{n}", day, 5.0)
        for channel, (back, of) in returned.items()
        for n in range(of)
        for visit, day in enumerate(["2024-01-05", "2024-02-05"][: 1 + (n < back)])
    ]
    orders = orders_of([*rows, ("last", None, "2024-03-31", 5.0)])
    table = orders.table.mutate(channel=orders.table.order_id[0:1])
    return rc.open_orders(table)


COUNTS = st.tuples(st.integers(0, 12), st.integers(1, 12)).map(sorted)


@given(st.lists(COUNTS, min_size=2, max_size=4))
def test_each_slice_is_tested_against_all_others(counts):
    found = rc.attention.compare(
        shop(dict(zip("abcd", map(tuple, counts), strict=False))),
        by="channel",
        min_customers=1,
    ).set_index("slice")
    total, back = sum(of for _, of in counts), sum(k for k, _ in counts)
    for name, (k, of) in zip("abcd", counts, strict=False):
        table = [[k, of - k], [back - k, total - of - back + k]]
        expected = fisher_exact(np.array(table)).pvalue
        assert found.loc[name, "p_value"] == pytest.approx(expected)


def test_small_slices_are_not_tested_but_belong_to_the_rest():
    shop_of_three = shop({"a": (3, 30), "b": (15, 40), "c": (2, 2)})
    found = rc.attention.compare(shop_of_three, by="channel").set_index("slice")
    assert sorted(found.index) == ["a", "b"]
    assert found.loc["a", "rest_share"] == pytest.approx(17 / 42)


def test_each_dimension_of_many_is_compared_as_by_itself():
    orders = shop({"a": (20, 40), "b": (5, 40), "c": (31, 60)})
    table = orders.table.mutate(store=orders.table.order_id[1:2])
    orders = rc.open_orders(table)
    every = rc.attention.compare_each(orders, by=["channel", "store"], min_customers=1)
    for by, found in every.groupby("by"):
        alone = rc.attention.compare(orders, by=by, min_customers=1)
        found = found.drop(columns="by").reset_index(drop=True)
        pd.testing.assert_frame_equal(found, alone)
    assert set(every["by"]) == {"channel", "store"}
