"""From bytes over recognition and answers to the order table, question by question."""

from __future__ import annotations

import pytest

import retention_core as rc
from retention_core.ingest.model import Answers, SheetAnswers
from retention_core.ingest.pipeline import build, recognise

NAME = "shop.csv"
HEAD = "Order ID;Customer ID;Order Date;Product;Amount;Currency\n"


def asked(folder, content: bytes, answers: Answers | None = None):
    """The open questions by their codes."""
    path = folder / "0"
    path.write_bytes(content)
    found = recognise([(path, NAME)], answers or Answers())
    return {question.code: question for question in found[0].questions}


def built(folder, content: bytes, answers: Answers):
    """The order table, opened from its folder, and the ledger."""
    path = folder / "0"
    path.write_bytes(content)
    assert asked(folder, content, answers) == {}
    ledger = build([(path, NAME)], answers, folder / "out").ledger
    orders = rc.open_orders(folder / "out")
    return orders.run(orders.table.order_by("order_id")), ledger


def of_sheet(**said) -> Answers:
    return Answers(sheets={NAME: SheetAnswers(**said)})


@pytest.mark.parametrize(
    ("day_first", "days"),
    [(True, ["2024-02-01", "2024-03-02"]), (False, ["2024-01-02", "2024-02-03"])],
)
def test_the_order_of_day_and_month(tmp_path, day_first, days):
    content = (
        HEAD + "1;ann;01/02/2024;Tea;5;EUR\n2;ann;02/03/2024;Tea;6;EUR\n"
    ).encode()
    question = asked(tmp_path, content)["day_first"]
    assert set(question.choices) == {True, False}
    table, _ = built(tmp_path, content, of_sheet(day_first=day_first))
    assert table["ordered_at"].dt.strftime("%Y-%m-%d").tolist() == days


@pytest.mark.parametrize(
    ("decimal", "amounts"), [(".", [1234.0, 12567.0]), (",", [1.234, 12.567])]
)
def test_the_decimal_sign(tmp_path, decimal, amounts):
    rows = "1;ann;2024-02-01;Tea;1,234;EUR\n2;ann;2024-02-03;Tea;12,567;EUR\n"
    content = (HEAD + rows).encode("cp1252")
    dotted = (HEAD + rows.replace(",", ".")).encode()
    assert asked(tmp_path, content) == {}
    assert set(asked(tmp_path, dotted)["decimal"].choices) == {".", ","}
    other = {".": ",", ",": "."}
    table, _ = built(tmp_path, dotted, of_sheet(decimal=other[decimal]))
    assert table["amount"].tolist() == amounts


@pytest.mark.parametrize(("what", "guests"), [("guest", 60), ("customer", 0)])
def test_a_key_that_is_a_giant(tmp_path, what, guests):
    rows = [f"{n:03};walk-in;2024-01-05;Tea;5;EUR\n" for n in range(60)]
    rows += [f"{n:03};p{n};2024-01-05;Tea;5;EUR\n" for n in range(60, 80)]
    content = (HEAD + "".join(rows)).encode("utf-16")
    question = asked(tmp_path, content)["giant_key"]
    assert question.fields["key"] == "walk-in"
    assert set(question.choices) == {"guest", "customer"}
    table, ledger = built(tmp_path, content, Answers(keys={"walk-in": what}))
    assert table["customer_id"].isna().sum() == guests
    assert (len(table), ledger.used) == (80, 80)


def test_guests_stay_in_revenue_and_are_nobody(tmp_path):
    rows = "1;ann;2024-01-05;Tea;5;EUR\n2;;2024-01-06;Tea;6;EUR\n"
    rows += "3;n/a;2024-01-07;Cup;7;EUR\n"
    table, ledger = built(tmp_path, (HEAD + rows).encode("utf-8-sig"), Answers())
    assert table["customer_id"].fillna("").tolist() == ["ann", "", ""]
    assert table["amount"].sum() == 18
    assert (ledger.used, ledger.set_aside, ledger.rejected) == (3, 0, 0)
    orders = rc.open_orders(tmp_path / "out")
    assert len(orders.run(orders.purchases)) == 3
    assert len(orders.run(orders.purchase_days)) == 1
    assert orders.run(orders.customers)["customer_id"].tolist() == ["ann"]


def test_the_column_of_the_amount(tmp_path):
    content = (
        b"Order ID,Customer ID,Order Date,Sales,Revenue,Currency\n"
        b"1,ann,2024-01-05,5,4,EUR\n2,ben,2024-01-06,7,6,EUR\n"
    )
    question = asked(tmp_path, content)["amount_column"]
    assert question.fields["fields"] == {"Sales": "amount", "Revenue": "amount"}
    mapping = {"order_id": "Order ID", "ordered_at": "Order Date"}
    mapping |= {"amount": "Revenue", "currency": "Currency"}
    table, _ = built(tmp_path, content, of_sheet(mapping=mapping))
    assert table["amount"].tolist() == [4, 6]


def test_the_currency(tmp_path):
    content = b"Order ID,Customer ID,Order Date,Amount\n1,ann,2024-01-05,5\n"
    assert asked(tmp_path, content)["currency"].fields == {"named": []}
    built(tmp_path, content, Answers(currency="SEK"))
    assert rc.open_orders(tmp_path / "out").currency == "SEK"
