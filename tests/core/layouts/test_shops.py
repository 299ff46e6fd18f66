"""Every export of a shop system gives the orders that were put into it."""

from __future__ import annotations

import pandas as pd
import pytest

import retention_core as rc
from tests.core.layouts import shops
from tests.core.layouts.shop import check


@pytest.mark.parametrize("layout", shops.LAYOUTS)
def test_layout(layout, tmp_path):
    check(shops.LAYOUTS[layout](), tmp_path)


@pytest.mark.parametrize("old", [True, False])
def test_shopify_customers(old, tmp_path):
    written = shops.shopify()
    (tmp_path / "orders.csv").write_bytes(written.files["orders_export.csv"])
    (tmp_path / "customers.csv").write_bytes(shops.shopify_customers(old=old))
    result = rc.ingest(
        [tmp_path / "orders.csv", tmp_path / "customers.csv"], into=tmp_path / "built"
    )
    roles = {each.file: (each.role, each.system) for each in result.detection}
    assert roles["customers.csv"][0] == "customers"
    assert roles["customers.csv"][1] is not None
    files = result.ledger.files.set_index("file")
    assert files.loc["customers.csv", ["rows_in", "used"]].tolist() == [5, 5]
    people = pd.read_parquet(tmp_path / "built" / "customers.parquet")
    found = people.set_index("customer_id")[["customer_name", "consent", "tags"]]
    assert found.loc["ann@example.com"].tolist() == ["Ann Archer", "no", "vip"]
    assert found.loc["bob@example.com", "consent"] == "yes"
    assert len(found) == 5
