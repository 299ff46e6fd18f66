"""New customers: when those who come back have come back, by hand."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from retention_core.lists import second
from tests.conftest import orders_of
from tests.core.lists import drawn


def curve_by_hand() -> pd.Series:
    """Kaplan-Meier of the first wait, a customer at a time."""
    waits = []
    for _, own in drawn.days().groupby("customer_id"):
        when = np.sort(own["day"].to_numpy("datetime64[D]"))
        end = when[1] if len(when) > 1 else np.datetime64(drawn.AS_OF)
        waits.append(((end - when[0]).astype(int), len(when) > 1))
    frame = pd.DataFrame(waits, columns=["days", "back"])
    away, told = 1.0, {}
    for day in range(frame["days"].max() + 1):
        at_risk = (frame["days"] >= day).sum()
        if at_risk < max(30, 0.1 * len(frame)):
            break
        away *= 1 - ((frame["days"] == day) & frame["back"]).sum() / at_risk
        told[day] = 1 - away
    return pd.Series(told)


def test_the_deadline_is_when_four_in_five_of_those_who_return_have():
    back = curve_by_hand()
    half, most = (
        int(back.index[back >= share * back.max() - 1e-12][0]) for share in (0.5, 0.8)
    )
    assert second.usual_waits(drawn.shop()) == (half, most)
    people = drawn.everybody()
    once = people[people["purchase_days"] == 1]
    expected = once[once["days_since_last_order"] < most]
    found = drawn.members("second_order").set_index("customer_id")
    assert 0 < len(expected) < len(once)
    assert set(found.index) == set(expected.index)
    tomorrow = drawn.AS_OF + dt.timedelta(days=1)
    for name, row in expected.iterrows():
        deadline = row["first_order"] + dt.timedelta(days=most)
        contact = max(row["first_order"] + dt.timedelta(days=half), tomorrow)
        assert found.loc[name, "deadline"].date() == deadline
        assert pd.Timestamp(found.loc[name, "act_on"]).date() == contact
        assert contact <= deadline


def test_nothing_is_said_where_hardly_anybody_came_back():
    rows = [(f"{k}", f"c{k}", "2024-01-01", 5.0) for k in range(60)]
    rows += [(f"{k}b", f"c{k}", "2024-01-20", 5.0) for k in range(9)]
    orders = orders_of(rows, as_of=dt.date(2024, 1, 21))
    assert second.usual_waits(orders) is None
    assert drawn.members("second_order", orders, window=30).empty
