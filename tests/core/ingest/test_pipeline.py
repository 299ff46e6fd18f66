"""From files to a dataset: what is written, what lists add, what goes wrong."""

from __future__ import annotations

import datetime as dt
import gc
import gzip
import io
import json

import pytest

import retention_core as rc
from retention_core.errors import NoOrdersError
from retention_core.ingest.build_errors import (
    NoOrderSheetError,
    UnknownColumnError,
    UnknownFieldError,
    UnknownTimeZoneError,
    UnmappedFieldError,
)
from retention_core.ingest.model import Answers, Ledger, SheetAnswers
from retention_core.ingest.pipeline import build
from tests.core.ingest.files import (
    assert_reconciles,
    lines,
    purchases,
    rows,
    take,
    write,
)

SIMPLE = """
    Order ID,Customer ID,Order Date,Product,Amount,Currency
    1,ann,2024-01-05 10:00,Tea,5.50,EUR
    2,ben,2024-01-20 11:00,Cup,7.25,EUR
    """

SHOPIFY = """
    Name,Email,Financial Status,Currency,Shipping,Taxes,Total,Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Name,Billing Country,Phone,Cancelled at,Refunded Amount,Source,Tags,Lineitem discount
    #1001,Ann@x.org,paid,EUR,5.00,0,27.33,10.00,2024-01-05 10:00:00 +0100,2,Tea,10.00,T1,Ann,DE,,,0.00,web,vip,1.00
    #1001,Ann@x.org,,,,,,,,1,Cup,10.00,C1,,,,,,,,0.00
    #1001,Ann@x.org,,,,,,,,1,Pot,3.33,P1,,,,,,,,0.00
    #1002,,partially_refunded,EUR,5.00,0,25.00,0.00,2024-01-06 10:00:00 +0100,1,Tea,20.00,T1,Ben,DE,0151 555 777,,8.00,pos,,0.00
    #1003,cat@x.org,refunded,EUR,5.00,0,35.00,0.00,2024-01-07 10:00:00 +0100,1,Tea,20.00,T1,Cat,FR,,,35.00,web,,0.00
    #1003,cat@x.org,,,,,,,,1,Cup,10.00,C1,,,,,,,,0.00
    #1004,dan@x.org,paid,EUR,5.00,0,35.00,0.00,2024-01-08 10:00:00 +0100,1,Tea,20.00,T1,Dan,FR,,2024-01-09 10:00:00 +0100,0.00,web,,0.00
    #1004,dan@x.org,,,,,,,2024-01-08 10:00:00 +0100,1,Cup,10.00,C1,,,,,,,,0.00
    #1005,eve@x.org,paid,EUR,5.00,0,25.00,0.00,2024-01-08 10:00:00 +0100,1,Tea,20.00,T1,Eve,FR,,,0.00,web,"gift, test",0.00
    #1006,,voided,EUR,5.00,0,25.00,0.00,2024-01-08 10:00:00 +0100,1,Tea,20.00,T1,Eve,FR,,,0.00,web,,0.00
    #1007,,paid,EUR,5.00,0,25.00,0.00,2024-01-18 10:00:00 +0100,1,Tea,20.00,T1,,FR,,,0.00,web,,0.00
    """  # noqa: E501


def test_shopify_line_by_line(tmp_path):
    result = take(tmp_path, SHOPIFY)
    found = lines(result)
    assert found["amount"].sum() == pytest.approx(22.33 + 12 + 0 + 20)
    first = found[found["order_id"].str.startswith("#1001")].set_index("product")
    # 10.00 off 19.00 + 10.00 + 3.33, to the cent: 5.88, 3.09, 1.03.
    assert first["amount"].round(2).to_dict() == {
        "Tea": 13.12,
        "Cup": 6.91,
        "Pot": 2.30,
    }
    assert first["channel"].tolist() == ["web"] * 3
    assert purchases(result) == {"#1001": 22.33, "#1002": 12.0, "#1007": 20.0}
    customers = found.groupby("order_id")["customer_id"].first()
    assert customers.dropna().tolist() == ["ann@x.org", "0151555777", "cat@x.org"]
    assert [code for _, _, code in rows(result)] == [
        "cancelled",
        "cancelled",
        "test_order",
        "cancelled",
    ]
    assert result.ledger.repaired == 0
    assert result.orders.currency == "EUR"
    assert_reconciles(result)


def test_shopify_without_its_refunds(tmp_path):
    result = take(tmp_path, SHOPIFY, refunds="ignore")
    assert purchases(result)["#1003"] == 30.0
    assert_reconciles(result)


