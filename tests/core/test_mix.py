"""New and returning customers: by hand, by law, and against plain pandas."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from retention_core import mix, periods, prices
from retention_core.clv import tables
from retention_core.periods import GRAINS
from tests.conftest import orders_of
from tests.core.shops import shops

REFUNDS = st.lists(
    st.tuples(st.integers(0, 24), st.sampled_from([0.5, 1.0])), max_size=4
)


def test_eight_orders_by_hand(eight):
    frame = mix.new_and_returning(eight)
    assert frame["new_revenue"].tolist() == [30, 15, 40]
    assert frame["returning_revenue"].tolist() == [0, 30, 40]
    assert frame["guest_revenue"].tolist() == [0, 5, 0]
    assert frame["new_customers"].tolist() == [2, 1, 1]
    assert frame["returning_customers"].tolist() == [0, 1, 2]
    assert frame["returning_average_order_value"].tolist()[1:] == [30, 20]
    assert np.isnan(frame["returning_average_order_value"][0])
    assert frame["returning_revenue_share"].tolist() == [0, 30 / 45, 0.5]
    assert frame["complete"].all()


def test_the_share_of_eight_orders(eight):
    found = mix.returning(eight)
    assert found.share == pytest.approx(70 / 155)
    assert found.guests == pytest.approx(5 / 160)
    assert (found.first, found.last) == (dt.date(2024, 1, 1), dt.date(2024, 3, 31))
    assert (found.low, found.high) == (0, 1)  # four customers say nothing
    assert np.isnan(found.previous)


def with_refunds(rows, refunds):
    columns = ["order_id", "customer_id", "ordered_at", "amount"]
    frame = pd.DataFrame(rows, columns=columns).assign(refunded_at=None)
    back = [
        frame.iloc[[index]].assign(
            amount=-part * frame["amount"][index],
            refunded_at=frame["ordered_at"][index],
        )
        for index, part in refunds
        if index < len(frame)
    ]
    every = pd.concat([frame, *back]) if back else frame
    every["refunded_at"] = pd.to_datetime(every["refunded_at"])
    return orders_of(every)


@given(shops(), REFUNDS, st.sampled_from(GRAINS))
def test_the_parts_add_up_to_what_the_table_brought(rows, refunds, grain):
    orders = with_refunds(rows, refunds)
    frame = mix.new_and_returning(orders, grain=grain)
    lines = orders.run(orders.table)
    parts = frame[["new_revenue", "returning_revenue", "guest_revenue"]]
    assert parts.to_numpy().sum() == pytest.approx(lines["amount"].sum())
    counts = frame[["new_orders", "returning_orders", "guest_orders"]]
    purchases = orders.run(orders.purchases)
    assert counts.to_numpy().sum() == len(purchases)
    assert frame["new_customers"].sum() == purchases["customer_id"].nunique()
    complete = [
        periods.complete(day.date(), grain, orders.as_of)
        for day in frame["period_start"]
    ]
    assert frame["complete"].tolist() == complete


@given(shops())
def test_the_share_is_that_of_the_months_it_names(rows):
    orders = orders_of(rows)
    found = mix.returning(orders)
    frame = mix.new_and_returning(orders)
    frame = frame[frame["complete"]].tail(12)
    known = (frame["new_revenue"] + frame["returning_revenue"]).sum()
    if found is None:
        assert known == pytest.approx(0)
        return
    assert found.share == pytest.approx(frame["returning_revenue"].sum() / known)
    assert 0 <= found.share <= 1
    assert frame["period_start"].iloc[0].date() == found.first


def test_new_and_returning_agree_with_the_forecasts_history(eight):
    frame, history = mix.new_and_returning(eight), tables.history(eight)
    first = frame["new_revenue"] + frame["guest_revenue"]
    assert first.tolist() == history["first_revenue"].tolist()
    assert frame["returning_revenue"].tolist() == history["repeat_revenue"].tolist()


def test_a_refund_without_its_order_counts_as_returning():
    rows = pd.DataFrame(
        {
            "order_id": ["1", "r"],
            "customer_id": ["ann", "old"],
            "ordered_at": ["2024-01-01", "2024-01-09"],
            "refunded_at": [pd.NaT, pd.Timestamp("2024-01-09")],
            "amount": [20.0, -5.0],
        }
    )
    frame = mix.new_and_returning(orders_of(rows, as_of=dt.date(2024, 1, 31)))
    assert frame["new_revenue"].tolist() == [20]
    assert frame["returning_revenue"].tolist() == [-5]


def test_the_year_before_needs_a_year_before_it():
    def shop(first: str):
        days = pd.date_range(first, "2024-12-15", freq="15D")
        rows = [(str(i), f"c{i % 30}", str(day), 10.0) for i, day in enumerate(days)]
        return mix.returning(orders_of(rows, as_of=dt.date(2024, 12, 31)))

    assert np.isnan(shop("2022-02-10").previous)
    assert shop("2022-01-02").previous < shop("2022-01-02").share == 1


def lines_of(seed: int = 3, n: int = 700) -> pd.DataFrame:
    """A year of orders of one to three lines, some of them with a discount."""
    rng = np.random.default_rng(seed)
    rows = []
    for order in range(n):
        who = f"c{rng.integers(0, 160)}" if rng.random() > 0.05 else None
        day = dt.date(2024, 1, 1) + dt.timedelta(days=int(rng.integers(0, 366)))
        for _ in range(rng.integers(1, 4)):
            product = int(rng.integers(0, 6))
            quantity = int(rng.integers(1, 4))
            full = quantity * (5.0 + 3 * product)
            off = full * 0.2 * (rng.random() < 0.3)
            rows.append((str(order), who, str(day), f"p{product}", quantity, full, off))
    names = ["order_id", "customer_id", "ordered_at", "product", "quantity"]
    frame = pd.DataFrame(rows, columns=[*names, "full", "discount"])
    return frame.assign(amount=frame["full"] - frame["discount"]).drop(columns="full")


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Each order's sums and its kind, in pandas."""
    known = frame[frame["customer_id"].notna()].copy()
    known["day"] = pd.to_datetime(known["ordered_at"])
    first = known.groupby("customer_id")["day"].transform("min")
    known["kind"] = np.where(known["day"] == first, "new", "returning")
    known["month"] = known["day"].dt.to_period("M")
    cell = ["month", "product"]
    sums = known.pivot_table(
        index=cell, columns="kind", values=["amount", "quantity"], aggfunc="sum"
    ).dropna()
    money, bought = sums["amount"], sums["quantity"]
    back = known[known["kind"] == "returning"].groupby(cell).size()
    enough = back.reindex(sums.index) >= prices.LEAST_LINES
    money, bought = money[enough], bought[enough]
    cells = pd.DataFrame(
        {
            "price": money["returning"] / bought["returning"],
            "wanted": bought["new"] / bought["returning"],
        }
    )
    known = known.join(cells, on=cell)
    weight = known["wanted"].where(known["kind"] == "returning", 1.0)
    known["expected"] = weight * known["price"] * known["quantity"]
    known["paid"] = (weight * known["amount"]).where(known["price"].notna())
    known["full"] = known["amount"] + known["discount"]
    keys = ["order_id", "customer_id", "kind"]
    names = ["amount", "quantity", "discount", "full", "expected", "paid"]
    each = known.groupby(keys)[names].sum().reset_index()
    each["sold"], each["orders"] = each["amount"], 1.0
    each["discounted"] = (each["discount"] > 0).astype(float)
    return each


