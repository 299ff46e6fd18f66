"""What can go wrong when a model is asked for."""

from __future__ import annotations

from retention_core.errors import RetentionError


class UnknownModelError(RetentionError, KeyError):
    """No model has that name."""

    code = "unknown_model"
    template = "There is no model {model!r}. Choose one of {known}."

    def __str__(self) -> str:
        return self.template.format(**self.fields)


class InvalidSummaryError(RetentionError, ValueError):
    """Customer histories that no customer can have."""

    code = "invalid_summary"
    template = (
        "{rows} of {customers} customer histories are impossible: frequency must be a "
        "whole number of 0 or more, 0 <= recency <= T, and recency 0 where frequency "
        "is 0; and there must be a history. Build the table with clv.summary."
    )


class NoRepeatSpendError(RetentionError, ValueError):
    """Nobody has spent anything on a second day."""

    code = "no_repeat_spend"
    template = (
        "No customer has spent anything on a second day, so that nothing can be said "
        "about spend per purchase. Load a longer history."
    )


class InvalidTermsError(RetentionError, ValueError):
    """A horizon, discount or margin that no forecast can have."""

    code = "invalid_terms"
    template = (
        "Cannot forecast {months} months at a discount of {annual_discount_rate} a "
        "year and a margin of {margin}: months must be 1 or more, the discount above "
        "-1, the margin above 0, both as shares (0.1 is 10 %)."
    )


class NoHoldoutError(RetentionError, ValueError):
    """The days to hold out leave no history, or there are none."""

    code = "no_holdout"
    template = (
        "Cannot hold out {holdout_days} of {history_days} days of history: at least "
        "1 must be held out, and at least 1 left."
    )
