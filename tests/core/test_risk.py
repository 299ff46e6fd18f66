"""Score and rule held to account: published figures, laws, counts by hand."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import retention_core as rc
from retention_core import churn, ranking, risk
from retention_core.clv.enough import check_enough, make_sure
from retention_core.clv.histories import Histories
from retention_core.clv.summary import distinct_histories
from retention_core.errors import TooLittleDataError, TooSmallError
from tests.conftest import orders_of
from tests.core.shops import cdnow, shops

WINDOW = 273
CUTOFF = dt.date(1997, 9, 30)
PARAMS = [0.5, 60.0, 0.8, 2.4]


@pytest.fixture(scope="module")
def sample() -> rc.Orders:
    return cdnow()


@pytest.fixture(scope="module")
def found(sample) -> risk.HitRate:
    return risk.hit_rate(sample, window_days=WINDOW)


def test_hit_rate_meets_the_figures_of_cdnow(found):
    # oracles.md: AUC for "buys in the holdout", calibration to 30 September 1997.
    measures = found.measures.set_index("name")
    assert found.cutoff == CUTOFF
    assert found.customers == 2357
    assert measures.loc["score", "auc"] == pytest.approx(0.7569, abs=5e-5)
    assert measures.loc["score", "brier"] == pytest.approx(0.1612, abs=5e-5)
    assert measures.loc["silence", "auc"] == pytest.approx(0.771, abs=5e-4)


def test_on_cdnow_days_silent_rank_better_and_that_is_no_accident(found):
    auc = found.differences.set_index("measure").loc["auc"]
    assert auc["low"] < auc["value"] < auc["high"] < 0


def test_before_a_whole_window_the_rule_calls_nobody_lost(found):
    rule = found.measures.set_index("name").loc["rule"]
    assert rule["auc"] == 0.5
    assert rule["right"] == pytest.approx(1 - found.base_rate)
    assert rule["brier"] == pytest.approx(found.base_rate)


def test_calibration_holds_everybody_once(found):
    table = found.calibration
    assert 1 <= len(table) <= 10
    assert table["customers"].sum() == found.customers
    assert table["customers"] @ table["lost"] == pytest.approx(found.lost)
    assert table["score"].is_monotonic_increasing
    assert ((table["low"] <= table["lost"]) & (table["lost"] <= table["high"])).all()


def after_the_cut(change: dict[str, object]) -> risk.HitRate:
    """The test on CDNOW with other orders after the cut-off."""
    orders = cdnow()
    rows = orders.run(orders.table)[["order_id", "customer_id", "ordered_at", "amount"]]
    later = rows["ordered_at"] > pd.Timestamp(CUTOFF) + pd.Timedelta(days=1)
    changed = rows[later].assign(**change)
    other = orders_of(pd.concat([rows[~later], changed]), as_of=orders.as_of)
    return risk.hit_rate(other, window_days=WINDOW)


@pytest.mark.parametrize(
    "change",
    [{"customer_id": "00001"}, {"customer_id": None}, {"amount": 0.0}],
)
def test_no_score_sees_what_came_after_the_cut(found, change):
    other = after_the_cut(change)
    assert other.fit.params.tolist() == found.fit.params.tolist()
    columns = ["customers", "score"]
    pd.testing.assert_frame_equal(
        other.calibration[columns], found.calibration[columns]
    )
    assert (other.lost == found.lost) == ("amount" in change)


def test_too_little_history_before_the_cut_gives_no_number(eight, sample):
    with pytest.raises(TooLittleDataError):
        risk.hit_rate(eight, window_days=30)
    with pytest.raises(TooLittleDataError):
        risk.hit_rate(sample, window_days=10_000)
    with pytest.raises(TooSmallError, match="window_days is 0"):
        risk.hit_rate(sample, window_days=0)


GROUPS = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.25, 0.5, 1.0]),
        st.sampled_from([1.0, 2.0, 3.0]),
        st.integers(0, 4),
        st.integers(0, 4),
    ),
    min_size=1,
    max_size=8,
)


def delong(numbers: np.ndarray, happened: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Areas and covariance person by person (DeLong et al. 1988, eq. 4 to 6)."""
    kernel = np.array(
        [
            np.sign(row[happened][:, None] - row[~happened][None, :]) / 2 + 0.5
            for row in numbers
        ]
    )
    ten, one = kernel.mean(axis=2), kernel.mean(axis=1)
    spread = np.atleast_2d(np.cov(ten)) / ten.shape[1]
    return kernel.mean(axis=(1, 2)), spread + np.atleast_2d(np.cov(one)) / one.shape[1]


