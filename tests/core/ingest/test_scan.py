from __future__ import annotations

import gzip
import random
import zipfile

import pytest

from retention_core.ingest import errors
from retention_core.ingest.scan import scan
from tests.core.ingest import workbooks

ROW = '<row r="1"><c r="A1"><v>1</v></c></row>'


@pytest.mark.parametrize("blank", [b"", b"\n \r\n\t", b"\0" * 100])
def test_an_empty_file_is_said_to_be_empty(tmp_path, blank):
    path = tmp_path / "1"
    path.write_bytes(blank)
    with pytest.raises(errors.EmptyFileError, match=r"^shop\.csv is empty"):
        scan(path, "shop.csv")


def test_the_content_counts_and_not_the_ending(tmp_path):
    path = tmp_path / "orders.csv"
    assert scan(workbooks.xlsx(path, ROW), path.name) == "xlsx"
    assert scan(workbooks.ods(path, ""), path.name) == "ods"
    assert scan(workbooks.xls(path, [["a"]]), path.name) == "xls"
    path.write_bytes(gzip.compress(b"a,b\n1,2\n"))
    assert scan(path, path.name) == "gzip"
    path.with_suffix(".xlsx").write_text("a,b\n1,2\n")
    assert scan(path.with_suffix(".xlsx"), "orders.xlsx") == "text"


def test_binary_junk_is_no_table(tmp_path):
    path = tmp_path / "junk.csv"
    path.write_bytes(random.Random(1).randbytes(50_000))  # noqa: S311
    with pytest.raises(errors.UnknownFileError, match=r"junk\.csv is not a table"):
        scan(path, "junk.csv")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "cp932"])
def test_text_of_other_encodings_is_text(tmp_path, encoding):
    path = tmp_path / "orders.csv"
    path.write_bytes("注文番号,金額\nA-1,1200\nA-2,800\n".encode(encoding))
    assert scan(path, "orders.csv") == "text"


@pytest.mark.parametrize("page", ["<html><table>", "<!DOCTYPE html>", "<?xml ?>"])
def test_a_web_page_named_xls_is_said_to_be_one(tmp_path, page):
    path = tmp_path / "report.xls"
    path.write_text(page)
    with pytest.raises(errors.MarkupFileError, match="web page"):
        scan(path, "report.xls")


def test_a_password_is_asked_to_be_removed(tmp_path):
    path = workbooks.ole2(tmp_path / "b.xlsx", "EncryptedPackage", b"secret")
    with pytest.raises(errors.PasswordProtectedError, match="Remove the password"):
        scan(path, "b.xlsx")
    entry = "<manifest:encryption-data/>"
    path = workbooks.ods(tmp_path / "b.ods", "", manifest=entry)
    with pytest.raises(errors.PasswordProtectedError):
        scan(path, "b.ods")


def test_another_compound_file_is_no_table(tmp_path):
    path = workbooks.ole2(tmp_path / "letter.xls", "WordDocument", b"Dear")
    with pytest.raises(errors.UnknownFileError):
        scan(path, "letter.xls")


def test_two_far_cells_are_refused_by_the_sheets_name(tmp_path):
    path = workbooks.corners(tmp_path / "far.xlsx")
    assert path.stat().st_size < 5_000
    with pytest.raises(errors.SheetTooLargeError) as caught:
        scan(path, "far.xlsx")
    assert caught.value.fields == {
        "file": "far.xlsx",
        "sheet": "Orders",
        "rows": 1_048_576,
        "columns": 16_384,
        "limit": 20_000_000,
    }


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1048576">' + "<c><v>1</v></c>" * 100 + "</row>",
        "<row><c r='A1'/><c r = 'XFD1048576'/></row>",
    ],
)
def test_cells_without_a_place_and_places_without_a_row_count_too(tmp_path, rows):
    path = workbooks.xlsx(tmp_path / "far.xlsx", rows)
    with pytest.raises(errors.SheetTooLargeError):
        scan(path, "far.xlsx")


def test_a_repeated_cell_counts_as_often_as_it_is_repeated(tmp_path):
    cell = '<table:table-cell table:number-columns-repeated="{}" {}/>'
    row = '<table:table-row table:number-rows-repeated="{}">{}</table:table-row>'
    empty = row.format(1_048_576, cell.format(16_384, ""))
    assert scan(workbooks.ods(tmp_path / "a.ods", empty), "a.ods") == "ods"
    value = 'office:value-type="float" office:value="1"'
    full = row.format(1_000_000, cell.format(1_000, value))
    with pytest.raises(errors.SheetTooLargeError) as caught:
        scan(workbooks.ods(tmp_path / "a.ods", empty + full), "a.ods")
    assert caught.value.fields["sheet"] == "Orders"


def test_a_zip_bomb_is_refused_unopened(tmp_path, monkeypatch):
    monkeypatch.setenv("KEPT_LIMIT_INFLATED_MB", "40")
    path = workbooks.xlsx(tmp_path / "bomb.xlsx", ROW)
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/media/zeros.bin", "w") as member,
    ):
        for _ in range(3):
            member.write(bytes(16 << 20))
    assert path.stat().st_size < 100_000
    with pytest.raises(errors.InflatesTooMuchError, match="40 MB"):
        scan(path, "bomb.xlsx")


def test_entities_are_refused(tmp_path):
    prolog = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    path = workbooks.xlsx(tmp_path / "laughs.xlsx", ROW, prolog)
    with pytest.raises(errors.BrokenWorkbookError):
        scan(path, "laughs.xlsx")


def test_an_archive_of_files_is_to_be_unpacked(tmp_path):
    path = tmp_path / "orders.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("orders.csv", "a,b\n")
    with pytest.raises(errors.ZipArchiveError, match="Unpack it"):
        scan(path, "orders.zip")


def test_half_a_workbook_is_said_to_be_incomplete(tmp_path):
    path = workbooks.xlsx(tmp_path / "half.xlsx", ROW)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(errors.BrokenWorkbookError, match="damaged or incomplete"):
        scan(path, "half.xlsx")
