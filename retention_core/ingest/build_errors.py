"""What keeps files that can be read from becoming an order table."""

from __future__ import annotations

from retention_core.errors import RetentionError


class NoOrderSheetError(RetentionError, ValueError):
    """No sheet has what an order needs."""

    code = "no_order_sheet"
    template = (
        "No table with orders was found in {files}. A table of orders has a date and "
        "an amount (or quantity and price) in every row; found were {found}. Name the "
        "columns by hand, or upload another export."
    )


class UnmappedFieldError(RetentionError, ValueError):
    """A sheet of orders lacks a field that it cannot do without."""

    code = "unmapped_field"
    template = (
        "{file}: no column is chosen for {field}. Choose one of {found}, or mark the "
        "table as one to leave out."
    )


class MissingOrdersError(RetentionError, ValueError):
    """A file holds the items of orders, but not the orders."""

    code = "orders_missing"
    template = (
        "{file} holds the items of orders, without their days or amounts. Add {wanted} "
        "of the same period."
    )


class UnknownColumnError(RetentionError, KeyError):
    """A mapping names a column that no file has."""

    code = "unknown_column"
    template = "No table has the column {column}. There are {found}."

    def __str__(self) -> str:
        return self.template.format(**self.fields)


class UnknownFieldError(RetentionError, KeyError):
    """A mapping names a field that there is none of."""

    code = "unknown_field"
    template = "There is no field {field}. The fields are {known}."

    def __str__(self) -> str:
        return self.template.format(**self.fields)


class RateError(RetentionError, ValueError):
    """A rate that turns money into nothing, or into no number."""

    code = "bad_rate"
    template = "The rate of {currency} is {rate}. Type what one of it is worth."


class UnknownTimeZoneError(RetentionError, ValueError):
    """No such time zone."""

    code = "unknown_time_zone"
    template = "{time_zone} is no time zone. Write it like Europe/Berlin."