def test_the_share_varies_as_its_customers_do():
    frame = lines_of()
    found = mix.returning(orders_of(frame, as_of=dt.date(2024, 12, 31)))
    each = plain(frame)
    x = each.groupby("customer_id")["amount"].sum()
    y = each[each["kind"] == "returning"].groupby("customer_id")["amount"].sum()
    rest = y.reindex(x.index, fill_value=0.0) - found.share * x
    half = stats.t.ppf(0.975, len(x) - 1) * np.sqrt(len(x) * rest.var()) / x.sum()
    assert found.high == pytest.approx(found.share + half)
    assert found.low == pytest.approx(found.share - half)


def residuals(each: pd.DataFrame, kind: str, pair: tuple[str, str]) -> pd.Series:
    own = each[each["kind"] == kind].groupby("customer_id")[list(pair)].sum()
    top, bottom = own[pair[0]], own[pair[1]]
    return (top - top.sum() / bottom.sum() * bottom) / bottom.sum()


@pytest.mark.parametrize("measure", prices.MEASURES)
def test_prices_agree_with_plain_pandas(measure):
    frame = lines_of()
    found = prices.paid(orders_of(frame, as_of=dt.date(2024, 12, 31)))
    row = found.set_index("measure").loc[measure]
    each, pair = plain(frame), prices.MEASURES[measure]
    values = {
        kind: own[pair[0]].sum() / own[pair[1]].sum()
        for kind, own in each.groupby("kind")
    }
    assert row["new"] == pytest.approx(values["new"])
    assert row["returning"] == pytest.approx(values["returning"])
    assert row["difference"] == pytest.approx(values["new"] - values["returning"])
    if measure == "discounted_orders":
        return
    new, back = (residuals(each, kind, pair) for kind in mix.KINDS)
    both = new.sub(back, fill_value=0.0)
    n = min(len(new), len(back))
    half = stats.t.ppf(0.975, n - 1) * np.sqrt(n / (n - 1) * (both**2).sum())
    assert row["high"] - row["difference"] == pytest.approx(half)
    half = stats.t.ppf(0.975, len(new) - 1) * np.sqrt(len(new) * new.var())
    assert row["new"] - row["new_low"] == pytest.approx(half)


