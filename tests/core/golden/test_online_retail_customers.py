"""UCI Online Retail (Chen, Sain & Guo 2012), refunds ignored: cohorts and window."""

from __future__ import annotations

import pytest

import retention_core as rc
from tests.conftest import needs_shared
from tests.core.shops import online_retail

pytestmark = needs_shared

COHORTS = {
    "2010-12-01": [885, 324, 286, 340, 321, 352, 321, 309, 313, 350, 331, 445, 235],
    "2011-01-01": [417, 92, 111, 96, 134, 120, 103, 101, 125, 136, 152, 49],
    "2011-02-01": [380, 71, 71, 108, 103, 94, 96, 106, 94, 116, 26],
    "2011-03-01": [452, 68, 114, 90, 101, 76, 121, 104, 126, 39],
    "2011-11-01": [323, 36],
    "2011-12-01": [41],
}


@pytest.fixture(scope="module")
def orders(tmp_path_factory) -> rc.Orders:
    return online_retail(tmp_path_factory.mktemp("uci"))


@pytest.fixture(scope="module")
def cells(orders):
    return rc.cohorts.retention(orders)


def test_monthly_cohorts(cells):
    found = cells.groupby(cells["cohort"].dt.strftime("%Y-%m-%d"))["active_customers"]
    rows = {cohort: values.tolist() for cohort, values in found}
    assert {cohort: rows[cohort] for cohort in COHORTS} == COHORTS


def test_december_2011_ends_on_the_9th_and_is_incomplete(orders, cells):
    assert str(orders.as_of) == "2011-12-09"
    last = cells.groupby("cohort")["complete"].agg(["last", "sum", "size"])
    assert not last["last"].any()
    assert (last["sum"] == last["size"] - 1).all()


def test_the_first_cohort_is_left_truncated(cells):
    assert rc.cohorts.left_truncated(cells)
    second = cells[cells["period"] == 1].set_index("cohort")["retention"]
    assert round(second.iloc[0], 3) == 0.366


def test_the_window_is_half_the_span(orders):
    found = rc.churn.window(orders)
    assert (found.days, found.source) == (186, "capped")


def test_every_customer_is_in_one_country(orders, cells):
    split = rc.cohorts.retention(orders, by="country")
    summed = split.groupby(["cohort", "period"])["active_customers"].sum()
    whole = cells.set_index(["cohort", "period"])["active_customers"]
    assert summed.equals(whole)
