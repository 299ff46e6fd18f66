"""What the waits of groups, and the customers' own intervals, found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_core.intervals import CLEAR, ENOUGH_CUSTOMERS
from retention_core.survival import horizon
from retention_ui.figures.frames import Row, records
from retention_ui.findings.finding import LONGEST_GROUP, Finding, named

if TYPE_CHECKING:
    import pandas as pd

    from retention_core.survival import LogRank
    from retention_core.timing import UsualGap
    from retention_ui.formats import Formats

READ_AT = (90, 60, 30, 14, 7)


def waits(
    curves: pd.DataFrame, test: LogRank, dimension: str, formats: Formats
) -> Finding:
    """Whether groups come back at different times, and how many of each do.

    ``subject`` is (best, worst) where the sentence names them: by the share that is
    back on a day on which every group can still be read.
    """
    fields: dict[str, str | Finding] = {"dimension": dimension}
    days = _readable(curves)
    if days is None or test.p_value != test.p_value:
        return Finding("waits.few", fields)
    if test.p_value > CLEAR:
        return Finding("waits.none", fields)
    rows = records(curves[curves["days"] == days].sort_values("returned"))
    worst, best = rows[0], rows[-1]
    if not best["low"] > worst["high"]:
        return Finding("waits.differ", fields)
    return _apart(best, worst, days, formats)


def usual(found: UsualGap, formats: Formats) -> Finding:
    """How often the usual repeat customer orders, and how many ordered once."""
    if not found.customers:
        return Finding("usual.nobody")
    fields: dict[str, str | Finding] = {"share": formats.share(found.share_once)}
    if not found.repeat_customers:
        return Finding("usual.none", fields)
    if found.repeat_customers < ENOUGH_CUSTOMERS:
        return Finding("usual.few")
    days = round(found.median)
    return Finding("usual.every", fields | {"days": formats.count(days)}, days)


def _apart(best: Row, worst: Row, days: int, formats: Formats) -> Finding:
    fields: dict[str, str | Finding] = {
        "days": formats.count(days),
        "best": named(best["slice"], LONGEST_GROUP, formats),
        "high": formats.share(best["returned"]),
        "worst": named(worst["slice"], LONGEST_GROUP, formats),
        "low": formats.share(worst["returned"]),
    }
    subject = best["slice"], worst["slice"]
    return Finding("waits.apart", fields, days, subject=subject)


def _readable(curves: pd.DataFrame) -> int | None:
    """Latest of some round days on which each group has enough still waiting."""
    ends = [
        horizon(curve, int(curve["at_risk"].max()))
        for _, curve in curves.groupby("slice")
    ]
    known = [end for end in ends if end is not None]
    if len(known) < 2 or len(known) < len(ends):
        return None
    return next((day for day in READ_AT if day <= min(known)), None)
