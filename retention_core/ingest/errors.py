"""What is wrong with a file, said so that its owner can mend it."""

from __future__ import annotations

from retention_core.errors import RetentionError


class EmptyFileError(RetentionError, ValueError):
    """The file has no bytes, or nothing but blanks."""

    code = "empty_file"
    template = "{file} is empty. Export it once more and upload the new file."


class UnknownFileError(RetentionError, ValueError):
    """The content is no table of a kind that can be read."""

    code = "unknown_file"
    template = (
        "{file} is not a table: its content is neither text nor an Excel or "
        "OpenDocument workbook. Upload a CSV, TSV, XLSX, XLSB, XLS or ODS file."
    )


class ZipArchiveError(RetentionError, ValueError):
    """A zip archive that lies too deep in others."""

    code = "zip_archive"
    template = (
        "{file} is an archive inside an archive. Unpack it and upload the files inside."
    )


class MarkupFileError(RetentionError, ValueError):
    """A web page or other markup, often under the name of a spreadsheet."""

    code = "markup_file"
    template = (
        "{file} is a web page or XML, whatever its name says. Open it in a "
        "spreadsheet program, save it as XLSX or CSV and upload that."
    )


class PasswordProtectedError(RetentionError, ValueError):
    """A workbook that is encrypted."""

    code = "password_protected"
    template = (
        "{file} is protected by a password. Remove the password in the "
        "spreadsheet program, save the file and upload it again."
    )


class BrokenWorkbookError(RetentionError, ValueError):
    """A workbook that no reader opens."""

    code = "broken_workbook"
    template = (
        "{file} is damaged or incomplete and cannot be opened ({detail}). Open it in "
        "a spreadsheet program, save it as a new XLSX file and upload that."
    )


class InflatesTooMuchError(RetentionError, ValueError):
    """A compressed file that grows beyond measure when unpacked."""

    code = "inflates_too_much"
    template = (
        "{file} grows to more than {limit_mb} MB when it is unpacked. "
        "Split it, or export it as CSV."
    )


class ZipBombError(RetentionError, ValueError):
    """A part that is packed more tightly than any table can be."""

    code = "zip_bomb"
    template = (
        "{part} in {file} grows {ratio}-fold when it is unpacked, as no table of "
        "orders does. Save the table as CSV and upload that."
    )


class TooManyPartsError(RetentionError, ValueError):
    """A workbook or an archive of too many parts."""

    code = "too_many_parts"
    template = (
        "{file} holds {parts} files; at most {limit} can be read. Pack only the "
        "tables of orders, customers and products."
    )


class TooManySheetsError(RetentionError, ValueError):
    """A workbook of too many sheets."""

    code = "too_many_sheets"
    template = (
        "{file} has {sheets} sheets; at most {limit} can be read. Save those with "
        "orders as a workbook of their own."
    )


class UnsafeArchiveError(RetentionError, ValueError):
    """An archive with a name that leads out of it, or a link."""

    code = "unsafe_archive"
    template = (
        "{file} holds {part}, which would lead out of the archive. Upload the tables "
        "themselves, or pack them anew."
    )


class BrokenArchiveError(RetentionError, ValueError):
    """A zip archive that cannot be unpacked."""

    code = "broken_archive"
    template = (
        "{file} is damaged or packed in a way that cannot be read ({detail}). Pack it "
        "anew as a plain zip, or upload the files inside."
    )


class ArchivePasswordError(RetentionError, ValueError):
    """A zip archive that is encrypted."""

    code = "archive_password"
    template = (
        "{file} is protected by a password. Unpack it with the password and upload "
        "the files inside."
    )


class NoTableInArchiveError(RetentionError, ValueError):
    """A zip archive without a table in it."""

    code = "no_table_in_archive"
    template = (
        "There is no table in {file}; it holds {found}. Pack or upload a CSV, XLSX, "
        "XLSB, XLS or ODS file."
    )


class SheetTooLargeError(RetentionError, ValueError):
    """The area between the first and the last cell is too large."""

    code = "sheet_too_large"
    template = (
        "The sheet {sheet} of {file} reaches to row {rows} and column {columns}: more "
        "than {limit} cells. If a far cell holds something by mistake, delete it; "
        "otherwise save the sheet as CSV."
    )


class TooManyColumnsError(RetentionError, ValueError):
    """A row has more cells than any table of orders."""

    code = "too_many_columns"
    template = (
        "Row {row} of {file} has {columns} columns; at most {limit} can be read. Keep "
        "the columns about orders, customers and products, and delete the rest."
    )


class CellTooLargeError(RetentionError, ValueError):
    """One cell holds more text than a spreadsheet cell can."""

    code = "cell_too_large"
    template = (
        "A cell of {file} that begins in row {row} holds more than {limit} "
        "characters. Perhaps a quotation mark there is never closed: correct "
        "that row, or export the file once more."
    )


class LineTooLongError(RetentionError, ValueError):
    """A line is longer than any row of a table."""

    code = "line_too_long"
    template = (
        "Row {row} of {file} is a single line of more than {limit_mb} MB, so this is "
        "no table with one row a line. Export the file once more as CSV."
    )


class UnreadableEncodingError(RetentionError, ValueError):
    """The bytes are no text in the encoding."""

    code = "unreadable_encoding"
    template = (
        "{file} cannot be read as text in the encoding {encoding}. "
        "Choose another encoding, or save the file as CSV UTF-8."
    )


class WorkerOutOfMemoryError(RetentionError, MemoryError):
    """The process that read the files was ended for its use of memory."""

    code = "worker_out_of_memory"
    template = (
        "{files} cannot be read in the memory there is. Split the upload into smaller "
        "files, or save workbooks as CSV."
    )


class WorkerOutOfTimeError(RetentionError, TimeoutError):
    """The process that read the files took too long."""

    code = "worker_out_of_time"
    template = (
        "Reading {files} took longer than {seconds} seconds and was stopped. Split "
        "the upload into smaller files, or save workbooks as CSV."
    )


class WorkerFailedError(RetentionError, RuntimeError):
    """A bug: the traceback stands in the server's log under the reference."""

    code = "worker_failed"
    template = (
        "Reading the files failed through a fault of this program, not of yours. "
        "Please report it with the reference {reference}."
    )
