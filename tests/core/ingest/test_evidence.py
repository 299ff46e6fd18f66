"""What columns say of themselves and of each other where their names do not."""

from __future__ import annotations

import random

import pytest

from retention_core.ingest.meanings import meanings
from retention_core.ingest.model import Answers, SheetAnswers
from retention_core.ingest.pipeline import recognise
from tests.core.ingest.files import lines, take, write


def rows(seed=1, orders=60):
    """Order, day, customer, product, pieces, price, a row a line."""
    chance = random.Random(seed)  # noqa: S311
    goods = {"Tea": 4.5, "Cup": 12.9, "Pot": 39.0, "Tray": 18.4, "Spoon": 2.75}
    found = []
    for number in range(orders):
        who = f"K{chance.randrange(20) + 100}"
        day = f"2024-{1 + number // 28:02d}-{1 + number % 28:02d}"
        for name in chance.sample(list(goods), chance.randint(1, 3)):
            pieces = chance.randint(1, 3)
            found.append((f"B-{7001 + number}", day, who, name, pieces, goods[name]))
    return found


def text(head, cells):
    return "\n".join([head, *(",".join(map(str, each)) for each in cells)]) + "\n"


def found(folder, content, answers=None):
    path = write(folder, "file.csv", content)
    return recognise([(path, path.name)], answers or Answers())[0]


def questions(detection, code):
    return [each for each in detection.questions if each.code == code]


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("Auftragsdatum", "ordered_at"),
        ("Betr.", "amount"),
        ("Line Amount Excl. VAT", "amount"),
        ("Order Lines/Product", "product"),
        ("注文者メールアドレス", "email"),
        ("Wartosc netto", "amount"),
        ("Sipariş Numarası", "order_id"),
        ("Ihre Kundennr.", "customer_id"),
    ],
)
def test_a_name_is_understood_by_its_parts(name, field):
    told = meanings(name)
    assert max(told, key=lambda each: told[each]) == field
    assert told[field] >= 0.5


@pytest.mark.parametrize(
    "name", ["Ship date", "Lieferdatum", "最終更新日", "Дата отгрузки"]
)
def test_another_date_is_not_the_order_s(name):
    assert meanings(name).get("ordered_at", 0.0) < 0.5


def test_columns_that_say_nothing_are_told_by_their_values(tmp_path):
    cells = [(*row, f"{row[4] * row[5]:.2f}") for row in rows()]
    detection = found(tmp_path, text("F1,F2,F3,F4,F5,F6,F7", cells))
    assert detection.mapping["order_id"] == "F1"
    assert detection.mapping["ordered_at"] == "F2"
    assert detection.mapping["customer_id"] == "F3"
    assert detection.mapping["product"] == "F4"
    assert (detection.mapping["quantity"], detection.mapping["unit_price"]) == (
        "F5",
        "F6",
    )
    assert detection.mapping.get("amount", "F7") == "F7"
    assert not questions(detection, "column")
    assert all(0 < each <= 1 for each in detection.confidence.values())


def test_a_running_balance_is_no_amount(tmp_path):
    total, cells = 0.0, []
    for row in rows():
        total += row[4] * row[5]
        cells.append((*row[:4], f"{row[4] * row[5]:.2f}", f"{total:.2f}"))
    head = "Invoice,Date,Client no,Item,Value,Amount"
    assert found(tmp_path, text(head, cells)).mapping["amount"] == "Value"


def test_row_numbers_are_no_order_numbers(tmp_path):
    cells = [(n, *row[1:]) for n, row in enumerate(rows(), start=1)]
    detection = found(tmp_path, text("No,Date,Client no,Item,Qty,Price", cells))
    assert "order_id" not in detection.mapping


def test_a_customer_who_never_returns_is_asked_about(tmp_path):
    cells = [(*row[:2], f"K{n}", *row[3:]) for n, row in enumerate(rows())]
    detection = found(tmp_path, text("Order,Date,Client no,Item,Qty,Price", cells))
    asked = questions(detection, "column")
    assert [each.fields["field"] for each in asked] == ["customer_id"]
    assert asked[0].choices[-1] is None
    assert set(asked[0].fields["examples"]) == set(asked[0].choices) - {None}


