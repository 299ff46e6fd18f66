"""What campaigns brought beside those held back, or why nobody can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from retention_ui.figures.frames import Row, records
from retention_ui.findings.finding import Finding, named, number

if TYPE_CHECKING:
    from retention_ui.figures.campaigns import Of
    from retention_ui.formats import Formats

    Fields = dict[str, str | Finding]

SHORT = 24
LONG = 60
SIDE = {"more": 1, "less": -1}
CLEAR = tuple(SIDE)
# These have both groups, and enough days behind them.
TOLD = (*CLEAR, "too_few")
# Of several campaigns the first of these that any has is what the heading says.
SAID = (*CLEAR, "too_few", "unlike", "too_early")


def worked(frame: pd.DataFrame, formats: Formats) -> Finding:
    """How many campaigns made a difference; of a single one, which.

    ``frame`` is that of ``rc.campaigns.results``, with ``name`` (as it is shown). A
    campaign of several offers counts once, by the best that can be said of any.
    """
    rows = records(frame)
    if len(rows) == 1:
        fields = _fields(rows[0], SHORT, formats)
        return Finding(f"campaigns.one.{_kind(rows[0])}", fields)
    said = {(each["campaign"], verdict(each)) for each in rows}
    found = [each for _, each in said]
    first = next((each for each in SAID if each in found), "no_control")
    campaigns = {each["campaign"] for each in rows}
    if len(campaigns) == 1:
        return _of_one(rows, first, formats)
    count = found.count(first)
    fields = {
        "n": number(count, formats),
        "all": number(len(campaigns), formats),
    }
    return Finding(f"campaigns.several.{first}", fields, count)


def _of_one(rows: list[Row], first: str, formats: Formats) -> Finding:
    """The heading where there is but one campaign, with several offers."""
    those = [each for each in rows if verdict(each) == first]
    each = {**those[0], "name": those[0]["campaign"]}
    if first not in CLEAR:
        return Finding(f"campaigns.one.{_kind(each)}", _fields(each, SHORT, formats))
    fields: Fields = {
        "name": named(each["name"], SHORT, formats),
        "n": number(len(those), formats),
        "all": number(len(rows), formats),
    }
    return Finding(f"campaigns.offers.{first}", fields, len(those))


def sentence(each: Row, days: int, formats: Formats) -> Finding:
    """What one campaign brought, with its interval, or why that cannot be told.

    ``each`` is a row of ``rc.campaigns.results`` with its ``name``; ``days`` how long
    was counted.
    """
    fields = _fields(each, LONG, formats)
    fields["days"] = formats.days(days)
    return Finding(f"campaigns.told.{_kind(each)}", fields)


def beside(frame: pd.DataFrame, of: Of, formats: Formats) -> Finding:
    """Which campaign differs most among those that clearly do, by shares or money.

    ``frame`` as of :func:`worked`, with ``side`` of that measure.
    """
    column = "uplift" if of == "buyers" else "revenue_uplift"
    rows = records(frame[frame["side"] != 0].sort_values(column))
    if not rows:
        return Finding(f"campaigns.beside.{of}_none")
    each = rows[-1] if rows[-1][column] > 0 else rows[0]
    value = abs(each[column])
    fields: Fields = {
        "name": named(each["name"], SHORT, formats),
        "value": formats.money(value)
        if of == "revenue"
        else formats.ratio(100 * value),
    }
    side = "more" if each[column] > 0 else "less"
    return Finding(f"campaigns.beside.{of}_{side}", fields)


def gained(each: Row, formats: Formats) -> Finding | None:
    """What all the contacted bought more; nothing where money shows no difference."""
    if verdict(each) not in CLEAR or each["revenue_verdict"] not in CLEAR:
        return None
    many = each["contacted"]
    ends = sorted(abs(many * each[end]) for end in ("revenue_low", "revenue_high"))
    fields: Fields = {
        "amount": formats.money(abs(many * each["revenue_uplift"]), "about"),
        "low": formats.money(ends[0], "about"),
        "high": formats.money(ends[1], "about"),
        "contacted": formats.count(many),
    }
    return Finding(f"campaigns.gained.{each['revenue_verdict']}", fields, many)


def asides(each: Row, formats: Formats) -> list[Finding]:
    """What else must be known of a campaign: who is in no figure, who in both."""
    counts = {
        "waiting": each["waiting"] + each["control_waiting"],
        "without_purchase": each["without_purchase"],
        "control_contacted": each["control_contacted"],
        "unmatched": each["unmatched"] + each["control_unmatched"],
    }
    if verdict(each) == "too_early":
        counts["waiting"] = 0  # the sentence says so
    if verdict(each) == "no_control":
        counts["unmatched"] = 0
    return [
        Finding(f"campaigns.aside.{name}", {"n": formats.count(count)}, count)
        for name, count in counts.items()
        if count > 0
    ]


def verdict(each: Row) -> str:
    """The verdict of a row; ``unlike`` where groups differed before: none holds."""
    found = str(each["verdict"])
    return "unlike" if found in TOLD and not each["alike"] else found


def sides(frame: pd.DataFrame, of: Of) -> list[int]:
    """1 where shares or money are clearly above those held back, −1 below, else 0."""
    column = "verdict" if of == "buyers" else "revenue_verdict"
    return [
        SIDE.get(str(each[column]), 0) if verdict(each) in CLEAR else 0
        for each in records(frame)
    ]


def _kind(each: Row) -> str:
    """Which sentence is said: of a clear difference, whether of money or of buyers."""
    found = verdict(each)
    if found == "too_few" and pd.isna(each["detectable"]):
        return "too_few_ever"
    if found not in CLEAR:
        return found
    money = each["revenue_verdict"]
    if money not in CLEAR:
        return f"{found}_share"
    return f"{found}_{'money' if money == found else 'but'}"


def _fields(each: Row, longest: int, formats: Formats) -> Fields:
    return {
        "name": named(each["name"], longest, formats),
        "date": _dates(each, formats),
        "on": formats.date(each["complete_on"]),
        "contacted": formats.count(each["contacted"]),
        "control": formats.count(each["control"]),
        "share": formats.share(each["share"], 1),
        "other": formats.share(each["control_share"], 1),
        "revenue": formats.money(each["revenue"]),
        "waiting": formats.count(each["waiting"] + each["control_waiting"]),
        "detectable": formats.ratio(100 * each["detectable"]),
        **_interval(each, formats),
    }


def _dates(each: Row, formats: Formats) -> str:
    first, last = (formats.date(each[f"{n}contacted_on"]) for n in ("", "last_"))
    return first if first == last else formats.span(first, last)


def _interval(each: Row, formats: Formats) -> Fields:
    """Both differences with their intervals.

    Where words say "more" or "less", the numbers do not say it again by a sign.
    """
    points = [100 * each[name] for name in ("uplift", "low", "high")]
    money = [each[f"revenue_{name}"] for name in ("uplift", "low", "high")]
    found = verdict(each)
    if found in CLEAR:
        points = _unsigned(points)
    if found in CLEAR and each["revenue_verdict"] in CLEAR:
        money = _unsigned(money)
    names = ("points", "low", "high"), ("amount", "money_low", "money_high")
    return {
        **{n: formats.ratio(v) for n, v in zip(names[0], points, strict=True)},
        **{n: formats.money(v) for n, v in zip(names[1], money, strict=True)},
    }


def _unsigned(numbers: list[float]) -> list[float]:
    value, *ends = (abs(each) for each in numbers)
    return [value, *sorted(ends)]
