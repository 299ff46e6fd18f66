"""Does it hit: ``python -m benchmarks.next_product [--lines FOLDER ...]``.

Customers of each shop as they stood when 85 % of all days with a purchase had been;
everything is learned from what came before, and asked is the next order of everybody
who came back. Printed is the share of customers with at least one of five recommended
products in it (95 % Wilson): ours, the most popular products of all and of late, and
the last order once more. Beside each, by how much ours is ahead, of the same customers.

Groceries names no customers: there is no next order, and nothing to print.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import ibis
import pandas as pd

import retention_core as rc

SHARED = Path(__file__).parents[2] / "shared" / "data"
SHOPS = {
    "Online Retail": ["online_retail/online_retail.csv.gz"],
    "Complete Journey": [
        "completejourney/transactions_sample.csv.gz",
        "completejourney/products.csv.gz",
    ],
    "AdventureWorks": ["adventureworks/sales.csv.gz"],
}
NAMES = {"popular": "most popular", "lately": "popular lately", "last": "last order"}


def main() -> None:
    """Print hits of every shop that is there, and times of order tables asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", nargs="*", default=[], help="order tables to time")
    options = parser.parse_args()
    shops = {"sample shop": rc.samples.sample_files()}
    for name, files in SHOPS.items():
        paths = [SHARED / each for each in files]
        if all(path.is_file() for path in paths):
            shops[name] = paths
    for name, paths in shops.items():
        with TemporaryDirectory() as folder:
            result = rc.ingest([str(path) for path in paths], into=folder)
            tell(name, result.orders)
    for folder in options.lines:
        orders = rc.open_orders(folder)
        tell(folder, orders)
        take_time(orders)


def tell(name: str, orders: rc.Orders) -> None:
    """Print who hit how often."""
    found = rc.next_product.hit_rate(orders, n=5)
    print(f"\n{name}: {found.customers:,} customers, known until {found.cutoff}")
    for row in found.rates.itertuples():
        line = f"  {NAMES.get(row.way, row.way):16}{_share(row)}"
        if row.way != "ours":
            points = [100 * x for x in (row.ahead, row.ahead_low, row.ahead_high)]
            line += "   ours {:+.1f} ({:+.1f} to {:+.1f})".format(*points)
        print(line)
    for row in found.reasons.itertuples():
        said = f"{100 * row.expected:.1f} % said"
        print(f"  · {row.reason:8}{row.recommended:>8,} times {_share(row)}, {said}")


def _share(row: object) -> str:
    shares = [100 * getattr(row, name) for name in ("rate", "low", "high")]
    return "{:5.1f} % ({:.1f} to {:.1f})".format(*shares)


def take_time(orders: rc.Orders) -> None:
    """Print how long it takes to learn, for one customer, for a thousand, and lists."""
    people = orders.purchases.filter(orders.purchases.customer_id.notnull())
    people = people.select("customer_id").distinct().order_by("customer_id")
    some = orders.run(people.limit(1000))
    began = time.perf_counter()
    model = rc.next_product.fit(orders)
    print(f"  learned in {time.perf_counter() - began:.2f} s")
    for count in (1, 1000):
        asked = ibis.memtable(pd.DataFrame(some.head(count)))
        began = time.perf_counter()
        orders.run(rc.next_product.recommend(orders, asked, model=model))
        print(f"  for {count:,} customers {time.perf_counter() - began:.2f} s")
    for name in ("products", "due"):
        began = time.perf_counter()
        found = getattr(rc.reorder, name)(orders)
        count = len(found if name == "products" else orders.run(found))
        took = time.perf_counter() - began
        print(f"  reorder.{name}: {count:,} rows in {took:.2f} s")


if __name__ == "__main__":
    main()
