"""Keys, overlapping files, and the laws that hold however files are cut."""

from __future__ import annotations

import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retention_core.ingest.model import Answers
from tests.core.ingest.files import assert_reconciles, lines, purchases, rows, take

HEAD = "Order ID,Customer ID,Order Date,Product,Quantity,Amount"


def order_ids(result):
    return set(lines(result)["order_id"])


def test_a_number_that_comes_again_on_another_day_is_another_order(tmp_path):
    result = take(
        tmp_path,
        """
        Receipt,Customer ID,Date,Item,Amount
        1,ann,2024-01-05,Tea,5
        1,ann,2024-01-05,Cup,5
        1,ann,2024-01-06,Tea,5
        1,ben,2024-01-06,Tea,5
        """,
    )
    assert len(order_ids(result)) == 3


def test_two_shops_both_have_number_one(tmp_path):
    result = take(
        tmp_path,
        """
        Receipt,Shop,Customer ID,Date,Item,Amount
        1,North,ann,2024-01-05,Tea,5
        1,South,ann,2024-01-05,Tea,5
        """,
    )
    assert len(order_ids(result)) == 2
    assert result.orders.dimensions == ["store"]


def test_without_a_number_customer_and_time_make_one_and_the_ledger_says_so(tmp_path):
    result = take(
        tmp_path,
        """
        Customer ID,Date,Amount
        ann,2024-01-05 10:00,5
        ann,2024-01-05 10:00,6
        ann,2024-01-05 11:00,7
        ,2024-01-07,8
        ,2024-01-07,8
        """,
    )
    assert len(order_ids(result)) == 4
    reasons = result.ledger.reasons.set_index("code")["rows"]
    assert reasons.to_dict() == {"no_order_number": 5, "equal_line": 1}


def test_the_ladder_of_customer_keys(tmp_path):
    result = take(
        tmp_path,
        """
        Order ID,Customer ID,Email,Phone,Date,Amount
        1,7,ann@x.org,,2024-01-05,5
        2,,Ben@X.org ,,2024-01-06,5
        3,,,+49 151 555 777,2024-01-07,5
        4,,,,2024-01-08,5
        """,
    )
    keys = lines(result).set_index("ordered_at")["customer_id"]
    assert keys.iloc[:3].tolist() == ["7", "ben@x.org", "49151555777"]
    assert pd.isna(keys.iloc[3])


@pytest.mark.parametrize("label", [",,,Gesamt:", ",,Gesamt:,", ",,,"])
def test_a_sum_below_the_orders_is_no_line_of_the_last(tmp_path, label):
    text = f"""
        Rechnungsnummer,Datum,E-Mail,Artikel,Stück,Rabatt,Summe
        R-1,2024-01-13,ann@x.de,Tee,1,,5.50
        R-1,,,Brot,2,,7.25
        R-2,2024-01-14,ben@x.de,Brot,1,,3.25
        ,{label},,16.00
        """
    result = take(tmp_path, text)
    assert lines(result)["amount"].sum() == 16.0
    assert len(rows(result)) == 1


def test_cells_are_filled_down_before_the_key_is_made(tmp_path):
    result = take(
        tmp_path,
        """
        Order ID,Customer ID,Order Date,Item,Amount
        1,ann,2024-01-05,Tea,5
        1,,,Cup,6
        ,,,Pot,7
        2,ben,2024-01-06,Tea,5
        """,
    )
    assert purchases(result) == {"1": 18.0, "2": 5.0}
    assert result.ledger.repaired == 2
    assert_reconciles(result)


def test_a_line_without_a_customer_takes_that_of_its_order(tmp_path):
    result = take(
        tmp_path,
        """
        Order ID,Customer ID,Order Date,Item,Amount
        1,ann,2024-01-05,Tea,5
        1,,2024-01-05,Cup,6
        """,
    )
    assert purchases(result) == {"1": 11.0}
    assert lines(result)["customer_id"].tolist() == ["ann", "ann"]


def test_an_order_is_taken_whole_from_the_file_whose_last_order_is_later(tmp_path):
    older = """
        Order ID,Customer ID,Order Date,Product,Amount,Status
        1,ann,2024-01-05,Tea,5,paid
        2,ben,2024-01-06,Tea,5,paid
        2,ben,2024-01-06,Cup,9,paid
        """
    newer = """
        Order ID,Customer ID,Order Date,Product,Amount,Status
        2,ben,2024-01-06,Tea,4,paid
        2,ben,2024-01-06,Cup,9,paid
        3,cat,2024-01-07,Tea,5,cancelled
        """
    for texts in ((older, newer), (newer, older)):
        result = take(tmp_path, *texts)
        assert purchases(result) == {"1": 5.0, "2": 13.0}
        codes = {(outcome, code) for _, outcome, code in rows(result)}
        assert codes == {
            ("merged", "same_line"),
            ("set_aside", "older_version"),
            ("set_aside", "cancelled"),
        }
        assert_reconciles(result)


