"""Errors in words: what stands in their fields is written for people."""

from __future__ import annotations

from retention_core.errors import RetentionError
from retention_ui import failures
from retention_ui.texts import Texts


class TooManyColumnsError(RetentionError):
    code = "too_many_columns"
    template = "Row {row} of {file} has {columns} columns, of {limit}."


class NoOrderSheetError(RetentionError):
    code = "no_order_sheet"
    template = "No orders in {files}: {found}."


def test_numbers_are_written_as_the_language_writes_them():
    error = TooManyColumnsError(row=1, file="wide.csv", columns=5005, limit=2000)
    title, advice, _ = failures.words(error, Texts("en"))
    assert "5,005 columns" in title
    assert "2,000" in advice


def test_lists_are_lists_however_deep():
    found = {"wide.csv": ["Date", "**Sum**"], "b.csv": ["Tea"]}
    error = NoOrderSheetError(files=["wide.csv", "b.csv"], found=found)
    title, advice, _ = failures.words(error, Texts("en"))
    assert "wide\\.csv, b\\.csv" in title
    assert "Date, \\*\\*Sum\\*\\*, Tea" in advice
    assert "'" not in advice
