"""The files of systems say nothing unknown; a file is read whatever its columns do."""

from __future__ import annotations

import csv
import io
import tomllib
from pathlib import Path

import pytest

import retention_core as rc
from retention_core.ingest import systems
from tests.core.layouts import payments, shops, tills
from tests.core.layouts.shop import Written, check

KEYS = {
    *("title", "signature", "role", "confidence", "decimal", "day_first", "currency"),
    *("day_first_always", "utc", "no_customer", "no_money", "instead", "orders_in"),
    *("footer", "mapping", "of", "kinds", "summary", "values", "items", "groups"),
    *("patterns", "differences", "refunds"),
}
FILES = sorted(Path(systems.__file__).parent.glob("systems/*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_system_file_says_nothing_unknown(path):
    system = tomllib.loads(path.read_text(encoding="utf-8"))
    assert set(system) <= KEYS
    assert {"title", "signature", "role", "confidence"} <= set(system)
    assert system["confidence"] in ("seen", "known", "low")
    assert all(isinstance(each, list) and each for each in system["signature"])
    if system["role"] == "orders":
        mapping = system["mapping"]
        assert {"ordered_at"} <= mapping.keys() or "orders_in" in system
        of = system.get("of", {})
        assert {*of.get("includes", [])} <= mapping.keys()
    assert path.read_text(encoding="utf-8").startswith("#")


def _shuffled(content: bytes, encoding: str, delimiter: str) -> bytes:
    """The columns in another order, with columns of the vendor and notes above."""
    rows = list(csv.reader(io.StringIO(content.decode(encoding)), delimiter=delimiter))
    order = sorted(range(len(rows[0])), key=lambda n: (n * 7 % 11, n))
    out = io.StringIO(newline="")
    out.write("All orders\r\nfor the first half of 2024\r\n\r\n")
    writer = csv.writer(out, delimiter=delimiter)
    for place, row in enumerate(rows):
        more = ["New column", ""] if place == 0 else ["x", ""]
        writer.writerow([*(row[n] for n in order), *more])
    return out.getvalue().encode(encoding)


@pytest.mark.parametrize(
    "write", [shops.shopify, shops.bigcommerce, tills.lightspeed, payments.stripe_2026]
)
def test_columns_in_another_order(write, tmp_path):
    written: Written = write()
    files = {
        name: _shuffled(content, "utf-8", ",")
        for name, content in written.files.items()
    }
    check(Written(**{**written.__dict__, "files": files}), tmp_path)


def test_columns_that_are_missing(tmp_path):
    # The shortest header by which WebToffee's file is still known.
    text = (
        "order_number,order_date,status,order_currency,order_total,shipping_total,tax_total,"
        "billing_email,line_item_1\n"
        "1,2024-03-05 14:22:10,completed,EUR,27.00,5.00,2.00,a@example.com,"
        "name:Mug|product_id:1|sku:M|quantity:2|total:20.00|sub_total:20.00\n"
    )
    (tmp_path / "orders.csv").write_text(text)
    result = rc.ingest([tmp_path / "orders.csv"])
    assert result.detection[0].system == "woo_webtoffee"
    table = result.orders.run(result.orders.table)
    assert table[["product", "quantity", "amount"]].to_numpy().tolist() == [
        ["Mug", 2.0, 20.0]
    ]
