"""What was found on how value unfolds, and on new and returning customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_core.intervals import ENOUGH_CUSTOMERS
from retention_ui.figures.frames import records
from retention_ui.findings.finding import Finding, number, rate_of

if TYPE_CHECKING:
    import pandas as pd

    from retention_core.mix import Returning
    from retention_ui.formats import Formats

WORTH_SAYING = 0.005


def timeline(frame: pd.DataFrame, formats: Formats) -> Finding:
    """When the second order comes, and how many get there."""
    second = frame[(frame["order"] == 2) & frame["median_days"].notna()]
    if frame.empty:
        return Finding("timeline.few")
    if second.empty:
        return Finding("timeline.none")
    row = records(second)[0]
    days = int(row["median_days"])
    fields: dict[str, str | Finding] = {
        "days": formats.count(days),
        "share": formats.share(row["share"]),
    }
    return Finding("timeline.half", fields, days)


def unfolding(curve: pd.DataFrame, formats: Formats) -> Finding:
    """How much of what a customer brings comes with the first order."""
    if curve.empty or not curve["share"].notna().all():
        return Finding("unfolding.few")
    fields: dict[str, str | Finding] = {
        "share": formats.share(float(curve["share"].iloc[0])),
        "months": number(int(curve["months"].iloc[-1]), formats),
    }
    return Finding("unfolding.first", fields)


def against(
    names: tuple[str, str], compared: pd.DataFrame, since: int | None, formats: Formats
) -> Finding:
    """Which of two groups brings more, and from which age on for good.

    ``compared`` is that of ``rc.unfolding.against``, ``since`` that of ``apart_from``.
    """
    one, other = names
    fields: dict[str, str | Finding] = {"one": one, "other": other}
    if since is None:
        return Finding("against.none", fields)
    more = float(compared["difference"].iloc[-1]) > 0
    key = f"against.{'more' if more else 'less'}"
    if not since:
        return Finding(f"{key}_at_once", fields, above=more)
    fields["months"] = formats.count(since)
    return Finding(key, fields, subject=since, above=more)


def years(frame: pd.DataFrame, formats: Formats) -> Finding:
    """How much the same customers bring in their second year against their first."""
    if frame.empty or frame["customers"].iloc[0] < ENOUGH_CUSTOMERS:
        return Finding("years.few")
    first = records(frame)[0]
    second = frame[(frame["year"] == 2) & (frame["customers"] >= ENOUGH_CUSTOMERS)]
    amount = formats.money(first["revenue_per_customer"], "about")
    if second.empty:
        return Finding("years.first", {"amount": amount})
    row = records(second)[0]
    before = float(row["previous_revenue_per_customer"])
    apart = row["change_low"] > 0 or row["change_high"] < 0
    if not apart or before <= 0:
        return Finding("years.same")
    key = "years.more" if row["change"] > 0 else "years.less"
    share = formats.share(abs(float(row["change"])) / before)
    return Finding(key, {"share": share}, above=row["change"] > 0)


def mix(found: Returning | None, formats: Formats) -> Finding:
    """Share of the revenue that returning customers bring."""
    if found is None:
        return Finding("mix.none")
    return Finding("mix.share", {"share": formats.share(found.share)})


def guests(frame: pd.DataFrame, formats: Formats) -> Finding:
    """What the last finished period brought, where no order names a customer."""
    done = frame[frame["complete"].astype(bool)]
    if done.empty:
        return Finding("revenue.unfinished")
    last = records(done.sort_values("period_start"))[-1]
    period = formats.period(last["period_start"])
    amount = formats.money(float(last["guest_revenue"]), "about")
    return Finding("revenue.period", {"period": period, "amount": amount})


def paid(frame: pd.DataFrame, formats: Formats) -> Finding:
    """What new customers pay beside returning ones: for the same, else an order."""
    rows = {row["measure"]: row for row in records(frame)}
    few = frame[["new_customers", "returning_customers"]].min().min()
    if not rows or few < ENOUGH_CUSTOMERS:
        return Finding("paid.few")
    index = _relative(rows.get("price_index"))
    if index is None:
        order = _relative(rows["average_order_value"])
        if order is None:
            return Finding("paid.same")
        key = "paid.larger" if order > 0 else "paid.smaller"
        return Finding(key, {"share": rate_of(abs(order), formats)})
    side = "more" if index > 0 else "less"
    fields: dict[str, str | Finding] = {"share": rate_of(abs(index), formats)}
    using = rows.get("discounted_orders")
    if using is None or using["low"] <= 0 or side == "more":
        return Finding(f"paid.{side}", fields)
    fields["using"] = formats.share(using["new"])
    return Finding("paid.discounted", fields)


def _relative(row: dict[str, float] | None) -> float | None:
    """By how much new customers differ from returning ones, where they clearly do."""
    if row is None or not row["low"] * row["high"] > 0 or row["returning"] <= 0:
        return None
    relative = float(row["difference"] / row["returning"])
    return relative if abs(relative) >= WORTH_SAYING else None
