"""What keeps a path or a URL from being loaded."""

from __future__ import annotations

from retention_core.errors import RetentionError


class SourceNotFoundError(RetentionError, FileNotFoundError):
    """Nothing is there."""

    code = "source_not_found"
    template = "There is nothing at {source}. Check how it is written."


class NoTablesError(RetentionError, ValueError):
    """A folder without a file that could hold a table."""

    code = "no_tables"
    template = (
        "The folder {source} holds no table. Files with one end in {endings}; put "
        "them into the folder, or name another."
    )


class SourceNotAllowedError(RetentionError, PermissionError):
    """A place that is not to be read: not allowed by the host, or not public."""

    code = "source_not_allowed"
    template = (
        "{source} must not be read from here. Use a place that the host of this "
        "program allows, or upload the file."
    )


class SourceRefusedError(RetentionError, PermissionError):
    """The store wants credentials, or others than there are."""

    code = "source_refused"
    template = (
        "{source} was refused by its store ({detail}). Set credentials that may read "
        "it in the environment of this program."
    )


class SourceTooLargeError(RetentionError, ValueError):
    """More than may be loaded."""

    code = "source_too_large"
    template = (
        "{source} is larger than {limit_mb} MB. Split it, or raise the limit where "
        "the program is started."
    )


class TooManyFilesError(RetentionError, ValueError):
    """A folder with more files than may be loaded at once."""

    code = "too_many_files"
    template = (
        "The folder {source} holds {files} files with tables; {limit} can be loaded at "
        "once. Load a part of it, or put the tables into fewer files."
    )


class SourceUnreachableError(RetentionError, OSError):
    """A server does not answer, or with an error."""

    code = "source_unreachable"
    template = "{source} cannot be loaded ({detail}). Try again later."