def test_a_list_of_products_names_what_was_sold(tmp_path):
    orders = """
        Order ID,Customer ID,Order Date,Product ID,Amount
        1,ann,2024-01-05,17.0,5
        2,ann,2024-01-06,99,5
        """
    result = take(tmp_path, orders, "SKU,Name,Category\n17,Tea,Hot\n18,Cup,Things\n")
    found = lines(result)
    assert found["product"].tolist() == ["Tea", "99"]
    assert found["category"].fillna("").tolist() == ["Hot", ""]
    assert result.ledger.rows_in == 4
    assert_reconciles(result)


def test_a_list_of_customers_is_joined_by_number_or_mail(tmp_path):
    orders = """
        Order ID,Customer ID,Email,Order Date,Amount
        1,7,ann@x.org,2024-01-05,5
        2,,ben@x.org,2024-01-06,5
        """
    people = """
        Email,First Name,Last Name,Accepts Marketing,City
        ANN@x.org,Ann,Lee,yes,Graz
        ben@x.org,Ben,Oh,no,Wien
        zoe@x.org,Zoe,Ix,no,Linz
        """
    result = take(tmp_path, orders, people)
    found = result.orders.run(result.orders.customers).set_index("customer_id")
    assert found.loc["7", ["customer_name", "city"]].tolist() == ["Ann Lee", "Graz"]
    assert found.loc["ben@x.org", "consent"] == "no"
    assert sorted(found.index) == ["7", "ben@x.org", "zoe@x.org"]


def test_an_address_as_the_customers_number_is_one_customer_in_any_spelling(tmp_path):
    text = (
        "Order,Date,Customer,Amount,Currency\n"
        "1,2024-01-05,Ann@X.org,20.00,EUR\n2,2024-02-05,ann@x.org,9.00,EUR\n"
    )
    found = lines(take(tmp_path, text))
    assert found["customer_id"].tolist() == ["ann@x.org"] * 2


def test_the_folder_holds_everything_and_opens_again(tmp_path):
    path = write(tmp_path, "a.csv", SIMPLE)
    folder = tmp_path / "out"
    steps = []
    build([(path, "shop.csv")], Answers(), folder, progress=steps.append)
    orders = rc.open_orders(folder)
    assert (orders.first_day, orders.as_of) == (
        dt.date(2024, 1, 5),
        dt.date(2024, 1, 31),
    )
    assert orders.currency == "EUR"
    ledger = Ledger.open(folder)
    assert (ledger.rows_in, ledger.used) == (2, 2)
    found = json.loads((folder / "detection.json").read_text(encoding="utf-8"))
    assert found[0]["file"] == "shop.csv"
    answers = (folder / "answers.json").read_text(encoding="utf-8")
    assert Answers.from_json(answers) == Answers()
    assert {step.step for step in steps} == {"read", "recognise", "build", "write"}


def test_without_a_folder_the_data_lives_as_long_as_its_orders(tmp_path):
    result = take(tmp_path, SIMPLE)
    ledger, orders = result.ledger, result.orders
    del result
    gc.collect()
    assert len(orders.run(orders.table)) == 2
    assert orders.run(ledger.rows).empty


def test_open_files_are_taken_too():
    content = "\n".join(line.strip() for line in SIMPLE.strip().splitlines())
    file = io.BytesIO(content.encode())
    file.name = "upload.csv"
    assert rc.ingest([file]).detection[0].file == "upload.csv"


def test_the_caller_may_say_it_all(tmp_path):
    text = """
        a,b,c,d
        1,ann,2024-02-01 04:30:00 +0000,5
        2,ben,2024-02-03 10:00:00 +0000,7
        """
    mapping = {"order_id": "a", "customer_id": "b", "ordered_at": "c", "amount": "d"}
    result = take(
        tmp_path,
        text,
        mapping=mapping,
        time_zone="America/New_York",
        currency="USD",
        as_of=dt.date(2024, 2, 20),
    )
    assert lines(result)["ordered_at"].iloc[0].isoformat() == "2024-01-31T23:30:00"
    assert result.detection[0].mapping == mapping
    orders = result.orders
    assert (orders.currency, orders.as_of) == ("USD", dt.date(2024, 2, 20))
    assert orders.time_zone == "America/New_York"


def test_another_currency_is_set_aside_not_added(tmp_path):
    result = take(tmp_path, SIMPLE + "3,cat,2024-01-21 11:00,Cup,900,USD\n".rjust(46))
    assert [code for _, _, code in rows(result)] == ["other_currency"]
    assert result.orders.currency == "EUR"
    assert_reconciles(result)


