"""The key figures: by hand, and never a comparison with days that are not there."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given

import retention_core as rc
from retention_core import overview
from tests.conftest import EIGHT, orders_of
from tests.core.shops import shops


def figures(orders: rc.Orders, **options: object) -> pd.DataFrame:
    return overview.figures(orders, **options).set_index("figure")


def two_years() -> rc.Orders:
    """Ann buys on the first of every month of 2023 and 2024, ben once in 2023."""
    rows = [
        (f"{year}-{month}", "ann", f"{year}-{month:02d}-01", 10.0 + (year == 2024))
        for year in (2023, 2024)
        for month in range(1, 13)
    ]
    ben = ("b", "ben", "2023-01-20", 100.0)
    return orders_of([*rows, ben], as_of=dt.date(2024, 12, 31))


def test_figures_of_eight_orders(eight):
    found = figures(eight, window_days=27)
    assert found["value"].to_dict() == {
        "customers": 4,
        "orders": 8,
        "revenue": 160,
        "average_order_value": 20,
        "active_customers": 2,
        "strict_retention_rate": 0.5,
        "churn_rate": 0.5,
        "lost": 1,
        "repeat_rate": 0.5,
    }
    assert found.loc["repeat_rate", "previous"] == pytest.approx(1 / 3)
    assert found["year_ago"].isna().all()


def test_the_twelve_months_before_are_compared_with_when_they_are_there():
    found = figures(two_years(), window_days=40)
    assert found.loc["customers"].tolist() == [1, 2, 2]
    assert found.loc["orders"].tolist() == [12, 13, 13]
    assert found.loc["revenue"].tolist() == [132, 220, 220]
    assert found.loc["average_order_value", "value"] == 11
    assert found.loc["repeat_rate"].tolist() == [0.5, 0.5, 0.5]


def test_a_shorter_past_is_null_and_not_zero():
    found = figures(two_years().until(dt.date(2024, 11, 30)))
    yearly = found.loc[list(overview.YEARLY)]
    assert yearly["value"].notna().all()
    assert yearly[["previous", "year_ago"]].isna().to_numpy().all()


def test_rates_need_a_whole_window_before_their_period(eight):
    found = figures(eight, window_days=60)
    names = ["active_customers", "strict_retention_rate", "churn_rate", "lost"]
    assert found.loc[names, "value"].isna().all()


def test_an_unfinished_month_changes_nothing():
    orders = two_years()
    later = orders_of(
        [*((str(n), "zoe", "2025-01-05", 999.0) for n in range(3))],
        as_of=dt.date(2025, 1, 6),
    )
    both = orders.run(orders.table), later.run(later.table)
    joined = orders_of(pd.concat(both), as_of=dt.date(2025, 1, 6))
    pd.testing.assert_frame_equal(
        figures(joined, window_days=40), figures(orders, window_days=40)
    )


def test_without_a_complete_month_the_sums_run_to_the_last_day():
    orders = orders_of(EIGHT[:1], as_of=dt.date(2024, 1, 20))
    found = figures(orders)["value"]
    assert found[list(overview.YEARLY)].tolist() == [1, 1, 20, 20]
    assert found[list(overview.PERIODIC)].isna().all()
    assert overview.trend(orders).empty


def test_guests_have_orders_and_revenue_but_are_no_customers():
    orders = orders_of([("1", None, "2024-01-05", 3.0)], as_of=dt.date(2024, 1, 31))
    found = figures(orders)["value"]
    assert found[["customers", "orders", "revenue"]].tolist() == [0, 1, 3]
    assert found[list(overview.PERIODIC)].isna().all()


def test_refunds_lower_revenue_and_are_no_orders():
    rows = pd.DataFrame(
        {
            "order_id": ["1", "1", "r"],
            "customer_id": "ann",
            "ordered_at": ["2024-01-05", "2024-01-05", "2024-02-05"],
            "amount": [20.0, -5.0, -3.0],
            "refunded_at": pd.to_datetime([None, "2024-01-09", "2024-02-05"]),
        }
    )
    orders = orders_of(rows, as_of=dt.date(2024, 2, 29))
    found = figures(orders)["value"]
    assert found[["orders", "revenue", "average_order_value"]].tolist() == [1, 12, 12]
    trend = overview.trend(orders, of=("revenue", "average_order_value"))
    wide = trend.pivot(index="period_start", columns="figure", values="value")
    assert wide["revenue"].tolist() == [15, -3]
    assert wide["average_order_value"].isna().tolist() == [False, True]


def test_the_trend_ends_in_the_figure():
    orders = two_years()
    trend = overview.trend(orders, window_days=40).groupby("figure")["value"]
    now = figures(orders, window_days=40)["value"]
    periodic = list(overview.PERIODIC)
    assert trend.last()[periodic].to_dict() == now[periodic].to_dict()
    assert trend.size().eq(24).all()


@given(shops())
def test_repeat_rate_is_the_share_with_a_second_order(rows):
    orders = orders_of(rows, as_of=dt.date(2024, 12, 31))
    counts = pd.Series([row[1] for row in rows]).dropna().value_counts()
    found = figures(orders, window_days=30).loc["repeat_rate", "value"]
    assert found == pytest.approx((counts > 1).mean())
