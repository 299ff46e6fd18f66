"""Which model is taken: several cut-offs, a rule that chance does not move."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import retention_core as rc
from retention_core.clv import models, selection
from retention_core.clv.histories import Histories
from retention_core.clv.holdout import Outcomes
from retention_core.clv.selection import Comparison, Trial, choose, quarter
from tests.core.shops import cdnow

MODELS = list(models.MODELS)


@pytest.fixture(scope="module")
def orders() -> rc.Orders:
    return cdnow()


@pytest.fixture(scope="module")
def comparison(orders) -> Comparison:
    return rc.clv.compare(orders)


@pytest.mark.parametrize(
    ("span", "days"), [(365 * 8, 364), (1096, 273), (546, 133), (20, 5), (3, 1)]
)
def test_a_quarter_of_the_history_is_forecast_at_most_a_year(span, days):
    assert quarter(span) == days


def test_every_model_is_tried_at_three_cutoffs_that_do_not_overlap(orders, comparison):
    scores = comparison.scores
    assert scores.columns.tolist() == list(selection.COLUMNS)
    assert comparison.cutoffs == 3
    assert scores.groupby("cutoff")["model"].apply(list).tolist() == [MODELS] * 3
    cutoffs = scores["cutoff"].unique()
    apart = -np.diff(cutoffs) / np.timedelta64(1, "D")
    assert apart.tolist() == [133, 133]
    assert (pd.Timestamp(orders.as_of) - cutoffs[0]).days == 133
    assert (scores["holdout_days"] == 133).all()
    assert comparison.customers == 2357
    assert comparison.one_in == 1


@pytest.mark.parametrize("model", MODELS)
def test_the_latest_cutoff_is_that_of_the_backtest(orders, comparison, model):
    scores = comparison.scores.set_index(["cutoff", "model"])
    found = rc.clv.backtest(orders, holdout_days=133, model=model)
    row = scores.loc[(pd.Timestamp(found.cutoff), model)]
    rule = found.baselines.set_index("rule").loc["model"]
    assert row["actual"] == found.actual
    assert row["forecast"] == pytest.approx(found.forecast)
    assert row["miss"] == pytest.approx(found.verdict.fields["miss"])
    for measure in ("mae", "auc", "brier"):
        assert row[measure] == pytest.approx(rule[measure])


def test_an_earlier_cutoff_sees_nothing_of_later(orders, comparison):
    """As if the shop had been looked at when that quarter ended."""
    end = orders.as_of - pd.Timedelta(days=133)
    found = rc.clv.backtest(orders.until(end), holdout_days=133)
    row = comparison.scores.set_index(["cutoff", "model"]).loc[
        (pd.Timestamp(found.cutoff), "bg/nbd")
    ]
    assert row["actual"] == found.actual
    assert row["forecast"] == pytest.approx(found.forecast)


def test_on_cdnow_no_model_is_clearly_nearer_than_the_usual_one(comparison):
    assert comparison.chosen == "bg/nbd"
    assert comparison.reason == "usual"
    pooled = comparison.pooled.set_index("model")
    assert pooled["miss"].idxmin() == "bg/nbd"
    scores = comparison.scores
    off = (scores["forecast"] - scores["actual"]).abs().groupby(scores["model"]).sum()
    actual = scores["actual"].groupby(scores["model"]).sum()
    assert pooled["miss"].to_dict() == pytest.approx((off / actual).to_dict())


def test_too_little_for_any_cutoff_is_said(eight):
    found = rc.clv.compare(eight)
    assert found.chosen == "bg/nbd"
    assert found.reason == "nothing_compared"
    assert found.cutoffs == 0
    assert found.scores.columns.tolist() == list(selection.COLUMNS)


def test_where_there_are_more_the_same_few_are_drawn(orders, monkeypatch):
    monkeypatch.setattr(selection, "MOST", 500)
    first, again = rc.clv.compare(orders), rc.clv.compare(orders)
    assert first.one_in == 5
    assert 400 < first.customers < 550
    pd.testing.assert_frame_equal(first.scores, again.scores)


def trial(
    usual: float,
    other: float,
    bought: float,
    customers: int = 1000,
    *,
    rung: str = "plain",
    brier: float = 0.2,
) -> Trial:
    """All customers alike: forecasts and mean purchases of each, half buy twice it."""
    alike = Histories(*(np.array([each]) for each in (1.0, 10.0, 30.0, customers)))
    half = np.array([customers / 2, customers / 2])
    found = Outcomes(
        histories=alike,
        rows=np.array([0, 0]),
        customers=half,
        purchases=np.array([0.0, 2 * bought]),
        spend=np.zeros(2),
    )
    expected = [np.array([each]) for each in (usual, other, usual)]
    total = customers * bought
    frame = pd.DataFrame(
        {
            "model": MODELS,
            "cutoff": pd.Timestamp("2024-01-01"),
            "holdout_days": 90,
            "actual": total,
            "forecast": [float(each[0] * customers) for each in expected],
            "miss": 0.0,
            "own_error": 0.1,
            "mae": 0.0,
            "auc": 0.5,
            "brier": [0.2, brier, 0.2],
            "rung": rung,
        }
    )
    return Trial(found, expected, frame)


def test_a_model_that_is_clearly_nearer_is_chosen():
    found = choose([trial(1.0, 2.0, 2.0), trial(1.0, 2.0, 1.9)])
    assert found.chosen == "mbg/nbd"
    assert found.reason == "nearer"
    pooled = found.pooled.set_index("model")
    assert pooled.loc["mbg/nbd", "miss"] == pytest.approx(0.1 / 3.9)
    assert pooled.loc["bg/nbd", "miss"] == pytest.approx(1.9 / 3.9)
    assert pooled["nearer"].tolist() == [0, 2, 0]
    assert pooled["beyond_chance"].tolist() == [False, True, False]
    # Twice as many as expected, 1.9 times as many: less the model's own 0.1.
    assert pooled.loc["bg/nbd", "unexplained"] ** 2 == pytest.approx(1.81 / 2 - 0.01)
    assert pooled.loc["mbg/nbd", "unexplained"] == 0


@pytest.mark.parametrize(
    "trials",
    [
        [trial(1.0, 2.0, 2.0), trial(1.0, 2.0, 1.4)],  # nearer at half of them only
        [trial(1.0, 2.0, 2.0, customers=10)],  # ten customers: chance
        [trial(1.0, 1.2, 1.12)],  # nearer, but the middle is within its error
        [trial(1.0, 2.0, 2.0, rung="boundary")],  # no proper maximum
        [trial(1.0, 2.0, 2.0, rung="pooled")],  # nor here
        [trial(1.0, 2.0, 2.0, brier=0.3)],  # it knows less of who buys
        [trial(2.0, 2.0, 2.0)],  # they say the same
    ],
)
def test_else_the_usual_model_stays(trials):
    found = choose(trials)
    assert found.chosen == "bg/nbd"
    assert found.reason == "usual"


def test_at_most_of_the_cutoffs_is_enough():
    trials = [trial(1.0, 2.0, 2.0), trial(1.0, 2.0, 1.9), trial(1.0, 2.0, 1.4)]
    found = choose(trials)
    assert found.pooled["nearer"].tolist() == [0, 2, 0]
    assert found.chosen == "mbg/nbd"


def test_the_lead_is_the_distance_from_the_middle_and_its_error():
    """1,000 customers, the middle at 1.5, 2 bought: 500. Half bought 0, half 4."""
    lead, deviation = trial(1.0, 2.0, 2.0).lead(1)
    assert lead == pytest.approx(500)
    assert deviation == pytest.approx(np.sqrt(1000 * 4 * 1000 / 999))
    assert trial(1.0, 2.0, 1.0).lead(1)[0] == pytest.approx(-500)
