"""Who is held back: exact, random to whoever does not know the seed, repeatable."""

from __future__ import annotations

import hashlib
import math

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retention_core import campaigns
from retention_core.campaigns.effects import Group, shares
from tests.conftest import orders_of
from tests.core.campaigns.by_hand import day


def members_of(orders, ids):
    frame = pd.DataFrame({"customer_id": ids, "stake": 1.0})
    return ibis.memtable(frame, schema={"customer_id": "string", "stake": "float64"})


def drawn(orders, ids, share, seed):
    table = campaigns.split(orders, members_of(orders, ids), share=share, seed=seed)
    return orders.run(table)


@settings(max_examples=8)
@given(size=st.integers(1, 60), share=st.floats(0, 1), seed=st.text("ab1é", max_size=4))
def test_the_size_is_exact_and_the_rows_stay(size, share, seed):
    orders = orders_of([("1", "c0", "2024-01-01", 5.0)])
    ids = [f"c{n}" for n in range(size)]
    found = drawn(orders, ids, share, seed)
    assert sorted(found["customer_id"]) == sorted(ids)
    assert found["control"].sum() == math.floor(size * share + 0.5)
    assert [*found.columns] == ["customer_id", "stake", "control"]


def test_the_lot_is_the_digest_whatever_the_order_of_the_rows(eight):
    ids = [f"c{n}" for n in range(200)]
    one = drawn(eight, ids, 0.25, "May")
    other = drawn(eight, ids[::-1], 0.25, "May")
    held_back = set(one.loc[one["control"], "customer_id"])
    assert held_back == set(other.loc[other["control"], "customer_id"])
    lots = sorted(ids, key=lambda c: hashlib.sha256(f"May\x1f{c}".encode()).hexdigest())
    assert held_back == set(lots[:50])
    again = drawn(eight, ids, 0.25, "June")
    assert held_back != set(again.loc[again["control"], "customer_id"])


def test_rows_of_one_customer_are_of_one_group(eight):
    found = drawn(eight, ["ann", "ann", "ben", "cat", "dan"], 0.5, "x")
    assert found.groupby("customer_id")["control"].nunique().eq(1).all()
    assert found.drop_duplicates("customer_id")["control"].sum() == 2


def test_a_share_is_a_share(eight):
    with pytest.raises(ValueError, match="share is 25"):
        drawn(eight, ["ann"], 25, "x")


@pytest.mark.parametrize(
    ("size", "base", "effect"),
    [(4000, 0.1, 0.05), (1500, 0.05, 0.06), (20000, 0.02, 0.01), (600, 0.4, 0.15)],
)
def test_so_many_suffice_and_fewer_do_not(size, base, effect):
    """Simulated: the exact test finds the effect in about 80 of 100 campaigns."""
    found = campaigns.suggest(size, base, smallest_effect=effect)
    assert found.enough
    assert found.share == found.control / size <= 0.5
    assert found.detectable == pytest.approx(effect, rel=0.02)
    rng, times = np.random.default_rng(1), 1500
    contacted = size - found.control
    one = rng.binomial(contacted, base + effect, times).astype(float)
    other = rng.binomial(found.control, base, times).astype(float)
    sides = (
        Group(np.full(times, float(n)), k, k, k)
        for n, k in ((contacted, one), (found.control, other))
    )
    assert (shares(*sides).p_value <= 0.05).mean() == pytest.approx(0.8, abs=0.04)


def test_too_small_a_list_is_held_back_by_half_and_says_so():
    found = campaigns.suggest(100, 0.1, smallest_effect=0.02)
    assert (found.control, found.share, found.enough) == (50, 0.5, False)
    assert found.detectable > 0.02
    for size in (0, 1):
        found = campaigns.suggest(size, 0.1, smallest_effect=0.02)
        assert found.control == 0
        assert math.isnan(found.detectable)


def test_the_base_rate_is_that_of_customers_who_stood_alike():
    """Half bought every ten days; half were gone after one order."""
    rows = [
        (f"r{n}-{k}", f"r{n}", f"{day(10 * k + n % 10)} 12:00", 5.0)
        for n in range(120)
        for k in range(20)
    ]
    rows += [(f"g{n}", f"g{n}", f"{day(n % 10)} 12:00", 5.0) for n in range(120)]
    orders = orders_of(rows, as_of=day(199))

    def rate(*which):
        ids = [f"{kind}{n}" for kind in which for n in range(120)]
        return campaigns.base_rate(orders, members_of(orders, ids), days=20)

    assert rate("r") == 1.0
    assert rate("g") == 0.0
    assert rate("r", "g") == 0.5
    assert math.isnan(rate())
    assert math.isnan(campaigns.base_rate(orders, members_of(orders, ["r1"]), days=300))
