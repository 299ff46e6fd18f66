"""The back-test: what is held out, what it is compared with, what it concludes."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata

import retention_core as rc
from retention_core import ranking
from retention_core.clv.backtest import usual_holdout
from retention_core.clv.errors import NoHoldoutError
from retention_core.errors import TooLittleDataError
from tests.conftest import orders_of
from tests.core.shops import cdnow


@pytest.fixture(scope="module")
def orders() -> rc.Orders:
    return cdnow()


@pytest.fixture(scope="module")
def quarter(orders) -> rc.clv.Backtest:
    return rc.clv.backtest(orders, holdout_days=136)


@pytest.mark.parametrize(
    ("span", "held_out"),
    [
        (365 * 8, 728),  # a quarter, in whole weeks
        (365 * 3, 364),  # a year, which is more than a quarter
        (546, 273),  # no room for a year: half
        (100, 49),
        (9, 4),  # no whole week
    ],
)
def test_what_is_held_out(span, held_out):
    assert usual_holdout(span) == held_out


def test_nothing_after_the_cutoff_is_known_to_the_fit(orders, quarter):
    assert quarter.cutoff == dt.date(1998, 2, 14)
    before = orders.until(quarter.cutoff)
    fit = rc.clv.fit(rc.clv.summary(before))
    assert quarter.fit.params.to_numpy() == pytest.approx(fit.params.to_numpy())


def test_tracking_ends_at_the_totals(quarter):
    tracking = quarter.tracking
    assert tracking.columns.tolist() == ["week", "actual", "forecast"]
    assert tracking.iloc[0].tolist() == [0, 0, 0]
    assert len(tracking) == 1 + 20  # the last of 19.4 weeks is a part of one
    assert tracking["actual"].iloc[-1] == quarter.actual
    assert tracking["forecast"].iloc[-1] == pytest.approx(quarter.forecast)
    assert tracking["actual"].is_monotonic_increasing
    assert tracking["forecast"].is_monotonic_increasing


def test_actual_is_counted_by_hand(orders, quarter):
    days = orders.run(orders.purchase_days)
    days["day"] = pd.to_datetime(days["day"])
    later = days["day"] > pd.Timestamp(quarter.cutoff)
    known = set(days.loc[~later, "customer_id"])
    assert quarter.actual == days.loc[later, "customer_id"].isin(known).sum()


def test_groups_by_frequency_add_up(quarter):
    table = quarter.by_frequency
    assert table["customers"].sum() == 2357
    assert table["customers"] @ table["actual"] == pytest.approx(quarter.actual)
    assert table["customers"] @ table["forecast"] == pytest.approx(quarter.forecast)


def test_the_model_is_beside_its_rules(quarter):
    rules = quarter.baselines.set_index("rule")
    assert rules.index.tolist() == ["model", "own_rate", "past_spend", "recency"]
    assert rules.loc["model", "mae"] < rules.loc["own_rate", "mae"]
    assert rules.loc["model", "rmse"] < rules.loc["own_rate", "rmse"]
    ranking_only = rules.loc[["past_spend", "recency"], ["total", "mae", "rmse"]]
    assert ranking_only.isna().all(axis=None)
    assert rules["rank_correlation"].between(0, 1).all()
    assert rules["top_tenth_share"].between(0.1, 1).all()


def test_the_verdict_has_its_numbers(quarter):
    fields = quarter.verdict.fields
    assert fields["forecast"] == quarter.forecast
    assert fields["actual"] == quarter.actual
    assert fields["miss"] == pytest.approx(quarter.forecast / quarter.actual - 1)
    assert quarter.verdict.code in {"good", "fair"}


def test_a_month_before_a_rush_the_verdict_is_bad(orders):
    """A sale nobody could foresee: every customer orders every day of a last month."""
    ids = orders.run(orders.purchase_days)["customer_id"].unique()
    rush = pd.DataFrame(
        [
            (f"{customer}-{day}", customer, f"1998-07-{day:02}", 20.0)
            for customer in ids
            for day in (5, 15, 25)
        ],
        columns=["order_id", "customer_id", "ordered_at", "amount"],
    )
    before = orders.run(orders.table.select(*rush.columns))
    rush["ordered_at"] = pd.to_datetime(rush["ordered_at"])
    with_rush = orders_of(pd.concat([before, rush]), as_of=dt.date(1998, 7, 31))
    found = rc.clv.backtest(with_rush, holdout_days=31)
    assert found.verdict.code in {"poor", "worse_than_carried_on"}
    assert found.verdict.fields["miss"] < -0.5
    assert np.isfinite(found.baselines.loc[0, "rmse"])


def test_the_past_is_tracked_up_to_the_cutoff(orders, quarter):
    before = quarter.before
    assert before["week"].iloc[-1] == 0
    assert np.diff(before["week"]).tolist() == [1] * (len(before) - 1)
    days = orders.run(orders.until(quarter.cutoff).purchase_days)
    repeats = len(days) - days["customer_id"].nunique()
    assert before["actual"].iloc[-1] == repeats
    assert before["actual"].is_monotonic_increasing
    assert before["forecast"].iloc[-1] == pytest.approx(repeats, rel=0.05)
    table = rc.clv.summary(orders.until(quarter.cutoff))
    ages = orders.run(table)["T"]
    expected = sum(rc.clv.new_customer_purchases(quarter.fit, age) for age in ages)
    assert before["forecast"].iloc[-1] == pytest.approx(expected, rel=1e-7)


@pytest.fixture(scope="module")
def by_hand(orders, quarter) -> pd.DataFrame:
    """A row a customer: history, past spend, purchases and spend since."""
    calibration = orders.until(quarter.cutoff)
    days = orders.run(orders.purchase_days)
    known = pd.to_datetime(days["day"]) <= pd.Timestamp(quarter.cutoff)
    past = days[known].groupby("customer_id")["amount"].sum().round(4).rename("past")
    later = days[~known].groupby("customer_id")["amount"].agg(["size", "sum"])
    frame = orders.run(rc.clv.summary(calibration)).set_index("customer_id")
    return frame.join(past).join(later).fillna({"size": 0.0, "sum": 0.0})


def ranked(quarter, frame) -> dict[str, pd.Series]:
    """What each rule ranks by: whom it expects to buy."""
    history = frame["frequency"], frame["recency"], frame["T"]
    active = rc.clv.probability_active(quarter.fit, 136, *history)
    return {
        "model": pd.Series(active, frame.index),
        "own_rate": frame["frequency"] / frame["T"].clip(lower=1),
        "past_spend": frame["past"],
        "recency": frame["recency"] - frame["T"],
    }


def test_areas_are_counted_by_hand(quarter, by_hand):
    bought = (by_hand["size"] > 0).to_numpy()
    rules = quarter.baselines.set_index("rule")
    for rule, number in ranked(quarter, by_hand).items():
        ranks = rankdata(number)[bought]
        pairs = ranks.sum() - ranks.size * (ranks.size + 1) / 2
        area = pairs / (ranks.size * (~bought).sum())
        assert rules.loc[rule, "auc"] == pytest.approx(area)
        assert rules.loc[rule, "auc_low"] < area < rules.loc[rule, "auc_high"]


def test_differences_of_areas_are_those_of_delong(quarter, by_hand):
    """The engine's sums against the formula over customers one by one."""
    bought = (by_hand["size"] > 0).to_numpy(np.float64)
    numbers = np.stack([*ranked(quarter, by_hand).values()])
    areas = ranking.areas(numbers, bought, 1 - bought)
    differences = quarter.differences.set_index("rule")
    for place, rule in enumerate(("own_rate", "past_spend", "recency"), start=1):
        expected = areas.difference(0, place)
        assert differences.loc[rule].tolist() == pytest.approx([*expected])
    spend = quarter.baselines.set_index("rule").loc["past_spend"]
    found = spend[["auc", "auc_low", "auc_high"]].tolist()
    assert found == pytest.approx([*areas.area(2)])


