"""What the tiers found: who stands there, who is near, whether rewards pay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retention_ui.figures.frames import records
from retention_ui.findings.finding import Finding, at_start

if TYPE_CHECKING:
    import pandas as pd

    from retention_core.tiers import Cost
    from retention_ui.formats import Formats


def standing(tiers: pd.DataFrame, formats: Formats) -> Finding:
    """How many have reached a tier, and what share of the spend is theirs."""
    reached = tiers[tiers["tier"] > 0]
    n, spend = int(reached["customers"].sum()), float(tiers["spend"].sum())
    if not n:
        return Finding("tiers.nobody")
    fields: dict[str, str | Finding] = {"n": at_start(n, formats)}
    if spend <= 0:
        return Finding("tiers.reached", fields, n)
    fields["share"] = formats.share(float(reached["spend"].sum()) / spend)
    return Finding("tiers.reached_spend", fields, n)


def short(tiers: pd.DataFrame, formats: Formats) -> Finding:
    """How many who are not lost are one order short of the next tier."""
    n = int(tiers["active"].sum())
    if not n:
        return Finding("tiers.none_short")
    return Finding("tiers.short", {"n": at_start(n, formats)}, n)


def cost(found: Cost, margin: float, formats: Formats) -> Finding:
    """What rewards cost a year, and how many more must be kept for them."""
    rows = [row for row in records(found.tiers) if row["cost"] > 0]
    if not rows:
        return Finding("tiers.free")
    fields: dict[str, str | Finding] = {
        "amount": formats.money(sum(row["cost"] for row in rows), "about")
    }
    known = [row for row in rows if not np.isnan(row["gain"])]
    if not known:
        fields["days"] = formats.days(found.days)
        return Finding("tiers.cost", fields)
    never = sum(not row["possible"] for row in known)
    if never:
        fields["n"] = formats.count(never)
        fields["all"] = formats.count(len(rows))
        return Finding("tiers.cost_never", fields, never)
    gains = sorted(100 * row["gain"] for row in known)
    low, high = (formats.ratio(each) for each in (gains[0], gains[-1]))
    whole = "_whole" if margin == 1 else ""
    if low == high:
        return Finding(f"tiers.cost_gain{whole}", fields | {"points": low})
    return Finding(f"tiers.cost_gains{whole}", fields | {"low": low, "high": high})
