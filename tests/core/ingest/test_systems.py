"""Known systems: told by their headers, and what they add to what the cells say."""

from __future__ import annotations

import textwrap
from itertools import count

import pytest

from retention_core.ingest import systems
from retention_core.ingest.model import Answers
from retention_core.ingest.pipeline import recognise
from tests.core.ingest.files import lines, take, write

TILL = """
    title = "Till"
    signature = [["Bon", "Total (EUR)"], ["Bon", "Umsatz"]]
    role = "orders"
    confidence = "seen"
    [mapping]
    order_id = ["Bon"]
    ordered_at = ["Date"]
    email = ["Mail"]
    customer_name = ["Full name", ["First", "Last"]]
    amount = ["Total (EUR)", "Umsatz"]
    shipping = [["Freight", "Handling"]]
    """
ROWS = """
    Bon,Date,Mail,Total (EUR)
    1,2024-01-15,ann@x.org,10.00
    2,2024-02-20,ben@x.org,20.00
    """


@pytest.fixture
def known(tmp_path, monkeypatch):
    """Write systems of our own down; they are known from then on."""
    versions = count()

    def add(**texts: str) -> None:
        folder = tmp_path / f"systems-{next(versions)}"
        folder.mkdir()
        monkeypatch.setenv(systems.MORE, str(folder))
        for name, text in texts.items():
            path = folder / f"{name}.toml"
            path.write_text(textwrap.dedent(text), encoding="utf-8")

    return add


def found(folder, text):
    path = write(folder, "orders.csv", text)
    return recognise([(path, path.name)], Answers())[0]


def codes(detection):
    return [question.code for question in detection.questions]


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Order ID", "order_id"),
        ("*ContactName", "contactname"),
        ("\ufeffDate  of sale ", "DATE OF-SALE"),
        ('"Item"', "item"),
        ("\u0421ustomer Note", "Customer Note"),  # begins with a Cyrillic letter
        ("Ｔｏｔａｌ（元）", "total(元)"),
    ],
)
def test_headers_are_the_same_in_any_spelling(name, other):
    assert systems.strict(name) == systems.strict(other)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Subtotal (inc tax)", "Subtotal (ex tax)"),
        ("Subtotal (inc tax)", "Subtotal"),
        ("Сумма", "Cymma"),
        ("Delivery country (2)", "Delivery country"),
    ],
)
def test_headers_differ_by_what_stands_in_brackets_and_by_letters(name, other):
    assert systems.column([name], [other]) is None


@pytest.mark.parametrize("name", ["Total", "Total (BRL)", "total (元)", "TOTAL (R$)"])
def test_a_currency_in_brackets_may_be_there_or_not(name):
    assert systems.column(["Total"], [name]) == name
    assert systems.column([name], ["Total"]) == "Total"


def test_any_signature_in_any_order_with_columns_more_or_less(known, tmp_path):
    known(till=TILL)
    assert found(tmp_path, ROWS).system == "till"
    other = found(tmp_path, "Note,Umsatz,Date,Bon\n,5.00,2024-01-15,1\n")
    assert (other.system, other.role) == ("till", "orders")
    assert other.mapping == {"order_id": "Bon", "ordered_at": "Date"} | {
        "amount": "Umsatz"
    }
    assert found(tmp_path, "Bon,Date,Total\n1,2024-01-15,5\n").system == "till"
    assert found(tmp_path, "Bon,Date,Sum\n1,2024-01-15,5\n").system is None


def test_of_several_the_one_with_the_most_of_its_headers(known, tmp_path):
    more = TILL.replace("[mapping]", '[mapping]\nsku = ["PLU"]')
    known(till=TILL, fuller=more)
    assert found(tmp_path, ROWS).system in ("till", "fuller")
    fuller = ROWS.replace("Mail,", "Mail,PLU,").replace(".org,", ".org,7,")
    assert found(tmp_path, fuller).system == "fuller"


def test_the_header_is_found_wherever_it_stands(known, tmp_path):
    known(till=TILL)
    above = (
        "    Report,Date,Customer,Product,Total,Quantity\n    Shop 7,,,,,\n    ,,,,,\n"
    )
    detection = found(tmp_path, above + ROWS.lstrip("\n"))
    assert (detection.system, detection.header_row, detection.rows) == ("till", 4, 2)


def test_several_columns_make_up_one_field(known, tmp_path):
    known(till=TILL + '    [of]\n    includes = ["shipping"]\n')
    text = """
        Bon,Date,Mail,First,Last,Freight,Handling,Total (EUR)
        1,2024-01-15,ann@x.org,Ann,Lee,1.10,0.20,10.00
        2,2024-02-20,ben@x.org,Ben,,,0.30,20.00
        3,2024-02-21,ben@x.org,,,,,-5.00
        """
    result = take(tmp_path, text)
    assert result.detection[0].together["shipping"] == ["Freight", "Handling"]
    people = result.orders.run(result.orders.customers).set_index("customer_id")
    assert people["customer_name"].to_dict() == {
        "ann@x.org": "Ann Lee",
        "ben@x.org": "Ben",
    }
    assert lines(result)["amount"].tolist() == [8.7, -5.0, 19.7]


