"""Shops small enough to check in the head, and the real ones."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import ibis
import pandas as pd
import pytest
from hypothesis import settings

import retention_core as rc

settings.register_profile("dev", max_examples=30, deadline=None)
# The same examples at every run: CI says what a change broke, "dev" looks for more.
settings.register_profile("ci", max_examples=50, deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")

SHARED = Path(__file__).parents[2] / "shared"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the shared data sets are not on this machine"
)


def orders_of(
    rows: pd.DataFrame | list[tuple[str, str | None, str, float]],
    **options: object,
) -> rc.Orders:
    """Orders from (order_id, customer_id, ordered_at, amount) or a whole frame."""
    if not isinstance(rows, pd.DataFrame):
        columns = ["order_id", "customer_id", "ordered_at", "amount"]
        rows = pd.DataFrame(rows, columns=columns)
    frame = rows.assign(ordered_at=pd.to_datetime(rows["ordered_at"]))
    for name in ("order_id", "customer_id", "product"):
        if name in frame:
            frame[name] = frame[name].astype("string")
    backend = rc.connect()
    backend.create_table("order_lines", ibis.memtable(frame))
    return rc.open_orders(backend.table("order_lines"), **options)


EIGHT = [
    ("1", "ann", "2024-01-05 10:00", 20.0),
    ("2", "ben", "2024-01-20 11:00", 10.0),
    ("3", "ann", "2024-02-03 09:00", 30.0),
    ("4", "cat", "2024-02-10 12:00", 15.0),
    ("5", None, "2024-02-11 12:00", 5.0),
    ("6", "ann", "2024-03-01 10:00", 25.0),
    ("7", "cat", "2024-03-15 10:00", 15.0),
    ("8", "dan", "2024-03-20 10:00", 40.0),
]


@pytest.fixture
def eight() -> rc.Orders:
    """Four customers and a guest, January to March 2024, complete to 31 March."""
    return orders_of(EIGHT, as_of=dt.date(2024, 3, 31), currency="EUR")
