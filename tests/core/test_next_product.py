"""What somebody may buy next: planted habits and sequels found, noise not believed."""

from __future__ import annotations

import datetime as dt
import json

import ibis
import numpy as np
import pandas as pd
import pytest

import retention_core as rc
from retention_core.next_product import followed, learning
from retention_core.next_product.visits import following, owned, visits
from retention_core.reorder import bought
from tests.conftest import orders_of

FIRST = pd.Timestamp("2023-01-01")
AS_OF = dt.date(2024, 12, 31)
CATALOGUE = [f"p{number:02}" for number in range(40)]
POPULAR = np.linspace(3, 0.2, 40) / np.linspace(3, 0.2, 40).sum()


def shop(rows) -> rc.Orders:
    """Orders of (customer, day, product)."""
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "product"])
    frame = frame.drop_duplicates()
    frame["ordered_at"] = FIRST + pd.to_timedelta(frame["day"], unit="D")
    frame["order_id"] = [f"{row[0]}/{row[1]}" for row in frame.to_numpy()]
    return orders_of(frame.drop(columns="day").assign(amount=5.0), as_of=AS_OF)


def planted(seed: int, customers: int = 600, *, stories: bool = True):
    """Everything by chance, and with ``stories``: a habit, a sequel, a bag.

    Half of the orders hold a bag. A third of the customers have beans in two orders of
    three. A machine is bought once, and a descaler follows it in the next order of
    three in four.
    """
    rng = np.random.default_rng(seed)
    for number in range(customers):
        name, day = f"c{number:03}", int(rng.integers(0, 500))
        drinks, machine, before = rng.random() < 1 / 3, False, False
        while day < 730:
            for product in rng.choice(CATALOGUE, 2, replace=False, p=POPULAR):
                yield name, day, product
            if stories:
                begins = not machine and rng.random() < 0.2
                parts = {
                    "bag": rng.random() < 0.5,
                    "beans": drinks and rng.random() < 2 / 3,
                    "machine": begins,
                    "descaler": before and rng.random() < 0.75,
                }
                yield from ((name, day, part) for part, there in parts.items() if there)
                machine, before = machine or begins, begins
            day += int(rng.integers(10, 90))


@pytest.fixture(scope="module")
def stories():
    orders = shop(planted(1))
    model = rc.next_product.fit(orders)
    found = orders.run(rc.next_product.recommend(orders, model=model))
    return orders, model, found


def lines(orders) -> pd.DataFrame:
    frame = orders.run(orders.table.select("customer_id", "product", "ordered_at"))
    return frame.sort_values(["customer_id", "ordered_at"])


def test_everybody_has_five_in_order_of_their_chance(stories):
    orders, _, found = stories
    assert list(found.columns) == [
        "customer_id",
        "rank",
        "product",
        "score",
        "reason",
        "because",
    ]
    assert found["customer_id"].nunique() == lines(orders)["customer_id"].nunique()
    assert not found.duplicated(["customer_id", "product"]).any()
    by = found.sort_values(["customer_id", "rank"]).groupby("customer_id")
    assert (by["rank"].apply(list).map(lambda each: each == [1, 2, 3, 4, 5])).all()
    assert by["score"].apply(lambda each: each.is_monotonic_decreasing).all()
    assert found["score"].between(0, 1).all()


def test_again_is_what_the_customer_has_bought_and_nothing_else_is(stories):
    orders, _, found = stories
    had = set(map(tuple, lines(orders)[["customer_id", "product"]].to_numpy()))
    pairs = map(tuple, found[["customer_id", "product"]].to_numpy())
    assert [pair in had for pair in pairs] == (found["reason"] == "again").to_list()
    assert (found["because"].notna() == (found["reason"] == "after")).all()


def test_a_descaler_follows_a_machine(stories):
    orders, model, found = stories
    assert model["pairs"][0][:2] == ["machine", "descaler"]
    bought_last = lines(orders)
    last = bought_last.groupby("customer_id")["ordered_at"].transform("max")
    bought_last = bought_last[bought_last["ordered_at"] == last]
    machine = set(bought_last.loc[bought_last["product"] == "machine", "customer_id"])
    had = lines(orders)
    machine -= set(had.loc[had["product"] == "descaler", "customer_id"])
    assert len(machine) > 10
    led = found[found["product"].eq("descaler") & found["because"].eq("machine")]
    assert set(led["customer_id"]) == machine
    assert (led["rank"] <= 3).all()
    assert led["score"].between(0.3, 0.95).all()


def test_a_bag_for_everybody_beans_for_drinkers_and_no_second_machine(stories):
    orders, _, found = stories
    bags = found[found["product"] == "bag"]
    assert len(bags) > 0.98 * found["customer_id"].nunique()
    assert bags["score"].mean() == pytest.approx(0.5, abs=0.08)
    assert not (found["product"] == "machine").any()
    counts = lines(orders).groupby(["customer_id", "product"]).size()
    drinkers = counts.xs("beans", level="product")
    drinkers = drinkers[drinkers > 3].index
    beans = found[(found["product"] == "beans") & found["customer_id"].isin(drinkers)]
    assert set(beans["customer_id"]) <= set(drinkers)
    assert len(beans) > 0.9 * len(drinkers)
    assert beans["score"].mean() == pytest.approx(2 / 3, abs=0.12)


def test_it_hits_more_than_the_most_popular_where_there_is_something_to_know():
    found = rc.next_product.hit_rate(shop(planted(2)))
    rates = found.rates.set_index("way")
    assert (rates.loc[["popular", "lately"], "ahead_low"] > 0).all()
    assert rates.loc["last", "ahead"] > 0
    again = found.reasons.set_index("reason").loc["again"]
    assert again["low"] - 0.02 <= again["expected"] <= again["high"] + 0.02


