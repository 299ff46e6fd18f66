"""A copy holds every order and nobody's name."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import ibis
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import retention_core as rc
from retention_core import consent, engine, pseudonyms, slices
from retention_core.errors import NoOrdersError
from retention_core.pseudonyms import Shown
from retention_core.slices import UnknownDimensionError
from tests.conftest import EIGHT, orders_of
from tests.core.random_shops import random_shop

if TYPE_CHECKING:
    from pathlib import Path

KEY = "5e" * 32
CHANNELS = ["web", "shop", "shop", None, "web", "shop", "web", None]


def pseudonym(name: str, key: str = KEY) -> str:
    """Worked out a second time."""
    digits = hashlib.sha256(f"{key}customer:{name}".encode()).hexdigest().upper()
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:12]}"


@pytest.fixture
def shop(tmp_path: Path) -> rc.Orders:
    """The eight orders in files, each number with its customer in it."""
    rows = pd.DataFrame(
        EIGHT, columns=["order_id", "customer_id", "ordered_at", "amount"]
    )
    keys = rows["order_id"] + "|" + rows["customer_id"].fillna("")
    tags = [f"for {name}'s mother" for name in rows["customer_id"]]
    frame = rows.assign(order_id=keys, channel=CHANNELS, tags=tags, phone_of=keys)
    people = pd.DataFrame(
        {
            "customer_id": ["ann", "ben", "zoe"],
            "customer_name": ["Ann A.", "Ben B.", "Zoe Z."],
            "email": ["ann@example.com", "ben@example.com", "zoe@example.com"],
            "phone": ["1", "2", "3"],
            "diagnosis": ["flu", "flu", "flu"],
            "loyalty": ["gold", "tin", "tin"],
        }
    )
    goods = pd.DataFrame({"product": ["tea"], "cost": [1.0], "supplier_of": ["ann"]})
    orders = orders_of(frame, as_of=dt.date(2024, 3, 31), currency="EUR")
    for name, rows in (("people", people), ("goods", goods)):
        orders.backend.create_table(name, ibis.memtable(rows))
    people, goods = map(orders.backend.table, ("people", "goods"))
    orders = replace(orders, customers=people, products=goods)
    return in_files(orders, tmp_path / "shop")


def in_files(orders: rc.Orders, folder: Path) -> rc.Orders:
    """The same orders as ingest leaves them."""
    folder.mkdir()
    names = [*slices.LINE_COLUMNS, *orders.dimensions]
    tables = {
        "order_lines": orders.table,
        "purchases": orders.purchases,
        "firsts": slices.first_values(orders.table, orders.purchases, names),
        "customers": orders.customers,
        "products": orders.products,
    }
    said = {"as_of": str(orders.as_of), "first_day": str(orders.first_day)}
    said |= {"currency": orders.currency, "time_zone": "Europe/Berlin"}
    for name, table in tables.items():
        if table is not None:
            path = folder / f"{name}.parquet"
            engine.write_parquet(table, path, said, orders.backend)
    return rc.open_orders(folder)


def copied(orders: rc.Orders, folder: Path, **asked) -> rc.Orders:
    folder.mkdir(exist_ok=True)
    pseudonyms.write(orders, folder, key=asked.pop("key", KEY), **asked)
    return rc.open_orders(folder)


def everything(folder: Path) -> str:
    """All cells, names of columns and metadata of all files."""
    frames = [pd.read_parquet(path) for path in sorted(folder.iterdir())]
    return "\n".join(frame.to_csv() for frame in frames)


def test_a_copy_says_what_happened_and_not_to_whom(shop, tmp_path):
    copy = copied(shop, tmp_path / "copy")
    found = copy.run(copy.purchases.order_by("ordered_at"))
    names = ["" if row[1] is None else pseudonym(row[1]) for row in EIGHT]
    assert found["customer_id"].fillna("").tolist() == names
    assert found["amount"].tolist() == [row[3] for row in EIGHT]
    assert found["order_id"].nunique() == 8
    assert (copy.as_of, copy.first_day) == (shop.as_of, shop.first_day)
    assert (copy.currency, copy.time_zone) == ("EUR", "Europe/Berlin")
    assert copy.customers is None
    hidden = r"\bann|ben|cat\b|dan|mother|gold|flu|@|phone_of|supplier"
    assert not re.search(hidden, everything(tmp_path / "copy"))
    assert "tags" not in copy.dimensions
    assert copy.run(copy.products)["cost"].tolist() == [1.0]


def test_lines_purchases_and_firsts_keep_together(shop, tmp_path):
    copy = copied(shop, tmp_path / "copy")
    lines = copy.run(copy.table)
    bought = copy.run(rc.orders.purchases_of(copy.table))
    stored = copy.run(copy.purchases)
    key = "order_id"
    pd.testing.assert_frame_equal(
        bought.sort_values(key, ignore_index=True),
        stored[bought.columns].sort_values(key, ignore_index=True),
        check_dtype=False,
    )
    firsts = copy.run(copy.firsts)
    assert set(firsts["customer_id"]) == set(lines["customer_id"].dropna())


def test_a_copy_with_names_knows_everybody_who_said_no(shop, tmp_path):
    """Also by a column, or under an id, that the copy does not hold."""
    people = pd.DataFrame(
        {
            "customer_id": ["ann", "ben", "cat", "zoe"],
            "email": [
                "a@example.com",
                "b@example.com",
                "c@example.com",
                "B@example.com",
            ],
            "consent": ["yes", "yes", "yes", "no"],
            "opted_out_on": ["2024-03-01", None, None, None],
        }
    )
    shop.backend.create_table("answers", people)
    orders = replace(shop, customers=shop.backend.table("answers"))
    only = {"shown": Shown(names=True), "customers": ("channel", "shop")}
    copy = copied(orders, tmp_path / "copy", **only)
    assert "opted_out_on" not in copy.customers.columns
    whole = copied(orders, tmp_path / "whole", shown=Shown(names=True))
    for each in (whole, copy):
        ids = each.customers.select("customer_id")
        found = each.run(consent.agreed(ids, each)).set_index("customer_id")["agreed"]
        expected = {"ann": "no", "ben": "no", "cat": "yes", "zoe": "no"}
        assert found.to_dict() == {name: expected[name] for name in found.index}
    assert {"ann", "ben"} <= set(whole.run(whole.customers)["customer_id"])
    assert "zoe" not in set(copy.run(copy.customers)["customer_id"])


def test_attributes_let_choose_and_name_nobody(shop, tmp_path):
    copy = copied(shop, tmp_path / "copy", shown=Shown(attributes=True))
    assert copy.run(copy.customers).columns.tolist() == ["customer_id", "loyalty"]
    gold = slices.only(copy, "customer.loyalty", "gold")
    found = gold.run(gold.purchases)
    assert set(found["customer_id"]) == {pseudonym("ann")}
    assert len(found) == 3
    assert not re.search(r"\bann|zoe|flu|@", everything(tmp_path / "copy"))


def test_names_are_carried_where_they_are_wanted_and_no_more(shop, tmp_path):
    copy = copied(shop, tmp_path / "copy", shown=Shown(names=True))
    assert set(copy.run(copy.purchases)["order_id"]) >= {"1|ann", "5|"}
    assert copy.run(copy.customers).columns.tolist() == [
        "customer_id",
        "customer_name",
        "email",
        "loyalty",
    ]
    assert "tags" in copy.dimensions
    assert "phone_of" not in copy.table.columns


def test_only_some_customers_and_no_guest(shop, tmp_path):
    copy = copied(
        shop,
        tmp_path / "copy",
        shown=Shown(names=True),
        customers=("channel", "web"),
    )
    assert set(copy.run(copy.table)["customer_id"]) == {"ann"}
    assert set(copy.run(copy.firsts)["customer_id"]) == {"ann"}
    assert set(copy.run(copy.customers)["customer_id"]) == {"ann"}
    only = slices.only(shop, "channel", "web")
    pd.testing.assert_frame_equal(
        rc.cohorts.retention(copy), rc.cohorts.retention(only)
    )
    assert (copy.as_of, copy.first_day) == (shop.as_of, shop.first_day)


@pytest.mark.parametrize(
    ("customers", "error"),
    [
        (("channel", "fax"), NoOrdersError),
        (("customer.shoe_size", "9"), UnknownDimensionError),
    ],
)
def test_customers_that_are_not_there_are_said_and_nothing_is_written(
    shop, tmp_path, customers, error
):
    folder = tmp_path / "copy"
    with pytest.raises(error):
        copied(shop, folder, customers=customers)
    assert not list(folder.iterdir())


def test_a_pseudonym_is_the_keys_and_the_same_in_every_copy(shop, tmp_path):
    once, other = (
        copied(shop, tmp_path / name, key=key)
        for name, key in (("one", KEY), ("two", "7a" * 32))
    )
    few = copied(shop, tmp_path / "few", customers=("channel", "web"))
    ids = [
        set(each.run(each.purchases)["customer_id"].dropna())
        for each in (once, other, few)
    ]
    assert not ids[0] & ids[1]
    assert ids[2] < ids[0]


def test_no_two_share_a_pseudonym(shop, tmp_path, monkeypatch):
    """With one digit some of 200 would: all get longer ones."""
    monkeypatch.setattr(pseudonyms, "DIGITS", 1)
    monkeypatch.setattr(pseudonyms, "ORDER_DIGITS", 1)
    monkeypatch.setattr(pseudonyms, "BLOCK", 1)
    rows = [(f"o{n}", f"c{n}", "2024-01-05", 1.0) for n in range(200)]
    copy = copied(orders_of(rows), tmp_path / "copy")
    found = copy.run(copy.purchases)
    assert found["customer_id"].nunique() == found["order_id"].nunique() == 200


def test_a_shop_of_guests_is_copied_too(tmp_path):
    orders = orders_of([("1", None, "2024-01-05", 3.0)])
    copy = copied(orders, tmp_path / "copy")
    assert copy.run(copy.purchases)["customer_id"].isna().tolist() == [True]


@settings(max_examples=6)
@given(st.integers(0, 10_000))
def test_every_count_and_sum_is_the_originals(tmp_path_factory, seed):
    lines, as_of = random_shop(seed)
    folder = tmp_path_factory.mktemp("shop")
    orders = in_files(orders_of(lines, as_of=as_of), folder / "shop")
    copy = copied(orders, folder / "copy")
    columns = ["ordered_at", "refunded_at", "product", "channel", "amount"]
    ids = ["customer_id", *columns]
    there, here = (
        each.run(each.table)[ids].sort_values(ids, ignore_index=True)
        for each in (
            orders,
            copy,
        )
    )
    there["customer_id"] = there["customer_id"].map(pseudonym, na_action="ignore")
    pd.testing.assert_frame_equal(there.sort_values(ids, ignore_index=True), here)
    one, other = (rc.cohorts.retention(each, by="channel") for each in (orders, copy))
    pd.testing.assert_frame_equal(one, other)
