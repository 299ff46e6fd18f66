"""Is one age getting better: the published test, brute force, and false trends."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2
from scipy.stats import t as student

import retention_core as rc
from retention_core import measures, trends
from retention_core.periods import following
from tests.conftest import EIGHT, orders_of

RUNS = 400
# 5 % of 400 are 20; chance alone gives 28 or fewer in 97 of 100 tries.
TOLERATED = 28
COUNTS = st.tuples(st.integers(0, 60), st.integers(10, 60)).map(sorted)


def cells(counts, grain: str = "month", *, complete: bool = True) -> pd.DataFrame:
    """What ``measured`` gives of cohorts with so many of so many back at age 1."""
    start = dt.date(2024, 1, 1)
    back, of = np.array(counts, dtype=float).T
    starts = [following(start, grain, place) for place in range(len(back))]
    return pd.DataFrame(
        {
            "cohort": pd.to_datetime(starts),
            "period": 1,
            "cohort_size": of,
            "value": back / of,
            "complete": complete,
            "kind": "share",
            **dict.fromkeys(("top", "top_squared", "top_times_bottom"), back),
            **dict.fromkeys(("bottom", "bottom_squared"), of),
        }
    )


def spent(values: list[np.ndarray]) -> pd.DataFrame:
    """What ``measured`` gives of cohorts whose customers spent these amounts."""
    counts = [(0, len(each)) for each in values]
    sums, squares = ([(v**power).sum() for v in values] for power in (1, 2))
    return cells(counts).assign(
        kind="ratio",
        top=sums,
        top_squared=squares,
        top_times_bottom=sums,
        bottom_squared=[float(len(v)) for v in values],
        value=[v.mean() for v in values],
    )


def armitage(counts) -> float:
    """Chi-square for linear trend as its books write it: T² / Var T."""
    back, of = np.array(counts, dtype=float).T
    score, n = np.arange(len(of)), of.sum()
    share = back.sum() / n
    t = (score * (back - of * share)).sum()
    variance = (
        share * (1 - share) * ((of * score**2).sum() - (of * score).sum() ** 2 / n)
    )
    return float(t**2 / variance)


def test_by_hand():
    # 4, 6 … 14 of 20: 10 points a month, 120 a year; the line is perfect, so what is
    # left is binomial: p = .45, p(1 − p) = .2475, Σ n (x − 2.5)² = 350.
    counts = [(2 * back, 20) for back in range(2, 8)]
    found = trends.trend(cells(counts), age=1)
    assert found.slope == pytest.approx(1.2)
    assert found.level == pytest.approx(0.45)
    assert found.ends == (
        (dt.date(2024, 1, 1), pytest.approx(0.2)),
        (dt.date(2024, 6, 1), pytest.approx(0.7)),
    )
    error = 12 * (0.2475 / 350) ** 0.5
    assert found.high - found.slope == pytest.approx(2.776445 * error)
    assert (found.direction, found.cohorts) == ("up", 6)


@given(st.lists(COUNTS, min_size=6, max_size=15), st.sampled_from(["week", "quarter"]))
def test_slope_is_that_of_the_cochran_armitage_test(counts, grain):
    found = trends.trend(cells(counts, grain), age=1, grain=grain)
    back, of = np.array(counts, dtype=float).T
    if np.ptp(back / of) == 0:
        assert (found.slope, found.p_value, found.direction) == (0, 1, "none")
        return
    years = {"week": 365.25 / 7, "quarter": 4}[grain]
    share = back.sum() / of.sum()
    x = np.arange(len(of))
    design = np.column_stack([np.ones_like(x), x])
    weights = of / (share * (1 - share))
    line = np.linalg.solve(
        design.T @ (weights[:, None] * design), design.T @ (weights * back / of)
    )
    assert found.slope / years == pytest.approx(line[1], abs=1e-12)
    restless = (weights * (back / of - design @ line) ** 2).sum() / (len(of) - 2)
    error = (found.high - found.low) / 2 / student.ppf(0.975, len(of) - 2) / years
    squared = (found.slope / years / error) ** 2
    assert squared == pytest.approx(
        armitage(counts) / max(1.0, restless), rel=1e-6, abs=1e-9
    )


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda f: f.head(5), "five cohorts"),
        (lambda f: f.assign(complete=[False, *[True] * 5]), "one is not over"),
        (lambda f: f.assign(cohort_size=[9, *[10] * 5]), "one is small"),
        (lambda f: f.assign(period=2), "another age"),
        (lambda f: f.assign(kind="total"), "a total"),
        (lambda f: f.assign(value=[np.nan, *[0.5] * 5]), "nothing to divide by"),
    ],
)
def test_too_little_is_no_trend_and_no_error(change, why):
    six = cells([(back, 10) for back in range(6)])
    assert trends.trend(six, age=1) is not None
    assert trends.trend(change(six), age=1) is None, why


@pytest.mark.parametrize("share", [0, 5, 10])
def test_always_the_same_is_no_trend(share):
    found = trends.trend(cells([(share, 10)] * 8), age=1)
    assert (found.slope, found.p_value, found.direction) == (0, 1, "none")


def test_certain_amounts_that_rise_are_a_trend():
    found = trends.trend(spent([np.full(20, 10.0 + n) for n in range(6)]), age=1)
    assert found.slope == pytest.approx(12)
    assert found.direction == "up"


def test_large_and_small_cohorts_of_one_shop_show_none_where_chance_is_all():
    rng, false = np.random.default_rng(1954), 0
    for _ in range(RUNS):
        of = rng.integers(10, 200, 12)
        counts = list(zip(rng.binomial(of, 0.3), of, strict=True))
        false += trends.trend(cells(counts), age=1).direction != "none"
    assert false <= TOLERATED


def test_a_restless_shop_shows_no_trend_by_accident():
    rng, false, naive = np.random.default_rng(1955), 0, 0
    for _ in range(RUNS):
        of = rng.integers(100, 200, 15)
        share = rng.beta(6, 14, 15)  # each month its own: four times the variance
        counts = list(zip(rng.binomial(of, share), of, strict=True))
        false += trends.trend(cells(counts), age=1).direction != "none"
        naive += chi2.sf(armitage(counts), 1) <= trends.CLEAR
    assert false <= TOLERATED
    assert naive > 4 * TOLERATED  # without φ it would


def test_money_shows_no_trend_by_accident():
    rng, false = np.random.default_rng(1947), 0
    for _ in range(RUNS):
        values = [rng.gamma(0.7, 40, rng.integers(20, 120)) for _ in range(10)]
        false += trends.trend(spent(values), age=1).direction != "none"
    assert false <= TOLERATED


@pytest.mark.parametrize(("yearly", "direction"), [(0.12, "up"), (-0.12, "down")])
def test_a_real_trend_is_found_and_the_interval_holds_it(yearly, direction):
    rng, found = np.random.default_rng(2024), []
    for _ in range(100):
        share = 0.4 + yearly * np.arange(18) / 12
        counts = list(zip(rng.binomial(150, share), [150] * 18, strict=True))
        found.append(trends.trend(cells(counts), age=1))
    assert sum(each.direction == direction for each in found) >= 95
    assert sum(each.low <= yearly <= each.high for each in found) >= 90


def test_what_measured_gives_can_be_tested_as_it_is():
    orders = orders_of(EIGHT, as_of=dt.date(2024, 3, 31))
    for measure in measures.MEASURES:
        assert trends.trend(measures.measured(orders, measure), age=1) is None
    months = [
        (f"{month}-{n}-{k}", f"{month}-{n}", f"2024-{month + k:02}-10", 5.0)
        for month in range(1, 8)
        for n in range(10)
        for k in range(1 + (n < month))
    ]
    shop = rc.measures.measured(orders_of(months, as_of=dt.date(2024, 8, 31)))
    found = trends.trend(shop, age=1)
    assert found.slope == pytest.approx(1.2)


def test_one_cohort_keeps_its_interval_and_many_have_wider_ones():
    ends = {"low": 0.3, "high": 0.6}
    one = trends.widened(cells([(20, 50)]).assign(**ends), age=1).iloc[0]
    assert (one["low"], one["high"]) == pytest.approx((0.3, 0.6))
    # 25 at once: the normal distribution's 99.9th percentile, 3.0902, not 1.95996.
    many = trends.widened(cells([(20, 50)] * 25).assign(**ends), age=1).iloc[0]
    assert many["low"] == pytest.approx(0.4 - 0.1 * 3.0902 / 1.95996, abs=1e-4)
    assert many["high"] == pytest.approx(0.4 + 0.2 * 3.0902 / 1.95996, abs=1e-4)
