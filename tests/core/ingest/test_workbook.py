"""Workbooks as offices make them, of all five kinds, read cell by cell."""

from __future__ import annotations

import datetime as dt
import zipfile

import duckdb
import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

import retention_core as rc
from retention_core.ingest import errors
from retention_core.ingest.progress import Progress
from retention_core.ingest.read import read
from retention_core.ingest.scan import scan
from tests.core.ingest import workbooks
from tests.core.ingest.files import assert_reconciles

HEADER = ["Order ID", "Customer ID", "Order Date", "Amount", "Currency"]


def cells(path):
    """All rows of all visible sheets by the sheet's name."""
    con = duckdb.connect()
    found = {}
    for each in read(path, path.name, con):
        rows = con.execute(f"FROM {each.relation}").fetchall()
        found[each.sheet] = {number: list(row) for number, *row in rows}
    con.close()
    return found


def orders(count=30):
    return [
        [f"A{n}", f"C{n % 7}", dt.date(2024, 1, 1) + dt.timedelta(n), n + 0.5, "EUR"]
        for n in range(count)
    ]


@pytest.mark.parametrize("mac", [False, True])
def test_a_binary_workbook_is_read_with_its_dates(tmp_path, mac):
    rows = [HEADER, *orders()]
    path = workbooks.xlsb(tmp_path / "b.xlsb", {"Orders": rows}, epoch_1904=mac)
    assert scan(path, "b.xlsb") == "xlsb"
    found = cells(path)["Orders"]
    assert found[1] == HEADER
    assert found[31] == ["A29", "C1", "2024-01-30", "29.5", "EUR"]
    result = rc.ingest([path])
    assert len(result.orders.run(result.orders.purchases)) == 30
    assert_reconciles(result)


def test_a_binary_workbook_that_reaches_too_far_is_refused_by_its_sheets_name(tmp_path):
    far = workbooks.brt_row(1_048_575)
    far += workbooks.brt_cell(16_383, "x", dt.date(1899, 12, 30))
    path = workbooks.xlsb(tmp_path / "b.xlsb", {"Far": [["a"]]}, cells=far)
    with pytest.raises(errors.SheetTooLargeError) as caught:
        scan(path, "b.xlsb")
    fields = caught.value.fields
    assert (fields["sheet"], fields["rows"]) == ("Far", 1_048_576)
    assert fields["columns"] == 16_384


def test_a_binary_workbook_cut_in_its_records_is_said_to_be_broken(tmp_path):
    path = workbooks.xlsb(
        tmp_path / "b.xlsb", {"A": [["a"]]}, cells=b"\x06\xff\xff\x7f"
    )
    with pytest.raises(errors.BrokenWorkbookError, match="record"):
        scan(path, "b.xlsb")


def test_a_sheet_linked_to_nothing_is_said_to_be_broken(tmp_path):
    path = workbooks.xlsx(
        tmp_path / "b.xlsx", '<row r="1"><c r="A1"><v>7</v></c></row>'
    )
    with zipfile.ZipFile(path) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b"rId1", b"rId7")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(errors.BrokenWorkbookError, match="damaged"):
        cells(path)


def test_macros_are_not_looked_at(tmp_path):
    path = workbooks.xlsx(
        tmp_path / "b.xlsm", '<row r="1"><c r="A1"><v>7</v></c></row>'
    )
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 not even sound")
    assert cells(path) == {"Orders": {1: ["7"]}}


def test_days_counted_from_1904_are_the_same_days(tmp_path):
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append([dt.datetime(2024, 1, 5, 10, 30), dt.date(2023, 12, 31)])
    book.save(tmp_path / "mac.xlsx")
    (found,) = cells(tmp_path / "mac.xlsx").values()
    assert found == {1: ["2024-01-05 10:30:00", "2023-12-31"]}


def test_a_table_may_start_anywhere_below_a_merged_title(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["C3"] = "Sales of the shop"
    sheet.merge_cells("C3:G3")
    for place, row in enumerate([HEADER, *orders()], 5):
        for column, value in enumerate(row, 3):
            sheet.cell(place, column, value)
    sheet.row_dimensions[7].hidden = True
    sheet.column_dimensions["D"].hidden = True
    book.save(tmp_path / "b.xlsx")
    (found,) = cells(tmp_path / "b.xlsx").values()
    assert found[3][2:] == ["Sales of the shop", None, None, None, None]
    assert found[5][2:] == HEADER
    result = rc.ingest([tmp_path / "b.xlsx"])
    assert len(result.orders.run(result.orders.purchases)) == 30
    assert result.detection[0].header_row == 5
    assert_reconciles(result)


def test_errors_in_cells_are_blank_and_texts_stay_texts(tmp_path):
    path = workbooks.xlsx(
        tmp_path / "b.xlsx",
        '<row r="1"><c r="A1" t="e"><v>#N/A</v></c><c r="B1" t="e"><v>#REF!</v></c>'
        '<c r="C1" t="str"><v>00123</v></c><c r="D1" t="str"><v>31.12.2023</v></c>'
        '<c r="E1" t="b"><v>1</v></c></row>',
    )
    (found,) = cells(path).values()
    assert found == {1: [None, None, "00123", "31.12.2023", "TRUE"]}


def test_orders_in_several_sheets_are_all_read(tmp_path):
    first, second = orders(30)[:15], orders(30)[15:]
    book = openpyxl.Workbook()
    book.active.title = "January"
    book.create_sheet("February")
    book.create_sheet("Notes").append(["call the printer"])
    for name, rows in (("January", first), ("February", second)):
        for row in [HEADER, *rows]:
            book[name].append(row)
    book.save(tmp_path / "b.xlsx")
    result = rc.ingest([tmp_path / "b.xlsx"])
    roles = {each.sheet: each.role for each in result.detection}
    assert roles == {"January": "orders", "February": "orders", "Notes": "ignore"}
    assert len(result.orders.run(result.orders.purchases)) == 30
    assert_reconciles(result)


def test_progress_says_how_many_rows_of_how_many(tmp_path):
    count = 45_000
    numbers = "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, count + 1)
    )
    path = workbooks.xlsx(tmp_path / "b.xlsx", numbers)
    with zipfile.ZipFile(path) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    begin = b"<sheetData>"
    claim = f'<dimension ref="A1:A{count}"/>'.encode() + begin
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(begin, claim, 1)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    reports = []
    con = duckdb.connect()
    read(path, "b.xlsx", con, on_rows=lambda *report: reports.append(report))
    con.close()
    assert ("read", 40_000, count) in reports
    checked = [rows for step, rows, total in reports if step == "check"]
    assert checked == sorted(checked)
    assert all(total == count and rows <= count for _, rows, total in reports)


def test_the_share_grows_from_file_to_file_and_within_each():
    reports = [
        Progress("read", 0, 2, "a"),
        Progress("check", 0, 2, "a", 500, 1000),
        Progress("check", 0, 2, "a", 1000, 1000),
        Progress("read", 0, 2, "a", 10, 1000),
        Progress("read", 0, 2, "a", 1000, 1000),
        Progress("read", 1, 2, "b", 500, 1000),
        Progress("read", 2, 2, "b", 1000, 1000),
    ]
    shares = [each.share for each in reports]
    assert shares == sorted(shares)
    assert shares[0] == 0.0
    assert shares[4] == 0.5
    assert shares[-1] == 1.0
    assert Progress("write", 0, 0).share == 0.0
