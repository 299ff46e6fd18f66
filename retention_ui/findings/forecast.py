"""What the forecast and its test found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_ui.findings.finding import Finding, number, rate_of

if TYPE_CHECKING:
    from retention_core.clv.uncertainty import Unexplained
    from retention_ui.formats import Formats


def forecast(
    total: float, months: int, formats: Formats, margin: float = 1.0
) -> Finding:
    """What today's customers should bring in the next ``months``, or leave of it."""
    fields: dict[str, str | Finding] = {
        "amount": formats.money(total, "about"),
        "months": number(months, formats),
        "margin": formats.share(margin),
    }
    return Finding(f"forecast.{'total' if margin == 1 else 'left'}", fields, months)


def doubtful(miss: float, formats: Formats) -> Finding:
    """In place of the forecast, where its own test went wrong.

    ``miss``: forecast over actual less 1, as in the back-test's verdict.
    """
    fields: dict[str, str | Finding] = {"miss": formats.share(abs(miss))}
    return Finding(f"forecast.too_{'low' if miss < 0 else 'high'}", fields)


def unexplained(missed: Unexplained, formats: Formats) -> Finding | None:
    """What the intervals of the total count in, besides what the model says itself."""
    if not missed.deviation:
        return None
    fields: dict[str, str | Finding] = {
        "miss": rate_of(missed.deviation, formats),
        "dates": number(missed.dates, formats),
    }
    return Finding("unexplained", fields, missed.dates)
