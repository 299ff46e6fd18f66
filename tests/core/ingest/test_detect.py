"""What is recognised, and what is asked only because the data does not decide it."""

from __future__ import annotations

import pytest

import retention_core as rc
from retention_core.ingest.headers import find_header, normalise, unique
from retention_core.ingest.model import Answers, Detection, SheetAnswers
from retention_core.ingest.pipeline import recognise
from tests.core.ingest.files import write


def detection(folder, text, answers=None):
    path = write(folder, "orders.csv", text)
    return recognise([(path, path.name)], answers or Answers())[0]


def codes(found: Detection):
    return [question.code for question in found.questions]


@pytest.mark.parametrize(
    ("name", "expected"),
    {
        "SalesOrderNumber": "sales order number",
        "CustomerID": "customer id",
        "  Order  #": "order",
        "\ufeffE-Mail": "e mail",
        "*Total (USD)": "total",
        "household_id": "household id",
        "ＯＲＤＥＲ": "order",
    }.items(),
)
def test_headers_are_compared_without_their_dress(name, expected):
    assert normalise(name) == expected


def test_names_of_columns_are_unique():
    assert unique(["A", None, "A", "  "]) == ["A", "Column 2", "A (2)", "Column 4"]


def head(*rows):
    return tuple((number, row) for number, row in enumerate(rows, start=1))


def test_the_header_stands_below_a_preamble():
    found = find_header(
        head(
            ("Sales report", None, None),
            ("1 January to 31 March", None, None),
            (None, None, None),
            ("Order ID", "Date", "Total"),
            ("1", "2024-01-05", "20"),
        )
    )
    assert (found.row, found.first) == (4, 5)


def test_a_second_header_row_is_no_data():
    data = ("1", "2024-01-05", "20")
    found = find_header(
        head(("Order ID", "Date", "Total"), ("no.", "day", "EUR"), *[data] * 5)
    )
    assert (found.row, found.first) == (1, 3)


def test_unknown_names_above_values_are_a_header():
    found = find_header(head(("foo", "bar"), ("1", "2024-01-05"), ("2", "2024-01-06")))
    assert (found.row, found.names) == (1, ["foo", "bar"])


def test_a_file_without_a_header_is_read_by_its_values(tmp_path):
    text = "".join(
        f"SO{number},1,2024-01-{day:02},Ann Lee,{who}@x.org,Mug {day % 3},"
        f"{1 + day % 2},{(3 + day % 3) * (1 + day % 2)}.50,{day % 7}.10\n"
        for number, day, who in [(100 + n, 1 + n, f"p{n % 5}") for n in range(25)]
    )
    found = detection(tmp_path, text)
    assert found.header_row is None
    fields = {found.columns.index(name): key for key, name in found.mapping.items()}
    assert fields[0] == "order_id"
    assert fields[2] == "ordered_at"
    assert fields[4] == "email"
    assert fields[6] == "quantity"
    assert fields[7] in ("amount", "unit_price")


@pytest.mark.parametrize(
    ("header", "mapping"),
    [
        (
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID",
            {
                "order_id": "InvoiceNo",
                "sku": "StockCode",
                "product": "Description",
                "quantity": "Quantity",
                "ordered_at": "InvoiceDate",
                "unit_price": "UnitPrice",
                "customer_id": "CustomerID",
            },
        ),
        (
            "Bestellnummer,Artikelnummer,Artikel,Menge,Bestelldatum,Einzelpreis,"
            "Kundennummer",
            {
                "order_id": "Bestellnummer",
                "sku": "Artikelnummer",
                "product": "Artikel",
                "quantity": "Menge",
                "ordered_at": "Bestelldatum",
                "unit_price": "Einzelpreis",
                "customer_id": "Kundennummer",
            },
        ),
    ],
)
def test_columns_are_mapped_by_their_names(tmp_path, header, mapping):
    text = (
        header + "\n536,A1,Mug,6,2024-01-13,2.55,C7\n537,B2,Cup,1,2024-01-14,3.1,C8\n"
    )
    assert detection(tmp_path, text).mapping == mapping


def test_evidence_goes_before_a_name(tmp_path):
    found = detection(
        tmp_path,
        """
        Order,Date,Order date,Customer,Total
        1,Friday,2024-01-05,ann,5
        2,Saturday,2024-01-06,ben,6
        """,
    )
    assert found.mapping["ordered_at"] == "Order date"


