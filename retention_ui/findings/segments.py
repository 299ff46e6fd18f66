"""What the segments found, and who moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_core.rfm import SCORES
from retention_ui.figures.frames import records
from retention_ui.findings.finding import Finding

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

    from retention_ui.formats import Formats
    from retention_ui.questions.segments import Segmented

GOOD = ("champions", "loyal")


def segments(found: Segmented, formats: Formats) -> Finding:
    """What champions bring; where there are none, which segment is the largest."""
    rows = records(found.table)
    revenue = sum(row["revenue"] for row in rows)
    first = next(row for row in rows if row["segment"] == "champions")
    if not found.customers:
        return Finding("rfm.nobody")
    if first["customers"] and revenue > 0:
        return Finding(
            "rfm.champions",
            {
                "share": formats.share(first["customers"] / found.customers),
                "revenue": formats.share(first["revenue"] / revenue),
            },
        )
    most = max(rows, key=lambda row: int(row["customers"]))
    fields: dict[str, str | Finding] = {
        "name": Finding(f"rfm.plural.{most['segment']}"),
        "share": formats.share(most["customers"] / found.customers),
    }
    return Finding("rfm.largest", fields)


def moved(
    found: pd.DataFrame, since: dt.date, as_of: dt.date, formats: Formats
) -> Finding:
    """How many of the best have slipped since a day; else how many changed at all."""
    known = found[found["from_segment"].notna()]
    best = known[known["from_segment"].isin(GOOD)]
    everybody = int(best["customers"].sum())
    date = (
        formats.date_in_sentence(since)
        if since.year == as_of.year
        else formats.date(since)
    )
    fields: dict[str, str | Finding] = {"date": date}
    if not everybody:
        changed = known[known["from_segment"] != known["to_segment"]]
        n = int(changed["customers"].sum())
        return Finding("rfm.changed", fields | {"n": formats.count(n)}, n)
    slipped = int(best.loc[~best["to_segment"].isin(GOOD), "customers"].sum())
    fields |= {"n": formats.count(slipped), "all": formats.count(everybody)}
    if not slipped:
        return Finding("rfm.none_slipped", fields, everybody)
    return Finding("rfm.slipped", fields, slipped)


def unused(cells: pd.DataFrame, measure: str) -> list[int]:
    """Scores of a measure that no customer has."""
    held = set(cells.loc[cells["customers"] > 0, f"{measure}_score"])
    return [score for score in SCORES if score not in held]