def test_a_share_of_discounts_keeps_within_its_bounds():
    found = prices.paid(orders_of(lines_of(), as_of=dt.date(2024, 12, 31)))
    row = found.set_index("measure").loc["discounted_orders"]
    for kind in mix.KINDS:
        assert 0 < row[f"{kind}_low"] < row[kind] < row[f"{kind}_high"] < 1
    assert row["low"] < row["difference"] < row["high"]


def test_the_index_looks_at_the_same_products_only():
    # New customers buy the dear product, at the price that all pay for it.
    frame = lines_of()
    each = frame.assign(amount=[5.0 + 3 * int(p[1]) for p in frame["product"]])
    each = each.assign(amount=each["amount"] * each["quantity"], discount=0.0)
    found = prices.paid(orders_of(each, as_of=dt.date(2024, 12, 31)))
    row = found.set_index("measure").loc["price_index"]
    assert row["new"] == pytest.approx(1)
    assert row["returning"] == pytest.approx(1)


def test_who_pays_a_fifth_less_is_seen_to():
    frame = lines_of()
    new = frame["order_id"].isin(
        plain(frame).query("kind == 'new'")["order_id"].tolist()
    )
    full = frame["amount"] + frame["discount"]
    discount = full.where(new, 0.0) * 0.2
    each = frame.assign(discount=discount, amount=full - discount)
    found = prices.paid(orders_of(each, as_of=dt.date(2024, 12, 31)))
    rows = found.set_index("measure")
    index = rows.loc["price_index"]
    assert index["new"] / index["returning"] == pytest.approx(0.8)
    assert index["high"] < 0
    assert rows.loc["discounted_orders", "new"] == pytest.approx(1)
    assert rows.loc["discounted_orders", "returning"] == 0
    assert rows.loc["discount_share", "new"] == pytest.approx(0.2)


def test_what_the_file_does_not_hold_is_not_spoken_of(eight):
    assert prices.paid(eight)["measure"].tolist() == ["average_order_value"]
    whole = lines_of().assign(quantity=1.0)
    found = prices.paid(orders_of(whole, as_of=dt.date(2024, 12, 31)))
    assert found["measure"].tolist() == [
        "average_order_value",
        "discount_share",
        "discounted_orders",
    ]


def test_without_two_kinds_there_is_nothing_to_compare():
    rows = [("1", "ann", "2024-01-05", 10.0), ("2", "ben", "2024-01-06", 5.0)]
    assert prices.paid(orders_of(rows, as_of=dt.date(2024, 1, 31))).empty
    assert prices.paid(orders_of(rows, as_of=dt.date(2024, 1, 20))).empty
    assert mix.returning(orders_of(rows, as_of=dt.date(2024, 1, 20))) is None
    guests = orders_of([("1", None, "2024-01-05", 3.0)], as_of=dt.date(2024, 1, 31))
    assert prices.paid(guests).empty
    assert mix.returning(guests) is None
    assert mix.new_and_returning(guests)["guest_revenue"].tolist() == [3]
