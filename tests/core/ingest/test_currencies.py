"""Two currencies are never added up: one is used, the others wait or are converted."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest

from retention_core.ingest.build_errors import RateError
from retention_core.ingest.model import Answers, Ledger
from retention_core.ingest.pipeline import recognise
from tests.core.ingest.files import (
    assert_reconciles,
    lines,
    purchases,
    rows,
    take,
    write,
)
from tests.core.ingest.test_detect import codes, detection

TWO = """
    Order ID,Customer ID,Order Date,Product,Amount,Currency,Status
    1,ann,2024-01-05,Tea,10.00,EUR,paid
    2,ben,2024-01-06,Tea,20.00,CHF,paid
    3,cat,2024-01-07,Tea,30.00,EUR,paid
    4,dan,2024-01-08,Tea,40.00,chf,paid
    5,eve,2024-01-09,Tea,50.00,EUR,paid
    6,fay,2024-01-10,Tea,60.00,CHF,cancelled
    """


def currencies(result):
    found = result.ledger.currencies
    columns = ["currency", "rows", "amount", "rate"]
    found = found[columns].astype(object).where(found[columns].notna(), None)
    return list(found.itertuples(index=False, name=None))


def test_the_more_frequent_is_proposed(tmp_path):
    found = detection(tmp_path, TWO)
    assert codes(found) == ["currency"]
    assert found.questions[0].choices == ["EUR", "CHF"]
    assert found.questions[0].fields == {"named": ["EUR", "CHF"]}
    assert found.currencies == ["EUR", "CHF"]


def test_the_other_is_set_aside_with_its_money_in_its_own(tmp_path):
    result = take(tmp_path, TWO)
    assert purchases(result) == {"1": 10.0, "3": 30.0, "5": 50.0}
    assert rows(result) == [
        (3, "set_aside", "other_currency"),
        (5, "set_aside", "other_currency"),
        (7, "set_aside", "cancelled"),
    ]
    files = result.ledger.files
    assert files[["amount_in", "amount_used"]].to_numpy().tolist() == [[90.0, 90.0]]
    assert result.ledger.reasons["amount"].tolist() == [0.0, 0.0]
    assert currencies(result) == [("CHF", 2, 60.0, None)]
    assert_reconciles(result)


def test_the_user_picks_one(tmp_path):
    result = take(tmp_path, TWO, currency="CHF")
    assert purchases(result) == {"2": 20.0, "4": 40.0}
    assert currencies(result) == [("EUR", 3, 90.0, None)]
    assert_reconciles(result)


def test_a_rate_converts_and_is_kept(tmp_path):
    answers = Answers(currency="EUR", rates={"CHF": 1.05})
    result = take(tmp_path, TWO, answers=answers, into=tmp_path / "out")
    assert purchases(result) == {"1": 10, "2": 21, "3": 30, "4": 42, "5": 50}
    reasons = result.ledger.reasons.set_index("code")
    assert reasons.loc["converted", ["outcome", "rows", "amount"]].tolist() == [
        "repaired",
        2,
        63.0,
    ]
    assert reasons.loc["cancelled", "amount"] == 63.0
    assert currencies(result) == [("CHF", 2, 60.0, 1.05)]
    files = result.ledger.files
    assert files[["amount_in", "amount_used"]].to_numpy().tolist() == [[216.0, 153.0]]
    assert_reconciles(result)
    metadata = pq.read_metadata(tmp_path / "out" / "order_lines.parquet").metadata
    assert json.loads(metadata[b"kept"])["rates"] == {"CHF": 1.05}
    again = Answers.from_json((tmp_path / "out" / "answers.json").read_text("utf-8"))
    assert again == answers
    opened = Ledger.open(tmp_path / "out")
    assert opened.currencies["rate"].tolist() == [1.05]


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), float("inf")])
def test_a_rate_is_a_number_above_nothing(tmp_path, rate):
    with pytest.raises(RateError, match="CHF"):
        take(tmp_path, TWO, answers=Answers(currency="EUR", rates={"CHF": rate}))


ONE = """
    Order ID,Customer ID,Order Date,Product,Amount ({})
    {}1,ann,2024-01-05,Tea,10.00
    {}2,ben,2024-01-06,Tea,20.00
    """


def test_files_in_two_currencies_are_not_added_up_either(tmp_path):
    texts = ONE.format("EUR", "A", "A"), ONE.format("CHF", "B", "B")
    files = []
    for name, text in zip(("a.csv", "b.csv"), texts, strict=True):
        files.append((write(tmp_path, name, text), name))
    found = recognise(files, Answers())
    assert [codes(each) for each in found] == [["currency"], ["currency"]]
    assert {str(each.questions[0].choices) for each in found} == {"['EUR', 'CHF']"}
    result = take(tmp_path, *texts, currency="EUR")
    assert purchases(result) == {"A1": 10.0, "A2": 20.0}
    assert currencies(result) == [("CHF", 2, 30.0, None)]
    assert result.ledger.files["amount_in"].tolist() == [30.0, 0.0]
    assert_reconciles(result)
    converted = Answers(currency="EUR", rates={"CHF": 0.5})
    result = take(tmp_path, *texts, answers=converted)
    assert purchases(result) == {"A1": 10.0, "A2": 20.0, "B1": 5.0, "B2": 10.0}


def test_signs_in_the_cells_are_not_added_up_either(tmp_path):
    text = """
        Order ID,Customer ID,Order Date,Product,Amount
        1,ann,2024-01-05,Tea,€10.00
        2,ben,2024-01-06,Tea,CHF 20.00
        3,cat,2024-01-07,Tea,€30.00
        4,dan,2024-01-08,Tea,$40.00
        """
    found = detection(tmp_path, text)
    assert found.questions[0].choices == ["EUR", "CHF", "USD"]
    result = take(tmp_path, text)
    assert purchases(result) == {"1": 10.0, "3": 30.0}
    assert currencies(result) == [("CHF", 1, 20.0, None), ("USD", 1, 40.0, None)]
    assert_reconciles(result)


def test_the_discount_of_an_order_is_converted_with_it(tmp_path):
    text = """
        Name,Email,Financial Status,Currency,Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Refunded Amount
        #1,ann@x.org,paid,CHF,10.00,2024-01-05 10:00:00 +0100,1,Tea,30.00,4.00
        #1,ann@x.org,,,,,1,Cup,20.00,
        #2,ben@x.org,paid,EUR,0.00,2024-01-06 10:00:00 +0100,1,Tea,30.00,0
        """  # noqa: E501
    result = take(tmp_path, text, answers=Answers(currency="EUR", rates={"CHF": 2.0}))
    assert purchases(result) == {"#1": 72.0, "#2": 30.0}
    assert lines(result)["discount"].sum() == 20.0
    assert_reconciles(result)


def test_a_repeated_total_is_converted_once(tmp_path):
    text = """
        Order,Date,Email,Product,Qty,Order Total,Currency
        1,2024-01-05,ann@x.org,Tea,2,25.00,CHF
        1,2024-01-05,ann@x.org,Cup,1,25.00,CHF
        2,2024-01-06,ben@x.org,Tea,1,5.00,EUR
        3,2024-01-06,ben@x.org,Tea,1,5.00,EUR
        """
    result = take(tmp_path, text, answers=Answers(currency="EUR", rates={"CHF": 2.0}))
    assert purchases(result) == {"1": 50.0, "2": 5.0, "3": 5.0}


PLAIN = "Order ID,Customer ID,Order Date,Product,{},{}\n"


def shop(cells, amount="Amount", more="Note", beside=None):
    """A file whose amounts are written so."""
    return PLAIN.format(amount, more) + "".join(
        f"{n},c{n},2024-01-0{n + 1},Tea,{cell},{beside or 'x'}\n"
        for n, cell in enumerate(cells)
    )


@pytest.mark.parametrize(
    ("amount", "cells", "code"),
    [
        ("Amount", ["€5.50", "€6.50"], "EUR"),
        ("Amount", ["RM 5.50", "RM 6.50"], "MYR"),
        ("Amount", ["R$ 5.50", "R$ 6.50"], "BRL"),
        ("Amount", ["5.50 zł", "6.50 zł"], "PLN"),
        ("Amount", ["5.50 руб.", "6.50 руб."], "RUB"),
        ("Amount", ["US $5.50", "US $6.50"], "USD"),
        ("Amount", ["NT$550", "NT$650"], "TWD"),
        ("Amount", ["5.50 Kč", "6.50 Kč"], "CZK"),
        ("Amount", ["eur 5.50", "eur 6.50"], "EUR"),
        ("Amount (BRL)", ["5.50", "6.50"], "BRL"),
        ("Amount (€)", ["5.50", "6.50"], "EUR"),
        ("Amount, zł", ["5.50", "6.50"], "PLN"),
        ("金額(円)", ["550", "650"], "JPY"),
        ("金额(元)", ["550", "650"], "CNY"),
    ],
)
def test_signs_codes_and_headers_name_it(tmp_path, amount, cells, code):
    quoted = f'"{amount}"' if "," in amount else amount
    found = detection(tmp_path, shop(cells, quoted))
    assert "currency" not in codes(found)
    assert found.currency == code


@pytest.mark.parametrize(
    ("cells", "first"),
    [
        (["$5.50", "$6.50"], "USD"),
        (["¥550", "¥650"], "JPY"),
        (["5.50 kr", "6.50 kr"], "SEK"),
        (["Rs. 550", "Rs. 650"], "INR"),
    ],
)
def test_a_sign_that_several_share_is_asked_about(tmp_path, cells, first):
    found = detection(tmp_path, shop(cells))
    asked = next(q for q in found.questions if q.code == "currency")
    assert asked.choices[0] == first
    assert asked.fields["named"] == []
    assert len(asked.choices) > 1


@pytest.mark.parametrize(
    ("cells", "country", "code"),
    [
        (["$5.50", "$6.50"], "Canada", "CAD"),
        (["5.50 kr", "6.50 kr"], "NO", "NOK"),
        (["5.50 kr", "6.50 kr"], "Danmark", "DKK"),
    ],
)
def test_the_country_says_whose_it_is(tmp_path, cells, country, code):
    found = detection(tmp_path, shop(cells, more="Country", beside=country))
    assert found.currency == code


@pytest.mark.parametrize(
    ("product", "code"), [("お茶セット", "JPY"), ("绿茶套装标题", "CNY")]
)
def test_the_script_tells_yen_from_yuan(tmp_path, product, code):
    found = detection(tmp_path, shop(["¥550", "￥650"]).replace("Tea", product))
    assert found.currency == code


def test_the_user_knows_better_whose_dollars_they_are(tmp_path):
    text = shop(["$5.50", "$6.50"], more="Country", beside="Canada")
    result = take(tmp_path, text, currency="AUD")
    assert purchases(result) == {"0": 5.5, "1": 6.5}
    assert result.ledger.reasons.empty


def test_a_column_may_hold_signs_words_and_small_letters(tmp_path):
    text = shop(["5.50"], more="Currency", beside="€")
    text += "1,c1,2024-01-02,Tea,6.50,eur\n2,c2,2024-01-03,Tea,7.50,Euro\n"
    text += "3,c3,2024-01-04,Tea,8.50,zł\n"
    found = detection(tmp_path, text)
    assert found.currencies == ["EUR", "PLN"]
    result = take(tmp_path, text)
    assert purchases(result) == {"0": 5.5, "1": 6.5, "2": 7.5}
    assert currencies(result) == [("PLN", 1, 8.5, None)]
