"""Due for a reorder, and one order short: what lies behind, a customer once."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from retention_core import reorder, tiers
from tests.conftest import orders_of
from tests.core.lists import drawn


def two_goods() -> pd.DataFrame:
    """Forty who buy tea and coffee every 30 days; coffee costs more for even ones."""
    rows = []
    for number in range(40):
        for step in range(8):
            day = dt.date(2024, 1, 1) + dt.timedelta(days=30 * step + number % 20)
            for product in ("coffee", "tea"):
                dear = (product == "coffee") == (number % 2 == 0)
                order = f"{number}-{step}-{product}"
                rows.append((order, f"c{number}", day, product, 20.0 if dear else 5.0))
    names = ["order_id", "customer_id", "ordered_at", "product", "amount"]
    return pd.DataFrame(rows, columns=names)


def test_of_several_products_the_one_most_was_spent_on():
    orders = orders_of(two_goods(), as_of=dt.date(2024, 8, 24))
    due = orders.run(reorder.due(orders))
    assert due["customer_id"].duplicated().any()
    found = drawn.members("due_reorder", orders, window=120).set_index("customer_id")
    assert set(found.index) == set(due["customer_id"])
    assert (
        found["due_products"] == due.groupby("customer_id").size()[found.index]
    ).all()
    for name, row in found.iterrows():
        both = due[due["customer_id"] == name].set_index("product")
        wanted = "coffee" if int(name[1:]) % 2 == 0 else "tea"
        assert row["product"] == wanted
        same = ["last_bought", "due_on", "days_late", "quantity"]
        assert (row[same] == both.loc[wanted, same]).all()
        contact = max(both.loc[wanted, "remind_on"].date(), dt.date(2024, 8, 25))
        assert pd.Timestamp(row["act_on"]).date() == contact


def test_one_order_short_of_the_next_tier_and_not_lost():
    orders = drawn.shop()
    short = orders.run(tiers.one_short(orders, window_days=drawn.WINDOW))
    found = drawn.members("one_short").set_index("customer_id")
    assert set(found.index) == set(short["customer_id"])
    assert (found["days_since_last_order"] < drawn.WINDOW).all()
    asked = {"by": "spend", "thresholds": [200.0, 900.0]}
    short = orders.run(tiers.one_short(orders, window_days=drawn.WINDOW, **asked))
    found = drawn.members("one_short", tiers=asked).set_index("customer_id")
    assert set(found.index) == set(short["customer_id"])
    missing = short.set_index("customer_id")["missing"]
    assert (found["missing"] == missing[found.index]).all()
