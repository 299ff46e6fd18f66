"""An export is read alike with its columns in another order, and new ones between."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import retention_core as rc
from tests.core.layouts import east_asia, japan, latin_america, marketplaces, russia
from tests.core.layouts.shop import Written, check

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def shuffled(text: bytes, delimiter: str, encoding: str, seed: int) -> bytes:
    """Columns in another order and two more; rows that are shorter stay as they are."""
    rows = list(csv.reader(io.StringIO(text.decode(encoding)), delimiter=delimiter))
    width = max(map(len, rows))
    header = next(row for row in rows if len(row) == width)
    places = [*range(width), width, width + 1]
    random.Random(seed).shuffle(places)  # noqa: S311 - not a secret
    buffer = io.StringIO()
    out = csv.writer(buffer, delimiter=delimiter)
    for number, row in enumerate(rows):
        more = ["Extra 1", "x_note"] if row is header else [f"{number % 3}", "n/a"]
        cells = [*row, *more]
        out.writerow([cells[at] for at in places] if len(row) == width else row)
    return buffer.getvalue().encode(encoding)


@pytest.mark.parametrize(
    ("write", "delimiter", "encoding"),
    [
        (marketplaces.etsy_both_files, ",", "utf-8"),
        (marketplaces.ebay_orders, ",", "utf-8"),
        (latin_america.nuvemshop, ";", "latin-1"),
        (japan.yahoo_both_files, ",", "cp932"),
        (east_asia.taobao_order_list, ",", "gbk"),
    ],
)
def test_the_order_of_columns_does_not_matter(
    write: Callable[[], Written], delimiter: str, encoding: str, tmp_path: Path
) -> None:
    written = write()
    files = {
        name: shuffled(text, delimiter, encoding, seed)
        for seed, (name, text) in enumerate(written.files.items())
    }
    check(replace(written, files=files), tmp_path)


def test_a_weekly_report_is_read_out_of_its_archive(tmp_path: Path) -> None:
    written = russia.wildberries()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("0.xlsx", written.files["report.xlsx"])
    path = tmp_path / "report.zip"
    path.write_bytes(buffer.getvalue())
    result = rc.ingest([path], currency="RUB")
    assert [each.system for each in result.detection] == ["wildberries_realization"]
    assert result.ledger.rows_in == written.rows
    money = result.ledger.files["amount_used"].sum()
    assert round(money, 2) == float(sum(line.amount for line in written.lines))


PAYPAL = """\
Date,Time,TimeZone,Name,Type,Status,Currency,Gross,Fee,Net,From Email Address,\
To Email Address,Transaction ID,Item Title,Reference Txn ID,Invoice Number,\
Balance Impact
01/15/2024,09:30:00,PST,Ann Archer,Express Checkout Payment,Refunded,EUR,40.00,-1.00,\
39.00,ann@example.com,shop@example.com,T1,Mug,,1001,Credit
01/16/2024,09:30:00,PST,Bob Braun,Express Checkout Payment,Partially Refunded,EUR,\
90.00,-1.00,89.00,bob@example.com,shop@example.com,T2,Bag,,1002,Credit
01/20/2024,10:00:00,PST,Ann Archer,Payment Refund,Completed,EUR,-40.00,0.00,-40.00,\
shop@example.com,ann@example.com,T3,Mug,T1,1001,Debit
01/21/2024,10:00:00,PST,Bob Braun,Payment Refund,Completed,EUR,-30.00,0.00,-30.00,\
shop@example.com,bob@example.com,T4,Bag,T2,1002,Debit
01/22/2024,10:00:00,PST,Paper Mill,Express Checkout Payment,Completed,EUR,-15.00,0.00,\
-15.00,shop@example.com,mill@example.com,T5,Boxes,,77,Debit
"""


def test_what_has_a_row_of_its_own_is_not_given_back_twice(tmp_path: Path) -> None:
    path = tmp_path / "Download.CSV"
    path.write_bytes(PAYPAL.encode("utf-8-sig"))
    result = rc.ingest([path])
    bought = result.orders.run(result.orders.table).groupby("customer_id")["amount"]
    assert bought.sum().to_dict() == {"ann@example.com": 0, "bob@example.com": 60}
    reasons = result.ledger.reasons
    gone = reasons[reasons["outcome"] == "set_aside"]
    assert dict(zip(gone["code"], gone["rows"], strict=True)) == {"not_a_sale": 1}


STATEMENT = """\
Date,Time,Time Zone,Description,Currency,Gross,Fee,Net,Balance,Transaction ID,\
From Email Address,Name,Bank Name,Bank Account,Shipping and Handling Amount,\
Sales Tax,Invoice ID,Reference Txn ID
01/15/2024,09:30:00,PST,Express Checkout Payment,EUR,40.00,-1.00,39.00,39.00,T1,\
ann@example.com,Ann Archer,,,0.00,0.00,1001,
01/22/2024,10:00:00,PST,Express Checkout Payment,EUR,-15.00,0.00,-15.00,24.00,T2,\
shop@example.com,Paper Mill,,,0.00,0.00,77,
"""


def test_what_the_shop_itself_bought_is_no_sale(tmp_path: Path) -> None:
    path = tmp_path / "statement.csv"
    path.write_bytes(STATEMENT.encode("utf-8-sig"))
    result = rc.ingest([path])
    assert result.orders.run(result.orders.table)["amount"].tolist() == [40.0]
    reasons = result.ledger.reasons
    gone = reasons[reasons["outcome"] == "set_aside"]
    assert dict(zip(gone["code"], gone["rows"], strict=True)) == {"not_a_sale": 1}
