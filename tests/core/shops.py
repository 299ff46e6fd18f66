"""Random small shops, and the published ones."""

from __future__ import annotations

import datetime as dt
from importlib.metadata import distribution
from typing import TYPE_CHECKING

import pandas as pd
from hypothesis import strategies as st

import retention_core as rc
from tests.conftest import SHARED, orders_of

if TYPE_CHECKING:
    from pathlib import Path

FIRST = dt.date(2024, 1, 3)
COLUMNS = ["order_id", "customer_id", "ordered_at", "amount"]

Row = tuple[str, str | None, str, float]


@st.composite
def shops(draw: st.DrawFn, most: int = 25) -> list[Row]:
    """Up to ``most`` orders of five customers and guests over three quarters."""
    customers = st.sampled_from(["ann", "ben", "cat", "dan", "eve", None])
    days = st.integers(0, 270)
    amounts = st.sampled_from([0.0, 5.0, 12.5, 30.0])
    orders = draw(st.lists(st.tuples(customers, days, amounts), max_size=most))
    # Somebody opens the shop, so that there is an order, a customer, a first day.
    orders = [("ann", 0, 5.0), *orders]
    return [
        (str(number), customer, str(FIRST + dt.timedelta(days=day)), amount)
        for number, (customer, day, amount) in enumerate(orders)
    ]


def cdnow() -> rc.Orders:
    """The 1/10 sample that ships with ``lifetimes``: one order a customer and day."""
    # Found without importing: the package sets pandas options that no longer exist.
    path = distribution("lifetimes").locate_file("lifetimes/datasets/CDNOW_sample.txt")
    names = ["master_id", "customer_id", "day", "quantity", "amount"]
    return _cdnow(pd.read_csv(str(path), sep=r"\s+", names=names, dtype=str))


def cdnow_master() -> rc.Orders:
    """All 23,570 customers."""
    path = SHARED / "data/cdnow/CDNOW_master.txt"
    names = ["customer_id", "day", "quantity", "amount"]
    rows = pd.read_csv(path, sep=r"\s+", names=names, dtype=str, skiprows=1)
    return _cdnow(rows)


def _cdnow(rows: pd.DataFrame) -> rc.Orders:
    frame = rows.assign(
        order_id=rows["customer_id"] + "|" + rows["day"],
        ordered_at=pd.to_datetime(rows["day"], format="%Y%m%d"),
        amount=rows["amount"].astype(float),
    )
    return orders_of(frame[COLUMNS])


def online_retail(into: Path) -> rc.Orders:
    """UCI Online Retail as the published tables clean it, refunds ignored."""
    path = into / "online_retail.parquet"
    raw = pd.read_csv(
        SHARED / "data/online_retail/online_retail.csv.gz",
        dtype={"InvoiceNo": str, "StockCode": str, "CustomerID": str},
        parse_dates=["InvoiceDate"],
    ).drop_duplicates()
    kept = raw[raw["CustomerID"].notna() & (raw["Quantity"] > 0)]
    kept = kept[kept["UnitPrice"] > 0]
    assert len(kept) == 392_692
    lines = pd.DataFrame(
        {
            "order_id": kept["InvoiceNo"],
            "customer_id": kept["CustomerID"].str.removesuffix(".0"),
            "ordered_at": kept["InvoiceDate"],
            "amount": kept["Quantity"] * kept["UnitPrice"],
            "country": kept["Country"],
        }
    )
    lines.to_parquet(path, index=False)
    return rc.open_orders(path)
