"""The back-test: what is held out, what it is compared with, what it concludes."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

import retention_core as rc
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


def test_too_little_before_the_cutoff_is_refused(eight):
    with pytest.raises(TooLittleDataError):
        rc.clv.backtest(eight)


@pytest.mark.parametrize("days", [0, -3, 87, 500])
def test_an_impossible_holdout_is_refused(eight, days):
    with pytest.raises(NoHoldoutError, match=f"hold out {days} of 87"):
        rc.clv.backtest(eight, holdout_days=days)