def test_misses_and_ranks_are_counted_by_hand(quarter, by_hand):
    history = by_hand["frequency"], by_hand["recency"], by_hand["T"]
    expected = {
        "model": rc.clv.expected_purchases(quarter.fit, 136, *history),
        "own_rate": history[0] / history[2].clip(lower=1) * 136,
    }
    rules = quarter.baselines.set_index("rule")
    for rule, purchases in expected.items():
        missed = purchases - by_hand["size"]
        assert rules.loc[rule, "mae"] == pytest.approx(np.abs(missed).mean())
        assert rules.loc[rule, "rmse"] == pytest.approx(np.sqrt((missed**2).mean()))
    number = {**ranked(quarter, by_hand), "model": expected["model"]}
    for rule, each in number.items():
        spearman = pd.Series(each).corr(
            by_hand["size"].reset_index(drop=True)
            if rule == "model"
            else by_hand["size"],
            method="spearman",
        )
        assert rules.loc[rule, "rank_correlation"] == pytest.approx(spearman)


def test_the_top_tenth_is_counted_by_hand(quarter, by_hand):
    """Mean share over many orders of those who tie, which is to share evenly."""
    rng = np.random.default_rng(1)
    rules = quarter.baselines.set_index("rule")
    numbers = ranked(quarter, by_hand)
    for rule in ("own_rate", "past_spend", "recency"):
        shares = []
        for _ in range(300):
            drawn = by_hand["sum"].iloc[rng.permutation(len(by_hand))]
            number = numbers[rule].loc[drawn.index]
            first = number.sort_values(ascending=False, kind="stable").index[:236]
            shares.append(drawn.loc[first].sum() / drawn.sum())
        spread = np.std(shares) / np.sqrt(len(shares)) + 1e-12
        assert abs(rules.loc[rule, "top_tenth_share"] - np.mean(shares)) < 4 * spread