def test_shopify_is_known_by_three_headers(tmp_path):
    found = detection(
        tmp_path,
        """
        Name,Email,Financial Status,Total,Created at,Lineitem name,Lineitem price
        #1001,ann@x.org,paid,5,2024-01-05 10:00:00 +0100,Tea,5
        """,
    )
    assert (found.system, found.role) == ("shopify", "orders")
    assert found.mapping["order_id"] == "Name"


def test_products_and_customers_have_roles(tmp_path):
    products = detection(tmp_path, "SKU,Product,Category,Cost\nT1,Tea,Hot,3\n")
    assert products.role == "products"
    people = detection(tmp_path, "Customer ID,Email,Birthday\n7,ann@x.org,1990-05-01\n")
    assert people.role == "customers"


def test_nothing_of_the_kind_is_left_out(tmp_path):
    assert detection(tmp_path, "campaign,kind\nA,mail\nB,post\n").role == "ignore"


ORDERS = "Order ID,Customer ID,Order Date,Amount,Currency\n"


@pytest.mark.parametrize(
    ("days", "day_first", "asked"),
    [
        (["2024-01-05", "2024-02-03"], None, False),
        (["13/01/2024", "02/03/2024"], True, False),
        (["01/13/2024", "02/03/2024"], False, False),
        (["01.02.2024", "02.03.2024"], True, False),
        (["01/02/2024", "02/03/2024"], True, True),
    ],
)
def test_day_and_month_are_asked_about_only_below_thirteen(
    tmp_path, days, day_first, asked
):
    rows = "".join(f"{n},ann,{day},5,EUR\n" for n, day in enumerate(days))
    found = detection(tmp_path, ORDERS + rows)
    assert found.day_first == day_first
    assert codes(found) == (["day_first"] if asked else [])


def test_the_reading_in_which_time_runs_on_is_proposed(tmp_path):
    rows = "1,ann,01/02/2024,5,EUR\n2,ann,02/02/2024,5,EUR\n3,ann,03/02/2024,5,EUR\n"
    month_first = "1,ann,01/12/2024,5,EUR\n2,ann,02/01/2024,5,EUR\n"
    assert detection(tmp_path, ORDERS + rows).questions[0].choices == [True, False]
    question = detection(tmp_path, ORDERS + month_first).questions[0]
    assert question.choices == [False, True]
    assert question.fields["if_day_first"]["backwards"] == 1


def test_an_answer_settles_its_question(tmp_path):
    text = ORDERS + "1,ann,01/02/2024,5,EUR\n2,ann,02/03/2024,5,EUR\n"
    answers = Answers(sheets={"orders.csv": SheetAnswers(day_first=False)})
    found = detection(tmp_path, text, answers)
    assert (found.day_first, codes(found)) == (False, [])


def test_what_one_part_of_an_export_knows_the_others_know(tmp_path):
    unsure = write(tmp_path, "1.csv", ORDERS + "1,ann,01/02/2024,5,EUR\n")
    sure = write(tmp_path, "2.csv", ORDERS + "2,ann,02/13/2024,5,EUR\n")
    files = [(unsure, "1.csv"), (sure, "2.csv")]
    found = recognise(files, Answers())
    assert [each.day_first for each in found] == [False, False]
    assert [codes(each) for each in found] == [[], []]


def test_the_currency_is_asked_where_none_is_named(tmp_path):
    text = "Order ID,Customer ID,Order Date,Amount\n1,ann,2024-01-05,5\n"
    assert codes(detection(tmp_path, text)) == ["currency"]
    assert codes(detection(tmp_path, text, Answers(currency="EUR"))) == []
    signs = text.replace(",5\n", ",€5\n")
    assert detection(tmp_path, signs).currency == "EUR"
    header = text.replace("Amount", "Amount (USD)")
    assert detection(tmp_path, header).currency == "USD"


