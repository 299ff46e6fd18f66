"""How the often written to answer, and how much is bought on discount."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_core.intervals import CLEAR
from retention_ui.figures.frames import records
from retention_ui.findings.finding import Finding

if TYPE_CHECKING:
    import pandas as pd

    from retention_core.campaigns import Dependence
    from retention_ui.formats import Formats

    Fields = dict[str, str | Finding]

HARDLY = 0.01


def pressure(frame: pd.DataFrame, formats: Formats) -> Finding:
    """Whether those who had got more messages answer less often.

    ``frame`` is that of ``rc.campaigns.pressure``.
    """
    rows = records(frame)
    # A slope that is not NaN rests on two rows at least.
    if not rows or not rows[0]["trend_p_value"] <= CLEAR:
        return Finding("campaigns.pressure.none")
    first, last = rows[0], rows[-1]
    side = "rising" if _slope(frame) > 0 else "falling"
    fields: Fields = {
        "share": formats.share(first["share"], 1),
        "other": formats.share(last["share"], 1),
        "first": Finding(f"campaigns.pressure.after.{first['received']}"),
        "last": Finding(f"campaigns.pressure.after.{last['received']}"),
    }
    return Finding(f"campaigns.pressure.{side}", fields)


def dependence(found: Dependence, formats: Formats) -> Finding:
    """Which share of orders comes on discount, and who never paid full price."""
    again = found.by_orders[found.by_orders["from_orders"] > 1]
    fields: Fields = {"share": formats.share(found.share)}
    customers = int(again["customers"].sum())
    if not customers:
        return Finding("campaigns.dependence.once", fields)
    never = int(again["never_full_price"].sum())
    fields["never"] = formats.share(never / customers)
    key = "hardly" if never / customers < HARDLY else "again"
    return Finding(f"campaigns.dependence.{key}", fields)


def _slope(frame: pd.DataFrame) -> float:
    """Sign of the line through all contacts, which the trend's p value is of."""
    weight = frame["contacts"] / frame["contacts"].sum()
    away = frame["received"] - (weight * frame["received"]).sum()
    return float((weight * away * frame["share"]).sum())
