"""Ids that a spreadsheet has ruined name nobody, and that is said."""

from __future__ import annotations

import pytest

from retention_core.ingest import values
from tests.core.ingest.files import assert_reconciles, lines, take
from tests.core.ingest.test_values import read

HEAD = "Order ID,Customer ID,Email,Order Date,Product,Amount,Currency\n"


def text(*rows):
    return HEAD + "".join(
        f"{number},{person},{mail},2024-01-{n % 28 + 1:02},Tea,5.00,EUR\n"
        for n, (number, person, mail) in enumerate(rows)
    )


@pytest.mark.parametrize("cell", ["1.03293E+19", "1,03E+19", "1E+19", "1.03293e+19"])
def test_a_power_of_ten_is_nobody(cell):
    assert read(values.key, cell) is None
    assert read(values.person, cell) is None
    assert read(values.phone, cell) is None


@pytest.mark.parametrize("cell", ["A1E+19", "12E+3", "ann+shop@x.org", "1.5", "0012"])
def test_other_keys_stay(cell):
    assert read(values.key, cell) == cell


def test_ruined_ones_are_left_out_and_said(tmp_path):
    rows = [(f"A{n}", f"c{n}", "") for n in range(8)]
    rows += [("1.03293E+19", "c8", ""), ("A9", "1,03E+19".replace(",", "."), "")]
    result = take(tmp_path, text(*rows))
    reasons = result.ledger.reasons.set_index("code")
    assert reasons.loc["id_ruined", ["outcome", "rows"]].tolist() == ["repaired", 2]
    assert result.detection[0].ruined == {"Order ID": 0.1, "Customer ID": 0.1}
    assert lines(result)["customer_id"].isna().sum() == 1
    assert len(result.orders.run(result.orders.purchases)) == 10
    assert_reconciles(result)


def test_a_column_that_is_mostly_ruined_is_no_key(tmp_path):
    rows = [(f"A{n}", "1.03293E+19", f"p{n % 3}@x.org") for n in range(9)]
    result = take(tmp_path, text(*rows))
    found = result.detection[0]
    assert "customer_id" not in found.mapping
    assert found.ruined == {"Customer ID": 1.0}
    assert set(lines(result)["customer_id"]) == {f"p{n}@x.org" for n in range(3)}


def test_long_numbers_that_all_end_in_zeros_are_ruined_too(tmp_path):
    rows = [(f"A{n}", f"{123456789012300 + n}00", f"p{n % 3}@x.org") for n in range(9)]
    assert "customer_id" not in take(tmp_path, text(*rows)).detection[0].mapping
    whole = [(f"A{n}", f"{12345678901230012 + n}", "") for n in range(9)]
    assert "customer_id" in take(tmp_path, text(*whole)).detection[0].mapping


def test_zeros_in_front_and_wrappers(tmp_path):
    rows = [('"=""0012"""', "'0012", ""), ("0013", "0012", ""), ("14", "17850.0", "")]
    found = lines(take(tmp_path, text(*rows)))
    assert [each.split("|")[0] for each in found["order_id"]] == ["0012", "0013", "14"]
    assert found["customer_id"].tolist() == ["0012", "0012", "17850"]
