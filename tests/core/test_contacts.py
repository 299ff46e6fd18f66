"""Whom the shop wrote to: each contact once, whoever tells of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import ibis
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention_core import contacts, engine, slices
from retention_core.campaigns.responses import contacts_of
from retention_core.fingerprint import fingerprint
from retention_core.orders import open_orders
from tests.conftest import EIGHT, orders_of

MARCH, APRIL = dt.date(2024, 3, 2), dt.date(2024, 4, 9)


def frame(*rows, **more) -> pd.DataFrame:
    """Contacts of (campaign, customer, day, held back, offer)."""
    columns = ["campaign", "customer_id", "contacted_on", "control", "offer"]
    return pd.DataFrame(rows, columns=columns).assign(**more)


def told(*frames: pd.DataFrame) -> list[tuple]:
    """What several accounts come to, as rows in order."""
    tables = [ibis.memtable(_typed(each)) for each in frames]
    found = engine.run(contacts.united(tables), engine.connect())
    assert [*found.columns] == [*contacts.COLUMNS]
    found = found.astype(object).where(found.notna(), None)
    rows = [
        (
            each["campaign"],
            each["customer_id"],
            each["contacted_on"].date(),
            bool(each["control"]),
            each["offer"],
        )
        for each in found.to_dict("records")
    ]
    return sorted(rows, key=str)


def _typed(each: pd.DataFrame) -> pd.DataFrame:
    days = pd.to_datetime(each["contacted_on"])
    texts = each[["campaign", "customer_id", "offer"]].astype("string")
    return each.assign(contacted_on=days, **texts)


def by_hand(rows) -> list[tuple]:
    """The same worked out with sets and loops."""
    found = []
    groups = {}
    for campaign, customer, day, control, offer in rows:
        groups.setdefault((campaign, customer, day), []).append((control, offer))
    for key, each in groups.items():
        offers = {offer for _, offer in each if offer} or {None}
        for offer in offers:
            said = [held for held, other in each if other in (offer, None)]
            found.append((*key, all(said), offer))
    return sorted(found, key=str)


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["spring", "fall"]),
        st.sampled_from(["ann", "ben"]),
        st.sampled_from([MARCH, APRIL]),
        st.booleans(),
        st.sampled_from([None, "10 %", "tea"]),
    ),
    min_size=1,
    max_size=8,
)


@given(ROWS, ROWS)
def test_a_contact_counts_once_in_whatever_accounts(one, other):
    assert told(frame(*one), frame(*other)) == by_hand([*one, *other])


def test_who_was_held_back_by_one_account_and_written_to_by_another_was_written_to():
    rows = frame(("a", "ann", MARCH, True, None)), frame(("a", "ann", MARCH, False, ""))
    assert told(*rows) == [("a", "ann", MARCH, False, None)]


def test_what_is_written_is_read(tmp_path):
    path = tmp_path / "noted.parquet"
    assert contacts.read(path).empty
    assert [*contacts.read(path).columns] == [*contacts.COLUMNS]
    rows = frame(("a", "ann", MARCH, True, None), ("b", "ben", APRIL, False, "tea"))
    contacts.write(rows.assign(list=["win_back", None], noise=1), path)
    found = contacts.read(path)
    assert [*found["list"].astype(object).where(found["list"].notna(), None)] == [
        "win_back",
        None,
    ]
    assert found["seed"].isna().all()
    assert [each.date() for each in found["contacted_on"]] == [MARCH, APRIL]
    assert found["control"].tolist() == [True, False]


@pytest.mark.parametrize("column", contacts.NEEDED)
def test_a_contact_needs_campaign_customer_day_and_group(tmp_path, column):
    rows = frame(("a", "ann", MARCH, True, None)).astype(object)
    for wrong in (rows.drop(columns=column), rows.assign(**{column: [None]})):
        with pytest.raises(ValueError, match="contacts need"):
            contacts.write(wrong, tmp_path / "noted.parquet")
    assert not [*tmp_path.iterdir()]


@pytest.fixture
def folder(tmp_path):
    """A dataset with contacts of a file and noted ones, one of them in both."""
    orders = orders_of(EIGHT, as_of=dt.date(2024, 3, 31), currency="EUR")
    engine.write_parquet(orders.table, tmp_path / "order_lines.parquet")
    contacts.write(
        frame(("a", "ann", MARCH, False, "tea"), ("a", "cat", MARCH, False, "tea")),
        tmp_path / "contacts.parquet",
    )
    contacts.write(
        frame(
            ("a", "ann", MARCH, False, None),
            ("b", "eve", APRIL, True, None),
            ("b", "dan", MARCH, True, None),
        ),
        tmp_path / "noted.parquet",
    )
    return tmp_path


def test_both_tables_are_one_view_and_those_after_the_last_day_are_in_it(folder):
    orders = open_orders(folder)
    found = orders.run(orders.contacts)
    assert len(found) == 4
    assert sorted(found["customer_id"]) == ["ann", "cat", "dan", "eve"]
    assert found["contacted_on"].max().date() == APRIL > orders.as_of
    assert contacts.unknown(orders) == 1
    early = orders.until(dt.date(2024, 1, 31))
    assert len(early.run(early.contacts)) == 4


def test_without_any_there_is_no_table(eight):
    assert eight.contacts is None
    assert contacts.unknown(eight) == 0


def test_a_list_of_customers_makes_them_known(folder):
    orders = open_orders(folder)
    people = pd.DataFrame({"customer_id": ["eve"]})
    known = replace(orders, customers=ibis.memtable(people))
    assert contacts.unknown(known) == 0


def test_of_some_customers_campaigns_count_contacts_after_their_first_order(folder):
    orders = open_orders(folder)
    # ann and cat bought before March; dan's first order was later, eve has none.
    some = slices.only(orders, "since:2024-01-01", "after")
    found = some.run(contacts_of(some))
    assert sorted(found["customer_id"]) == ["ann", "cat"]
    only = slices.only(orders, "since:2024-02-01", "after")
    assert only.run(contacts_of(only))["customer_id"].tolist() == ["cat"]
    # That somebody was written to before counts where it is asked who was of late.
    assert sorted(some.run(some.contacts)["customer_id"]) == ["ann", "cat", "dan"]


def test_contacts_are_part_of_what_a_dataset_says(folder):
    with_them = fingerprint(open_orders(folder))
    (folder / "noted.parquet").unlink()
    assert fingerprint(open_orders(folder)) != with_them