def test_a_giant_key_is_a_guest_until_said_otherwise(tmp_path):
    text = "Order ID,Customer ID,Order Date,Amount\n"
    text += "".join(f"{n},walk-in,2024-01-05,5\n" for n in range(60))
    text += "".join(f"{n},p{n},2024-01-05,5\n" for n in range(60, 80))
    found = lines(take(tmp_path, text))
    assert found["customer_id"].isna().sum() == 60
    kept = take(tmp_path, text, answers=Answers(keys={"walk-in": "customer"}))
    assert lines(kept)["customer_id"].isna().sum() == 0


def test_a_sheet_can_be_left_out(tmp_path):
    answers = Answers(sheets={"1.csv": SheetAnswers(role="ignore")})
    other = SIMPLE.replace("2024", "2023")
    result = take(tmp_path, SIMPLE, other, answers=answers)
    assert len(lines(result)) == 2
    assert {code for _, _, code in rows(result)} == {"sheet_ignored"}
    assert_reconciles(result)


def test_a_total_of_the_order_is_the_amount_of_an_order_file(tmp_path):
    result = take(
        tmp_path,
        """
        Order Number,Email,Date,Subtotal,Shipping,Tax,Total
        1,ann@x.org,2024-01-05,20.00,5.00,2.00,27.00
        2,ben@x.org,2024-01-06,30.00,0.00,3.00,33.00
        """,
    )
    assert purchases(result) == {"1": 20.0, "2": 30.0}


def test_names_may_hold_anything(tmp_path):
    name = "<b>x</b> '; DROP TABLE lines; -- $a$ =1+1"
    result = take(
        tmp_path,
        "Order ID,Customer ID,Order Date,Product,Amount\n"
        f'1,"{name}",2024-01-05,"{name}",5\n',
    )
    found = lines(result)
    assert found["customer_id"].tolist() == [name]
    assert found["product"].tolist() == [name]


def test_no_sheet_of_orders_is_an_error(tmp_path):
    with pytest.raises(NoOrderSheetError, match="date and an amount"):
        take(tmp_path, "SKU,Product,Category,Cost\nT1,Tea,Hot,3\n")


def test_a_mapping_without_a_date_is_an_error(tmp_path):
    with pytest.raises(UnmappedFieldError, match="ordered_at"):
        take(tmp_path, SIMPLE, mapping={"order_id": "Order ID", "amount": "Amount"})


def test_a_mapping_to_a_column_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(UnknownColumnError, match=r"column Nope\. There are \['Order"):
        take(tmp_path, SIMPLE, mapping={"ordered_at": "Order Date", "amount": "Nope"})


def test_a_mapping_of_a_field_that_there_is_not_never_reaches_the_database(tmp_path):
    odd = "email FROM (SELECT 1) --"
    fields = {"ordered_at": "Order Date", "amount": "Amount", odd: "Customer ID"}
    with pytest.raises(UnknownFieldError, match=r"no field email FROM"):
        take(tmp_path, SIMPLE, mapping=fields)


def test_no_order_left_is_an_error(tmp_path):
    with pytest.raises(NoOrdersError):
        take(
            tmp_path,
            "Order ID,Customer ID,Order Date,Amount,Status\n"
            "1,ann,2024-01-05,5,cancelled\n",
        )


def test_a_time_zone_that_is_none_is_an_error(tmp_path):
    with pytest.raises(UnknownTimeZoneError):
        take(tmp_path, SIMPLE, time_zone="Mars/Olympus")


def test_a_file_that_was_cut_off_is_said_to_be(tmp_path):
    lines = [f"{n};2024-01-{n:02d};ann@example.com;12.50;EUR" for n in range(1, 31)]
    whole = "\n".join(["Order;Date;E-Mail;Amount;Currency", *lines])
    half = tmp_path / "orders.csv"
    half.write_text(whole[: whole.index("25;2024")] + "25;2024-01-25;ann@ex")
    packed = tmp_path / "orders.csv.gz"
    packed.write_bytes(gzip.compress(whole.encode())[:-40])
    for path in (half, packed):
        result = rc.ingest([path])
        (found,) = result.detection
        assert found.cut_off == found.rows + 1
        assert_reconciles(result)
        (last,) = [row for row in rows(result) if row[0] == found.cut_off]
        assert last[2] in {"cut_off", "amount_missing", "date_missing"}
