"""From a file of any kind to relations of text cells under their row numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from retention_core.ingest import cells, scan, survey, workbook
from retention_core.ingest.encoding import Chosen, choose_encoding
from retention_core.ingest.errors import EmptyFileError
from retention_core.ingest.model import RawSheet
from retention_core.ingest.text import TextFile, read_text

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from retention_core.ingest.progress import OnBytes, OnRows


def read(
    path: Path,
    name: str,
    con: duckdb.DuckDBPyConnection,
    *,
    encoding: str | None = None,
    on_rows: OnRows | None = None,
) -> list[RawSheet]:
    """Read a file into views of ``con``, one a table.

    Parameters
    ----------
    path
        Where the file lies.
    name
        What its owner calls it.
    con
        Where the views shall be; what they read lives as long as ``con`` does.
    encoding
        Of a text file; ``None`` means: find out.
    on_rows
        Called now and then while a file is checked and read.

    Returns
    -------
    list of RawSheet
        One for a text file, one for each visible sheet with cells of a workbook.

    Raises
    ------
    RetentionError
        One of :mod:`retention_core.ingest.errors`.
    """
    kind = scan.scan(path, name, on_rows)
    whole = True
    if kind == "gzip":
        plain = cells.scratch(con) / "plain"
        whole = survey.inflate(path, plain, name)
        path, kind = plain, scan.scan(plain, name)
    if kind != "text":
        return _read_workbook(path, name, con, on_rows)
    sheet = _read_text(path, name, con, encoding, on_rows)
    if whole or sheet.cut_off:
        return [sheet]
    # The last row may look whole and still be half of one.
    last = con.execute(f"SELECT max(row) FROM {sheet.relation}").fetchall()[0][0]
    return [replace(sheet, cut_off=last)]


def _read_text(
    path: Path,
    name: str,
    con: duckdb.DuckDBPyConnection,
    encoding: str | None,
    on_rows: OnRows | None,
) -> RawSheet:
    folder = cells.scratch(con)
    facts = survey.survey(path, name, _in_bytes("survey", path, on_rows))
    chosen = (
        Chosen(encoding)
        if encoding
        else choose_encoding(path, facts.utf8, shifts=facts.shifts)
    )
    if chosen.encoding != "utf-8":
        copy = folder / "utf-8"
        told = _in_bytes("decode", path, on_rows)
        path, facts = survey.transcode(path, copy, chosen.encoding, name, told)
    form, relation = read_text(TextFile(path, name, facts, con, folder, on_rows))
    return RawSheet(
        file=name,
        sheet=None,
        encoding=chosen.encoding,
        delimiter=form.delimiter,
        relation=relation.view,
        columns=relation.columns,
        head=cells.head(con, relation.view),
        cut_off=relation.cut_off,
        lengths=relation.lengths,
        encoding_sure=chosen.sure,
        encodings=chosen.examples,
    )


def _in_bytes(step: str, path: Path, on_rows: OnRows | None) -> OnBytes | None:
    """Pass on how many bytes of a file a step has gone through."""
    if on_rows is None:
        return None
    size = path.stat().st_size
    return lambda done: on_rows(step, done, size)


def _read_workbook(
    path: Path, name: str, con: duckdb.DuckDBPyConnection, on_rows: OnRows | None
) -> list[RawSheet]:
    sheets = []
    for title, rows in workbook.sheets(path, name, on_rows):
        paths, columns = cells.write_rows(rows, cells.scratch(con), name)
        if not paths:
            continue
        view = cells.create_rows_view(con, paths)
        sheets.append(
            RawSheet(
                file=name,
                sheet=title,
                encoding=None,
                delimiter=None,
                relation=view,
                columns=columns,
                head=cells.head(con, view),
            )
        )
    if not sheets:
        raise EmptyFileError(file=name)
    return sheets
