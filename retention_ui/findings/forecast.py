"""What the forecast and its test found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_ui.figures.frames import records
from retention_ui.findings.finding import Finding, number, rate_of

if TYPE_CHECKING:
    import pandas as pd

    from retention_ui.formats import Formats

CLEARLY_BETTER = 0.03


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


def tracking(weeks: pd.DataFrame | None, formats: Formats) -> Finding:
    """How far the model was off on the weeks that were held back from it."""
    if weeks is None or weeks.empty or weeks["actual"].iloc[-1] <= 0:
        return Finding("tracking.none")
    last = records(weeks)[-1]
    miss = last["forecast"] / last["actual"] - 1
    shown = rate_of(abs(miss), formats)
    fields: dict[str, str | Finding] = {"n": formats.count(last["week"]), "miss": shown}
    if abs(miss) < 0.005:
        return Finding("tracking.right", fields, last["week"])
    return Finding(f"tracking.{'low' if miss < 0 else 'high'}", fields, last["week"])


def rules(model: float, past_spend: float) -> Finding:
    """How the model ranks customers, by the share of later spend in its top tenth."""
    ahead = model - past_spend
    if ahead >= CLEARLY_BETTER:
        return Finding("rules.clearly")
    return Finding("rules.slightly" if ahead > 0 else "rules.no")