def test_who_comes_back_far_from_the_sample_is_not_asked_about(tmp_path):
    # In the first 2,000 rows nobody comes back, nor in every sixth of the others.
    who = [n if n < 2_000 else n // 2 + 1_000 for n in range(12_000)]
    cells = [
        (7_000 + n, f"2024-05-{1 + n % 28:02}", f"K{each}", "Tea", 1, "4.50")
        for n, each in enumerate(who)
    ]
    head = "Order number,Date,Customer id,Item,Qty,Price"
    assert not questions(found(tmp_path, text(head, cells)), "column")
    never = [(*row[:2], f"K{n}", *row[3:]) for n, row in enumerate(cells)]
    asked = questions(found(tmp_path, text(head, never)), "column")
    assert [each.fields["why"] for each in asked] == ["never_returns"]


def test_tax_within_the_amount_is_taken_out(tmp_path):
    cells = []
    for row in rows():
        gross = row[4] * row[5]
        tax = round(gross - gross / 1.19, 2)
        cells.append((*row[:5], f"{gross:.2f}", f"{tax:.2f}"))
    head = "Order,Date,Client no,Item,Qty,Total,VAT"
    content = text(head, cells)
    assert found(tmp_path, content).includes == ["tax"]
    result = take(tmp_path, content, currency="EUR")
    net = sum(float(each[5]) - float(each[6]) for each in cells)
    assert lines(result)["amount"].sum() == pytest.approx(net, abs=0.01)


def test_shipping_that_nothing_explains_is_asked_about(tmp_path):
    chance = random.Random(5)  # noqa: S311
    cells = [
        (f"B-{n}", f"2024-01-{1 + n % 28:02d}", f"K{n % 9}", total, post)
        for n in range(40)
        for total, post in [
            (f"{chance.uniform(9, 99):.2f}", chance.choice([0, 3.9, 5.9]))
        ]
    ]
    content = text("Order,Date,Client no,Total,Shipping", cells)
    (asked,) = questions(found(tmp_path, content), "includes")
    assert asked.fields["parts"] == {"shipping": "Shipping"}
    answers = Answers(sheets={"file.csv": SheetAnswers(includes=True)})
    answered = found(tmp_path, content, answers)
    assert answered.includes == ["shipping"]
    assert not questions(answered, "includes")


def test_a_state_that_nobody_knows_is_asked_about(tmp_path):
    states = ["paid"] * 8 + ["zurp"]
    cells = [(*row, states[n % 9]) for n, row in enumerate(rows())]
    content = text("Order,Date,Client no,Item,Qty,Price,Status", cells)
    (asked,) = questions(found(tmp_path, content), "status")
    assert list(asked.fields["words"]) == ["zurp"]
    said = Answers(sheets={"0.csv": SheetAnswers(status="cancelled")}, currency="EUR")
    ledger = take(tmp_path, content, answers=said).ledger
    assert ledger.set_aside == sum(each[-1] == "zurp" for each in cells)


def test_words_for_nobody_are_nobody(tmp_path):
    cells = [
        (*row[:2], "Walk-in customer" if n % 4 == 0 else row[2], *row[3:])
        for n, row in enumerate(rows())
    ]
    content = text("Order,Date,Client no,Item,Qty,Price", cells)
    table = lines(take(tmp_path, content, currency="EUR"))
    assert "Walk-in customer" not in set(table["customer_id"].dropna())
    assert table["customer_id"].isna().any()


@pytest.mark.parametrize("start", ["R-", "RE-", "#", "K", "kr"])
def test_letters_that_could_be_a_currency_do_not_hide_the_number_of_an_order(
    tmp_path, start
):
    rows = "\n".join(
        f"{start}{1001 + n // 2},2024-01-{1 + n // 4:02},k{n % 7}@x.de,Tea,{n + 0.5}"
        for n in range(60)
    )
    path = write(tmp_path, "o.csv", f"Order ID,Date,Email,Product,Amount\n{rows}\n")
    (found,) = recognise([(path, path.name)], Answers())
    assert found.mapping["order_id"] == "Order ID"


def test_codes_of_currencies_are_seen_under_any_name(tmp_path):
    rows = "\n".join(f"{n},2024-01-{n + 1:02},k{n % 5},{n}.5,EUR" for n in range(20))
    path = write(tmp_path, "o.csv", f"Order ID,Date,Customer ID,Amount,Whrg\n{rows}\n")
    (found,) = recognise([(path, path.name)], Answers())
    assert found.currency == "EUR"
    assert not found.questions