@given(GROUPS)
def test_areas_of_groups_are_those_of_persons(groups):
    one, other, happened, spared = (
        np.array(each, float) for each in zip(*groups, strict=True)
    )
    got = ranking.areas(np.stack([one, other]), happened, spared)
    if not happened.sum() or not spared.sum():
        assert np.isnan(got.areas).all()
        return
    counts = np.concatenate([happened, spared]).astype(int)
    numbers = np.repeat(np.tile(np.stack([one, other]), 2), counts, axis=1)
    marked = np.repeat(np.repeat([True, False], len(groups)), counts)
    if happened.sum() < 2 or spared.sum() < 2:
        assert np.isnan(got.covariance).all()
        return
    areas, covariance = delong(numbers, marked)
    assert got.areas == pytest.approx(areas)
    assert got.covariance == pytest.approx(covariance)


def test_an_area_turns_round_with_its_number():
    happened, spared = np.array([1.0, 4.0, 2.0]), np.array([3.0, 1.0, 2.0])
    up = np.array([[1.0, 2.0, 3.0]])
    assert ranking.areas(up, happened, spared).areas[0] == pytest.approx(
        1 - ranking.areas(-up, happened, spared).areas[0]
    )


def test_a_mean_of_groups_is_that_of_persons():
    got = ranking.mean(np.array([0.0, 1.0]), np.array([3.0, 1.0]))
    persons = np.array([0, 0, 0, 1])
    half = 1.96 * persons.std(ddof=1) / 2
    assert got == pytest.approx((0.25, 0.25 - half, 0.25 + half), abs=1e-4)


def risks(orders: rc.Orders, days: int) -> pd.DataFrame:
    return orders.run(risk.scored_by(orders, window_days=days, params=PARAMS))


@given(shops(), st.integers(1, 150))
def test_quarters_are_what_counting_by_hand_gives(rows, days):
    orders = orders_of(rows)
    found = risk.quadrants(orders, window_days=days, params=PARAMS)
    known = risks(orders, days)
    for frame in (found.cells, found.quarters):
        assert frame["customers"].sum() == len(known)
        assert frame["revenue"].sum() == pytest.approx(known["revenue"].sum())
    assert found.quarters["quarter"].tolist() == [*risk.QUARTERS]
    valuable = known["revenue"] >= np.quantile(known["revenue"], 0.8)
    leaving = known["churn_score"] > 0.5
    by_hand = [
        (one & other).sum()
        for one in (valuable, ~valuable)
        for other in (leaving, ~leaving)
    ]
    assert found.quarters["customers"].tolist() == by_hand
    assert found.valuable_from == known.loc[valuable, "revenue"].min()
    active = known["recency_rule"] == "active"
    assert found.undecided == (active & leaving).sum()


def test_quadrants_of_the_sample_lie_where_the_scores_say(sample):
    found = risk.quadrants(sample, window_days=211, params=risk.parameters(sample))
    known = sample.run(churn.risk(sample, window_days=211))
    tenths = np.floor(known["churn_score"] * 10).clip(upper=9).value_counts()
    cells = found.cells.groupby("score_tenth")["customers"].sum()
    assert cells.to_dict() == {int(tenth): n for tenth, n in tenths.items()}
    fifths = found.cells.groupby("revenue_fifth")["customers"].sum()
    assert fifths.index.tolist() == [1, 2, 3, 4, 5]
    assert fifths[1] == pytest.approx(2357 / 5, abs=1)


def test_without_a_model_nobody_has_a_score_or_a_quarter(eight):
    assert risk.parameters(eight) is None
    table = risk.scored_by(eight, window_days=30, params=None)
    found = eight.run(risk.placed(table))
    assert found[["churn_score", "quarter"]].isna().all(axis=None)
    assert found["revenue_fifth"].between(1, 5).all()


def pairs_of(customers: int, gaps: list[int], span: int) -> rc.Orders:
    """Customers with one gap each, in turn of ``gaps``, over ``span`` days."""
    first = dt.date(2022, 1, 1)
    rows = [
        (
            f"{n}-{k}",
            f"c{n}",
            str(first + dt.timedelta(days=k * gaps[n % len(gaps)])),
            5,
        )
        for n in range(customers)
        for k in (0, 1)
    ]
    return orders_of(rows, as_of=first + dt.timedelta(days=span - 1))


@pytest.mark.parametrize("customers", [49, 50])
@pytest.mark.parametrize("gaps", [[40], [1, 1, 118], [2, 60, 61]])
@pytest.mark.parametrize("span", [119, 120, 180, 240, 241])
def test_the_short_cut_asks_for_no_less_than_the_check(customers, gaps, span):
    orders = pairs_of(customers, gaps, span)
    distinct = orders.run(distinct_histories(rc.clv.summary(orders)))
    try:
        check_enough(orders)
    except TooLittleDataError as expected:
        with pytest.raises(TooLittleDataError) as got:
            make_sure(orders, Histories.counted(distinct))
        assert got.value.fields == expected.fields
    else:
        make_sure(orders, Histories.counted(distinct))
