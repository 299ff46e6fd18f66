"""Customer histories: what counts as a repeat purchase, and for how much."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import retention_core as rc
from tests.conftest import orders_of
from tests.core.shops import shops

if TYPE_CHECKING:
    import random

COLUMNS = ["frequency", "recency", "T", "monetary_value"]


def summarised(orders: rc.Orders) -> pd.DataFrame:
    table = rc.clv.summary(orders)
    return orders.run(table.order_by("customer_id")).set_index("customer_id")


def test_eight_orders(eight):
    assert summarised(eight).to_dict("split")["data"] == [
        [2, 56, 86, 27.5],  # ann: the first 20 left out, 30 and 25 counted
        [0, 0, 71, 0.0],
        [1, 34, 50, 15.0],
        [0, 0, 11, 0.0],
    ]


def test_day_first_dates_as_published():
    orders = orders_of(
        [
            ("1", "a", "2014-03-08", 1.0),
            ("2", "b", "2014-05-21", 1.0),
            ("3", "c", "2014-03-14", 1.0),
            ("4", "c", "2014-04-09", 1.0),
            ("5", "c", "2014-05-21", 1.0),
        ],
        as_of=dt.date(2014, 12, 31),
    )
    found = summarised(orders)[COLUMNS[:3]].to_numpy().tolist()
    assert found == [[0, 0, 298], [0, 0, 224], [2, 68, 292]]


def test_two_orders_on_one_day_are_one_purchase():
    orders = orders_of(
        [("1", "a", "2024-01-01 09:00", 5.0), ("2", "a", "2024-01-01 18:00", 7.0)],
        as_of=dt.date(2024, 1, 31),
    )
    assert summarised(orders)[COLUMNS].to_numpy().tolist() == [[0, 0, 30, 0]]


def test_orders_of_one_repeat_day_are_added():
    orders = orders_of(
        [
            ("1", "a", "2024-01-01 12:00", 5.0),
            ("2", "a", "2024-01-03 09:00", 7.0),
            ("3", "a", "2024-01-03 18:00", 2.0),
        ],
        as_of=dt.date(2024, 1, 31),
    )
    assert summarised(orders)[COLUMNS].to_numpy().tolist() == [[1, 2, 30, 9]]


@given(shops())
def test_laws(rows):
    found = summarised(orders_of(rows))
    assert found.index.is_unique
    assert set(found.index) == {customer for _, customer, _, _ in rows if customer}
    assert (found["recency"] <= found["T"]).all()
    assert (found["recency"] >= found["frequency"]).all()
    once = found["frequency"] == 0
    assert (found.loc[once, ["recency", "monetary_value"]] == 0).all(axis=None)
    assert (found.loc[~once, "recency"] > 0).all()


@given(shops(), st.randoms())
def test_row_order_does_not_matter(rows, chance: random.Random):
    as_of = dt.date(2024, 12, 31)
    shuffled = chance.sample(rows, len(rows))
    pd.testing.assert_frame_equal(
        summarised(orders_of(rows, as_of=as_of)),
        summarised(orders_of(shuffled, as_of=as_of)),
    )


@pytest.mark.parametrize("amount", [0.0, -3.0])
def test_free_or_refunded_repeat_days_have_no_spend_to_learn_from(amount):
    orders = orders_of(
        pd.DataFrame(
            {
                "order_id": ["1", "2", "2"],
                "customer_id": "a",
                "ordered_at": ["2024-01-01", "2024-01-05", "2024-01-05"],
                "amount": [5.0, 0.0, amount],
            }
        ),
        as_of=dt.date(2024, 1, 31),
    )
    found = summarised(orders)
    assert found.loc["a", "frequency"] == 1
    assert found.loc["a", "monetary_value"] == amount
    with pytest.raises(rc.errors.RetentionError) as raised:
        rc.clv.fit_spend(rc.clv.summary(orders))
    assert raised.value.code == "no_repeat_spend"
