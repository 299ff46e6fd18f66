"""A total of the order on each of its lines counts once."""

from __future__ import annotations

import pytest

from retention_core.ingest.model import Answers
from tests.core.ingest.files import (
    assert_reconciles,
    lines,
    purchases,
    rows,
    take,
)
from tests.core.ingest.test_detect import codes, detection

REPEATED = """
    Order,Date,Email,Product,Qty,Order Total
    1,2024-01-05,ann@x.org,Tea,2,25.00
    1,2024-01-05,ann@x.org,Cup,1,25.00
    1,2024-01-05,ann@x.org,Pot,3,25.00
    2,2024-01-06,ben@x.org,Tea,1,5.00
    3,2024-01-07,cat@x.org,Cup,1,10.00
    3,2024-01-07,cat@x.org,Tea,4,10.00
    """


def shares(result, number):
    found = lines(result)
    mine = found["order_id"].str.startswith(f"{number}|")
    return sorted(found.loc[mine, "amount"].round(2))


def test_a_repeated_total_counts_once_with_a_share_for_each_line(tmp_path):
    result = take(tmp_path, REPEATED)
    assert purchases(result) == {"1": 25.0, "2": 5.0, "3": 10.0}
    assert shares(result, 1) == [8.33, 8.33, 8.34]
    assert lines(result)["quantity"].sum() == 12
    assert result.ledger.files["amount_in"].tolist() == [40.0]
    assert (result.ledger.used, result.ledger.repaired) == (6, 0)
    assert_reconciles(result)


def test_the_evidence_decides_unasked(tmp_path):
    found = detection(tmp_path, REPEATED)
    assert found.mapping["order_total"] == "Order Total"
    assert "amount" not in found.mapping
    assert codes(found) == ["currency"]
    neutral = detection(tmp_path, REPEATED.replace("Order Total", "Amount"))
    assert neutral.mapping["order_total"] == "Amount"
    assert codes(neutral) == ["currency"]


def test_a_total_on_the_first_line_only_counts_once_and_rejects_nothing(tmp_path):
    text = """
        Order,Date,Email,Product,Qty,Order Total
        1,2024-01-05,ann@x.org,Tea,2,25.00
        1,2024-01-05,ann@x.org,Cup,1,
        2,2024-01-06,ben@x.org,Tea,1,5.00
        3,2024-01-07,cat@x.org,Cup,1,10.01
        3,,,Tea,4,
        """
    result = take(tmp_path, text)
    assert purchases(result) == {"1": 25.0, "2": 5.0, "3": 10.01}
    assert shares(result, 3) == [5.0, 5.01]
    assert (result.ledger.rejected, result.ledger.repaired) == (0, 1)
    assert_reconciles(result)


def test_price_times_quantity_is_a_line_however_equal_it_is(tmp_path):
    text = """
        Order,Date,Email,Product,Qty,Unit Price,Total
        1,2024-01-05,ann@x.org,Tea,2,5.00,10.00
        1,2024-01-05,ann@x.org,Cup,1,10.00,10.00
        2,2024-01-06,ben@x.org,Tea,4,5.00,20.00
        2,2024-01-06,ben@x.org,Cup,2,10.00,20.00
        """
    assert detection(tmp_path, text).mapping["amount"] == "Total"
    assert purchases(take(tmp_path, text)) == {"1": 20.0, "2": 40.0}


def test_one_price_for_everything_is_a_line(tmp_path):
    text = """
        Order,Date,Email,Product,Amount
        1,2024-01-05,ann@x.org,Red shirt,20.00
        1,2024-01-05,ann@x.org,Blue shirt,20.00
        2,2024-01-06,ben@x.org,Red shirt,20.00
        3,2024-01-07,cat@x.org,Red shirt,20.00
        3,2024-01-07,cat@x.org,Blue shirt,20.00
        3,2024-01-07,cat@x.org,Old shirt,20.00
        """
    found = detection(tmp_path, text)
    assert (found.mapping["amount"], codes(found)) == ("Amount", ["currency"])
    assert purchases(take(tmp_path, text)) == {"1": 40.0, "2": 20.0, "3": 60.0}


def test_what_goes_by_the_pieces_is_a_line(tmp_path):
    text = """
        Order,Date,Email,Product,Qty,Amount
        1,2024-01-05,ann@x.org,Tea,2,10.00
        1,2024-01-05,ann@x.org,Cup,2,10.00
        2,2024-01-06,ben@x.org,Pot,3,15.00
        2,2024-01-06,ben@x.org,Mug,3,15.00
        """
    found = detection(tmp_path, text)
    assert (found.mapping["amount"], codes(found)) == ("Amount", ["currency"])