def test_cancelled_in_the_newer_file_is_cancelled(tmp_path):
    head = "Order ID,Customer ID,Order Date,Amount,Status\n"
    older = head + "1,ann,2024-01-05,5,paid\n2,ben,2024-01-06,5,paid\n"
    newer = head + "2,ben,2024-01-06,5,cancelled\n3,cat,2024-01-09,5,paid\n"
    result = take(tmp_path, older, newer)
    assert purchases(result) == {"1": 5.0, "3": 5.0}


def test_unnumbered_lines_keep_the_larger_multiplicity(tmp_path):
    head = "Customer ID,Date,Amount\n"
    coffee = "ann,2024-01-05,3\n"
    result = take(tmp_path, head + coffee * 2, head + coffee * 3)
    assert len(lines(result)) == 3
    assert result.ledger.merged == 2
    assert_reconciles(result)


def test_equal_lines_of_one_file_stay_until_merged(tmp_path):
    text = HEAD + "\n" + "1,ann,2024-01-05,Coffee,1,3\n" * 2
    assert purchases(take(tmp_path, text)) == {"1": 6.0}
    merged = take(tmp_path, text, answers=Answers(merge_duplicates=True))
    assert purchases(merged) == {"1": 3.0}
    assert_reconciles(merged)


# Laws ------------------------------------------------------------------------------

DAYS = st.integers(1, 28).map(lambda day: f"2024-01-{day:02}")


@st.composite
def exports(draw):
    """Whole orders, each with a number, a customer or none, and up to three lines."""
    found = []
    for number in range(draw(st.integers(1, 12))):
        customer = draw(st.sampled_from(["ann", "ben", "cat", ""]))
        day = draw(DAYS)
        found.append(
            [
                f"{number},{customer},{day},{product},{quantity},{quantity * 5}"
                for product, quantity in draw(
                    st.lists(
                        st.tuples(
                            st.sampled_from(["Tea", "Cup"]),
                            st.sampled_from([1, 2, 3, -1, -2]),
                        ),
                        min_size=1,
                        max_size=3,
                    )
                )
            ]
        )
    return found


def text_of(orders):
    return "\n".join([HEAD, *(line for order in orders for line in order)]) + "\n"


def ingested(*texts):
    with TemporaryDirectory() as folder:
        result = take(Path(folder), *texts)
        assert_reconciles(result)
        return lines(result), result.orders.as_of


def same(left, right):
    pd.testing.assert_frame_equal(left[0], right[0], check_exact=False)
    assert left[1] == right[1]


@settings(max_examples=6)
@given(exports())
def test_uploading_twice_changes_nothing(orders):
    text = text_of(orders)
    same(ingested(text, text), ingested(text))


@settings(max_examples=6)
@given(exports(), st.data())
def test_splitting_between_orders_changes_nothing(orders, data):
    cut = data.draw(st.integers(0, len(orders)))
    parts = [text_of(part) for part in (orders[:cut], orders[cut:]) if part]
    same(ingested(*parts), ingested(text_of(orders)))


@settings(max_examples=6)
@given(exports(), st.integers(0, 99))
def test_the_order_of_rows_changes_nothing(orders, seed):
    mixed = [line for order in orders for line in order]
    random.Random(seed).shuffle(mixed)  # noqa: S311
    same(ingested(text_of([mixed])), ingested(text_of(orders)))


@settings(max_examples=6)
@given(exports(), exports())
def test_the_order_of_files_changes_nothing(one, other):
    texts = text_of(one), text_of(other)
    same(ingested(*texts), ingested(*reversed(texts)))


def test_whichever_refund_takes_the_rest_of_a_sale_does_not_go_by_the_file():
    guests = [["2,,2024-01-11,Tea,-2,-10", "2,,2024-01-11,Tea,-1,-5"]]
    anns = [["2,ann,2024-01-11,Tea,-1,-5", "2,ann,2024-01-11,Tea,1,5"]]
    more = [["3,ann,2024-01-01,Tea,2,10", "3,ann,2024-01-01,Tea,1,5"]]
    texts = text_of(guests + more), text_of(anns + more)
    same(ingested(*texts), ingested(*reversed(texts)))


@pytest.mark.parametrize("times", [1, 2])
def test_the_ledger_counts_every_row(tmp_path, times):
    text = """
        Order ID,Customer ID,Order Date,Product,Amount
        1,ann,2024-01-05,Tea,5
        ,,,,
        2,ann,soon,Tea,5
        3,ann,1901-01-01,Tea,5
        4,ann,2024-01-06,Tea,lots
        5,ann,2024-01-06,Tea,9e15
        6,ann,,Tea,5
        7,ann,2024-01-06,Tea,
        8,ann,2024-01-06,Tea,nan
        Order ID,Customer ID,Order Date,Product,Amount
        Total,,,,500
        """
    result = take(tmp_path, *[text] * times)
    assert_reconciles(result)
    assert result.ledger.rows_in == 11 * times
    codes = {row: code for row, _, code in rows(result) if code != "same_line"}
    assert codes == {
        3: "blank_row",
        4: "date_unreadable",
        5: "date_implausible",
        6: "amount_unreadable",
        7: "amount_implausible",
        8: "date_missing",
        9: "amount_missing",
        10: "amount_unreadable",
        11: "repeated_header",
        12: "total_row",
    }