@pytest.mark.parametrize("seed", [3, 4])
def test_it_does_not_lose_to_the_most_popular_where_there_is_nothing(seed):
    orders = shop(planted(seed, stories=False))
    rates = rc.next_product.hit_rate(orders).rates.set_index("way")
    assert (rates["ahead_high"] > -0.01).all()
    assert len(rc.next_product.fit(orders)["pairs"]) <= 1


def test_hits_are_those_of_loops():
    orders = shop(planted(6, customers=150))
    found = rc.next_product.hit_rate(orders, n=3)
    every = lines(orders).assign(day=lambda f: f["ordered_at"].dt.date)
    days = every[["customer_id", "day"]].drop_duplicates()
    by_day = days.groupby("day").size().cumsum()
    assert found.cutoff == by_day.index[by_day >= 0.85 * len(days)][0]
    past = every[every["day"] <= found.cutoff]
    truth = {}
    for customer, rows in every[every["day"] > found.cutoff].groupby("customer_id"):
        if customer in set(past["customer_id"]):
            first = rows["day"].min()
            truth[customer] = set(rows.loc[rows["day"] == first, "product"])
    assert found.customers == len(truth)
    counts = past.groupby("product").size().reset_index(name="n")
    top = counts.sort_values(["n", "product"], ascending=[False, True])["product"][:3]
    hits = sum(bool(truth[each] & set(top)) for each in truth)
    known = orders.until(found.cutoff)
    ours = known.run(rc.next_product.recommend(known, n=3))
    ours = ours[ours["customer_id"].isin(truth)]
    own = ours.groupby("customer_id")["product"].apply(set)
    own_hits = sum(bool(truth[each] & own[each]) for each in truth)
    rates = found.rates.set_index("way")
    assert rates.loc["popular", "hits"] == hits
    assert rates.loc["ours", "hits"] == own_hits
    assert rates.loc["ours", "rate"] == pytest.approx(own_hits / len(truth))
    assert found.reasons["recommended"].sum() == len(ours)


def test_nothing_after_the_cut_off_is_looked_at():
    orders = shop(planted(7, customers=150))
    found = rc.next_product.hit_rate(orders)
    known = orders.until(found.cutoff)
    rows = lines(known).assign(day=lambda f: (f["ordered_at"] - FIRST).dt.days)
    alone = shop(rows[["customer_id", "day", "product"]])
    alone = alone.until(found.cutoff)
    assert rc.next_product.fit(known) == rc.next_product.fit(alone)


def test_habits_pairs_and_next_orders_by_hand():
    rows = [
        ("ann", 0, "tea"),
        ("ann", 10, "tea"),
        ("ann", 10, "cup"),
        ("ann", 20, "jam"),
        ("ben", 5, "cup"),
    ]
    orders = shop(rows)
    purchases = bought(orders)
    lasting = ibis.memtable(
        pd.DataFrame([["tea", 10.0, False]], columns=[*learning.LASTING]),
        schema=learning.LASTING,
    )
    table = owned(purchases, lasting, dt.date(2023, 1, 19))
    got = orders.run(table.order_by("customer_id", "product"))
    # Weights 0.81, 0.9, 1: cup 0.9 / 2.71 = 0.33, jam 0.37, tea 1.71 / 2.71 = 0.63.
    assert got["often"].to_list() == [5, 5, 7, 10]
    assert got["orders"].to_list() == [2, 2, 2, 0]
    # Tea of 11 January lasts 10 days: eight have gone, a fifth is left.
    assert got["phase"].to_list() == [0, 0, 3, 0]
    then, new = followed._steps(purchases, visits(purchases))
    met = orders.run(then.join(new, "step"))
    assert len(met) == 2 + 1  # tea → cup; tea → jam, cup → jam, less tea → tea
    came = orders.run(following(purchases, dt.date(2023, 1, 5)))
    assert sorted(came["product"]) == ["cup", "tea"]


def test_for_some_as_for_all_and_the_model_is_json(stories):
    orders, model, found = stories
    same = json.loads(json.dumps(model))
    some = ibis.memtable(pd.DataFrame({"customer_id": ["c007", "c011", "nobody"]}))
    got = orders.run(rc.next_product.recommend(orders, some, model=same))
    order = ["customer_id", "rank"]
    expected = found[found["customer_id"].isin(["c007", "c011"])].sort_values(order)
    pd.testing.assert_frame_equal(
        got.sort_values(order).reset_index(drop=True), expected.reset_index(drop=True)
    )


@pytest.mark.parametrize(
    "rows",
    [
        [("ann", 0, "tea")],
        [("ann", 0, "tea"), ("ben", 0, "cup")],
        [("ann", 0, "tea"), ("ann", 9, "tea"), ("ann", 30, "tea")],
    ],
    ids=["one line", "one day", "one customer"],
)
def test_tiny_shops(rows):
    orders = shop(rows)
    found = orders.run(rc.next_product.recommend(orders))
    assert set(found["product"]) <= {"tea", "cup"}
    assert not found.duplicated(["customer_id", "product"]).any()
    assert rc.next_product.hit_rate(orders).customers <= 1


def test_without_products_or_customers_there_is_nothing(eight):
    guests = shop([(None, 0, "tea"), (None, 5, "tea")])
    for orders in (eight, guests):
        assert orders.run(rc.next_product.recommend(orders)).empty
        found = rc.next_product.hit_rate(orders)
        assert found.customers == 0
        assert found.rates["rate"].isna().all()
