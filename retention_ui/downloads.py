"""Tables as files: CSV that no spreadsheet runs as a formula, and Excel workbooks."""

from __future__ import annotations

import hashlib
import io
import re
from typing import TYPE_CHECKING

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from openpyxl.cell import Cell

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET_ROWS = 1_048_576
WIDEST = 48
NUMBER_FORMATS = {
    "count": "#,##0",
    "number": "#,##0.00",
    "share": "0.0%",
    "p": "0.0000",
    "date": "yyyy-mm-dd",
}
# What spreadsheets take for the start of a formula, also full-width and after blanks.
_FORMULA = re.compile("^[\\s\ufeff]*[=+\\-@|%＝＋－＠\t\r\n]")
# A telephone number with its country (E.164): to a spreadsheet no more than a number;
# programs that send messages know it by its plus alone.
_PHONE = re.compile("[+][1-9][0-9]{7,14}")
# What XML cannot hold.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """Write a frame as CSV: UTF-8 with a mark that Excel needs to see that.

    Text that a spreadsheet would run as a formula gets a leading apostrophe, headers
    included; numbers stay numbers, telephone numbers such as ``+4917612345678`` too.
    """
    safe = frame.rename(columns=lambda name: _disarmed(str(name)))
    for name in safe.columns[[_is_text(safe[each]) for each in safe.columns]]:
        safe[name] = safe[name].map(_disarmed, na_action="ignore")
    return safe.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def excel_bytes(frame: pd.DataFrame, kinds: Mapping[str, str] | None = None) -> bytes:
    """Write a frame as a workbook: bold, frozen header; numbers with a format.

    ``kinds`` names the format of a column (``NUMBER_FORMATS``) where its type does not
    say it: a share and an amount are both floats. Text is text, never a formula.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    formats = [_format(frame[name], (kinds or {}).get(name)) for name in frame.columns]
    for number, name in enumerate(frame.columns, start=1):
        longest = frame[name].head(200).map(lambda each: len(str(each))).max()
        width = max(len(str(name)), 0 if pd.isna(longest) else longest) + 3
        sheet.column_dimensions[get_column_letter(number)].width = min(width, WIDEST)
    bold = Font(bold=True)
    heads = [_cell(sheet, name, "General") for name in frame.columns]
    for head in heads:
        head.font = bold
    sheet.append(heads)
    # One row of a worksheet is the header.
    rows = frame.head(SHEET_ROWS - 1).itertuples(index=False, name=None)
    for row in rows:
        sheet.append(
            [
                _cell(sheet, value, kind)
                for value, kind in zip(row, formats, strict=True)
            ]
        )
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def file_name(words: Iterable[object], content: pd.DataFrame | str, suffix: str) -> str:
    """Name a download: ``cohorts-retention-2026-06-18-1f3a9c04.csv``.

    The last part stands for the content. Streamlit tells large downloads apart by
    name, length and a few samples only, and would hand one user another's file.
    """
    stem = "-".join(re.sub(r"[^\w]+", "-", str(word)).strip("-") for word in words)
    return f"{stem}-{fingerprint(content)}.{suffix}"


def fingerprint(content: pd.DataFrame | str) -> str:
    """Return eight hexadecimal digits that stand for a frame or a description."""
    if isinstance(content, str):
        raw = content.encode()
    else:
        hashes = pd.util.hash_pandas_object(content, index=False).to_numpy()
        raw = hashes.tobytes() + repr(list(content.columns)).encode()
    return hashlib.sha256(raw).hexdigest()[:8]


def _disarmed(text: object) -> object:
    if isinstance(text, str) and _FORMULA.match(text) and not _PHONE.fullmatch(text):
        return f"'{text}"
    return text


def _is_text(column: pd.Series) -> bool:
    return bool(
        pd.api.types.is_string_dtype(column) or pd.api.types.is_object_dtype(column)
    )


def _format(column: pd.Series, kind: str | None) -> str:
    if kind is not None:
        return NUMBER_FORMATS[kind]
    if pd.api.types.is_datetime64_any_dtype(column):
        return NUMBER_FORMATS["date"]
    if pd.api.types.is_integer_dtype(column):
        return NUMBER_FORMATS["count"]
    return NUMBER_FORMATS["number"]


def _cell(sheet: object, value: object, kind: str) -> Cell:
    text = isinstance(value, str)
    if text:
        value = _ILLEGAL.sub(" ", str(value))
    elif pd.isna(value):  # type: ignore[call-overload]
        value = None
    cell = WriteOnlyCell(sheet, value=value)
    if text:
        cell.data_type = "s"
    elif not isinstance(value, bool):
        cell.number_format = kind
    return cell