@pytest.mark.parametrize(
    ("amounts", "decimal", "asked"),
    [
        (["1.234,56", "5,00"], ",", False),
        (["1,234.56", "5.00"], ".", False),
        (["12", "5"], ".", False),
        (["1.500", "12.000"], ",", True),
    ],
)
def test_the_decimal_sign_is_that_of_the_column(tmp_path, amounts, decimal, asked):
    rows = "".join(
        f"{n};ann;2024-01-05;{amount};EUR\n" for n, amount in enumerate(amounts)
    )
    found = detection(tmp_path, ORDERS.replace(",", ";") + rows)
    assert found.decimal == decimal
    assert codes(found) == (["decimal"] if asked else [])


def test_two_plausible_amounts_are_asked_about(tmp_path):
    head = "Order ID,Customer ID,Order Date,Sales,Revenue,Currency\n"
    rows = "1,ann,2024-01-05,5,4,EUR\n2,ben,2024-01-06,7,6,EUR\n"
    question = detection(tmp_path, head + rows).questions[0]
    assert question.code == "amount_column"
    assert set(question.choices) == {"Sales", "Revenue"}


def test_net_goes_before_gross_unasked(tmp_path):
    head = "Order ID,Customer ID,Order Date,Gross Sales,Net Sales,Currency\n"
    found = detection(tmp_path, head + "1,ann,2024-01-05,5,4,EUR\n")
    assert found.mapping["amount"] == "Net Sales"
    assert codes(found) == []


def test_the_total_is_what_quantity_and_price_make(tmp_path):
    found = detection(
        tmp_path,
        """
        Order ID,Customer ID,Order Date,Quantity,Unit Price,Value,Total,Currency
        1,ann,2024-01-05,2,5.00,3.00,10.00,EUR
        2,ben,2024-01-06,3,4.00,9.00,12.00,EUR
        """,
    )
    assert found.mapping["amount"] == "Total"


def test_a_key_that_is_a_giant_is_asked_about(tmp_path):
    rows = "".join(f"{n},none@none.com,2024-01-05,5,EUR\n" for n in range(60))
    rows += "".join(f"{n},p{n},2024-01-05,5,EUR\n" for n in range(60, 80))
    found = detection(tmp_path, ORDERS + rows)
    assert codes(found) == ["giant_key"]
    fields = found.questions[0].fields
    assert (fields["key"], fields["orders"]) == ("none@none.com", 60)
    assert fields["share"] == pytest.approx(0.75)
    answered = detection(
        tmp_path, ORDERS + rows, Answers(keys={"none@none.com": "customer"})
    )
    assert codes(answered) == []


def test_a_faithful_customer_is_no_giant(tmp_path):
    rows = "".join(f"{n},ann,2024-01-05,5,EUR\n" for n in range(60))
    assert codes(detection(tmp_path, ORDERS + rows)) == []


def test_a_file_that_names_the_currency_speaks_for_one_that_does_not(tmp_path):
    named = tmp_path / "named.csv"
    named.write_text("Order,Date,Email,Amount,Currency\n1,2025-01-31,a@b.de,9.5,EUR\n")
    silent = tmp_path / "silent.csv"
    silent.write_text("Order,Date,Email,Amount\n2,2025-02-28,a@b.de,7.5\n")
    result = rc.ingest([named, silent])
    assert [each.questions for each in result.detection] == [[], []]
    assert result.orders.currency == "EUR"
    assert float(result.ledger.files["amount_used"].sum()) == 17.0


def test_a_repeated_header_or_yes_and_no_mislead_nobody(tmp_path):
    head = "Order,Date,Email,Amount,Currency,PhoneService\n"
    lines = [f"{n},2025-01-{n:02d},a{n % 5}@b.de,9.5,EUR,Yes\n" for n in range(10, 30)]
    path = tmp_path / "orders.csv"
    path.write_text("".join([head, *lines[:10], head, *lines[10:]]))
    (found,) = rc.ingest([path]).detection
    assert found.questions == []
    assert found.mapping["currency"] == "Currency"
    assert "phone" not in found.mapping


@pytest.mark.parametrize("sign", ["#", "№", "# "])
def test_numbers_of_orders_may_wear_a_sign(tmp_path, sign):
    lines = "".join(
        f"{sign}{100_000 + n // 3},2024-05-{1 + n % 28:02},C{n // 6},Tea {n % 5},4.50\n"
        for n in range(60)
    )
    header = "Order number,Order date,Customer id,Product name,Line total\n"
    found = detection(tmp_path, header + lines)
    assert found.mapping["order_id"] == "Order number"
