"""What the cohort table and its curves found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from retention_core.intervals import wilson
from retention_ui.figures.frames import finished, records
from retention_ui.findings.finding import ENOUGH_COHORTS, Finding, times

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from retention_core.periods import Grain
    from retention_ui.formats import Formats

A_YEAR_LATER = {"week": 52, "month": 12, "quarter": 4, "year": None}
OLDEST_AT_LEAST = 3


def heatmap(
    cells: pd.DataFrame, average: pd.DataFrame, formats: Formats, grain: Grain
) -> Finding:
    """How many order again in the next period, and a year later.

    Each share needs three finished cohorts.
    """
    cohorts = finished(cells)["period"].value_counts()
    shares = dict(zip(average["period"], average["retention"], strict=True))
    known = {age for age in shares if cohorts.get(age, 0) >= ENOUGH_COHORTS}
    if 1 not in known:
        return Finding(f"heatmap.none_{grain}")
    later = A_YEAR_LATER[grain]
    if later is None or later not in known:
        return Finding(f"heatmap.next_{grain}", {"next": formats.share(shares[1])})
    fields = {"next": formats.share(shares[1]), "later": formats.share(shares[later])}
    return Finding(f"heatmap.year_{grain}", {**fields})


def curves(
    cells: pd.DataFrame,
    average: pd.DataFrame,
    chosen: Sequence[dt.date],
    formats: Formats,
    grain: Grain,
) -> Finding:
    """The chosen cohort that differs most from all, at the oldest common age.

    It must be apart from all cohorts by both 95 % intervals, at age 3 or older.
    """
    known = average[average["retention"].notna()].set_index("period")
    found = []
    for cohort in chosen:
        own = finished(cells[cells["cohort"] == pd.Timestamp(cohort)])
        common = own[own["period"].isin(known.index)]
        age = int(common["period"].max()) if len(common) else 0
        if age < OLDEST_AT_LEAST:
            continue
        row = records(common[common["period"] == age])[0]
        everyone = records(known.loc[[age]])[0]
        low, high = wilson(row["active_customers"], row["cohort_size"])
        apart = low > everyone["high"] or high < everyone["low"]
        if apart and everyone["retention"] > 0:
            found.append((cohort, row["retention"] / everyone["retention"]))
    if not found:
        return Finding("curves.none")
    cohort, ratio = max(found, key=lambda each: abs(each[1] - 1))
    name = formats.period_in_sentence(cohort, grain)
    fields: dict[str, str | Finding] = {"cohort": name, "ratio": times(ratio, formats)}
    return Finding("curves.differs", fields, subject=cohort, above=ratio > 1)
