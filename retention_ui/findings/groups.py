"""What one age over time, and groups beside each other, found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retention_core import trends
from retention_core.intervals import CLEAR
from retention_ui.figures.frames import Row, records
from retention_ui.findings.finding import ENOUGH_COHORTS, Finding, named

if TYPE_CHECKING:
    import pandas as pd

    from retention_core.trends import Trend
    from retention_ui.figures.measured import Measured
    from retention_ui.formats import Formats

BOTH_GROUPS = 19
FEW_POINTS = 0.015


def age_over_time(
    cells: pd.DataFrame,
    overall: float | None,
    trend: Trend | None,
    asked: tuple[Measured, Finding],
    formats: Formats,
) -> Finding:
    """What happened to one age: a dip and its end, a trend, an outlier, or nothing.

    ``cells`` are those of one age, with their 95 % interval; ``overall`` is ``None``
    where no cohort has finished it; ``asked`` is the measure, and what its age is
    called. A cohort stands out only where its interval, widened for how many cohorts
    are looked at, leaves ``overall`` outside.
    """
    shown, title = asked
    ages = cells["period"].unique()
    if overall is None or len(ages) == 0:
        return Finding("age.none", {"age": title})
    wide = trends.widened(cells, age=int(ages[0])).sort_values("cohort")
    dots = records(wide)
    sides = [_side(dot, overall, trend) for dot in dots]
    at = _farthest(dots, sides, overall)
    fields: dict[str, str | Finding] = {"age": title}
    about = shown.value(overall, formats, 0)
    if at is not None:
        cohort = formats.period_in_sentence(dots[at]["cohort"], shown.grain)
        fields["cohort"] = cohort
        later = sides[at + 1 :]
        over = len(later) >= ENOUGH_COHORTS and not any(later[-ENOUGH_COHORTS:])
        if over and at:  # nothing is known before the first
            key = "age.rose" if sides[at] > 0 else "age.fell"
            return Finding(key, fields, subject=dots[at]["cohort"])
    if trend is not None and trend.direction != "none":
        return _trend(trend, title, shown, formats)
    run = _run_of_three(dots, sides)
    if run:
        return Finding(f"age.{run}", {"age": title})
    if at is not None:
        value = shown.value(float(dots[at]["value"]), formats, 0)
        fields |= {"share": value, "overall": about}
        return Finding("age.outlier", fields, subject=dots[at]["cohort"])
    key = "age.stayed" if trend is None else "age.no_trend"
    return Finding(key, {"age": title, "share": about})


def age_named(shown: Measured, age: int, name: str, formats: Formats) -> Finding:
    """Name a measure at an age: "Month 1", "Revenue per customer in month 1".

    ``name`` is that of the age in the user's words.
    """
    if shown.measure == "retention" and not shown.windows and not shown.relative:
        return Finding(f"age.name_{shown.grain}", {"age": formats.count(age)})
    return Finding(f"age.of.{shown.measure}", {"age": name})


def difference(
    pair: Row | None,
    asked: tuple[Measured, str],
    names: tuple[str, str],
    formats: Formats,
) -> Finding:
    """How far apart two groups are, if beyond chance.

    ``pair`` is one of ``rc.groups.pairs``, the higher group first; ``asked`` the
    measure and the name of the age, ``names`` the words for the two groups, or, of
    before and after a day, that day twice.
    """
    shown, age = asked
    if pair is None:
        return Finding("groups.too_few", {"age": age})
    dated = names[0] == names[1]
    words = names if dated else _cut(names, formats)
    fields: dict[str, str | Finding] = {"age": age, "best": words[0], "worst": words[1]}
    if pair["adjusted_p_value"] > CLEAR:
        return Finding("groups.dated_none" if dated else "groups.none", fields)
    if shown.unit == "share":
        few = abs(pair["difference"]) < FEW_POINTS
        written = [
            formats.ratio(100 * pair[end], 1 if few else 0)
            for end in ("difference", "low", "high")
        ]
    else:
        ends = ("difference", "low", "high")
        written = [formats.money(pair[end], "about") for end in ends]
    fields |= dict(zip(("difference", "low", "high"), written, strict=True))
    side = ("_more" if pair["group"] == "after" else "_less") if dated else ""
    return Finding(f"groups.{shown.measure}{side}", fields)


def told_apart(pairs: pd.DataFrame, formats: Formats) -> Finding:
    """How many of the pairs differ beyond chance."""
    clear = int((pairs["adjusted_p_value"] <= CLEAR).sum())
    fields: dict[str, Any] = {"of": formats.count(len(pairs))}
    if not clear:
        return Finding("groups.no_pair", fields)
    return Finding("groups.pairs", {**fields, "n": formats.count(clear)}, count=clear)


def _trend(trend: Trend, title: Finding, shown: Measured, formats: Formats) -> Finding:
    key = "age.better" if trend.direction == "up" else "age.worse"
    slope = abs(trend.slope)
    if shown.unit != "share":
        return Finding(key, {"age": title, "change": formats.money(slope, "about")})
    few = slope < FEW_POINTS
    points = Finding("age.points", {"points": formats.ratio(100 * slope, int(few))})
    return Finding(key, {"age": title, "change": points})


def _cut(names: tuple[str, str], formats: Formats) -> tuple[str, str]:
    """Two names that fit into a sentence: what a short one leaves, the other has."""
    one, other = map(len, names)
    half = BOTH_GROUPS // 2
    first = max(half, BOTH_GROUPS - other)
    return named(names[0], first, formats), named(
        names[1], max(BOTH_GROUPS - min(one, first), half), formats
    )


def _side(dot: Row, overall: float, trend: Trend | None) -> int:
    """1 where a cohort's interval lies above all, −1 below, 0 where it holds them.

    Where there is a trend the interval must leave its line outside as well: the first
    cohorts of a shop that is getting better did not fall.
    """
    side = _beside(dot, overall)
    if trend is None or trend.direction == "none":
        return side
    (first, low), (last, high) = trend.ends
    share = (dot["cohort"].date() - first).days / (last - first).days
    return side if _beside(dot, low + share * (high - low)) == side else 0


def _beside(dot: Row, height: float) -> int:
    return int(dot["low"] > height) - int(dot["high"] < height)


def _farthest(dots: list[Row], sides: list[int], overall: float) -> int | None:
    """Place of the cohort that lies farthest outside, if any does."""
    outside = [place for place, side in enumerate(sides) if side]
    if not outside:
        return None
    return max(outside, key=lambda at: abs(float(dots[at]["value"]) - overall))


def _run_of_three(dots: list[Row], sides: list[int]) -> str | None:
    """Say "risen" or "fallen" if the last three finished cohorts each went on so.

    The last of them must lie outside.
    """
    last = [float(dot["value"]) for dot in dots[-ENOUGH_COHORTS - 1 :]]
    if len(last) <= ENOUGH_COHORTS:
        return None
    if sorted(set(last)) == last and sides[-1] > 0:
        return "risen"
    if sorted(set(last), reverse=True) == last and sides[-1] < 0:
        return "fallen"
    return None
