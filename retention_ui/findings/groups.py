"""What one age over time, and groups beside each other, found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention_ui.figures.frames import Row, finished, records
from retention_ui.findings.finding import ENOUGH_COHORTS, Finding, named

if TYPE_CHECKING:
    import pandas as pd

    from retention_core.periods import Grain
    from retention_ui.formats import Formats

LONGEST_SLICE, LONGEST_PRODUCT = 14, 18


def age_over_time(
    cells: pd.DataFrame,
    overall: float | None,
    age: int,
    formats: Formats,
    grain: Grain,
) -> Finding:
    """What happened to one age: a dip and its end, a rise of three, or nothing.

    ``cells`` has ``low`` and ``high``, the 95 % interval of each cohort; ``overall``
    is ``None`` where no cohort has finished that age.
    """
    rows = finished(cells[cells["period"] == age]).sort_values("cohort")
    dots = records(rows[rows["retention"].notna()])
    title = Finding(f"age.name_{grain}", {"age": formats.count(age)})
    if overall is None or not dots:
        return Finding("age.none", {"age": title})
    run = _run_of_three(dots, overall)
    if run:
        return Finding(f"age.{run}", {"age": title})
    sides = [_side(dot, overall) for dot in dots]
    outside = [place for place, side in enumerate(sides) if side]
    if not outside:
        return Finding("age.stayed", {"age": title, "share": formats.share(overall)})
    place = max(outside, key=lambda i: abs(float(dots[i]["retention"]) - overall))
    cohort = formats.period_in_sentence(dots[place]["cohort"], grain)
    fields: dict[str, str | Finding] = {"age": title, "cohort": cohort}
    after = sides[place + 1 :]
    if len(after) >= ENOUGH_COHORTS and not any(after[-ENOUGH_COHORTS:]):
        key = "age.rose" if sides[place] > 0 else "age.fell"
        return Finding(key, fields, subject=dots[place]["cohort"])
    shares = {
        "share": formats.share(dots[place]["retention"]),
        "overall": formats.share(overall),
    }
    return Finding("age.outlier", {**fields, **shares}, subject=dots[place]["cohort"])


def slices(
    average: pd.DataFrame, by: str, dimension: str, formats: Formats, grain: Grain
) -> Finding:
    """The slices that order again most and least, if their intervals are apart.

    ``average`` is that of cells split ``by`` a dimension; ``dimension`` its name in
    the user's words. Customers without a value are not compared.
    """
    first = average[(average["period"] == 1) & average["retention"].notna()]
    rows = records(first[first[by].notna()])
    none = Finding("slices.none", {"dimension": dimension})
    if len(rows) < 2:
        return none
    rows.sort(key=lambda row: float(row["retention"]))
    worst, best = rows[0], rows[-1]
    if not best["low"] > worst["high"]:
        return none
    fields: dict[str, str | Finding] = {
        "best": named(best[by], LONGEST_SLICE, formats),
        "high": formats.share(best["retention"]),
        "worst": named(worst[by], LONGEST_SLICE, formats),
        "low": formats.share(worst["retention"]),
    }
    return Finding(f"slices.{grain}", fields, subject=(best[by], worst[by]))


def _side(dot: Row, overall: float) -> int:
    """1 where a cohort's interval lies above all, −1 below, 0 where it holds them."""
    return int(dot["low"] > overall) - int(dot["high"] < overall)


def _run_of_three(dots: list[Row], overall: float) -> str | None:
    """Say "risen" or "fallen" if the last three finished cohorts each went on so.

    The last of them must lie outside.
    """
    last = [float(dot["retention"]) for dot in dots[-ENOUGH_COHORTS - 1 :]]
    if len(last) <= ENOUGH_COHORTS:
        return None
    if sorted(set(last)) == last and _side(dots[-1], overall) > 0:
        return "risen"
    if sorted(set(last), reverse=True) == last and _side(dots[-1], overall) < 0:
        return "fallen"
    return None
