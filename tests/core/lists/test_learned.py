"""What is learned once for a shop leaves every list as it is, also of one customer."""

from __future__ import annotations

import json

import ibis
import pandas as pd
import pytest

from retention_core import customer, lists
from tests.core.lists import drawn

WINDOW = {"window_days": drawn.WINDOW}
SHOWN = ["customer_id", "list", "stake", "act_on", "product"]
EACH = 6


@pytest.fixture(scope="module")
def orders():
    names = list(drawn.everybody().index)
    # 3/4 can only be read by what the others bear out.
    born = [f"{k % 28 + 1}/{k % 2 + 7}/1980" for k in range(len(names))]
    table = pd.DataFrame({"customer_id": names, "birthday": born})
    return drawn.with_customers(drawn.shop(), table)


@pytest.fixture(scope="module")
def known(orders):
    with lists.people(orders, fits=drawn.fits(), **WINDOW) as people:
        levels = lists.levels(orders, people)
    learned = lists.learn(orders, **WINDOW)
    return json.loads(json.dumps({"learned": learned, "levels": levels}))


@pytest.mark.parametrize("name", lists.NAMES)
def test_a_list_says_the_same_by_what_was_learned(orders, known, name):
    def rows(**given):
        with lists.people(orders, fits=drawn.fits(), **WINDOW) as people:
            found = lists.members(orders, name, people, **WINDOW, **given)
            return orders.run(found.order_by("customer_id"))

    told = rows()
    assert len(told)
    pd.testing.assert_frame_equal(told, rows(learned=known["learned"]), rtol=1e-9)
    by_levels = rows(**known)
    unknown = ["share", "rank"] if name == "top_tenth" else []
    assert by_levels[unknown].isna().all(axis=None)
    pd.testing.assert_frame_equal(
        told.drop(columns=unknown), by_levels.drop(columns=unknown), rtol=1e-9
    )


def test_one_customer_stands_where_all_together_tell(orders, known):
    with lists.people(orders, fits=drawn.fits(), **WINDOW) as people:
        rows = (lists.members(orders, name, people, **WINDOW) for name in lists.NAMES)
        every = orders.run(ibis.union(*(each.select(SHOWN) for each in rows)))
    some = {*every.groupby("list")["customer_id"].first()}
    some |= {*drawn.everybody().index[:EACH]}
    for one in sorted(some):
        with (
            customer.held(orders, one) as own,
            lists.people(own, fits=drawn.fits(), **WINDOW) as alone,
        ):
            found = own.run(
                ibis.union(
                    *(
                        lists.members(own, name, alone, **WINDOW, **known).select(SHOWN)
                        for name in lists.NAMES
                    )
                )
            )
        told = every[every["customer_id"] == one]
        pd.testing.assert_frame_equal(
            told.sort_values("list", ignore_index=True),
            found.sort_values("list", ignore_index=True),
            rtol=1e-9,
            check_dtype=False,
        )
