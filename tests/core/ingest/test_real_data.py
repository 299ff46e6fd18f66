"""Real files through the front door, with nothing said and nothing corrected."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import retention_core as rc
from tests.conftest import SHARED, needs_shared

if TYPE_CHECKING:
    from retention_core.ingest.model import Ledger

DATA = SHARED / "data"


def facts(orders: rc.Orders) -> dict[str, float]:
    table = orders.table
    found = orders.run(
        table.agg(
            lines=table.count(),
            customers=table.customer_id.nunique(),
            orders=table.order_id.nunique(),
            amount=table.amount.sum().round(2),
        )
    )
    return found.iloc[0].to_dict()


def monthly_cohorts(orders: rc.Orders, *, paid_only: bool = False) -> pd.DataFrame:
    """Customers by month of the first purchase and months since."""
    bought = orders.run(orders.purchases)
    bought = bought[bought["customer_id"].notna()]
    if paid_only:
        bought = bought[bought["amount"] > 0]
    month = bought["ordered_at"].dt.year * 12 + bought["ordered_at"].dt.month
    first = month.groupby(bought["customer_id"]).transform("min")
    return (
        bought.assign(cohort=first, period=month - first)
        .groupby(["cohort", "period"])["customer_id"]
        .nunique()
        .unstack()
    )


def reconciles(ledger: Ledger) -> None:
    files = ledger.files
    outcomes = files[["used", "repaired", "merged", "set_aside", "rejected"]]
    assert (outcomes.sum(axis=1) == files["rows_in"]).all()
    gone = ledger.reasons.query("outcome not in ('used', 'repaired')")["amount"].sum()
    difference = files["amount_in"].sum() - files["amount_used"].sum() - gone
    assert abs(difference) < 0.005


def test_cdnow_of_the_lifetimes_package() -> None:
    package = Path(str(find_spec("lifetimes").origin)).parent
    path = package / "datasets" / "CDNOW_sample.txt"
    result = rc.ingest([path])
    assert facts(result.orders) == {
        "lines": 6919,
        "customers": 2357,
        "orders": 6696,
        "amount": 244091.94,
    }
    assert len(result.orders.run(result.orders.purchases)) == 6696
    reconciles(result.ledger)


@needs_shared
def test_cdnow_master() -> None:
    result = rc.ingest([DATA / "cdnow" / "CDNOW_master.txt"])
    found = facts(result.orders)
    assert (found["lines"], found["customers"]) == (69659, 23570)
    assert found["amount"] == 2500315.63
    cohorts = monthly_cohorts(result.orders)
    assert cohorts[0].tolist() == [7846, 8476, 7248]
    assert cohorts.iloc[0, :7].tolist() == [7846, 1157, 964, 810, 679, 736, 720]


@needs_shared
def test_online_retail_with_refunds_netted() -> None:
    result = rc.ingest([DATA / "online_retail" / "online_retail.csv.gz"])
    cohorts = monthly_cohorts(result.orders)
    assert cohorts.iloc[0, :5].tolist() == [883, 324, 286, 338, 319]
    assert cohorts.iloc[11, :2].tolist() == [323, 35]
    reconciles(result.ledger)
    assert result.ledger.rows_in == 541_909


@needs_shared
def test_online_retail_with_refunds_ignored() -> None:
    """The published table also drops four orders that cost nothing.

    By definitions.md these are purchases: with them November has 324 customers.
    """
    path = DATA / "online_retail" / "online_retail.csv.gz"
    orders = rc.ingest([path], refunds="ignore").orders
    published = monthly_cohorts(orders, paid_only=True)
    first = [885, 324, 286, 340, 321, 352, 321, 309, 313, 350, 331, 445, 235]
    assert published.iloc[0].tolist() == first
    sizes = [885, 417, 380, 452, 300, 284, 242, 188, 169, 299, 358, 323, 41]
    assert published[0].tolist() == sizes
    assert published.iloc[11, :2].tolist() == [323, 36]
    assert monthly_cohorts(orders).iloc[11, 0] == 324


@needs_shared
def test_adventureworks_leaves_tax_out() -> None:
    result = rc.ingest([DATA / "adventureworks" / "sales.csv.gz"])
    raw = pd.read_csv(DATA / "adventureworks" / "sales.csv.gz")
    found = facts(result.orders)
    assert (found["lines"], found["orders"]) == (32718, 16459)
    assert found["customers"] == 12427
    goods = (raw["Quantity"] * raw["UnitPrice"]).sum()
    assert found["amount"] == pytest.approx(goods, abs=0.01)


@needs_shared
def test_complete_journey_with_its_products() -> None:
    folder = DATA / "completejourney"
    files = [folder / "transactions_sample.csv.gz", folder / "products.csv.gz"]
    result = rc.ingest(files)
    assert [each.role for each in result.detection] == ["orders", "products"]
    found = facts(result.orders)
    assert (found["lines"], found["customers"]) == (75000, 2377)
    assert found["orders"] == 47243
    table = result.orders.table
    named = result.orders.run(table.agg(share=table.category.notnull().mean()))
    assert named["share"].iloc[0] > 0.95
    reconciles(result.ledger)
