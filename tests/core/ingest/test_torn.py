"""Rows with more cells than the header: the separator stands within a cell."""

from __future__ import annotations

import pytest

from retention_core.errors import NoOrdersError
from tests.core.ingest.files import assert_reconciles, lines, take

HEAD = "Order ID,Customer ID,Order Date,Product,Quantity,Amount\n"
ROWS = [f"{n},c{n % 7},2024-02-{n % 28 + 1:02},Tea,1,{n}.50\n" for n in range(1, 40)]


def test_a_row_with_a_comma_in_its_product_is_not_read_askew(tmp_path):
    result = take(tmp_path, HEAD + "".join(ROWS) + "90,ann,2024-03-01,Cup, blue,2,9\n")
    assert len(lines(result)) == 39
    assert result.ledger.reasons["code"].tolist() == ["row_torn"]
    assert_reconciles(result)


def test_blank_cells_beyond_the_header_are_no_harm(tmp_path):
    result = take(tmp_path, HEAD + "".join(ROWS) + "90,ann,2024-03-01,Cup,2,9,,\n")
    assert len(lines(result)) == 40


def test_a_column_without_a_name_is_one_all_the_same(tmp_path):
    rows = [row.replace("\n", ",\n") for row in ROWS]
    text = HEAD.replace("\n", ",\n") + "".join(rows) + "90,ann,2024-03-01,Cup,2,9,hm\n"
    assert len(lines(take(tmp_path, text))) == 40


def comma(text: str) -> str:
    return text.replace(".50", ",50")


@pytest.mark.parametrize("whole", [0, 3])
def test_a_number_torn_by_its_decimal_comma_is_joined(tmp_path, whole):
    rows = [comma(row) for row in ROWS]
    rows[:whole] = [row.replace(",50\n", "\n") for row in rows[:whole]]
    result = take(tmp_path, HEAD + "".join(rows))
    expected = sum(n + 0.5 for n in range(1, 40)) - 0.5 * whole
    assert lines(result)["amount"].sum() == pytest.approx(expected)
    assert_reconciles(result)


def test_a_price_and_an_amount_are_both_joined(tmp_path):
    rows = [
        f"{n},c{n % 7},2024-02-{n % 28 + 1:02},Tea,2,{n},50,{2 * n + 1},00\n"
        for n in range(1, 40)
    ]
    head = HEAD.replace("Amount", "Price,Amount")
    result = take(tmp_path, head + "".join(rows))
    assert lines(result)["amount"].sum() == sum(2 * n + 1 for n in range(1, 40))


def test_what_may_be_joined_in_two_ways_is_refused(tmp_path):
    rows = [f"{n},c{n},2024-02-{n % 28 + 1:02},Tea,12,{n + 10},50\n" for n in range(30)]
    with pytest.raises(NoOrdersError):
        take(tmp_path, HEAD + "".join(rows))
