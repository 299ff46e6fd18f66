"""Published and recomputed figures of CDNOW (Fader & Hardie): cohorts, churn, waits."""

from __future__ import annotations

import pytest

import retention_core as rc
from tests.conftest import needs_shared
from tests.core.shops import cdnow, cdnow_master


@pytest.fixture(scope="module")
def sample() -> rc.Orders:
    return cdnow()


@pytest.fixture(scope="module")
def master() -> rc.Orders:
    return cdnow_master()


def active(orders: rc.Orders) -> list[list[int]]:
    frame = rc.cohorts.retention(orders)
    grid = frame.pivot(index="cohort", columns="period", values="active_customers")
    return grid.loc[:, :6].to_numpy().astype(int).tolist()


def test_the_sample_is_the_published_one(sample):
    figures = rc.overview.figures(sample, grain="year").set_index("figure")["value"]
    lines = sample.table.agg(n=sample.table.count(), total=sample.table.amount.sum())
    assert sample.run(lines).round(2).iloc[0].tolist() == [6919, 244_091.94]
    assert figures["customers"] == 2357


def test_monthly_cohorts_of_the_sample(sample):
    assert active(sample) == [
        [781, 124, 95, 70, 65, 77, 65],
        [857, 134, 110, 75, 77, 75, 61],
        [719, 87, 84, 78, 63, 64, 55],
    ]


@needs_shared
def test_monthly_cohorts_of_the_full_file(master):
    assert active(master) == [
        [7846, 1157, 964, 810, 679, 736, 720],
        [8476, 1312, 980, 783, 847, 786, 626],
        [7248, 1032, 752, 756, 674, 564, 561],
    ]


def test_cumulative_spend_per_customer_of_the_sample(sample):
    frame = rc.cohorts.value(sample)
    grid = frame.pivot(
        index="cohort", columns="period", values="cumulative_revenue_per_customer"
    )
    assert grid[[0, 1, 3, 6, 12]].round(2).to_numpy().tolist() == [
        [36.61, 45.58, 55.82, 69.33, 89.06],
        [39.01, 46.50, 56.50, 69.72, 91.54],
        [45.64, 51.34, 60.55, 71.84, 96.91],
    ]


def test_repeat_rate_of_the_sample_after_18_months(sample):
    figures = rc.overview.figures(sample).set_index("figure")["value"]
    assert round(figures["repeat_rate"], 4) == 0.4832
    assert round((1 - figures["repeat_rate"]) * 2357) == 1218
    first = rc.cohorts.returned(sample).groupby("cohort").last()
    again = (first["repeat_by"] * first["cohort_size"]).sum()
    assert round(again / first["cohort_size"].sum(), 4) == 0.4832


def test_waits_for_the_second_order_of_the_sample(sample):
    frame = rc.survival.next_purchase(sample).set_index("days")
    assert frame["at_risk"][0] == 2357
    found = frame["returned"][[30, 60, 90, 180, 365]].round(4).tolist()
    assert found == [0.1739, 0.2550, 0.2915, 0.3763, 0.4557]


def test_finished_gaps_of_the_sample(sample):
    gaps = rc.survival.gaps(sample)
    shares = (0.5, 0.8, 0.9)
    days = [rc.survival.day_reaching(gaps, share, of="finished") for share in shares]
    assert days == [34, 117, 196]
    mean = (gaps["finished"].diff() * gaps["days"]).sum()
    assert round(mean, 2) == 70.86


def test_window_of_the_sample(sample):
    found = rc.churn.window(sample)
    assert (found.days, found.source) == (211, "data")


@needs_shared
def test_window_of_the_full_file(master):
    found = rc.churn.window(master)
    assert (found.days, found.source) == (219, "data")
