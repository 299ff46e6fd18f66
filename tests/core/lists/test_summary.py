"""All lists at a glance: sizes, overlaps, each customer once."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest

from retention_core import lists
from tests.core.lists import drawn

ANSWERS = ("yes", "no", "", "unsubscribed", "maybe")


@pytest.fixture(scope="module")
def told() -> tuple[lists.Summary, dict[str, pd.DataFrame], pd.Series]:
    names = list(drawn.everybody().index)
    said = pd.Series([ANSWERS[k % 5] for k in range(len(names))], index=names)
    born = [f"1980-{k % 12 + 1:02}-{k % 28 + 1:02}" for k in range(len(names))]
    table = pd.DataFrame({"customer_id": names, "consent": said, "birthday": born})
    orders = drawn.with_customers(drawn.shop(), table)
    window = drawn.WINDOW
    with lists.people(orders, fits=drawn.fits(), window_days=window) as people:
        found = lists.summary(orders, people, window_days=window)
    members = {
        name: drawn.members(name, orders, model=drawn.fits()) for name in lists.NAMES
    }
    return found, members, said


def test_each_list_with_size_and_stake(told):
    found, members, said = told
    assert list(found.lists["list"]) == list(lists.NAMES)
    seen: set[str] = set()
    for row in found.lists.itertuples():
        own = members[row.list].set_index("customer_id")
        assert row.customers == len(own)
        assert row.stake == pytest.approx(own["stake"].sum())
        assert row.expected == pytest.approx(own["expected"].sum())
        first = own[~own.index.isin(seen)]
        assert row.first_customers == len(first)
        assert row.first_stake == pytest.approx(first["stake"].sum())
        assert row.agreed == (said[own.index] == "yes").sum()
        assert row.refused == said[own.index].isin(["no", "unsubscribed"]).sum()
        seen |= set(own.index)
    assert found.contacted == len(seen)
    assert (found.lists["customers"] > 0).all()


def test_who_stands_on_two_lists(told):
    found, members, _ = told
    sets = {name: set(each["customer_id"]) for name, each in members.items()}
    expected = {
        (one, other): len(sets[one] & sets[other])
        for one, other in itertools.combinations(lists.NAMES, 2)
        if sets[one] & sets[other]
    }
    pairs = found.overlaps
    told_pairs = zip(pairs["list"], pairs["other"], strict=True)
    assert dict(zip(told_pairs, pairs["customers"], strict=True)) == expected
