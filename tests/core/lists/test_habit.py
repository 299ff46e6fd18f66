"""Slower than the own habit: against a second computation, and against noise."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, special, stats

from tests.conftest import orders_of
from tests.core.lists import drawn


def looks(gaps: np.ndarray, running: int) -> list[dict]:
    """Both ways of looking at one customer."""
    recent = min(len(gaps) // 3, 3)
    logs = np.log(gaps)
    early, late = logs[:-recent], logs[-recent:]
    ways = [(late, False)]
    gap = np.log(max(running, 1))
    if gap > late.mean():
        ways.append((np.append(late, gap), True))
    return [
        {
            "running": is_running,
            "slower": some.mean() - early.mean(),
            "df": len(early) + len(some) - 2,
            "squares": early.var() * len(early) + some.var() * len(some),
            "scale": 1 / len(early) + 1 / len(some),
            "recent": np.exp(some.mean()),
            "earlier": np.exp(early.mean()),
        }
        for some, is_running in ways
    ]


def prior(tests: pd.DataFrame) -> tuple[float, float]:
    """Smyth (2004), section 6.2: variance and degrees of freedom beforehand."""
    own = tests[~tests["running"]]
    half = own["df"] / 2
    log = np.log(np.maximum(own["squares"] / own["df"], 1e-3))
    e = log - special.digamma(half) + np.log(half)
    more = e.var(ddof=1) - special.polygamma(1, half).mean()
    if more <= 1e-6:
        return float(np.exp(e.mean())), 1e6
    d0 = 2 * optimize.brentq(lambda x: special.polygamma(1, x) - more, 1e-3, 1e6)
    return float(np.exp(e.mean() + special.digamma(d0 / 2) - np.log(d0 / 2))), d0


def by_hand(days: pd.DataFrame, as_of: dt.date, window: int) -> pd.DataFrame:
    rows = []
    for name, own in days.groupby("customer_id"):
        when = np.sort(own["day"].to_numpy("datetime64[D]"))
        running = int((np.datetime64(as_of) - when[-1]).astype(int))
        if len(when) >= 4 and running < window:
            gaps = np.diff(when).astype(float)
            rows += [{"name": name, **test} for test in looks(gaps, running)]
    tests = pd.DataFrame(rows)
    s0, d0 = prior(tests)
    squares = np.maximum(tests["squares"], 1e-3 * tests["df"])
    pooled = (d0 * s0 + squares) / (d0 + tests["df"])
    t = np.floor(100 * tests["slower"] / np.sqrt(pooled * tests["scale"])) / 100
    tests["p"] = stats.t.sf(t, d0 + tests["df"])
    sorted_p = np.sort(tests["p"])
    passed = sorted_p <= 0.1 * np.arange(1, len(sorted_p) + 1) / tests["name"].nunique()
    limit = sorted_p[passed].max() if passed.any() else -1
    clear = tests[(tests["p"] <= limit) & (tests["slower"] >= np.log(1.5))]
    return clear.sort_values("slower").groupby("name").last()


def test_against_counting_customer_by_customer():
    expected = by_hand(drawn.days(), drawn.AS_OF, drawn.WINDOW)
    found = drawn.members("declining").set_index("customer_id")
    assert set(found.index) == set(expected.index)
    assert len(found) > 20
    again = expected.loc[found.index]
    np.testing.assert_allclose(found["recent_gap_days"], again["recent"])
    np.testing.assert_allclose(found["earlier_gap_days"], again["earlier"])
    np.testing.assert_allclose(found["times_slower"], np.exp(again["slower"]))
    assert (found["running"] == again["running"]).all()


def test_those_who_slow_down_are_found_and_hardly_anybody_else():
    found = drawn.members("declining")
    kinds = found["customer_id"].str.extract(r"([a-z]+)")[0].value_counts()
    everybody = drawn.days().groupby("customer_id").size()
    slowing = everybody[everybody.index.str.startswith("declining")]
    assert kinds["declining"] > 0.6 * len(slowing)
    assert kinds.drop("declining").sum() <= 0.1 * len(found)


def steady(shape: float, seed: int, customers: int = 300) -> pd.DataFrame:
    """Purchase days of customers who never change; gamma gaps of that shape."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(customers):
        mean = 40 * np.exp(rng.normal(0, 0.5))
        day = rng.uniform(0, 500)
        while day < 730:
            rows.append((f"c{number}", int(day)))
            day += max(rng.gamma(shape, mean / shape), 1)
    frame = pd.DataFrame(rows, columns=["customer_id", "day"]).drop_duplicates()
    first = pd.Timestamp("2023-01-01")
    return frame.assign(
        ordered_at=first + pd.to_timedelta(frame["day"], unit="D"),
        order_id=[str(k) for k in range(len(frame))],
        amount=10.0,
    )


@pytest.mark.parametrize("shape", [0.5, 1.0, 8.0])
def test_steady_buyers_of_any_regularity_are_left_alone(shape):
    listed, shops = 0, 0
    for seed in range(2):
        rows = steady(shape, seed).drop(columns="day")
        orders = orders_of(rows, as_of=dt.date(2024, 12, 30))
        found = drawn.members("declining", orders, window=180)
        listed, shops = listed + len(found), shops + (len(found) > 0)
    # Of 600 who do not change; one shop in ten may list somebody.
    assert listed <= 2
    assert shops <= 1