def test_a_part_of_a_sum_that_is_no_number_is_not_passed_over(known, tmp_path):
    known(till=TILL.replace('["Total (EUR)", "Umsatz"]', '[["Total (EUR)", "Tip"]]'))
    text = "Bon,Date,Mail,Total (EUR),Tip\n1,2024-01-15,a@x.org,5.00,1.00\n"
    result = take(tmp_path, text + "2,2024-01-16,b@x.org,5.00,yes\n")
    assert lines(result)["amount"].tolist() == [6.0]
    assert result.ledger.reasons["code"].tolist() == ["amount_unreadable"]


DAYS = """
    Bon,Date,Mail,Total (EUR)
    1,01/02/2024,ann@x.org,"1,234"
    2,02/03/2024,ben@x.org,"2,345"
    """


@pytest.mark.parametrize("first", [True, False])
def test_a_usual_order_of_day_and_month_is_proposed_and_asked(known, tmp_path, first):
    known(till=f"day_first = {str(first).lower()}\n" + textwrap.dedent(TILL))
    detection = found(tmp_path, DAYS)
    question = next(q for q in detection.questions if q.code == "day_first")
    assert question.choices == [first, not first]


@pytest.mark.parametrize("first", [True, False])
def test_what_a_vendor_always_writes_is_not_asked(known, tmp_path, first):
    known(till=f"day_first_always = {str(first).lower()}\n" + textwrap.dedent(TILL))
    detection = found(tmp_path, DAYS)
    assert detection.day_first is first
    assert "day_first" not in codes(detection)


def test_cells_that_decide_go_before_what_is_usual(known, tmp_path):
    known(till='day_first_always = true\ndecimal = ","\n' + textwrap.dedent(TILL))
    text = DAYS.replace("02/03", "02/13").replace("1,234", "1.234,5")
    detection = found(tmp_path, text.replace('"1.234,5"', "1234.50"))
    assert (detection.day_first, detection.decimal) == (False, ".")


def test_currency_and_decimal_sign_of_a_market_are_not_asked(known, tmp_path):
    text = DAYS.replace("Total (EUR)", "Umsatz").replace(",234", ".234")
    text = text.replace(",345", ".345")
    known(till=TILL)
    assert {"currency", "decimal"} <= set(codes(found(tmp_path, text)))
    known(till='currency = "BRL"\ndecimal = "."\n' + textwrap.dedent(TILL))
    detection = found(tmp_path, text)
    assert (detection.currency, detection.decimal) == ("BRL", ".")
    assert codes(detection) == ["day_first"]


def test_times_in_utc_are_moved_to_the_shop(known, tmp_path):
    known(till="utc = true\n" + textwrap.dedent(TILL))
    text = """
        Bon,Date,Mail,Total (EUR)
        1,2024-07-15 23:30:00,ann@x.org,10.00
        2,2024-07-16 23:30:00+02:00,ben@x.org,20.00
        3,2024-07-18,cat@x.org,20.00
        """
    at = lines(take(tmp_path, text, time_zone="Europe/Berlin"))["ordered_at"]
    assert [str(each) for each in at] == [
        "2024-07-16 01:30:00",
        "2024-07-16 23:30:00",
        "2024-07-18 00:00:00",
    ]
    plain = lines(take(tmp_path, text))["ordered_at"]
    assert str(plain[0]) == "2024-07-15 23:30:00"


def test_what_an_export_cannot_say_is_known(known, tmp_path):
    head = 'no_customer = true\ninstead = ["shopify"]\n'
    known(till=head + textwrap.dedent(TILL))
    detection = found(tmp_path, ROWS)
    assert (detection.no_customer, detection.instead) == (True, ["shopify"])


def test_words_of_a_system_come_on_top_of_the_general_ones(known, tmp_path):
    rules = '[values]\ncancelled = ["Weg"]\nunpaid = ["Später"]\n'
    state = textwrap.dedent(TILL).replace("[mapping]", '[mapping]\nstatus = ["State"]')
    known(till=state + rules)
    text = """
        Bon,Date,Mail,State,Total (EUR)
        1,2024-01-15,ann@x.org,paid,10.00
        2,2024-02-20,ben@x.org,WEG,20.00
        3,2024-02-20,ben@x.org,cancelled,20.00
        4,2024-02-20,ben@x.org,später,20.00
        """
    result = take(tmp_path, text)
    assert lines(result)["amount"].tolist() == [10.0]
    reasons = result.ledger.reasons.set_index("code")["rows"]
    assert reasons.to_dict() == {"cancelled": 2, "unpaid": 1}
