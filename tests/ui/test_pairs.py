"""What pages keep of many pairs: those they show, and how many there were."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest

from retention_core import baskets
from retention_ui import pairs
from retention_ui.figures.baskets import REAL, strongest
from tests.conftest import orders_of


@pytest.fixture
def orders():
    """Every two of 24 products once, three of them always together."""
    products = [f"p{each:02}" for each in range(24)]
    together = [products[:3]] * 12 + list(itertools.combinations(products, 2))
    rows = [
        (str(number), "ann", "2024-01-05", 1.0, product)
        for number, basket in enumerate(together)
        for product in basket
    ]
    columns = ["order_id", "customer_id", "ordered_at", "amount", "product"]
    return orders_of(pd.DataFrame(rows, columns=columns))


def test_few_pairs_are_all_shown(orders):
    found = pairs.pairs(orders, min_count=1)
    every = baskets.pairs(orders, min_count=1)
    pd.testing.assert_frame_equal(found.shown, every)
    assert (found.real, found.others) == (3, len(every) - 3)


def test_of_many_pairs_what_is_shown_is_kept_and_all_are_counted(orders, monkeypatch):
    monkeypatch.setattr(pairs, "LISTED", 10)
    monkeypatch.setattr(pairs, "LEADING", 2)
    found = pairs.pairs(orders, min_count=1)
    every = baskets.pairs(orders, min_count=1)
    assert found.real + found.others == len(every) > len(found.shown)
    assert found.real == int((every["q_value"] <= REAL).sum())
    pd.testing.assert_frame_equal(found.shown.head(10), every.head(10))
    first = strongest(every).iloc[0]["antecedent"]
    assert first in set(found.shown["antecedent"])


def test_no_pairs_are_none(orders):
    found = pairs.pairs(orders, min_count=1000)
    assert found.shown.empty
    assert (found.real, found.others) == (0, 0)
