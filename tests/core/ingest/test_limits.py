"""What is refused for its size, and that the host decides where that begins."""

from __future__ import annotations

import gzip
import json
import struct
import time
import zipfile

import duckdb
import pytest

from retention_core.ingest import child, errors, worker
from retention_core.ingest.limits import BadLimitError, Bounds, bounds
from retention_core.ingest.model import Answers
from retention_core.ingest.read import read
from retention_core.ingest.scan import scan
from tests.core.ingest import workbooks

ROW = '<row r="1"><c r="A1"><v>1</v></c></row>'
ORDERS = "Order ID,Customer,Date,Total,Currency\n" + "".join(
    f"{n},c{n % 7},2024-0{1 + n % 9}-17,{n}.50,EUR\n" for n in range(1, 60)
)


def more(path, name, chunk, times=1):
    """Add a part to a zip file."""
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open(name, "w", force_zip64=True) as part,
    ):
        for _ in range(times):
            part.write(chunk)
    return path


def lying(path, name, size):
    """Let the directory say that a part is of this size."""
    content = bytearray(path.read_bytes())
    for signature, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.find(signature)
        while content[at + place + 4 : at + 90].find(name.encode()) < 0:
            at = content.find(signature, at + 1)
        struct.pack_into("<I", content, at + place, size)
    path.write_bytes(content)
    return path


def rewritten(path, name, change):
    """The same zip file with one part changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {each: archive.read(each).decode() for each in archive.namelist()}
    parts[name] = change(parts[name])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, content in parts.items():
            archive.writestr(each, content)
    return path


def test_the_environment_sets_each_limit(monkeypatch):
    monkeypatch.setenv("KEPT_LIMIT_CELLS", "1000")
    monkeypatch.setenv("KEPT_LIMIT_MEMORY_MB", "512")
    assert bounds() == Bounds(cells=1000, memory_mb=512)
    limits = child.Limits.for_bytes(10_000_000)
    assert (limits.memory, limits.cpu_seconds) == (512 << 20, 140)


@pytest.mark.parametrize("value", ["0", "-1", "2 GB", "1e6", "²"])
def test_a_limit_that_is_no_number_is_said(monkeypatch, value):
    monkeypatch.setenv("KEPT_LIMIT_CELLS", value)
    with pytest.raises(BadLimitError, match=f"KEPT_LIMIT_CELLS is {value}"):
        bounds()


def test_the_child_keeps_the_hosts_limits(tmp_path, monkeypatch):
    monkeypatch.setenv("KEPT_LIMIT_COLUMNS", "3")
    (tmp_path / "incoming").mkdir()
    (tmp_path / "incoming" / "0").write_text(ORDERS)
    (tmp_path / "incoming" / "names.json").write_text(json.dumps({"0": "a.csv"}))
    with pytest.raises(errors.TooManyColumnsError, match="at most 3"):
        worker.run("recognise", tmp_path, Answers())


def strings_too_large(path):
    workbooks.xlsx(path, ROW)
    return more(path, "xl/sharedStrings.xml", b"<si><t>a b c</t></si>" * 50_000, 3)


def strings_that_lie(path):
    workbooks.xlsx(path, ROW)
    more(path, "xl/sharedStrings.xml", b"<si><t>x</t></si>" * 100_000, 3)
    return lying(path, "xl/sharedStrings.xml", 100)


def a_sheet_that_lies(path):
    return lying(workbooks.xlsx(path, ROW * 9), "xl/worksheets/sheet1.xml", 20)


def a_sheet_elsewhere(path):
    """The sheet is not where sheets are; only the links say so."""
    workbooks.corners(path)
    rels = "xl/_rels/workbook.xml.rels"
    rewritten(path, rels, lambda text: text.replace("worksheets/sheet1.xml", "a.png"))
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    return more(path, "xl/a.png", sheet)


def many_sheets(path):
    one = '<sheet name="Orders" sheetId="1" r:id="rId1"/>'
    return rewritten(
        workbooks.xlsx(path, ROW),
        "xl/workbook.xml",
        lambda text: text.replace(one, one * 100_000),
    )


def many_tables(path):
    tables = '</table:table><table:table table:name="b">' * 100_000
    return workbooks.ods(path, tables)


def entities_in_the_strings(path):
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><sst>&b;</sst>'
    return more(workbooks.xlsx(path, ROW), "xl/sharedStrings.xml", laughs)


def an_outer_entity(path):
    return workbooks.xlsx(path, ROW, '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc">]>')


def a_sheet_in_utf16(path):
    workbooks.xlsx(path, ROW)
    sheet = "\ufeff<worksheet><sheetData/></worksheet>".encode("utf-16-le")
    return more(path, "xl/worksheets/sheet2.xml", sheet)


def repeated_rows(path):
    cell = "<table:table-cell office:value-type='float' office:value='1'/>"
    row = "<table:table-row table:number-rows-repeated = '1000000000'>"
    return workbooks.ods(path, f"{row}{cell}</table:table-row>")


def a_pdf_before(path):
    workbooks.xlsx(path, ROW)
    path.write_bytes(b"%PDF-1.7\n" + path.read_bytes())
    return path


def a_page_before(path):
    workbooks.xlsx(path, ROW)
    path.write_bytes(b"<html>" + path.read_bytes())
    return path


def a_table_before(path):
    workbooks.xlsx(path, ROW)
    path.write_bytes(ORDERS.encode() + path.read_bytes())
    return path


def zeros_in_gzip(path):
    with gzip.open(path, "wb", compresslevel=6) as file:
        for _ in range(80):
            file.write(bytes(1_000_000))
    return path


REFUSED = {
    strings_too_large: errors.InflatesTooMuchError,
    strings_that_lie: errors.BrokenWorkbookError,
    a_sheet_that_lies: errors.BrokenWorkbookError,
    a_sheet_elsewhere: errors.SheetTooLargeError,
    many_sheets: errors.TooManySheetsError,
    many_tables: errors.TooManySheetsError,
    entities_in_the_strings: errors.BrokenWorkbookError,
    an_outer_entity: errors.BrokenWorkbookError,
    a_sheet_in_utf16: errors.BrokenWorkbookError,
    repeated_rows: errors.SheetTooLargeError,
    a_pdf_before: errors.UnknownFileError,
    a_page_before: errors.UnknownFileError,
    a_table_before: errors.UnknownFileError,
}


@pytest.mark.parametrize("make", REFUSED, ids=lambda make: make.__name__)
def test_what_would_harm_is_refused_with_its_reason_at_once(
    tmp_path, monkeypatch, make
):
    monkeypatch.setenv("KEPT_LIMIT_STRINGS_MB", "2")
    path = make(tmp_path / "bad")
    begin = time.process_time()
    with pytest.raises(REFUSED[make], match="bad"):
        scan(path, "bad")
    assert time.process_time() - begin < 4


def test_a_bomb_in_gzip_is_refused_before_it_fills_the_disk(tmp_path):
    path = zeros_in_gzip(tmp_path / "bomb.csv.gz")
    con = duckdb.connect()
    with pytest.raises(errors.ZipBombError, match="as no table of orders does"):
        read(path, path.name, con)
    con.close()


@pytest.mark.parametrize(
    "rows",
    ["<a>" * 500_000 + "</a>" * 500_000, '</sheetData><dimension ref="A1:XFD9"/>'],
    ids=["nested", "dimension"],
)
def test_a_nested_sheet_and_a_dimension_that_lies_do_no_harm(tmp_path, rows):
    path = workbooks.xlsx(tmp_path / "odd.xlsx", rows)
    assert scan(path, "odd.xlsx") == "xlsx"