def test_tenths_share_customers_purchases_and_forecast(quarter):
    table = quarter.by_decile
    assert table["decile"].tolist() == list(range(1, 11))
    assert table["customers"].to_numpy() == pytest.approx(235.7)
    assert table["customers"] @ table["actual"] == pytest.approx(quarter.actual)
    assert table["customers"] @ table["forecast"] == pytest.approx(quarter.forecast)
    assert table["forecast"].is_monotonic_decreasing
    assert (table["low"] <= table["actual"]).all()
    assert (table["actual"] <= table["high"]).all()


def test_the_verdict_claims_no_rank_that_may_be_chance(quarter):
    differences = quarter.differences.set_index("rule")
    for rule, rank in quarter.verdict.ranks.items():
        low, high = differences.loc[rule, ["low", "high"]]
        assert (rank == "even") == (low <= 0 <= high)
        assert (rank == "better") == (low > 0)


def test_customers_one_by_one_do_not_come_back(orders, heard):
    """Ranks by money come back by number of purchases; nothing holds a name."""
    rc.clv.backtest(orders)
    assert not any("customer_id" in frame for frame in heard.answered)
    summed = [frame for frame in heard.answered if "past_squared" in frame]
    assert len(summed) == 1
    assert len(summed[0]) < 40


def test_too_little_before_the_cutoff_is_refused(eight):
    with pytest.raises(TooLittleDataError):
        rc.clv.backtest(eight)


@pytest.mark.parametrize("days", [0, -3, 87, 500])
def test_an_impossible_holdout_is_refused(eight, days):
    with pytest.raises(NoHoldoutError, match=f"hold out {days} of 87"):
        rc.clv.backtest(eight, holdout_days=days)
