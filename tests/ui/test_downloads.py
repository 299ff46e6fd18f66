"""Downloads open as what they were, and no spreadsheet runs them."""

from __future__ import annotations

import io

import openpyxl
import pandas as pd
import pytest

from retention_ui import downloads

EVIL = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "|cmd", "%x", "＝1"]


def csv_back(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(downloads.csv_bytes(frame)), encoding="utf-8-sig")


def sheet(frame: pd.DataFrame, **options):
    content = io.BytesIO(downloads.excel_bytes(frame, **options))
    return openpyxl.load_workbook(content).worksheets[0]


@pytest.mark.parametrize("text", EVIL)
def test_csv_text_that_starts_a_formula_gets_an_apostrophe(text):
    raw = downloads.csv_bytes(pd.DataFrame({"product": [text]})).decode("utf-8-sig")
    assert raw.split("\r\n", 1)[1].lstrip('"').startswith("'")


def test_csv_headers_are_disarmed_too():
    assert downloads.csv_bytes(pd.DataFrame({"=a": [1]})).startswith(b"\xef\xbb\xbf'=a")


def test_csv_leaves_numbers_and_harmless_text_alone():
    frame = pd.DataFrame({"amount": [-1.5, 2.0], "name": ["Ann–Bo", "O'Neil"]})
    pd.testing.assert_frame_equal(csv_back(frame), frame)


def test_csv_keeps_quotes_and_lines_within_cells():
    frame = pd.DataFrame({"name": ['He said "hi"', "two\nlines", "a,b"]})
    pd.testing.assert_frame_equal(csv_back(frame), frame)


def test_csv_leaves_absent_values_empty():
    frame = pd.DataFrame({"name": ["a", None], "amount": [1.0, float("nan")]})
    assert downloads.csv_bytes(frame).decode("utf-8-sig").split("\r\n")[2] == ","


@pytest.mark.parametrize("text", ["=1+1", '=HYPERLINK("http://x")', "-2"])
def test_excel_text_is_never_a_formula(text):
    cell = sheet(pd.DataFrame({"product": [text]}))["A2"]
    assert (cell.value, cell.data_type) == (text, "s")


def test_excel_header_is_bold_and_frozen_and_never_a_formula():
    found = sheet(pd.DataFrame({"=1": [1]}))
    assert found.freeze_panes == "A2"
    assert found["A1"].font.bold
    assert found["A1"].data_type == "s"


def test_excel_numbers_have_a_format_and_absent_ones_are_empty():
    frame = pd.DataFrame(
        {
            "orders": [1234, 2],
            "retention": [0.4, float("nan")],
            "cohort": pd.to_datetime(["2026-01-01", None]),
        }
    )
    found = sheet(frame, kinds={"retention": "share"})
    assert [cell.number_format for cell in found[2]] == ["#,##0", "0.0%", "yyyy-mm-dd"]
    assert [cell.value for cell in found[3]] == [2, None, None]


def test_excel_drops_what_xml_cannot_hold():
    assert sheet(pd.DataFrame({"a": ["x\x00y\x1f"]}))["A2"].value == "x y "


def test_empty_frames_give_a_header():
    frame = pd.DataFrame({"a": pd.Series(dtype="str"), "b": pd.Series(dtype=float)})
    assert downloads.csv_bytes(frame).decode("utf-8-sig") == "a,b\r\n"
    assert [cell.value for cell in sheet(frame)[1]] == ["a", "b"]


def test_the_name_tells_contents_apart():
    one, other = pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [2]})
    names = {downloads.file_name(["cohorts"], each, "csv") for each in (one, other)}
    assert len(names) == 2
    assert downloads.file_name(["co/h", "x"], one, "csv").startswith("co-h-x-")
