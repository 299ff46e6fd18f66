"""What the window, the movement, and the waits found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_core.survival import median_of_returned
from retention_ui.figures.frames import finished, records
from retention_ui.findings.finding import (
    WORDS_UP_TO,
    Finding,
    fraction,
    number,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from retention_core.churn import ChurnWindow
    from retention_core.periods import Grain
    from retention_ui.formats import Formats

CLOSE_SHARE = 0.015


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
    if abs(share - 0.2) < CLOSE_SHARE:
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
    known = finished(frame).sort_values("period_start")
    known = known[known["full_start"].astype(bool)]
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
    known = finished(frame).sort_values("period_start")
    known = known[known["strict_retention_rate"].notna()]
    known = known[known["full_start"].astype(bool)]
    if known.empty:
        return Finding("rate.none")
    last = records(known)[-1]
    share = float(last["strict_retention_rate"])
    plain = fraction(share)
    fields: dict[str, str | Finding] = {
        "period": formats.period_in_sentence(last["period_start"], grain),
        "share": plain or formats.share(share),
    }
    return Finding("rate.kept" if plain else "rate.kept_share", fields)


def next_order(curve: pd.DataFrame, formats: Formats) -> Finding:
    """Days within which half of those who order a second time do so."""
    days = median_of_returned(curve)
    if days is None:
        return Finding("next_order.none")
    return Finding("next_order.half", {"days": formats.count(days)}, days)


def _run(nets: Sequence[int], like: int) -> int:
    """Length of the run at the end of ``nets`` with the sign of ``like``."""
    length = 0
    for net in reversed(nets):
        if net * like <= 0:
            break
        length += 1
    return length
