"""Workbooks: every visible sheet, row by row, as text."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from typing import TYPE_CHECKING

import python_calamine as calamine

from retention_core.ingest.cells import clean
from retention_core.ingest.errors import BrokenWorkbookError, PasswordProtectedError
from retention_core.ingest.progress import EVERY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from retention_core.ingest.cells import Row
    from retention_core.ingest.progress import OnRows


def sheets(
    path: Path, name: str, on_rows: OnRows | None = None
) -> Iterator[tuple[str, Iterator[Row]]]:
    """Each visible sheet that holds cells: its name and its numbered rows.

    ``on_rows`` is called now and then while the rows are taken.

    Raises
    ------
    BrokenWorkbookError, PasswordProtectedError
    """
    # From a path calamine goes by the ending, from a stream by the content.
    with (
        _reading(name),
        path.open("rb") as file,
        calamine.CalamineWorkbook.from_filelike(file) as book,
    ):
        for each in book.sheets_metadata:
            if not _is_table(each):
                continue
            sheet = book.get_sheet_by_name(each.name)
            if sheet.start is not None:
                yield each.name, _rows(sheet, name, on_rows)


@contextmanager
def _reading(name: str) -> Iterator[None]:
    try:
        yield
    except calamine.PasswordError as error:
        raise PasswordProtectedError(file=name) from error
    except (calamine.CalamineError, OSError) as error:
        raise BrokenWorkbookError(file=name, detail=str(error)) from error
    except BaseException as error:
        # The reader, written in Rust, gave up: an exception that is no Exception.
        if type(error).__name__ == "PanicException":
            raise BrokenWorkbookError(file=name, detail=str(error)) from error
        raise


def _is_table(sheet: calamine.SheetMetadata) -> bool:
    visible: bool = sheet.visible == calamine.SheetVisibleEnum.Visible
    return visible and sheet.typ == calamine.SheetTypeEnum.WorkSheet


def _rows(
    sheet: calamine.CalamineSheet, name: str, on_rows: OnRows | None
) -> Iterator[Row]:
    # Rows come from the sheet's first on, cells from the first used column on.
    indent = [None] * (sheet.start or (0, 0))[1]
    last = (sheet.end or (0, 0))[0]
    with _reading(name):
        for number, cells in enumerate(sheet.iter_rows(), 1):
            if on_rows and number % EVERY == 0:
                on_rows("read", number, last + 1)
            yield number, indent + [as_text(cell) for cell in cells]


def as_text(cell: object) -> str | None:
    """A cell's value as the shortest plain text.

    Examples
    --------
    >>> as_text(17850.0), as_text(2.55), as_text(True)
    ('17850', '2.55', 'TRUE')
    """
    if isinstance(cell, str):
        return clean(cell)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return _number(cell)
    if isinstance(cell, dt.datetime):
        return _moment(cell)
    if isinstance(cell, dt.timedelta):
        return _duration(cell)
    return str(cell)


def _number(value: float) -> str:
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value)


def _moment(value: dt.datetime) -> str:
    if value.time() == dt.time():
        return value.date().isoformat()
    return value.isoformat(" ", "auto")


def _duration(value: dt.timedelta) -> str:
    """Hours may exceed a day, as the cell shows them."""
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"
