"""Refunds, rule by rule (definitions.md §1)."""

from __future__ import annotations

import pytest

from tests.core.ingest.files import assert_reconciles, lines, purchases, take

HEAD = "Order ID,Customer ID,Order Date,Product,Quantity,Amount\n"


def refunds(result):
    found = lines(result)
    found = found[found["refunded_at"].notna()]
    numbers = [each.split("|")[0] for each in found["order_id"]]
    days = found["ordered_at"].dt.strftime("%m-%d")
    return list(zip(numbers, days, found["amount"], strict=True))


def test_a_refund_that_names_its_order_belongs_to_it(tmp_path):
    result = take(
        tmp_path,
        HEAD
        + "1,ann,2024-01-05,Tea,1,20\n"
        + "2,ann,2024-02-05,Tea,1,20\n"
        + "1,ann,2024-03-01,Tea,-1,-5\n",
    )
    assert purchases(result) == {"1": 15.0, "2": 20.0}
    assert refunds(result) == [("1", "01-05", -5.0)]
    assert lines(result)["refunded_at"].dropna().dt.month.tolist() == [3]
    assert_reconciles(result)


def test_of_several_orders_with_the_number_the_latest_not_after_the_refund(tmp_path):
    result = take(
        tmp_path,
        HEAD
        + "1,ann,2024-01-05,Tea,1,20\n"
        + "1,ann,2024-01-15,Tea,1,20\n"
        + "1,ann,2024-02-05,Tea,1,20\n"
        + "1,ann,2024-01-20,Tea,-1,-5\n",
    )
    assert refunds(result) == [("1", "01-15", -5.0)]


def test_a_number_of_another_customer_is_not_named(tmp_path):
    result = take(
        tmp_path,
        HEAD
        + "1,ann,2024-01-05,Tea,1,20\n"
        + "2,ben,2024-01-06,Tea,1,20\n"
        + "1,ben,2024-01-20,Tea,-1,-20\n",
    )
    assert purchases(result) == {"1": 20.0}
    assert refunds(result) == [("2", "01-06", -20.0)]


def test_a_credit_note_holds_the_number_of_its_order(tmp_path):
    result = take(
        tmp_path,
        HEAD
        + "1001,ann,2024-01-05,Tea,1,20\n"
        + "1002,ann,2024-01-15,Tea,1,20\n"
        + "C1001,ann,2024-01-20,Tea,-1,-20\n",
    )
    assert purchases(result) == {"1002": 20.0}


def test_an_unnamed_refund_is_of_the_latest_earlier_line_of_the_product(tmp_path):
    result = take(
        tmp_path,
        HEAD
        + "1,ann,2024-01-05,Tea,1,20\n"
        + "2,ann,2024-01-10,Tea,1,20\n"
        + "3,ann,2024-01-12,Cup,1,20\n"
        + "4,ann,2024-02-10,Tea,1,20\n"
        + "C9,ann,2024-01-20,Tea,-1,-20\n",
    )
    assert purchases(result) == {"1": 20.0, "3": 20.0, "4": 20.0}


def test_what_exceeds_the_line_stays_unmatched_on_its_own_day(tmp_path):
    result = take(
        tmp_path,
        HEAD
        + "1,ann,2024-01-05,Tea,1,20\n"
        + "2,ann,2024-01-10,Tea,2,12\n"
        + "C9,ann,2024-01-20,Tea,-5,-50\n",
    )
    assert purchases(result) == {"1": 20.0}
    assert refunds(result) == [("2", "01-10", -12.0), ("C9", "01-20", -38.0)]
    unmatched = result.ledger.reasons.query("code == 'refund_unmatched'")
    assert unmatched[["rows", "amount"]].values.tolist() == [[1, -38.0]]
    quantities = lines(result).query("amount < 0")["quantity"]
    assert quantities.sum() == pytest.approx(-5)
    assert_reconciles(result)


def test_a_line_counts_with_what_is_left_to_refund(tmp_path):
    result = take(
        tmp_path,
        HEAD
        + "1,ann,2024-01-05,Tea,1,20\n"
        + "2,ann,2024-01-10,Tea,1,20\n"
        + "C8,ann,2024-01-20,Tea,-1,-20\n"
        + "C9,ann,2024-01-21,Tea,-1,-20\n",
    )
    assert purchases(result) == {}
    assert sorted(refunds(result)) == [("1", "01-05", -20.0), ("2", "01-10", -20.0)]


def test_unnamed_refunds_of_guests_stay_unmatched(tmp_path):
    result = take(
        tmp_path,
        HEAD + "1,,2024-01-05,Tea,1,20\nC9,,2024-01-21,Tea,-1,-20\n",
    )
    assert purchases(result) == {"1": 20.0}
    assert refunds(result) == [("C9", "01-21", -20.0)]


def test_a_refund_never_makes_an_order(tmp_path):
    result = take(
        tmp_path, HEAD + "1,ann,2024-01-05,Tea,1,20\nC9,ben,2024-01-21,Tea,-1,-9\n"
    )
    assert purchases(result) == {"1": 20.0}


