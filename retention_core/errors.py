"""What can go wrong, each with a stable code and the facts of the case."""

from __future__ import annotations

from typing import Any, ClassVar


class RetentionError(Exception):
    """Base of every error that a user can mend.

    ``code`` is stable: the interface looks up its words by it. ``fields`` are the
    facts (file, row, column, counts) that the words need. ``str(error)`` is a whole
    English sentence: what is wrong, the value, the fix.
    """

    code: ClassVar[str]
    template: ClassVar[str]

    def __init__(self, **fields: object) -> None:
        self.fields = fields
        super().__init__(self.template.format(**fields))

    def __reduce__(self) -> tuple[Any, ...]:
        """Make it anew from its fields, in whatever process it arrives."""
        return _again, (type(self), self.fields)


def _again(kind: type[RetentionError], fields: dict[str, object]) -> RetentionError:
    return kind(**fields)


class NotADatasetError(RetentionError, FileNotFoundError):
    """The folder or file holds no order table."""

    code = "not_a_dataset"
    template = "{path} holds no order table. Build one with ingest(…, into=folder)."


class MissingColumnsError(RetentionError, KeyError):
    """A table lacks columns that nothing can be worked out without."""

    code = "missing_columns"
    template = (
        "Missing columns {missing}; the table has {found}. Rename them, or map them."
    )

    def __str__(self) -> str:
        return self.template.format(**self.fields)


class TooSmallError(RetentionError, ValueError):
    """A number below the least that makes sense."""

    code = "too_small"
    template = "{name} is {value}; it must be at least {least}."


class NoOrdersError(RetentionError, ValueError):
    """Nothing is left to analyse."""

    code = "no_orders"
    template = "No order is left after reading. See the ledger for why rows went."


class TooLittleDataError(RetentionError, ValueError):
    """There is not enough history for a model."""

    code = "too_little_data"
    template = (
        "Too little data for a forecast: {repeat_customers} repeat customers "
        "(at least {needed_customers}), {history_days} days of history "
        "(at least {needed_days}). The simple value still holds."
    )
