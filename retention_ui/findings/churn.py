"""What the window, the movement, and the waits found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_core.intervals import CLEAR, ENOUGH_CUSTOMERS
from retention_core.silence import STILL_RETURNING
from retention_core.survival import horizon, median_of_returned
from retention_ui.figures.frames import Row, finished, records
from retention_ui.findings.finding import (
    LONGEST_GROUP,
    WORDS_UP_TO,
    Finding,
    fraction,
    named,
    number,
    rate_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from retention_core.churn import ChurnWindow
    from retention_core.periods import Grain
    from retention_ui.formats import Formats

CLOSE_SHARE = 0.015
NEARLY = 0.01


def window(found: ChurnWindow, formats: Formats, days: int | None = None) -> Finding:
    """What the silence says after which a customer is lost; ``days``: if moved."""
    used = found.days if days is None else days
    fields: dict[str, str | Finding] = {"days": formats.count(used)}
    if found.source == "default":
        return Finding("window.default", fields, count=used)
    if found.source == "capped" and used == found.days:
        return Finding("window.capped", fields, count=used)
    known = found.curve.loc[found.curve["days"] <= used, "return_later"]
    share = float(known.iloc[-1]) if len(known) else 1.0
    if abs(share - STILL_RETURNING) < CLOSE_SHARE:
        return Finding("window.fifth", fields, count=used)
    return Finding("window.share", fields | {"share": formats.share(share)}, count=used)


def gaps(percentile_80: int | None, days: int, formats: Formats) -> Finding:
    """What the finished waits alone would have said of the window."""
    if percentile_80 is None:
        return Finding("gaps.none")
    ratio = percentile_80 / days
    verdict = "early" if ratio < 0.8 else "same" if ratio <= 1.25 else "late"
    fields: dict[str, str | Finding] = {"days": formats.count(percentile_80)}
    return Finding(f"gaps.{verdict}", fields, count=percentile_80)


def movement(frame: pd.DataFrame, formats: Formats, grain: Grain) -> Finding:
    """What the last finished period won or lost, and the run it ends or goes on."""
    known = _sure(frame)
    if known.empty:
        return Finding(f"movement.none_{grain}")
    nets = [int(net) for net in known["new"] + known["reactivated"] - known["lost"]]
    start = known["period_start"].iloc[-1]
    fields: dict[str, str | Finding] = {
        "period": formats.period_in_sentence(start, grain),
        "n": formats.count(abs(nets[-1])),
    }
    if nets[-1] == 0:
        return Finding("movement.even", fields)
    side = "won" if nets[-1] > 0 else "lost"
    same = _run(nets, nets[-1])
    before = _run(nets[:-1], -nets[-1])
    if before:
        other = "loss" if nets[-1] > 0 else "gain"
        run = Finding(f"runs.{other}_{grain}", {"n": number(before, formats)}, before)
        key = f"movement.{side}_after"
        return Finding(key, fields | {"run": run}, abs(nets[-1]))
    if 2 < same <= WORDS_UP_TO:
        own = "gain" if nets[-1] > 0 else "loss"
        run = Finding(f"runs.nth_{own}_{grain}", {"nth": Finding(f"ordinals.{same}")})
        key = f"movement.{side}_again"
        return Finding(key, fields | {"run": run}, abs(nets[-1]))
    return Finding(f"movement.{side}", fields, abs(nets[-1]))


def rate(frame: pd.DataFrame, formats: Formats, grain: Grain) -> Finding:
    """How many of the active customers the last finished period kept."""
    known = _sure(frame)
    known = known[known["strict_retention_rate"].notna()]
    if known.empty:
        return Finding("rate.none")
    last = records(known)[-1]
    share = float(last["strict_retention_rate"])
    plain = fraction(share)
    fields: dict[str, str | Finding] = {
        "period": formats.period_in_sentence(last["period_start"], grain),
        "share": plain or formats.share(share),
    }
    if last["starting"] < ENOUGH_CUSTOMERS:
        fields["starting"] = formats.count(last["starting"])
        fields["kept"] = formats.count(last["starting"] - last["lost"])
        return Finding("rate.counted", fields)
    return Finding("rate.kept" if plain else "rate.kept_share", fields)


def next_order(curve: pd.DataFrame, formats: Formats, after: int = 1) -> Finding:
    """Days within which half of those who order once more do so.

    Of those who do so as far as the curve can be read, and the sentence says how far:
    read on another day it is another half. ``after``: 1 speaks of the second order, 2
    of the third, 3 of the fourth.
    """
    days = median_of_returned(curve)
    which = "" if after == 1 else f"_{after}"
    if days is None:
        return Finding(f"next_order.none{which}")
    until = horizon(curve, curve["at_risk"].max())
    if until is None:
        return Finding("next_order.few_none")
    fields: dict[str, str | Finding] = {
        "days": formats.days(days),
        "until": formats.days(until),
    }
    return Finding(f"next_order.half{which}", fields, days)


def sensitivity(frame: pd.DataFrame, days: int, formats: Formats) -> Finding:
    """How far half and double the window move churn; ``days`` is the window used."""
    known = frame.dropna(subset="churn_rate").set_index("window_days")["churn_rate"]
    few = frame["starting"].min() < ENOUGH_CUSTOMERS
    if few or len(known) < 2 or days not in known.index:
        return Finding("sensitivity.none")
    own, low, high = float(known[days]), float(known.min()), float(known.max())
    if known.index.max() == days:
        half = rate_of(float(known.iloc[0]), formats)
        fields: dict[str, str | Finding] = {"share": rate_of(own, formats)}
        return Finding("sensitivity.half", fields | {"half": half})
    if high - low < NEARLY:
        return Finding("sensitivity.stays", {"share": rate_of(own, formats)})
    ends: dict[str, str | Finding] = {
        "low": rate_of(low, formats),
        "high": rate_of(high, formats),
    }
    return Finding("sensitivity.moves", ends)


def trend(frame: pd.DataFrame) -> str | None:
    """What the direction of churn does under every window; ``None``: too little known.

    A key of ``churn.sensitivity``. A direction counts when chance alone would not
    have left it (p ≤ 0.05).
    """
    known = records(frame[frame["trend"].notna()])
    if not known:
        return None
    sides = {
        (row["trend"] > 0) - (row["trend"] < 0) if row["trend_p_value"] <= CLEAR else 0
        for row in known
    }
    if {1, -1} <= sides:
        return "mixed"
    name = "up" if 1 in sides else "down" if -1 in sides else "none"
    return f"same_{name}" if len(sides) == 1 else f"partly_{name}"


def account(frame: pd.DataFrame, formats: Formats, grain: Grain) -> Finding:
    """The sum of the last finished period: who was active, won, back, lost."""
    known = _sure(frame)
    if known.empty:
        return Finding(f"account.none_{grain}")
    last = records(known)[-1]
    fields: dict[str, str | Finding] = {
        "starting": formats.count(last["starting"]),
        "new": formats.count(last["new"]),
        "back": formats.count(last["reactivated"]),
        "lost": formats.count(last["lost"]),
        "ending": formats.count(last["ending"]),
        "period": formats.period(last["period_start"], grain),
    }
    return Finding("account.sum_week" if grain == "week" else "account.sum", fields)


def losses(
    ends: tuple[Row, Row] | None, dimension: str, formats: Formats, grain: Grain
) -> Finding:
    """The groups that lose least and most; ``ends``: their rows, if truly apart."""
    if ends is None:
        return Finding("losses.none", {"dimension": dimension})
    best, worst = ends
    fields: dict[str, str | Finding] = {
        "best": named(best["slice"], LONGEST_GROUP, formats),
        "low": rate_of(best["churn_rate"], formats),
        "worst": named(worst["slice"], LONGEST_GROUP, formats),
        "high": rate_of(worst["churn_rate"], formats),
    }
    return Finding(f"losses.{grain}", fields)


def _sure(frame: pd.DataFrame) -> pd.DataFrame:
    """Finished periods with a whole window before them, in turn."""
    known = finished(frame).sort_values("period_start")
    return known[known["full_start"].astype(bool)]


def _run(nets: Sequence[int], like: int) -> int:
    """Length of the run at the end of ``nets`` with the sign of ``like``."""
    length = 0
    for net in reversed(nets):
        if net * like <= 0:
            break
        length += 1
    return length
