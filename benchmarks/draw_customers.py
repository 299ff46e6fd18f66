"""Draw shops of many customers: ``python -m benchmarks.draw_customers [CUSTOMERS]``.

Customers as the models have them, so that fits have something to find: purchases by
BG/NBD in days, money by Gamma-Gamma. One order line an order; what ingest would write.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pandas as pd

from retention_core.columns import LINES
from retention_core.ingest import write

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parent / "data"
SEED = 2357
AT_ONCE = 500_000  # customers
FIRST_DAY, AS_OF = dt.date(2022, 7, 1), dt.date(2024, 12, 31)
DAYS = (AS_OF - FIRST_DAY).days + 1
R, ALPHA, A, B = 0.6, 55.0, 0.8, 2.6
P, Q, V = 6.0, 4.0, 16.0
_ORDERS = """
SELECT
    '#' || (100000 + row_number() OVER (ORDER BY day, customer, number)) AS order_id,
    'C' || lpad(CAST(customer AS VARCHAR), 8, '0') AS customer_id,
    CAST(DATE '{first_day}' + day AS TIMESTAMP)
        + to_seconds(CAST(7 * 3600 + hash(customer, number) % 54000 AS BIGINT))
        AS ordered_at,
    amount
FROM drawn
ORDER BY day, customer, number
"""


def path_of(customers: int) -> Path:
    """The dataset of that many customers."""
    return FOLDER / f"customers-{customers}"


def draw(customers: int) -> Path:
    """Write the dataset, unless it is there."""
    shop = path_of(customers)
    lines, purchases = shop / f"{LINES}.parquet", shop / "purchases.parquet"
    if purchases.is_file():
        return shop
    shop.mkdir(parents=True, exist_ok=True)
    work = shop / "drawn.duckdb"
    with duckdb.connect(work, config={"memory_limit": "3GB", "threads": 2}) as engine:
        engine.execute(
            "CREATE TABLE drawn (customer INTEGER, number INTEGER, day INTEGER, "
            "amount DOUBLE)"
        )
        for part in range(0, customers, AT_ONCE):
            for drawn in _purchases(part, min(AT_ONCE, customers - part)):
                engine.register("chunk", drawn)
                engine.execute("INSERT INTO drawn SELECT * FROM chunk")
                engine.unregister("chunk")
        about = {
            "as_of": str(AS_OF),
            "first_day": str(FIRST_DAY),
            "currency": "EUR",
            "time_zone": None,
        }
        write.copy(engine, _ORDERS.format(first_day=FIRST_DAY), lines, about)
    work.unlink()
    # Orders of one line are purchases as they stand.
    os.link(lines, purchases)
    return shop


def _purchases(start: int, size: int) -> Iterator[pd.DataFrame]:
    """Purchases of customers from ``start`` on: the first ones, the second ones ..."""
    rng = np.random.default_rng([SEED, start])
    first = DAYS * rng.random(size)
    rate, leaves = rng.gamma(R, 1 / ALPHA, size), rng.beta(A, B, size)
    spend = rng.gamma(Q, 1 / V, size)
    who, at, number = np.arange(size), first, 0
    while who.size:
        amount = np.maximum(rng.gamma(P, 1 / spend[who]).round(2), 0.01)
        yield pd.DataFrame(
            {
                "customer": start + who,
                "number": number,
                "day": at.astype(np.int32),
                "amount": amount,
            }
        )
        stays = np.ones(who.size, bool)
        if number:
            stays = rng.random(who.size) >= leaves[who]
        at = at + rng.exponential(1, who.size) / np.maximum(rate[who], 1e-12)
        kept = stays & (at < DAYS)
        who, at, number = who[kept], at[kept], number + 1


if __name__ == "__main__":
    for count in sys.argv[1:] or ["100000"]:
        print(draw(int(count)))
