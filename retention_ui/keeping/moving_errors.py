"""What can be wrong with a file that a whole dashboard should be in."""

from __future__ import annotations

from retention_core.errors import RetentionError


class NotAKeptFileError(RetentionError, ValueError):
    """The file is not one that a dashboard was exported to."""

    code = "not_a_kept_file"
    template = (
        "{file} holds no dashboard. Choose the file that was exported: its name ends "
        "in .kept."
    )


class DamagedFileError(RetentionError, ValueError):
    """The file is not what was exported, to the last byte that counts."""

    code = "kept_file_damaged"
    template = (
        "{file} is damaged or was changed ({detail}). Nothing of it was taken over: "
        "export the dashboard once more, or copy the file again."
    )


class NewerFileError(RetentionError, ValueError):
    """A later program wrote the file in a way that this one does not know."""

    code = "kept_file_newer"
    template = (
        "{file} was exported by a newer version of this program (format {format}; "
        "this one reads formats up to {known}). Bring this program up to date first."
    )


class TooLargeFileError(RetentionError, ValueError):
    """The file holds more than the host allows."""

    code = "kept_file_too_large"
    template = (
        "{file} holds more than {limit_mb} MB or too many files. The host of this "
        "program can raise KEPT_LIMIT_INFLATED_MB and KEPT_LIMIT_MEMBERS."
    )


class UncheckedFileError(RetentionError):
    """The file could not be checked with the memory and the time there are."""

    code = "kept_file_unchecked"
    template = (
        "{file} could not be checked with the memory and time that there are, so "
        "nothing of it was taken over. The host of this program can raise "
        "KEPT_LIMIT_MEMORY_MB and KEPT_LIMIT_SECONDS."
    )


class ExpiredFileError(RetentionError):
    """The dashboard in the file was to be deleted by now."""

    code = "kept_file_expired"
    template = (
        "The dashboard in {file} was to be deleted on {day}, and its owner has not "
        "changed that. Nothing was taken over."
    )
