"""What is bought again by the calendar: against loops and chance itself."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict

import ibis
import numpy as np
import pandas as pd
import pytest

import retention_core as rc
from retention_core.reorder import chance, regular
from sample_data.catalogue import MONTHLY_TEAS
from tests.conftest import orders_of

FIRST, AS_OF = dt.date(2022, 1, 1), dt.date(2023, 12, 31)
DAYS = (AS_OF - FIRST).days


def shop(rows) -> rc.Orders:
    """Orders of (customer, day, product, quantity)."""
    names = ["customer_id", "day", "product", "quantity"]
    frame = pd.DataFrame(rows, columns=names)
    frame["ordered_at"] = pd.Timestamp(FIRST) + pd.to_timedelta(frame["day"], unit="D")
    frame["order_id"] = [f"{who}/{day}" for who, day in frame[names[:2]].to_numpy()]
    return orders_of(frame.drop(columns="day").assign(amount=5.0), as_of=AS_OF)


def habit(rng, customer, product, gap, quantity=lambda: 1.0):
    """Purchases of one product, ``gap(quantity)`` days apart, to the end or before."""
    day, end = rng.uniform(0, 200), rng.choice([DAYS, rng.uniform(300, DAYS)])
    while day < end:
        amount = quantity()
        yield (customer, int(day), product, amount)
        day += max(gap(amount), 1)


def mixed_shop(seed: int) -> rc.Orders:
    """Tea by the calendar, by the quantity, in any quantity, and by chance."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(60):
        name, own = f"c{number:02}", rng.gamma(4, 10) + 5
        many = lambda: float(rng.choice([1, 2, 3]))  # noqa: E731
        ways = {
            "calendar": (lambda _, own=own: rng.normal(own, own / 8), lambda: 1.0),
            "lasting": (lambda q: rng.normal(20 * q, 3), many),
            "any amount": (lambda _: rng.normal(30, 3), many),
            "chance": (lambda _, own=own: rng.exponential(own), lambda: 1.0),
        }
        for product, (gap, quantity) in ways.items():
            rows += habit(rng, name, product, gap, quantity)
    return shop(rows)


@pytest.fixture(scope="module")
def mixed():
    orders = mixed_shop(3)
    return orders, rc.reorder.products(orders).set_index("product")


def purchases(orders) -> dict[tuple[str, str], dict[dt.date, float]]:
    """What each customer bought of each product on which day, in plain loops."""
    found = defaultdict(lambda: defaultdict(float))
    for row in orders.run(orders.table).itertuples():
        if pd.isna(row.refunded_at) and not pd.isna(row.customer_id):
            day = row.ordered_at.date()
            found[row.customer_id, row.product][day] += row.quantity
    return found


def spells(orders, product, per_unit) -> list[tuple[str, float, bool]]:
    """Customer, length and whether it ended, of every interval of a product."""
    rows = []
    for (customer, name), days in purchases(orders).items():
        if name == product:
            dates = sorted(days)
            for day, following in itertools.zip_longest(dates, dates[1:]):
                length = ((following or orders.as_of) - day).days
                units = days[day] if per_unit else 1
                rows.append((customer, length / units, following is not None))
    return rows


def kaplan_meier(rows, customers) -> tuple[float, float]:
    """Median and 95th percentile of those who buy again."""
    back, curve = 1.0, []
    for length in sorted({each[1] for each in rows}):
        at_risk = sum(each[1] >= length for each in rows)
        ended = sum(each[1] == length and each[2] for each in rows)
        back *= 1 - ended / at_risk
        if at_risk >= max(5, customers / 10):
            curve.append((length, 1 - back))
    last = curve[-1][1]
    return tuple(
        next(length for length, share in curve if share >= part * last - 1e-12)
        for part in (0.5, 0.95)
    )


@pytest.mark.parametrize("product", ["calendar", "lasting", "any amount", "chance"])
def test_counts_and_intervals_are_those_of_loops(mixed, product):
    orders, found = mixed
    row = found.loc[product]
    rows = spells(orders, product, row["per_unit"])
    buyers = {each[0] for each in rows}
    again = {each[0] for each in rows if each[2]}
    assert (row["customers"], row["repeat_customers"]) == (len(buyers), len(again))
    assert row["intervals"] == sum(each[2] for each in rows)
    assert row["open_intervals"] == len(buyers)
    median, latest = kaplan_meier(rows, len(buyers))
    assert row["interval_days"] == pytest.approx(median)
    assert row["latest_days"] == pytest.approx(latest)
    assert row["low"] <= row["interval_days"] <= row["high"]


def test_only_what_is_bought_by_the_calendar_is_regular(mixed):
    _, found = mixed
    assert found["regular"].to_dict() == {
        "calendar": True,
        "lasting": True,
        "any amount": True,
        "chance": False,
    }
    assert found.loc["chance", "due"] == 0


