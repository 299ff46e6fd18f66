"""What the cohort table and its curves found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from retention_core import measures
from retention_ui.figures.frames import finished
from retention_ui.figures.look import stretches
from retention_ui.findings.finding import ENOUGH_COHORTS, Finding, times

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from retention_core.periods import Grain
    from retention_ui.figures.measured import Measured
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

A_YEAR_LATER = {"week": 52, "month": 12, "quarter": 4, "year": None}
OLDEST_AT_LEAST = 3
STAYS_FOR, IN_BETWEEN = 2, 3


def heatmap(average: pd.DataFrame, formats: Formats, grain: Grain) -> Finding:
    """How many order again in the next period, and a year later.

    Each share needs three finished cohorts. ``average`` is ``rc.measures.average`` of
    the retention.
    """
    known = _sure(average)
    if 1 not in known.index:
        return Finding(f"heatmap.none_{grain}")
    later = A_YEAR_LATER[grain]
    if later is None or later not in known.index:
        return Finding(f"heatmap.next_{grain}", {"next": formats.share(known[1])})
    fields = {"next": formats.share(known[1]), "later": formats.share(known[later])}
    return Finding(f"heatmap.year_{grain}", {**fields})


def table(
    average: pd.DataFrame, shown: Measured, texts: Texts, formats: Formats
) -> Finding:
    """What a measure is at the first age, and a year later or at the last that is sure.

    Each needs three finished cohorts. ``average`` is that of ``rc.measures.average``. A
    count or a total is told of one age only: at later ones other cohorts are counted.
    """
    known = _sure(average)
    name = shown.name(texts)
    if known.empty:
        return Finding("table.none", {"name": name})
    year = None if shown.windows else A_YEAR_LATER[shown.grain]
    ages = [known.index[0], year if year in known.index else known.index[-1]]
    fields = {"name": name}
    for field, age in zip(("first", "later"), ages, strict=True):
        value = shown.value(float(known[age]), formats, 0)
        fields |= {field: value, f"{field}_age": shown.ages([int(age)], texts)[0]}
    if shown.is_total:
        return Finding("table.total", {**fields})
    return Finding("table.one" if ages[0] == ages[1] else "table.two", {**fields})


def curves(
    cells: pd.DataFrame,
    chosen: Sequence[dt.date],
    shown: Measured,
    texts: Texts,
    formats: Formats,
) -> Finding:
    """The chosen cohort that differs most from the rest, and at which ages.

    There the 95 % intervals of the cohort and of all other cohorts lie apart: at two
    ages or more in a row up to the oldest that both have finished (3 or more), or else
    at three or more in between.
    """
    found = []
    for cohort in chosen:
        rows = _apart(cells, cohort)
        if len(rows) and rows["others"].sum() > 0:
            found.append((cohort, rows["value"].sum() / rows["others"].sum(), rows))
    if not found:
        return Finding("curves.none")
    cohort, ratio, rows = max(found, key=lambda each: abs(each[1] - 1))
    name = formats.period_in_sentence(cohort, shown.grain)
    first, last = shown.ages(
        [int(each) for each in rows["period"].iloc[[0, -1]]], texts
    )
    fields: dict[str, str | Finding] = {"cohort": name, "age": first, "last": last}
    span = "on" if rows["stays"].iloc[0] else "until"
    if shown.measure == "retention" and shown.relative is None:
        fields["ratio"] = times(ratio, formats)
        return Finding(f"curves.parts_{span}", fields, subject=cohort, above=ratio > 1)
    fields["share"] = formats.share(abs(ratio - 1))
    key = f"curves.{'above' if ratio > 1 else 'below'}_{span}"
    return Finding(key, fields, subject=cohort, above=ratio > 1)


def _sure(average: pd.DataFrame) -> pd.Series[float]:
    """Values of an average by age, from the first on, where enough cohorts are in."""
    enough = average["value"].notna() & (average["cohorts"] >= ENOUGH_COHORTS)
    known = average[enough & (average["period"] >= 1)]
    return known.set_index("period")["value"]


def _apart(cells: pd.DataFrame, cohort: dt.date) -> pd.DataFrame:
    """Return the ages at which a cohort lies apart in a row, and whether it ``stays``.

    Columns ``period, value, others, stays``; empty where it does not.
    """
    done = finished(cells)
    own = done["cohort"] == pd.Timestamp(cohort)
    rest = measures.average(done[~own])[["period", "value", "low", "high"]]
    names = {"value": "others", "low": "others_low", "high": "others_high"}
    both = done[own].merge(rest.rename(columns=names), on="period")
    both = both[both["period"] >= 1].dropna(subset=["value", "others"])
    both = both.sort_values("period", ignore_index=True)
    if both.empty or both["period"].max() < OLDEST_AT_LEAST:
        return both.iloc[:0]
    above, below = both["low"] > both["others_high"], both["high"] < both["others_low"]
    runs = [run for side in (above, below) for run in stretches(side.tolist())]
    last = len(both) - 1
    fit = [
        run
        for run in runs
        if run[1] - run[0] + 1 >= (STAYS_FOR if run[1] == last else IN_BETWEEN)
    ]
    if not fit:
        return both.iloc[:0]
    begin, end = max(fit, key=lambda run: (run[1] == last, run[1] - run[0]))
    return both.iloc[begin : end + 1].assign(stays=end == last)
