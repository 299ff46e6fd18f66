"""What rows say of each other: headings, totals, numbers that go on, states, cents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import retention_core as rc
from retention_core.ingest.model import Answers, SheetAnswers
from retention_core.ingest.pipeline import recognise

if TYPE_CHECKING:
    from pathlib import Path

    from retention_core.ingest.model import Detection, Question, Result

DAYS = [f"2024-{month:02d}-{day:02d}" for month in range(1, 6) for day in (3, 17)]


def read(tmp_path: Path, text: str, **said: object) -> Result:
    path = tmp_path / "sales.csv"
    path.write_text(text, encoding="utf-8")
    sheets = {"sales.csv": SheetAnswers(**said)} if said else {}
    return rc.ingest([path], currency="EUR", answers=Answers(sheets=sheets))


def seen(tmp_path: Path, text: str) -> Detection:
    path = tmp_path / "sales.csv"
    path.write_text(text, encoding="utf-8")
    return recognise([(path, "sales.csv")], Answers())[0]


def asked(detection: Detection, code: str) -> list[Question]:
    return [each for each in detection.questions if each.code == code]


def grouped(header: str = "Client") -> str:
    rows = [f"{header};Date;Invoice;Item;Amount"]
    for place, name in enumerate(("Ann Archer", "Bob Braun", "Cara Diaz")):
        rows.append(f"{name};;;;30.00")
        rows += [
            f";{DAYS[place + n]};R{place}{n};{item};10.00"
            for n, item in enumerate(("Mug", "Pen", "Mug"))
        ]
    return "\n".join([*rows, "Total;;;;90.00"])


def test_customers_that_stand_above_their_rows(tmp_path):
    result = read(tmp_path, grouped())
    lines = result.orders.run(result.orders.table)
    assert set(lines["customer_id"]) == {"Ann Archer", "Bob Braun", "Cara Diaz"}
    assert lines["amount"].sum() == 90
    codes = result.ledger.reasons.set_index("code")["rows"]
    assert codes["group_row"] == 3
    assert codes["total_row"] == 1


def test_headings_without_a_name_are_asked_about(tmp_path):
    found = seen(tmp_path, grouped(""))
    fields = [each.fields["field"] for each in asked(found, "column")]
    assert "customer_id" in fields
    rest = {k: v for k, v in found.mapping.items() if k != "customer_id"}
    result = read(tmp_path, grouped(""), mapping=rest)
    lines = result.orders.run(result.orders.table)
    assert lines["customer_id"].isna().all()
    assert lines["amount"].sum() == 90


def test_a_total_below_an_unmapped_column_is_set_aside(tmp_path):
    rows = [f"{day};R{n};C{n % 3};note;10.00" for n, day in enumerate(DAYS)]
    text = "\n".join(
        ["Date;Invoice;Customer ID;Remark;Amount", *rows, ";;;Total général;100.00"]
    )
    result = read(tmp_path, text)
    assert result.orders.run(result.orders.table)["amount"].sum() == 100
    codes = result.ledger.reasons.set_index("code")["rows"]
    assert codes["total_row"] == 1


def test_of_two_numbers_the_one_on_every_row_of_an_order(tmp_path):
    rows = ["Id,Name,Created at,Email,Lineitem name,Lineitem quantity,Lineitem price"]
    for n, day in enumerate(DAYS):
        who = f"p{n % 4}@example.com"
        rows.append(f"45010{n:02d},#10{n:02d},{day},{who},Mug,1,10.00")
        rows.append(f",#10{n:02d},{day},{who},Pen,1,5.00")
    found = seen(tmp_path, "\n".join(rows))
    assert found.mapping["order_id"] == "Name"


@pytest.mark.parametrize(
    ("header", "questions"), [("Status", 1), ("Payment status", 0)]
)
def test_pending_is_asked_about_unless_it_is_of_the_payment(
    tmp_path, header, questions
):
    rows = [
        f"R{n},{day},C{n % 3},{'pending' if n == 4 else 'completed'},10.00"
        for n, day in enumerate(DAYS)
    ]
    text = "\n".join([f"Order ID,Order date,Customer ID,{header},Total", *rows])
    assert len(asked(seen(tmp_path, text), "status")) == questions
    sales = read(tmp_path, text).orders
    assert sales.run(sales.table)["amount"].sum() == (100 if questions else 90)


def test_money_that_went_back_by_a_second_state(tmp_path):
    rows = [
        f"R{n},{day},C{n % 3},shipped,{'refunded' if n == 4 else 'paid'},10.00"
        for n, day in enumerate(DAYS)
    ]
    text = "\n".join(["Order ID,Order date,Customer ID,Status,Payment,Total", *rows])
    sales = read(tmp_path, text).orders
    assert sales.run(sales.table)["amount"].sum() == 90


@pytest.mark.parametrize(
    ("header", "whole"),
    [("amount_cents", 1), ("Сумма, коп.", 1), ("金额(分)", 1), ("amount", 100)],
)
def test_hundredths_under_a_header_that_says_so(tmp_path, header, whole):
    rows = [f"R{n};{day};C{n % 3};{1000 + n}" for n, day in enumerate(DAYS)]
    text = "\n".join([f"Order ID;Order date;Customer ID;{header}", *rows])
    sales = read(tmp_path, text).orders
    assert sales.run(sales.table)["amount"].sum() == pytest.approx(100.45 * whole)


def test_first_and_last_names_are_one_customer(tmp_path):
    people = [("Ann", "Archer"), ("Ann", "Braun"), ("Cara", "Braun")]
    rows = [
        f"R{n},{day},{people[n % 3][0]},{people[n % 3][1]},10.00"
        for n, day in enumerate(DAYS)
    ]
    text = "\n".join(["Order ID,Order date,First name,Last name,Total", *rows])
    sales = read(tmp_path, text).orders
    assert set(sales.run(sales.table)["customer_id"]) == {
        " ".join(each) for each in people
    }
