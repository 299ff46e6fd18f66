"""The order table and its views."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import ibis
import pandas as pd
import pytest

import retention_core as rc
from retention_core import engine
from retention_core.errors import (
    MissingColumnsError,
    NoOrdersError,
    NotADatasetError,
)
from retention_core.orders import complete_until
from tests.conftest import EIGHT, orders_of

LINES = ["order_id", "customer_id", "ordered_at", "amount", "refunded_at"]


def refunds(*rows: tuple[str, str | None, str, float, str | None]) -> rc.Orders:
    frame = pd.DataFrame(list(rows), columns=LINES)
    return orders_of(frame.assign(refunded_at=pd.to_datetime(frame["refunded_at"])))


def purchases(orders: rc.Orders) -> list[tuple[str, float]]:
    found = orders.run(orders.purchases.order_by("order_id"))
    return list(zip(found["order_id"], found["amount"], strict=True))


def test_an_order_is_its_lines_added_up_at_its_earliest_time(eight):
    orders = orders_of(
        [
            ("1", "ann", "2024-01-05 10:00", 20.0),
            ("1", "ann", "2024-01-05 09:59", 1.5),
        ]
    )
    found = orders.run(orders.purchases).iloc[0]
    assert found["amount"] == 21.5
    assert found["ordered_at"] == pd.Timestamp("2024-01-05 09:59")
    assert len(purchases(eight)) == 8


def test_an_order_refunded_in_part_is_a_purchase_of_what_is_left():
    orders = refunds(
        ("1", "ann", "2024-01-05", 20.0, None),
        ("1", "ann", "2024-01-05", -5.0, "2024-01-09"),
    )
    assert purchases(orders) == [("1", 15.0)]


@pytest.mark.parametrize("refund", [-20.0, -19.996, -25.0])
def test_an_order_refunded_to_half_a_cent_or_less_is_none(refund):
    orders = refunds(
        ("1", "ann", "2024-01-05", 20.0, None),
        ("1", "ann", "2024-01-05", refund, "2024-01-09"),
        ("2", "ann", "2024-01-06", 1.0, None),
    )
    assert purchases(orders) == [("2", 1.0)]


def test_one_cent_left_is_a_purchase():
    orders = refunds(
        ("1", "ann", "2024-01-05", 20.0, None),
        ("1", "ann", "2024-01-05", -19.99, "2024-01-09"),
    )
    assert purchases(orders) == [("1", pytest.approx(0.01))]


def test_an_order_that_cost_nothing_from_the_start_is_a_purchase():
    assert purchases(refunds(("1", "ann", "2024-01-05", 0.0, None))) == [("1", 0.0)]


def test_a_refund_on_its_own_is_no_purchase():
    orders = refunds(
        ("1", "ann", "2024-01-05", 20.0, None),
        ("r", "ann", "2024-02-05", -5.0, "2024-02-05"),
    )
    assert purchases(orders) == [("1", 20.0)]


def test_the_time_of_an_order_is_not_that_of_its_refund():
    orders = refunds(
        ("1", "ann", "2024-01-05", 20.0, None),
        ("1", "ann", "2024-01-04", -5.0, "2024-01-09"),
    )
    assert orders.run(orders.purchases)["ordered_at"][0] == pd.Timestamp("2024-01-05")


def test_purchase_days_join_the_orders_of_a_day_and_leave_guests_out():
    orders = orders_of(
        [
            ("1", "ann", "2024-01-05 09:00", 20.0),
            ("2", "ann", "2024-01-05 23:59", 5.0),
            ("3", "ann", "2024-01-06 00:00", 7.0),
            ("4", None, "2024-01-06 10:00", 9.0),
        ]
    )
    found = orders.run(orders.purchase_days.order_by("day"))
    assert found["customer_id"].tolist() == ["ann", "ann"]
    assert found["day"].dt.day.tolist() == [5, 6]
    assert found["amount"].tolist() == [25.0, 7.0]


def test_lines_after_as_of_are_ignored():
    orders = orders_of(EIGHT, as_of=dt.date(2024, 2, 10))
    assert [order for order, _ in purchases(orders)] == ["1", "2", "3", "4"]
    assert orders.until(dt.date(2024, 2, 3)).as_of == dt.date(2024, 2, 3)
    assert len(purchases(orders.until(dt.date(2024, 2, 3)))) == 3


def test_what_the_file_lacks_is_null_but_one_piece_was_sold(eight):
    found = eight.run(eight.table)
    assert (found["quantity"] == 1).all()
    absent = found[["product", "category", "refunded_at", "discount"]]
    assert absent.isna().to_numpy().all()


def test_every_further_column_is_a_dimension():
    rows = pd.DataFrame(EIGHT, columns=LINES[:4]).assign(channel="web", product="tea")
    assert orders_of(rows).dimensions == ["channel"]


def test_span_counts_first_and_last_day(eight):
    assert eight.first_day == dt.date(2024, 1, 5)
    assert eight.span_days == 27 + 29 + 31


@pytest.mark.parametrize(
    ("days", "uploaded_on", "expected"),
    [
        # Daily orders to the 30th: the month may be taken as whole.
        ([dt.date(2024, 1, day) for day in range(1, 31)], None, dt.date(2024, 1, 31)),
        ([dt.date(2024, 1, day) for day in range(1, 20)], None, dt.date(2024, 1, 19)),
        # Orders every ten days: nine without one say nothing.
        (
            [dt.date(2024, 1, 1), dt.date(2024, 1, 11), dt.date(2024, 1, 22)],
            None,
            dt.date(2024, 1, 31),
        ),
        (
            [dt.date(2024, 1, day) for day in range(1, 31)],
            dt.date(2024, 1, 31),
            dt.date(2024, 1, 30),
        ),
        ([dt.date(2024, 1, 5)], None, dt.date(2024, 1, 5)),
        ([dt.date(2024, 1, 5)], dt.date(2024, 1, 5), dt.date(2024, 1, 5)),
    ],
)
def test_the_day_the_data_is_complete_to(days, uploaded_on, expected):
    assert complete_until(days, uploaded_on) == expected


def saved(orders: rc.Orders, folder, **metadata: str) -> None:
    path = folder / "order_lines.parquet"
    engine.write_parquet(orders.table, path, metadata, orders.backend)


def test_a_folder_opens_with_what_its_metadata_says(eight, tmp_path):
    saved(
        eight,
        tmp_path,
        as_of="2024-03-25",
        first_day="2024-01-01",
        currency="EUR",
        time_zone="Europe/Berlin",
    )
    orders = rc.open_orders(tmp_path)
    assert (orders.as_of, orders.first_day) == (
        dt.date(2024, 3, 25),
        dt.date(2024, 1, 1),
    )
    assert (orders.currency, orders.time_zone) == ("EUR", "Europe/Berlin")
    assert orders.customers is None
    assert purchases(orders) == purchases(eight)


def test_what_is_given_overrides_the_metadata(eight, tmp_path):
    saved(eight, tmp_path, as_of="2024-03-25", first_day="2024-01-01", currency="EUR")
    path = str(tmp_path / "order_lines.parquet")
    orders = rc.open_orders(path, as_of=dt.date(2024, 1, 31), currency="USD")
    assert (orders.as_of, orders.currency) == (dt.date(2024, 1, 31), "USD")
    assert len(purchases(orders)) == 2


def test_customers_open_beside_the_orders(eight, tmp_path):
    saved(eight, tmp_path)
    people = pd.DataFrame({"customer_id": ["ann"], "name": ["Ann"]})
    people.to_parquet(tmp_path / "customers.parquet")
    orders = rc.open_orders(tmp_path)
    assert orders.run(orders.customers)["name"].tolist() == ["Ann"]


def test_columns_of_other_kinds_are_taken_for_what_they_mean():
    rows = pd.DataFrame(
        {
            "order_id": [1, 2],
            "customer_id": [7, 7],
            "ordered_at": [dt.date(2024, 1, 5), dt.date(2024, 2, 5)],
            "amount": [20, 30],
        }
    )
    backend = rc.connect()
    table = backend.create_table("lines", ibis.memtable(rows))
    exact = table.mutate(amount=table.amount.cast("decimal(12, 2)"))
    orders = rc.open_orders(exact)
    assert purchases(orders) == [("1", 20.0), ("2", 30.0)]
    assert rc.cohorts.value(orders)["revenue"].tolist() == [20.0, 30.0]


def test_nothing_there_is_no_dataset(tmp_path):
    with pytest.raises(NotADatasetError, match="holds no order table"):
        rc.open_orders(tmp_path)


def test_a_missing_column_is_named():
    table = ibis.memtable(pd.DataFrame({"order_id": ["1"], "amount": [1.0]}))
    with pytest.raises(MissingColumnsError, match="customer_id") as raised:
        rc.open_orders(table)
    assert raised.value.code == "missing_columns"


def test_a_table_without_a_row_has_no_orders():
    kinds = {"order_id": "string", "customer_id": "string", "amount": "float64"}
    empty = rc.connect().create_table("lines", schema={**kinds, "ordered_at": "date"})
    with pytest.raises(NoOrdersError, match="No order is left"):
        rc.open_orders(empty)


def test_before_a_refund_nobody_knew_of_it():
    orders = refunds(
        ("1", "ann", "2024-01-05", 20.0, None),
        ("1", "ann", "2024-01-05", -20.0, "2024-03-01"),
        ("2", "ann", "2024-04-01", 5.0, None),
    )
    assert purchases(orders) == [("2", 5.0)]
    assert purchases(orders.until(dt.date(2024, 1, 31))) == [("1", 20.0)]
    assert purchases(orders.until(dt.date(2024, 3, 31))) == []


def test_nothing_is_known_before_the_first_order():
    with pytest.raises(NoOrdersError):
        orders_of(EIGHT, as_of=dt.date(2023, 12, 31))


def test_what_was_known_is_the_same_with_purchases_stored():
    """Only orders refunded later are worked out again from their lines."""
    orders = refunds(
        ("1", "ann", "2024-01-05", 20.0, None),
        ("1", "ann", "2024-01-05", -20.0, "2024-03-01"),
        ("2", "ann", "2024-01-06", 30.0, None),
        ("2", "ann", "2024-01-06", -5.0, "2024-01-20"),
        ("2", "ann", "2024-01-06", -5.0, "2024-02-20"),
        ("3", "ben", "2024-02-01", 10.0, None),
        ("4", "ben", "2024-03-05", 12.0, None),
        ("5", None, "2024-01-07", 8.0, None),
        ("5", None, "2024-01-07", -8.0, "2024-01-08"),
    )
    stored = replace(orders, stored=orders.run(orders.purchases).pipe(ibis.memtable))
    for day in ("2024-01-05", "2024-01-31", "2024-02-28", "2024-03-01", "2024-03-05"):
        known = stored.until(dt.date.fromisoformat(day))
        assert known.stored is not None
        assert purchases(known) == purchases(orders.until(known.as_of))
    assert purchases(stored.until(dt.date(2024, 1, 31))) == [("1", 20.0), ("2", 25.0)]
