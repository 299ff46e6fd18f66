"""What is measured: each stage ours and the peer's, both to the same fingerprint.

A fingerprint is a few sums of the result: who is fast must also be right.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.draw import AS_OF, cyrillic, paths

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from retention_core import Orders

Fingerprint = tuple[float, ...]
# Pairs in 1 of 2,500 baskets: with rarer ones mlxtend takes minutes.
PAIRS_PER_MILLION = 100

# The fields that the columns of the drawn files are.
READ = {
    *("order_id", "ordered_at", "customer_id", "product", "category", "quantity"),
    *("unit_price", "amount", "currency", "channel"),
}

# What ingest stored is there for everybody: both sides read the same files.
HAND_WRITTEN = """
WITH months AS (
    SELECT DISTINCT customer_id, date_trunc('month', ordered_at) AS month
    FROM read_parquet($path)
    WHERE customer_id IS NOT NULL AND ordered_at < $end
),
aged AS (
    SELECT *, min(month) OVER (PARTITION BY customer_id) AS cohort FROM months
)
SELECT cohort, date_diff('month', cohort, month) AS period, count(*) AS active_customers
FROM aged
GROUP BY cohort, period
"""
TO_PARQUET = """
COPY (SELECT * FROM read_csv('{csv}')) TO '{parquet}' (FORMAT parquet)
"""


@dataclass(frozen=True)
class Stage:
    """One row of the table.

    ``allowed`` gives the seconds that ours may take, from the peer's and the millions
    of lines. ``rounds`` alternate ours and the peer. ``apart`` gives every run a
    process of its own, so that its peak memory is known.
    """

    name: str
    peer_name: str
    target: str
    allowed: Callable[[float, int], float]
    ours: Callable[[int], Fingerprint]
    peer: Callable[[int], Fingerprint]
    rounds: int = 5
    apart: bool = False


def _orders(millions: int) -> Orders:
    import retention_core as rc

    return rc.open_orders(paths(millions)[0])


def _lines(millions: int) -> Path:
    return paths(millions)[0] / "order_lines.parquet"


def _retention(millions: int) -> Fingerprint:
    from retention_core import cohorts

    return _cells(cohorts.retention(_orders(millions))["active_customers"])


def _retention_by_hand(millions: int) -> Fingerprint:
    import duckdb

    asked = {
        "path": str(paths(millions)[0] / "purchases.parquet"),
        "end": AS_OF + dt.timedelta(days=1),
    }
    with duckdb.connect() as engine:
        found = engine.execute(HAND_WRITTEN, asked).df()
    return _cells(found["active_customers"])


def _retention_in_a_notebook(millions: int) -> Fingerprint:
    import pandas as pd

    frame = pd.read_parquet(_lines(millions))  # all of it, as notebooks do
    frame["month"] = frame["ordered_at"].dt.to_period("M")
    frame["cohort"] = (
        frame.groupby("customer_id")["ordered_at"].transform("min").dt.to_period("M")
    )
    counts = frame.groupby(["cohort", "month"], as_index=False)["customer_id"].nunique()
    counts["period"] = (counts["month"] - counts["cohort"]).map(attrgetter("n"))
    grid = counts.pivot(index="cohort", columns="period", values="customer_id")
    shares = grid.div(grid[0], axis=0)
    return _cells(shares.mul(grid[0], axis=0).melt()["value"])


def _cells(active: pd.Series) -> Fingerprint:
    seen = active[active > 0]
    return float(len(seen)), float(seen.sum()), float((seen**2).sum())


def _summary(millions: int) -> Fingerprint:
    from retention_core.clv.summary import summary

    orders = _orders(millions)
    return _histories(orders.run(summary(orders)))


def _summary_of_lifetimes(millions: int) -> Fingerprint:
    import pandas as pd
    from lifetimes.utils import summary_data_from_transaction_data

    names = ["customer_id", "ordered_at", "amount"]
    frame = pd.read_parquet(_lines(millions), columns=names)
    found = summary_data_from_transaction_data(
        frame,
        "customer_id",
        "ordered_at",
        monetary_value_col="amount",
        observation_period_end=str(AS_OF),
    )
    return _histories(found)


def _histories(found: pd.DataFrame) -> Fingerprint:
    names = ["frequency", "recency", "T", "monetary_value"]
    return float(len(found)), *(float(found[name].sum()) for name in names)


def _pairs(millions: int) -> Fingerprint:
    from retention_core import baskets

    orders = _orders(millions)
    found = baskets.pairs(orders, min_count=PAIRS_PER_MILLION * millions)
    return float(len(found)), float(found["support"].sum()), float(found["lift"].sum())


def _pairs_of_mlxtend(millions: int) -> Fingerprint:
    import pandas as pd
    from mlxtend.frequent_patterns import association_rules, fpgrowth
    from mlxtend.preprocessing import TransactionEncoder

    frame = pd.read_parquet(_lines(millions), columns=["order_id", "product"])
    contents = frame.groupby("order_id")["product"].agg(list).tolist()
    encoder = TransactionEncoder()
    table = pd.DataFrame.sparse.from_spmatrix(
        encoder.fit_transform(contents, sparse=True), columns=encoder.columns_
    )
    # A hair less than the share itself, which may be rounded up.
    least = (PAIRS_PER_MILLION * millions - 0.5) / len(contents)
    frequent = fpgrowth(table, min_support=least, max_len=2, use_colnames=True)
    rules = association_rules(frequent, metric="support", min_threshold=0)
    # Each pair both ways.
    support, lift = rules["support"].sum() / 2, rules["lift"].sum() / 2
    return len(rules) / 2, float(support), float(lift)


def _ingest(millions: int) -> Fingerprint:
    return _used(paths(millions)[1], "utf-8")


def _ingest_cyrillic(millions: int) -> Fingerprint:
    return _used(cyrillic(millions), "cp1251")


def _used(csv: Path, encoding: str) -> Fingerprint:
    """How many lines are used; whoever misses a column would be fast for nothing."""
    import retention_core as rc

    with tempfile.TemporaryDirectory() as folder:
        result = rc.ingest([csv], into=Path(folder))
    found = result.detection[0]
    if found.encoding != encoding or found.mapping.keys() != READ or found.questions:
        raise ValueError(found)
    return (float(result.ledger.used),)


def _csv_to_parquet(millions: int) -> Fingerprint:
    import duckdb

    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as engine:
        parquet = Path(folder) / "lines.parquet"
        query = TO_PARQUET.format(csv=paths(millions)[1], parquet=parquet)
        found = engine.execute(query).fetchall()
    return (float(found[0][0]),)


STAGES = (
    Stage(
        "retention by month",
        "hand-written DuckDB, same meaning",
        "≤ 1.25 × (+ 0.1 s at 1 million)",
        lambda peer, millions: 1.25 * peer + (0.1 if millions < 10 else 0.0),
        _retention,
        _retention_by_hand,
        rounds=9,
    ),
    Stage(
        "retention by month",
        "the usual pandas notebook",
        "2 × faster (4 × at 10 million)",
        lambda peer, millions: peer / (2 if millions < 10 else 4),
        _retention,
        _retention_in_a_notebook,
    ),
    Stage(
        "customer summary",
        "lifetimes",
        "3 × faster",
        lambda peer, _: peer / 3,
        _summary,
        _summary_of_lifetimes,
    ),
    Stage(
        "pairs",
        "mlxtend fpgrowth + rules",
        "6 × faster",
        lambda peer, _: peer / 6,
        _pairs,
        _pairs_of_mlxtend,
        rounds=3,
    ),
    Stage(
        "ingest of a clean CSV",
        "DuckDB read_csv → Parquet",
        "≤ 4 × + 1 s, < 1.5 GB",
        lambda peer, _: 4 * peer + 1,
        _ingest,
        _csv_to_parquet,
        rounds=3,
        apart=True,
    ),
    Stage(
        "ingest of a CSV in cp1251",
        "DuckDB read_csv → Parquet, of the same in UTF-8",
        "≤ 6 ×, < 1.5 GB",
        lambda peer, _: 6 * peer,
        _ingest_cyrillic,
        _csv_to_parquet,
        rounds=3,
        apart=True,
    ),
)
