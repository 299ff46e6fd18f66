"""Regular buyers: against a second computation, and against chance."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy import special

from retention_core import reorder
from retention_core.lists import regular
from tests.conftest import orders_of
from tests.core import reference
from tests.core.lists import drawn
from tests.core.lists.test_habit import steady

AS_OF = np.datetime64(drawn.AS_OF)


def days_of(customer: reference.Customer, goods: set[str]) -> dict[str | None, set]:
    """Days of purchase: of all (None), and of each product."""
    days: dict[str | None, set] = {}
    for each in customer.purchases:
        names = {line["product"] for line in each.lines} & goods
        for product in (None, *names):
            days.setdefault(product, set()).add(each.at.normalize())
    return days


def looked_at(goods: set[str]) -> pd.DataFrame:
    """A row a customer and product, or all (None), that may be regular."""
    rows = []
    for customer in reference.read(drawn.lines(), drawn.AS_OF).customers:
        days = days_of(customer, goods)
        last = max(days[None])
        if len(days[None]) < 4 or (pd.Timestamp(drawn.AS_OF) - last).days >= 120:
            continue
        for product, some in days.items():
            when = np.sort(np.array(list(some), "datetime64[D]"))
            gaps = np.diff(when).astype(float) if len(when) >= 4 else np.zeros(1)
            if gaps.mean() >= 7 and (AS_OF - when[-1]).astype(int) <= 2 * gaps.mean():
                varied = gaps.std() / gaps.mean()
                own = (len(gaps), gaps.mean(), varied, len(when))
                rows.append((customer.name, product, *own))
    names = ["name", "product", "n", "mean", "variation", "days"]
    return pd.DataFrame(rows, columns=names)


def expected() -> pd.DataFrame:
    products = reorder.products(drawn.shop())
    rows = looked_at(set(products.loc[products["regular"], "product"]))
    n, radius = rows["n"], np.ceil(rows["variation"] * 1000 - 1e-9) / 1000
    radius = radius / np.sqrt(n)
    ball = np.pi ** ((n - 1) / 2) * radius ** (n - 1) / special.gamma((n + 1) / 2)
    p = np.minimum(ball / (np.sqrt(n) / special.gamma(n)), 1)
    ordered = np.sort(p)
    passed = ordered <= 0.05 * np.arange(1, len(p) + 1) / len(p)
    limit = ordered[passed].max() if passed.any() else -1
    return rows[(p <= limit) & (rows["variation"] <= 0.5)]


def test_against_counting_customer_by_customer():
    found = drawn.members("subscription").set_index("customer_id")
    rows = expected()
    assert set(found.index) == set(rows["name"])
    of_product = rows[rows["product"].notna()].set_index("name")
    alone = rows[~rows["name"].isin(of_product.index)].set_index("name")
    assert len(of_product) > 30
    assert set(found.index[found["product"].isna()]) == set(alone.index)
    for name, row in pd.concat([of_product, alone]).iterrows():
        told = found.loc[name]
        assert told["product"] == row["product"] or pd.isna(row["product"])
        assert told["gap_days"] == pytest.approx(row["mean"])
        assert told["variation"] == pytest.approx(row["variation"], abs=1e-9)
        assert told["bought_days"] == row["days"]


def test_whoever_buys_by_the_calendar_is_offered_what_it_is():
    found = drawn.members("subscription").set_index("customer_id")
    kinds = found.index.str.extract(r"([a-z]+)")[0]
    monthly = found[(kinds == "regular").to_numpy()]
    assert len(monthly) > 50
    assert (monthly["product"] == "tea").all()
    assert monthly["gap_days"].between(25, 40).all()
    assert (kinds == "chance").sum() <= 0.05 * len(found)


@pytest.mark.parametrize("n", [3, 4, 6, 9, 20, 50])
def test_chance_is_as_drawn_and_never_too_small(n):
    rng = np.random.default_rng(n)
    gaps = rng.exponential(size=(100_000, n))
    steps = np.ceil(1000 * gaps.std(axis=1) / gaps.mean(axis=1))
    p = regular.chance(pd.DataFrame({"size": n, "step": steps}))
    for level in (0.2, 0.05, 0.01):
        share = (p <= level).mean()
        assert share <= level * 1.05 + 3 * np.sqrt(level / 100_000)
        if n <= 4:  # exact
            assert share >= level * 0.93


@pytest.mark.parametrize("shape", [0.5, 1.0])
def test_whoever_buys_at_random_is_no_subscriber(shape):
    listed = 0
    for seed in range(1):
        rows = steady(shape, seed).drop(columns="day")
        orders = orders_of(rows, as_of=dt.date(2024, 12, 30))
        listed += len(drawn.members("subscription", orders, window=180))
    assert listed <= 2