def test_a_quantity_divides_only_where_that_makes_intervals_more_alike(mixed):
    _, found = mixed
    assert found.loc["lasting", "per_unit"]
    assert found.loc["lasting", "interval_days"] == pytest.approx(20, abs=1)
    assert not found.loc["any amount", "per_unit"]
    assert found.loc["any amount", "interval_days"] == pytest.approx(30, abs=1)


def own_intervals(rows, middle):
    """Each customer's interval, drawn towards the product's: textbook ANOVA."""
    logs = defaultdict(list)
    for customer, length, ended in rows:
        if ended:
            logs[customer].append(np.log(length))
    sizes = np.array([len(each) for each in logs.values()], dtype=float)
    means = np.array([np.mean(each) for each in logs.values()])
    every = np.concatenate([*logs.values()])
    n, k = sizes.sum(), len(sizes)
    within = sum(((np.array(e) - np.mean(e)) ** 2).sum() for e in logs.values())
    within /= n - k
    among = (sizes * (means - every.mean()) ** 2).sum() / (k - 1)
    between = max((among - within) / ((n - (sizes**2).sum() / n) / (k - 1)), 0.0)
    found = {}
    for customer, _, _ in rows:
        size = len(logs.get(customer, []))
        weight = size * between / (size * between + within)
        own = np.mean(logs[customer]) - every.mean() if size else 0.0
        found[customer] = (middle * np.exp(weight * own), size, weight)
    return found


@pytest.mark.parametrize("product", ["calendar", "lasting", "any amount"])
def test_who_is_due_is_whom_loops_find(mixed, product):
    orders, found = mixed
    row = found.loc[product]
    rows = spells(orders, product, row["per_unit"])
    lasts = own_intervals(rows, row["interval_days"])
    expected = {}
    for (customer, name), days in purchases(orders).items():
        if name != product:
            continue
        last = max(days)
        interval, size, weight = lasts[customer]
        interval *= days[last] if row["per_unit"] else 1
        late = round(interval * row["latest_days"] / row["interval_days"])
        silent = (orders.as_of - last).days
        if round(2 / 3 * interval) <= silent <= max(late, round(interval)):
            due_on = last + dt.timedelta(days=round(interval))
            basis = "own" if weight >= 0.5 else "product"
            expected[customer] = (last, due_on, size, basis)
    due = orders.run(rc.reorder.due(orders))
    due = due[due["product"] == product]
    got = {
        each.customer_id: (
            each.last_bought.date(),
            each.due_on.date(),
            each.own_intervals,
            each.basis,
        )
        for each in due.itertuples()
    }
    assert got == expected
    assert len(got) == row["due"] > 0
    silent = (pd.Timestamp(AS_OF) - due["due_on"]).dt.days
    assert due["days_late"].to_list() == silent.to_list()
    assert (due["remind_on"] <= pd.Timestamp(AS_OF)).all()
    assert (due["until"] >= pd.Timestamp(AS_OF)).all()


def test_own_habits_count_where_customers_differ(mixed):
    orders, _ = mixed
    due = orders.run(rc.reorder.due(orders)).set_index("product")
    assert (due.loc["calendar", "basis"] == "own").mean() > 0.9
    assert (due.loc["any amount", "basis"] == "product").mean() > 0.9


def test_whoever_bought_since_is_not_due(mixed):
    orders, _ = mixed
    due = orders.run(rc.reorder.due(orders))
    days = purchases(orders)
    for row in due.itertuples():
        assert row.last_bought.date() == max(days[row.customer_id, row.product])


@pytest.fixture(scope="module")
def sample():
    return rc.ingest([str(path) for path in rc.samples.sample_files()]).orders


def test_the_four_monthly_teas_and_nothing_else(sample):
    found = rc.reorder.products(sample)
    teas = found[found["regular"]].set_index("product")
    assert set(teas.index) == set(MONTHLY_TEAS)
    assert (teas["interval_days"] == 30).all()
    assert (teas["low"] == 30).all()
    assert (teas["high"] == 30).all()
    assert found["regular"].iloc[:4].all()
    due = sample.run(rc.reorder.due(sample))
    assert set(due["product"]) <= set(MONTHLY_TEAS)
    assert due.groupby("product").size().to_dict() == teas["due"].to_dict()
    # Bought on day 0, reminded on day 20, and given up soon after.
    silent = (pd.Timestamp(sample.as_of) - due["last_bought"]).dt.days
    assert silent.between(18, 45).all()