UNDECIDED = """
    Order,Date,Email,Product,Total
    1,2024-01-05,ann@x.org,Tea,20.00
    1,2024-01-05,ann@x.org,Tea,20.00
    2,2024-01-06,ben@x.org,Cup,30.00
    """


def test_what_the_data_cannot_decide_is_asked(tmp_path):
    found = detection(tmp_path, UNDECIDED)
    question = next(q for q in found.questions if q.code == "amount_repeats")
    assert set(question.choices) == {"order_total", "amount"}
    fields = question.fields
    assert fields["column"] == "Total"
    assert (fields["orders"], fields["lines"]) == (1, 2)
    assert (fields["if_order_total"], fields["if_amount"]) == (20.0, 40.0)
    assert found.mapping[question.choices[0]] == "Total"


def test_the_sums_of_a_question_count_money_of_a_thousand_and_more(tmp_path):
    found = detection(tmp_path, UNDECIDED.replace("20.00", '"1,020.00"'))
    question = next(q for q in found.questions if q.code == "amount_repeats")
    fields = question.fields
    assert (fields["if_order_total"], fields["if_amount"]) == (1020.0, 2040.0)


@pytest.mark.parametrize(("field", "first"), [("order_total", 20.0), ("amount", 40.0)])
def test_the_answer_is_taken(tmp_path, field, first):
    mapping = {"order_id": "Order", "ordered_at": "Date", "email": "Email"}
    mapping |= {"product": "Product", field: "Total"}
    result = take(tmp_path, UNDECIDED, mapping=mapping)
    assert purchases(result) == {"1": first, "2": 30.0}
    assert codes(result.detection[0]) == ["currency"]
    assert_reconciles(result)


def test_orders_that_share_a_number_each_keep_their_total(tmp_path):
    text = REPEATED + (
        "1,2024-02-05,dan@x.org,Tea,2,25.00\n"
        "1,2024-02-05,dan@x.org,Cup,1,25.00\n"
        "1,2024-02-05,eve@x.org,Cup,1,7.00\n"
    )
    result = take(tmp_path, text)
    assert lines(result)["amount"].sum() == pytest.approx(40 + 25 + 7)
    assert len(purchases(result)) == 3  # numbers
    assert result.orders.run(result.orders.purchases)["amount"].sum() == 72


def test_a_repeated_refund_goes_back_once(tmp_path):
    text = """
        Order,Date,Email,Product,Qty,Order Total,Refunded Amount
        1,2024-01-05,ann@x.org,Tea,2,30.00,8.00
        1,2024-01-05,ann@x.org,Cup,1,30.00,8.00
        1,2024-01-05,ann@x.org,Pot,3,30.00,8.00
        2,2024-01-06,ben@x.org,Tea,1,5.00,
        """
    result = take(tmp_path, text)
    assert purchases(result) == {"1": 22.0, "2": 5.0}
    assert_reconciles(result)


def test_negative_totals_are_refunds_counted_once(tmp_path):
    text = REPEATED + (
        "1,2024-01-09,ann@x.org,Tea,2,-25.00\n1,2024-01-09,ann@x.org,Cup,1,-25.00\n"
    )
    result = take(tmp_path, text)
    assert purchases(result) == {"2": 5.0, "3": 10.0}
    assert_reconciles(result)


def test_merging_equal_lines_leaves_a_total_whole(tmp_path):
    text = REPEATED + "3,2024-01-07,cat@x.org,Tea,4,10.00\n"
    assert shares(take(tmp_path, text), 3) == [3.33, 3.33, 3.34]
    result = take(tmp_path, text, answers=Answers(merge_duplicates=True))
    assert shares(result, 3) == [5.0, 5.0]
    assert rows(result) == [(8, "merged", "equal_line")]
    assert_reconciles(result)


def test_a_file_uploaded_twice_changes_nothing(tmp_path):
    once, twice = take(tmp_path, REPEATED), take(tmp_path, REPEATED, REPEATED)
    assert purchases(twice) == purchases(once)
    assert twice.ledger.merged == 6
    assert_reconciles(twice)


def test_one_part_of_an_export_decides_for_the_others(tmp_path):
    sure = REPEATED.replace("Order Total", "Amount")
    unsure = """
        Order,Date,Email,Product,Qty,Amount
        7,2024-02-05,ann@x.org,Tea,2,12.00
        7,2024-02-05,ann@x.org,Cup,1,12.00
        """
    assert purchases(take(tmp_path, unsure)) == {"7": 24.0}
    result = take(tmp_path, sure, unsure)
    assert purchases(result) == {"1": 25.0, "2": 5.0, "3": 10.0, "7": 12.0}
