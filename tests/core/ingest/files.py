"""Files small enough to read, and what becomes of them."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import retention_core as rc

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from retention_core.ingest.model import Result


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
    return path


def take(folder: Path, *texts: str, **options: object) -> Result:
    """Ingest texts as files ``0.csv``, ``1.csv`` …"""
    paths = [write(folder, f"{n}.csv", text) for n, text in enumerate(texts)]
    return rc.ingest(paths, **options)


def lines(result: Result) -> pd.DataFrame:
    """The order lines, in an order that does not depend on how they were written."""
    found = result.orders.run(result.orders.table)
    keys = ["ordered_at", "order_id", "amount", "refunded_at", "product"]
    return found.sort_values(keys).reset_index(drop=True)


def purchases(result: Result) -> dict[str, float]:
    """Net amount by the order's number."""
    found = result.orders.run(result.orders.purchases)
    numbers = [each.split("|")[0] for each in found["order_id"]]
    return dict(zip(numbers, found["amount"].round(2), strict=True))


def rows(result: Result) -> list[tuple[int, str, str]]:
    """Row, outcome and code of every row not used."""
    found = result.orders.run(result.ledger.rows)
    return list(found[["row", "outcome", "code"]].itertuples(index=False, name=None))


def assert_reconciles(result: Result) -> None:
    """Every row has one outcome; money in is money used and money not used."""
    files = result.ledger.files
    outcomes = files[["used", "repaired", "merged", "set_aside", "rejected"]]
    assert (outcomes >= 0).all(axis=None)
    assert (outcomes.sum(axis=1) == files["rows_in"]).all()
    reasons = result.ledger.reasons
    gone = reasons[~reasons["outcome"].isin(["used", "repaired"])]
    money = files["amount_in"].sum() - files["amount_used"].sum()
    assert abs(money - gone["amount"].sum()) < 0.005
    assert gone["rows"].sum() == len(rows(result))