def test_what_is_sent_back_is_not_bought_and_lines_of_a_day_are_one():
    rows = [
        ("1", "ann", "2024-01-01", 5.0, "tea", 1.0, None),
        ("1", "ann", "2024-01-01", 5.0, "tea", 2.0, None),
        ("2", "ann", "2024-02-01", 5.0, "tea", 1.0, None),
        ("2", "ann", "2024-02-01", -5.0, "tea", -1.0, "2024-02-05"),
        ("2", "ann", "2024-02-01", 9.0, "cup", 1.0, None),
        ("3", "ann", "2024-03-01", 5.0, "tea", 2.0, None),
        ("3", "ann", "2024-03-01", -2.0, "tea", -1.0, "2024-03-05"),
        ("4", None, "2024-03-05", 5.0, "tea", 1.0, None),
    ]
    names = ["order_id", "customer_id", "ordered_at", "amount", "product", "quantity"]
    frame = pd.DataFrame(rows, columns=[*names, "refunded_at"])
    frame["refunded_at"] = pd.to_datetime(frame["refunded_at"])
    orders = orders_of(frame, as_of=dt.date(2024, 3, 31))
    found = orders.run(rc.reorder.bought(orders).order_by("product", "day"))
    assert found["product"].to_list() == ["cup", "tea", "tea"]
    assert found["quantity"].to_list() == [1.0, 3.0, 2.0]
    row = rc.reorder.products(orders, min_repeat=1).set_index("product").loc["tea"]
    assert (row["customers"], row["repeat_customers"], row["intervals"]) == (1, 1, 1)


def random_orders(rng, gap, picks, customers=150, products=12):
    """Customers who order by ``gap``, and pick each product by chance."""
    liking = np.linspace(0.1, 0.75, products)
    for number in range(customers):
        day = rng.uniform(0, 200)
        end = rng.choice([DAYS, rng.uniform(300, DAYS)])
        likes = liking * rng.uniform(0.4, 1.0, products) if picks else liking
        while day < end:
            yield (f"c{number}", int(day), "anything", 1.0)
            for product in np.flatnonzero(rng.random(products) < likes):
                amount = float(rng.choice([1, 1, 2, 10_000]))
                yield (f"c{number}", int(day), f"p{product}", amount)
            day += max(gap(), 1)


@pytest.mark.parametrize("rhythm", ["chance", "pause", "calendar"])
def test_what_is_picked_at_random_is_not_regular(rhythm):
    rng = np.random.default_rng(11)
    gaps = {
        "chance": lambda: rng.exponential(rng.gamma(2, 12)),
        "pause": lambda: 7 + rng.exponential(20),
        "calendar": lambda: rng.normal(30, 2),
    }
    orders = shop([*random_orders(rng, gaps[rhythm], picks=True)])
    found = rc.reorder.products(orders).set_index("product").drop("anything")
    assert len(found) == 12
    assert not found["regular"].any()
    if rhythm == "calendar":  # or the second test would have had nothing to do
        assert (found["regularity"] > regular.LEAST_SHAPE).any()


def test_what_is_in_every_order_comes_as_orders_come():
    rng = np.random.default_rng(5)
    rows = [*random_orders(rng, lambda: rng.normal(30, 4), picks=False)]
    found = rc.reorder.products(shop(rows)).set_index("product")
    assert found.loc["anything", "regular"]
    assert found.loc["anything", "interval_days"] == pytest.approx(30, abs=1)


def test_p_of_memoryless_days_is_uniform():
    rng = np.random.default_rng(1)
    parts = np.array([2, 2, 3, 5, 8, 20])
    p = []
    for _ in range(4000):
        times = [rng.exponential(rng.gamma(1), n) for n in parts]
        total = sum(np.log(each / each.sum()).sum() for each in times)
        p.append(chance.of_days(parts.astype(float), np.ones(len(parts)), total))
    p = np.array(p)
    for level in (0.01, 0.05, 0.25, 0.5):
        share = (p <= level).mean()
        assert share == pytest.approx(level, abs=3.5 * np.sqrt(level / 4000))


def test_shape_is_that_of_the_gamma_law():
    rng = np.random.default_rng(2)
    n, k = np.full(3000, 6.0), 4.0
    times = rng.gamma(k, rng.gamma(1, size=(3000, 1)), (3000, 6))
    total = np.log(times / times.sum(axis=1, keepdims=True)).sum()
    assert chance.shape(n, np.ones(3000), total) == pytest.approx(k, rel=0.04)


def test_the_moments_of_orders_between_are_those_of_all_ways():
    for n, m in [(2, 2), (2, 5), (3, 4), (4, 6), (5, 3)]:
        ways = [w for w in itertools.product(range(m + 1), repeat=n) if sum(w) == m]
        pairs = np.array([sum(x * (x - 1) for x in way) for way in ways])
        numbers = ibis.literal(float(n)), ibis.literal(float(m))
        mean, variance = (
            each.as_table().execute().iloc[0, 0] for each in regular._bose(*numbers)
        )
        assert mean == pytest.approx(pairs.mean())
        assert variance == pytest.approx(pairs.var() or 1.0)


def test_little_or_nothing_says_nothing(eight, mixed):
    for orders in (eight, shop([("ann", 0, "tea", 1.0)]), shop([(None, 3, "t", 1.0)])):
        found = rc.reorder.products(orders)
        assert found.empty
        assert {"product", "interval_days", "regular", "due"} <= set(found.columns)
        assert orders.run(rc.reorder.due(orders)).empty
    some = shop([(f"c{n}", day, "tea", 1.0) for n in range(9) for day in (0, 30, 60)])
    assert rc.reorder.products(some).empty
    assert len(rc.reorder.products(some, min_repeat=9)) == 1
