"""Who brings the value to come, in a sentence."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from retention_ui.findings.finding import Finding, named

if TYPE_CHECKING:
    import pandas as pd

    from retention_core.clv.distribution import Distribution
    from retention_ui.figures.frames import Row
    from retention_ui.formats import Formats

FIRST = 0.1
REGULAR_ORDERS = 5
LONGEST_ID = 24


def concentration(held: float, formats: Formats) -> Finding:
    """What the most valuable tenth holds of the value to come."""
    if not math.isfinite(held):
        return Finding("brought.none")
    return Finding("brought.first", {"held": formats.share(held)})


def expected(groups: pd.DataFrame, days: int, formats: Formats) -> Finding:
    """Orders to come of those whose silence is just within the window."""
    once, often = _silent(groups, days, "expected_purchases")
    if math.isnan(once) or math.isnan(often):
        return Finding("matrix_expected.none")
    fields: dict[str, str | Finding] = {
        "once": formats.ratio(once),
        "often": formats.ratio(often),
        **_days(groups, days, formats),
    }
    return Finding("matrix_expected.silent", fields)


def alive(groups: pd.DataFrame, days: int, formats: Formats) -> Finding:
    """Who is likely a customer still of those silent for just within the window."""
    _, often = _silent(groups, days, "probability_alive")
    if math.isnan(often):
        return Finding("matrix_alive.none")
    fields: dict[str, str | Finding] = {
        "often": formats.share(often),
        **_days(groups, days, formats),
    }
    return Finding("matrix_alive.silent", fields)


def distribution(found: Distribution, formats: Formats) -> Finding:
    """What half of the customers are worth less than, and the mean beside it."""
    if not found.bins["customers"].sum():
        return Finding("distribution.none")
    median, mean = (formats.money(each) for each in (found.median, found.mean))
    return Finding("distribution.half", {"median": median, "mean": mean})


def alive_path(
    customer: str | None, today: Row, silence: int, formats: Formats
) -> Finding:
    """How sure it is today that somebody is still a customer, by name if given.

    A chance of exactly 1 after a silence is that of who ordered once, by a model that
    lets nobody leave before the second order: it tells nothing, and is not told.
    """
    chance = float(today["probability_alive"])
    fields: dict[str, str | Finding] = {
        "share": formats.share(chance),
        "days": formats.days(silence),
    }
    when = "today" if silence else "bought_today"
    if silence and chance == 1:
        when = "untold"
    if customer is None:
        return Finding(f"path.{when}_unnamed", fields)
    fields["customer"] = named(customer, LONGEST_ID, formats)
    return Finding(f"path.{when}", fields)


def _silent(groups: pd.DataFrame, days: int, measure: str) -> tuple[float, float]:
    """Means of the row just within the window: who ordered once, and regulars."""
    band = groups[(groups["days_to"] == days - 1) & (groups["customers"] > 0)]
    once = band[band["orders_from"] == 1]
    often = band[band["orders_from"] >= REGULAR_ORDERS]
    return _mean(once, measure), _mean(often, measure)


def _days(groups: pd.DataFrame, days: int, formats: Formats) -> dict[str, str]:
    start = groups.loc[groups["days_to"] == days - 1, "days_from"].iloc[0]
    return {"start": formats.count(start), "end": formats.count(days - 1)}


def _mean(rows: pd.DataFrame, measure: str) -> float:
    """Mean over customers, NaN where there are none."""
    customers = float(rows["customers"].sum())
    if not customers:
        return math.nan
    return float((rows[measure] * rows["customers"]).sum() / customers)
