"""The planted stories of the sample shop, found by the analyses through the front door.

What was planted stands in ``sample_data/README.md``.
"""

from __future__ import annotations

import datetime as dt

import pytest

import retention_core as rc


@pytest.fixture(scope="module")
def result():
    return rc.ingest([str(path) for path in rc.samples.sample_files()])


@pytest.fixture(scope="module")
def orders(result):
    return result.orders


def test_every_row_has_its_place(result):
    ledger = result.ledger
    parts = ("used", "repaired", "merged", "set_aside", "rejected")
    assert ledger.rows_in == sum(getattr(ledger, name) for name in parts)
    assert ledger.rejected == 0
    assert ledger.merged > 500
    codes = set(ledger.reasons["code"])
    assert {"test_order", "older_version"} <= codes


def test_nothing_had_to_be_asked(result):
    assert [each.questions for each in result.detection] == [[]] * 5
    assert {each.role for each in result.detection} == {
        "orders",
        "products",
        "customers",
        "contacts",
    }


def test_the_last_month_is_not_over(orders):
    assert orders.as_of == dt.date(2026, 6, 18)
    cells = rc.cohorts.retention(orders)
    unfinished = cells[~cells["complete"]]
    assert (unfinished.groupby("cohort").size() == 1).all()
    months = (unfinished["cohort"].dt.year - 2024) * 12 + unfinished["cohort"].dt.month
    assert set(months + unfinished["period"]) == {30}


def test_customers_of_the_deal_site_come_back_half_as_well(orders):
    found = rc.attention.compare(orders, by="channel").set_index("slice")
    deal = found.loc["Deal site"]
    assert deal["share"] < 0.65 * deal["rest_share"]
    assert deal["q_value"] < 0.001
    assert (found.drop("Deal site")["share"] > deal["high"]).all()


def test_those_who_start_with_a_kit_come_back_more(orders):
    found = rc.attention.compare(orders, by="product").set_index("slice")
    kit = found.loc["Starter kit"]
    assert kit["share"] > kit["rest_share"]
    assert kit["q_value"] < 0.05


def test_nearly_two_in_three_order_again(orders):
    figures = rc.overview.figures(orders).set_index("figure")
    assert 0.60 <= figures.loc["repeat_rate", "value"] <= 0.68
    assert 80 <= rc.churn.window(orders).days <= 160


def test_the_more_orders_the_surer_the_next(orders):
    within = [
        rc.survival.next_purchase(orders, after=n).set_index("days").loc[180]
        for n in (1, 2, 3, 4)
    ]
    shares = [day["returned"] for day in within]
    assert shares == sorted(shares)
    assert within[0]["high"] < within[2]["low"] < within[2]["high"] < within[3]["low"]


def test_two_pairs_belong_together_and_no_other(orders):
    pairs = rc.baskets.pairs(orders)
    real = pairs[pairs["q_value"] <= 0.05]
    found = {frozenset(each) for each in real[["antecedent", "consequent"]].to_numpy()}
    assert len(found) == 2
    words = [" ".join(sorted(pair)).lower() for pair in found]
    assert any("grinder" in each and "beans" in each for each in words)
    assert any("matcha" in each and "whisk" in each for each in words)


def test_the_tote_bag_is_suggested_for_leaving_out(orders):
    often = rc.baskets.ubiquitous(orders)
    assert often["product"].str.contains("tote").tolist()[0]
    assert 0.45 < often["share"].iloc[0] < 0.55


def test_the_delivery_crisis_shows_in_churn(orders):
    moved = rc.churn.movement(orders).set_index("period_start")
    usual = moved.loc["2024-09":"2026-05", "churn_rate"]
    window = dt.timedelta(days=rc.churn.window(orders).days)
    lost = {day + window for day in (dt.date(2025, 3, 1), dt.date(2025, 3, 31))}
    peak = usual.idxmax().date()
    assert peak in {day.replace(day=1) for day in lost}
    assert usual.max() > 2 * usual.median()


@pytest.mark.parametrize("month", ["2025-03-01", "2024-12-01"])
def test_crisis_and_gift_cohorts_come_back_least(orders, month):
    cells = rc.cohorts.retention(orders)
    first = cells[(cells["period"] == 1) & cells["complete"]].set_index("cohort")
    assert month in {
        day.date().isoformat() for day in first["retention"].nsmallest(2).index
    }


def test_guests_are_used_but_in_no_cohort(orders):
    bought = orders.run(orders.purchases)
    guests = bought["customer_id"].isna().mean()
    assert 0.03 < guests < 0.07
    cells = rc.cohorts.retention(orders)
    born = cells.loc[cells["period"] == 0, "cohort_size"].sum()
    assert born == bought["customer_id"].nunique()


def test_the_forecast_is_near_what_happened(orders):
    test = rc.clv.backtest(orders)
    assert test.forecast == pytest.approx(test.actual, rel=0.1)
    assert test.verdict.code == "good"
    forecast = rc.clv.forecast(orders)
    assert forecast.interval[0] < forecast.total < forecast.interval[1]


def test_cancelled_and_test_orders_bring_no_money(result):
    files = result.ledger.files
    orders_in = files[files["role"] == "orders"]
    revenue = float(
        result.orders.run(
            result.orders.table.agg(revenue=result.orders.table.amount.sum())
        )["revenue"][0]
    )
    assert revenue == pytest.approx(orders_in["amount_used"].sum(), abs=0.005)
