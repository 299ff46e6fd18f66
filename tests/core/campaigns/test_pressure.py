"""Messages and discounts: how often, how many, against plain pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from retention_core import campaigns
from retention_core.intervals import wilson
from tests.conftest import orders_of
from tests.core.campaigns.by_hand import answers, day, random_campaigns, with_contacts

DAYS = 30


def test_pressure_against_pandas():
    orders, contacts = random_campaigns(5)
    given = contacts[~contacts["control"]]
    units = given.drop_duplicates(["customer_id", "contacted_on"])
    # Every contact on its own, not only the first of its campaign.
    units = units.assign(campaign=[f"u{n}" for n in range(len(units))])
    each = answers(orders, units, DAYS)
    days = pd.to_datetime(given["contacted_on"])
    since = [
        (
            (given["customer_id"] == row.customer_id)
            & (days < row.contacted_on)
            & (days >= row.contacted_on - pd.Timedelta(days=90))
        ).sum()
        for row in each.itertuples()
    ]
    each["received"] = np.minimum(since, 4)
    each = each[each["over"] & (each["earlier"] > 0)]
    found = campaigns.pressure(orders, days=DAYS).set_index("received")
    by = each.groupby("received")
    assert {*found.index} == {*by.groups}
    expected = by.agg(
        contacts=("bought", "size"),
        customers=("customer_id", "nunique"),
        buyers=("bought", "sum"),
        share=("bought", "mean"),
        revenue=("money", "mean"),
    )
    pd.testing.assert_frame_equal(
        found[expected.columns], expected, check_index_type=False, check_dtype=False
    )
    assert (found["low"] <= found["share"]).all()
    assert (found["high"] >= found["share"]).all()
    assert found["trend_p_value"].tolist() == pytest.approx(
        [trend(each)] * len(found), rel=0.02
    )


def trend(each):
    """The slope and its variance over customers, as a regression package has it."""
    x = np.column_stack([np.ones(len(each)), each["received"].to_numpy(float)])
    y = each["bought"].to_numpy(float)
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ x.T @ y
    scores = pd.DataFrame(x * (y - x @ beta)[:, None])
    by = scores.groupby(each["customer_id"].to_numpy()).sum().to_numpy()
    variance = inverse @ (by.T @ by) @ inverse
    return 2 * norm.sf(abs(beta[1]) / np.sqrt(variance[1, 1]))


def test_single_contacts_have_wilsons_interval():
    rows, contacts = [], []
    for n in range(100):
        rows.append((f"{n}a", f"c{n}", f"{day(0)} 12:00", 20.0))
        if n < 30:
            rows.append((f"{n}b", f"c{n}", f"{day(60)} 12:00", 20.0))
        contacts.append(("spring", f"c{n}", day(50), False, None))
    orders = with_contacts(orders_of(rows, as_of=day(199)), contacts)
    row = campaigns.pressure(orders, days=DAYS).iloc[0]
    low, high = wilson(30, 100)
    assert (row["low"], row["high"]) == pytest.approx((low, high), abs=0.003)
    assert np.isnan(row["trend_p_value"])


def discounted(seed=0, n=600):
    rng = np.random.default_rng(seed)
    lines = pd.DataFrame(
        {
            "order_id": [f"o{k}" for k in rng.integers(0, n // 2, n)],
            "amount": rng.choice([5.0, 20.0], n),
            "discount": rng.choice([0.0, 2.5, np.nan], n, p=[0.5, 0.2, 0.3]),
        }
    )
    number = lines["order_id"].str[1:].astype(int)
    lines["customer_id"] = [None if k % 7 == 0 else f"c{k % 60}" for k in number]
    lines["ordered_at"] = [f"{day(int(k) * 3 % 400)} 12:00" for k in number]
    return lines


def test_dependence_against_pandas():
    lines = discounted()
    orders = orders_of(lines, as_of=day(400))
    found = campaigns.dependence(orders)
    each = lines.groupby("order_id").agg(
        customer_id=("customer_id", "first"),
        at=("ordered_at", "first"),
        off=("discount", "sum"),
    )
    each = each[each["customer_id"].notna()]
    each = each.assign(off=each["off"] > 0, at=pd.to_datetime(each["at"]))
    assert (found.orders, found.discounted) == (len(each), each["off"].sum())
    assert found.low < found.share == each["off"].mean() < found.high
    people = each.groupby("customer_id")["off"].agg(["size", "mean"])
    assert found.customers == len(people)
    assert found.never_full_price == (people["mean"] == 1).sum()
    new = each["at"] == each.groupby("customer_id")["at"].transform("min")
    kinds = found.by_kind.set_index("kind")
    assert kinds["orders"].to_dict() == {"new": new.sum(), "returning": (~new).sum()}
    assert kinds.loc["new", "discounted"] == each.loc[new, "off"].sum()
    quarter = each.groupby(each["at"].dt.to_period("Q").dt.start_time)["off"]
    quarters = found.by_quarter.set_index("period_start")
    assert quarters["orders"].tolist() == quarter.size().tolist()
    assert quarters["share"].to_numpy() == pytest.approx(quarter.mean().to_numpy())
    assert quarters["complete"].tolist() == [True] * 4 + [False]
    for row in found.by_orders.itertuples():
        last = np.inf if pd.isna(row.to_orders) else row.to_orders
        own = people[people["size"].between(row.from_orders, last)]
        assert row.customers == len(own)
        assert row.never_full_price == (own["mean"] == 1).sum()
        total = (own["size"] * own["mean"]).sum() / own["size"].sum()
        assert row.discounted_orders_share == pytest.approx(total)
    assert found.by_orders["customers"].sum() == found.customers


def test_without_discounts_nothing_is_said(eight):
    assert campaigns.dependence(eight) is None
    lines = discounted().assign(discount=0.0)
    assert campaigns.dependence(orders_of(lines)) is None
    guests = discounted().assign(customer_id=None)
    assert campaigns.dependence(orders_of(guests)) is None