def test_an_order_that_cost_nothing_is_a_purchase(tmp_path):
    result = take(tmp_path, HEAD + "1,ann,2024-01-05,Tea,1,0\n")
    assert purchases(result) == {"1": 0.0}


def test_ignored_refunds_are_set_aside(tmp_path):
    text = HEAD + "1,ann,2024-01-05,Tea,1,20\n1,ann,2024-03-01,Tea,-1,-20\n"
    result = take(tmp_path, text, refunds="ignore")
    assert purchases(result) == {"1": 20.0}
    assert result.ledger.reasons["code"].tolist() == ["refund_ignored"]
    assert_reconciles(result)


def test_a_row_type_says_refund_where_the_amount_is_positive(tmp_path):
    result = take(
        tmp_path,
        """
        Receipt number,Receipt type,Date,Customer,Item,Quantity,Net sales
        1,Sale,2024-01-05,ann,Tea,1,20.00
        2,Sale,2024-01-06,ann,Cup,1,7.00
        2,Refund,2024-01-09,ann,Cup,1,7.00
        """,
    )
    assert purchases(result) == {"1": 20.0}


def test_a_refund_column_is_of_its_order(tmp_path):
    result = take(
        tmp_path,
        """
        Order ID,Customer ID,Order Date,Order Total,Refunded Amount,Refund Date
        1,ann,2024-01-05,20.00,5.00,2024-02-01
        2,ben,2024-01-06,30.00,30.00,2024-02-02
        3,cat,2024-01-07,40.00,0.00,
        """,
    )
    assert purchases(result) == {"1": 15.0, "3": 40.0}
    assert lines(result)["refunded_at"].dropna().dt.month.tolist() == [2, 2]
    assert_reconciles(result)


def test_a_refund_repeated_on_every_line_is_said_once(tmp_path):
    result = take(
        tmp_path,
        """
        Order ID,Customer ID,Order Date,Product,Amount,Refunded Amount
        1,ann,2024-01-05,Tea,20.00,25.00
        1,ann,2024-01-05,Cup,20.00,25.00
        2,ben,2024-01-06,Cup,20.00,0
        """,
    )
    assert purchases(result) == {"1": 15.0, "2": 20.0}


def test_a_status_refunds_the_whole_row(tmp_path):
    result = take(
        tmp_path,
        """
        Order ID,Customer ID,Order Date,Amount,Status
        1,ann,2024-01-05,20.00,Completed
        2,ben,2024-01-06,30.00,Refunded
        3,cat,2024-01-07,40.00,Cancelled
        """,
    )
    assert purchases(result) == {"1": 20.0}
    assert result.ledger.set_aside == 1
    assert_reconciles(result)


def test_write_offs_of_stock_are_no_orders(tmp_path):
    result = take(
        tmp_path,
        """
        InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID
        1,T1,Tea,2,2024-01-05 10:00,3.50,17850.0
        2,T1,,-50,2024-01-06 10:00,0.00,
        """,
    )
    assert purchases(result) == {"1": 7.0}
    assert result.ledger.reasons["code"].tolist() == ["write_off"]


def test_a_refund_goes_to_the_order_of_its_own_customer(tmp_path):
    """Two shops' files have one number on one day: a customer's and a guest's."""
    ann = HEAD + "6,ann,2024-01-17,Tea,1,5\n6,ann,2024-01-20,Tea,-1,-5\n"
    guest = HEAD + "6,,2024-01-17,Tea,2,8\n6,,2024-01-20,Tea,-1,-4\n"
    for texts in ((ann, guest), (guest, ann)):
        orders = take(tmp_path, *texts).orders
        found = orders.run(orders.purchases)
        assert found["amount"].tolist() == [4.0]
        assert found["customer_id"].isna().all()


def test_a_refund_does_not_make_a_customer_of_a_guest(tmp_path):
    rows = "6,,2024-01-17,Tea,2,8\n6,ann,2024-01-20,Tea,-1,-4\n"
    orders = take(tmp_path, HEAD + rows).orders
    assert orders.run(orders.purchases)["customer_id"].isna().all()


@pytest.mark.parametrize(("back", "left"), [(-20, {"2": 30.0}), (-5, {"1": 15.0})])
def test_a_state_does_not_refund_an_order_that_refund_rows_name(tmp_path, back, left):
    result = take(
        tmp_path,
        HEAD.replace("\n", ",Status\n")
        + "1,ann,2024-01-05,Tea,1,20,Refunded\n"
        + "2,ann,2024-02-05,Tea,1,30,Paid\n"
        + f"1,ann,2024-03-01,Tea,-1,{back},Refunded\n",
    )
    assert purchases(result) == {"2": 30.0} | left
    assert refunds(result) == [("1", "01-05", back)]
    assert_reconciles(result)


def test_an_amount_beside_the_order_and_a_row_of_it_are_one_refund(tmp_path):
    result = take(
        tmp_path,
        HEAD.replace("\n", ",Refunded Amount\n")
        + "1,ann,2024-01-05,Tea,1,20,5\n"
        + "2,ann,2024-02-05,Tea,1,30,4\n"
        + "1,ann,2024-03-01,Tea,-1,-5,\n",
    )
    assert purchases(result) == {"1": 15.0, "2": 26.0}
    assert_reconciles(result)
