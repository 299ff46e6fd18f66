"""The decimal sign of each column, by its own cells and by what they add up to."""

from __future__ import annotations

from retention_core.ingest.model import Answers, SheetAnswers
from retention_core.ingest.pipeline import recognise
from tests.core.ingest.files import lines, take, write

HEAD = "Order ID;Customer;Order Date;Product;Quantity;Price;Line Total;Currency\n"


def only(folder, text):
    return recognise([(write(folder, "0.csv", text), "0.csv")], Answers())[0]


def text(*rows, head=HEAD):
    return head + "".join(
        f"{n};c{n};2024-01-{n + 1:02};Tea;{row}\n" for n, row in enumerate(rows)
    )


def asks(detection):
    return any(question.code == "decimal" for question in detection.questions)


def test_each_column_goes_by_its_own_cells(tmp_path):
    content = text(
        "1.500;1.234,56;1851.84;EUR", "2.25;10,50;23.625;EUR", "3;7,20;21.6;EUR"
    )
    found = only(tmp_path, content)
    assert found.decimal_of("unit_price") == ","
    assert found.decimal_of("quantity") == "."
    assert not asks(found)
    result = take(tmp_path, content)
    assert lines(result)["amount"].tolist() == [1851.84, 23.625, 21.6]
    assert lines(result)["quantity"].tolist() == [1.5, 2.25, 3.0]


def test_a_plain_point_in_a_column_of_commas_is_a_point(tmp_path):
    content = text("1;10,50;10,50;EUR", "1;12,25;12,25;EUR", "1;9.75;9.75;EUR")
    assert lines(take(tmp_path, content))["amount"].tolist() == [10.5, 12.25, 9.75]


def test_price_times_quantity_decides(tmp_path):
    content = text("3;500;1.500;EUR", "4;300;1.200;EUR", "2;700;1.400;EUR")
    assert not asks(only(tmp_path, content))
    assert lines(take(tmp_path, content))["amount"].tolist() == [1500, 1200, 1400]
    content = text("0.5;2.5;1.250;EUR", "0.5;5;2.500;EUR", "0.5;3;1.500;EUR")
    assert lines(take(tmp_path, content))["amount"].tolist() == [1.25, 2.5, 1.5]


ALONE = "Order ID;Customer;Order Date;Product;Amount;Currency\n"


def test_what_stays_open_is_asked(tmp_path):
    content = text("1.234;EUR", "12.567;EUR", head=ALONE)
    assert asks(only(tmp_path, content))
    mixed = text("1.234;EUR", "12.50;EUR", "12,75;EUR", head=ALONE)
    assert asks(only(tmp_path, mixed))


def test_the_answer_holds_for_the_open_cells(tmp_path):
    content = text("1.234;EUR", "12.50;EUR", "12,75;EUR", head=ALONE)
    answers = Answers(sheets={"0.csv": SheetAnswers(decimal=",")})
    result = take(tmp_path, content, answers=answers)
    assert lines(result)["amount"].tolist() == [1234.0, 12.5, 12.75]


def test_money_without_cents_is_in_thousands(tmp_path):
    content = text("Rp15.000;IDR", "Rp250.000;IDR", head=ALONE)
    assert not asks(only(tmp_path, content))
    assert lines(take(tmp_path, content))["amount"].tolist() == [15000, 250000]


def test_who_writes_950_writes_thousands(tmp_path):
    content = text("950;EUR", "1.500;EUR", "12.250;EUR", head=ALONE)
    assert not asks(only(tmp_path, content))
    assert lines(take(tmp_path, content))["amount"].tolist() == [950, 1500, 12250]


def test_forms_through_the_front_door(tmp_path):
    cells = [
        "-$12.00",
        "$1,149.00",
        "($33.62)",
        "１，２００",
        "12.50-",
        "−12",
        "1'234.50",
    ]
    amounts = [-12.0, 1149.0, -33.62, 1200.0, -12.5, -12.0, 1234.5]
    content = text(*(f"{cell};USD" for cell in cells), head=ALONE)
    result = take(tmp_path, content)
    found = lines(result).sort_values("ordered_at")["amount"]
    assert found.tolist() == amounts
    cells = ["1.234,56 €", "116,99 €", "1 234,56", "70,48", "1.500.000", "12,–"]
    amounts = [1234.56, 116.99, 1234.56, 70.48, 1_500_000.0, 12.0]
    result = take(tmp_path, text(*(f"{cell};EUR" for cell in cells), head=ALONE))
    found = lines(result).sort_values("ordered_at")["amount"]
    assert found.tolist() == amounts


def test_what_is_no_number_is_said_to_be_none(tmp_path):
    cells = ["12.00", "13.00", "14.00", "15.00", "16.00", "123 CR", "1.2k", "3 млн"]
    result = take(tmp_path, text(*(f"{cell};USD" for cell in cells), head=ALONE))
    reasons = result.ledger.reasons.set_index("code")
    assert reasons.loc["amount_unreadable", "rows"] == 3
