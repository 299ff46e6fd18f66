"""What the list of risks found, and the test of score and rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_ui.figures.frames import Row, records
from retention_ui.findings.finding import Finding, at_start

if TYPE_CHECKING:
    from retention_core.risk import HitRate, Quadrants
    from retention_ui.formats import Formats

HALF = 0.5


def risk(customers: int, formats: Formats) -> Finding:
    """Customers who are active by the rule, yet with a churn score above one half."""
    if not customers:
        return Finding("risk.none")
    return Finding("risk.some", {"n": at_start(customers, formats)}, customers)


def quadrants(found: Quadrants, formats: Formats) -> Finding:
    """Valuable customers who are likelier gone than not, and what they brought."""
    row = records(found.quarters)[0]
    if not row["customers"]:
        return Finding("quadrants.none")
    fields: dict[str, str | Finding] = {
        "n": at_start(row["customers"], formats),
        "amount": formats.money(row["revenue"], "about"),
    }
    return Finding("quadrants.some", fields, row["customers"])


def hit_rate(found: HitRate, formats: Formats) -> Finding:
    """Which of score and rule was right more often; if by chance, neither."""
    right = found.measures.set_index("name")["right"]
    fields: dict[str, str | Finding] = {
        "days": formats.count(found.window_days),
        **{name: formats.share(right[name]) for name in ("score", "rule")},
    }
    if not found.called_lost:
        return Finding("hit_rate.nobody", fields, found.window_days)
    guess = max(found.base_rate, 1 - found.base_rate)
    if guess >= max(right["score"], right["rule"]):
        whom = "all" if found.base_rate > HALF else "none"
        fields["share"] = formats.share(guess)
        return Finding(f"hit_rate.neither_{whom}", fields, found.window_days)
    ahead = better(found, "right")
    if ahead == "score" and better(found, "auc") == "rule":
        return Finding("hit_rate.ranked", fields, found.window_days)
    return Finding(f"hit_rate.{ahead}", fields, found.window_days)


def calibration(found: HitRate, formats: Formats) -> Finding:
    """How many the score expected to lose in all, and how many were lost."""
    table = found.calibration
    said = float((table["score"] * table["customers"]).sum()) / found.customers
    fields: dict[str, str | Finding] = {
        "said": formats.share(said),
        "happened": formats.share(found.base_rate),
    }
    return Finding("calibration.said", fields)


def better(found: HitRate, measure: str) -> str:
    """``score``, ``rule``, or ``even`` where the 95 % interval says neither."""
    gap = of(found, measure)
    sign = -1 if measure == "brier" else 1
    if not gap["low"] * gap["high"] > 0:
        return "even"
    return "score" if sign * gap["value"] > 0 else "rule"


def of(found: HitRate, measure: str) -> Row:
    """By how much score and rule differ in a measure: ``value, low, high``."""
    return next(row for row in records(found.differences) if row["measure"] == measure)
