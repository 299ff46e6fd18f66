"""Which offer sold more, and for whom a campaign worked better."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_ui.figures.frames import Row, records
from retention_ui.findings.campaigns import CLEAR, SIDE
from retention_ui.findings.finding import Finding, named

if TYPE_CHECKING:
    import pandas as pd

    from retention_ui.figures.campaigns import Of
    from retention_ui.formats import Formats

    Fields = dict[str, str | Finding]

SHORT = 20
LONG = 34


def offers(frame: pd.DataFrame, formats: Formats) -> Finding:
    """The clearest difference between two offers of one campaign.

    ``frame`` is that of ``rc.campaigns.offers``.
    """
    sure = [each for each in records(frame) if each["alike"]]
    clear = [each for each in sure if each["verdict"] in CLEAR]
    if not clear:
        early = all(each["verdict"] == "too_early" for each in records(frame))
        return Finding(f"campaigns.offer.{'too_early' if early else 'none'}")
    each = max(clear, key=lambda one: abs(one["difference"]))
    better, worse = "", "other_"
    if each["verdict"] == "less":
        better, worse = worse, better
    fields: Fields = {
        "offer": named(each["other" if better else "offer"], SHORT, formats),
        "other": named(each["other" if worse else "offer"], SHORT, formats),
        "share": formats.share(each[f"{better}share"], 1),
        "other_share": formats.share(each[f"{worse}share"], 1),
    }
    return Finding("campaigns.offer.more", fields)


def offer_sides(frame: pd.DataFrame, of: Of) -> list[int]:
    """1 where the first offer is clearly above the second, −1 below, else 0."""
    column = "verdict" if of == "buyers" else "revenue_verdict"
    return [
        SIDE.get(str(each[column]), 0)
        if each["alike"] and each["verdict"] in CLEAR
        else 0
        for each in records(frame)
    ]


def for_whom(frame: pd.DataFrame, formats: Formats) -> Finding:
    """For which group the contact added more than for all others.

    ``frame`` is that of ``rc.campaigns.for_whom`` of one ``by``, with ``name`` (as it
    is shown).
    """
    rows = records(frame)
    clear = [each for each in rows if each["verdict"] in CLEAR]
    if clear:
        each = max(clear, key=_gap)
        fields: Fields = {
            "group": named(each["name"], LONG, formats),
            "value": formats.points(each["uplift"]),
            "rest": formats.points(each["rest_uplift"]),
        }
        return Finding("campaigns.for_whom.clear", fields)
    said = {each["verdict"] for each in rows}
    if "same" in said:
        return Finding("campaigns.for_whom.same")
    for verdict in ("too_early", "no_control"):
        if verdict in said:
            return Finding(f"campaigns.for_whom.{verdict}")
    return Finding("campaigns.for_whom.too_few")


def group_sides(frame: pd.DataFrame) -> list[int]:
    """1 where the contact added clearly more than for all others, −1 less, else 0."""
    return [SIDE.get(str(each["verdict"]), 0) for each in records(frame)]


def _gap(each: Row) -> float:
    return abs(float(each["uplift"]) - float(each["rest_uplift"]))
