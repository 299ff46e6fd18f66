"""The ledger outlives the run that made it."""

from __future__ import annotations

import json

import pandas as pd

from retention_core.ingest.model import Ledger
from tests.core.ingest.files import assert_reconciles, rows, take

TEXT = """
    Order ID,Customer ID,Order Date,Product,Amount,Currency
    1,ann,2024-01-05,Tea,5.50,EUR
    2,ben,someday,"Cup, blue",7.25,EUR
    3,ben,2024-01-07,Cup,9.00,USD
    4,ben,2024-01-08,Cup,1.00,EUR
    """


def test_totals_are_those_of_the_files(tmp_path):
    ledger = take(tmp_path, TEXT, TEXT).ledger
    assert ledger.rows_in == 8
    found = (ledger.used, ledger.merged, ledger.set_aside, ledger.rejected)
    assert found == (2, 3, 1, 2)
    assert ledger.repaired == 0


def test_a_row_not_used_is_kept_as_it_stood(tmp_path):
    result = take(tmp_path, TEXT)
    found = result.orders.run(result.ledger.rows)
    assert rows(result) == [
        (3, "rejected", "date_unreadable"),
        (4, "set_aside", "other_currency"),
    ]
    raw = json.loads(found["raw"].iloc[0])
    assert raw == ["2", "ben", "someday", "Cup, blue", "7.25", "EUR"]
    assert found["file"].tolist() == ["0.csv", "0.csv"]


def test_money_of_another_currency_is_not_added(tmp_path):
    result = take(tmp_path, TEXT)
    files = result.ledger.files
    assert files[["amount_in", "amount_used"]].to_numpy().tolist() == [[13.75, 6.5]]
    assert_reconciles(result)


def test_a_saved_ledger_opens_again(tmp_path):
    folder = tmp_path / "out"
    ledger = take(tmp_path, TEXT, into=folder).ledger
    opened = Ledger.open(folder)
    pd.testing.assert_frame_equal(opened.files, ledger.files, check_dtype=False)
    pd.testing.assert_frame_equal(opened.reasons, ledger.reasons, check_dtype=False)
    backend = opened.rows.get_backend()
    assert backend.execute(opened.rows.count()) == 2
