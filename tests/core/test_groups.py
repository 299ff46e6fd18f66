"""Groups beside each other: what is added up, what is compared, and false claims."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import retention_core as rc
from retention_core import attention, groups
from retention_core.contrasts import fisher, newcombe
from retention_core.intervals import CLEAR
from tests.conftest import EIGHT, orders_of
from tests.core.shops import COLUMNS, Row, shops

RUNS = 200
# 5 % of 200 are 10; chance alone gives 16 or fewer in 97 of 100 tries.
TOLERATED = 16


def channels() -> rc.Orders:
    """Ann and dan begin on the web, ben and cat in the shop."""
    rows = pd.DataFrame(EIGHT, columns=COLUMNS)
    rows["channel"] = ["web", "shop", "web", "shop", "web", "web", "shop", "web"]
    return orders_of(rows, as_of=dt.date(2024, 3, 31))


@pytest.mark.parametrize(
    ("measure", "web", "shop"),
    [
        ("retention", {0: (2, 2), 1: (1, 1), 2: (1, 1)}, {0: (2, 2), 1: (1, 2)}),
        ("repeat_by", {0: (0, 2), 1: (1, 1), 2: (1, 1)}, {0: (0, 2), 1: (1, 2)}),
        (
            "cumulative_revenue_per_customer",
            {0: (60, 2), 1: (50, 1), 2: (75, 1)},
            {0: (25, 2), 1: (40, 2)},
        ),
    ],
)
def test_each_group_adds_up_its_cohorts_that_have_finished_an_age(measure, web, shop):
    found = groups.by_age(channels(), by="channel", measure=measure)
    sums = found.set_index(["group", "period"])[["total", "customers"]]
    for name, expected in (("web", web), ("shop", shop)):
        for age, counts in expected.items():
            assert tuple(sums.loc[(name, age)]) == counts


@settings(max_examples=12)
@given(shops(), st.sampled_from(groups.MEASURES), st.sampled_from(["month", "week"]))
def test_every_group_is_the_average_of_its_own_cells(rows: list[Row], measure, grain):
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame["channel"] = frame["amount"].map({0.0: "a", 5.0: "b"})  # else unknown
    orders = orders_of(frame)
    found = groups.by_age(orders, by="channel", measure=measure, grain=grain)
    ask = {"retention": rc.cohorts.retention, "repeat_by": rc.cohorts.returned}
    cells = ask.get(measure, rc.cohorts.value)(orders, grain=grain, by="channel")
    average = rc.cohorts.average(cells[cells["channel"].notna()])
    expected = average.set_index(["channel", "period"])[measure]
    values = found.set_index(["group", "period"])["value"]
    assert values.index.sort_values().equals(expected.index.sort_values())
    assert values.to_dict() == pytest.approx(expected.to_dict())


@settings(max_examples=12)
@given(shops())
def test_interval_of_revenue_is_of_the_customers_own_sums(rows: list[Row]):
    orders = orders_of(pd.DataFrame(rows, columns=COLUMNS).assign(channel="web"))
    measure = "cumulative_revenue_per_customer"
    found = groups.by_age(orders, by="channel", measure=measure)
    bought = orders.run(orders.purchases).dropna(subset=["customer_id"])
    month = bought["ordered_at"].dt.to_period("M")
    bought["cohort"] = month.groupby(bought["customer_id"]).transform("min")
    bought["age"] = (month - bought["cohort"]).map(lambda offset: offset.n)
    last = pd.Period(orders.as_of + dt.timedelta(days=1), "M") - 1
    for _, row in found.iterrows():
        seen = bought[bought["cohort"] + row["period"] <= last]
        sums = seen["amount"].where(seen["age"] <= row["period"], 0)
        each = sums.groupby(seen["customer_id"]).sum()
        assert row["customers"] == len(each)
        assert row["squares"] == pytest.approx((each**2).sum())
        if each.min() < each.max():
            middle = (row["low"] + row["high"]) / 2
            assert middle == pytest.approx(each.mean(), rel=1e-5)
            se = (row["high"] - row["low"]) / 2 / t_of(len(each) - 1)
            assert se == pytest.approx(each.sem(), rel=1e-5, abs=1e-5)
        else:
            assert np.isnan(row["low"])


def t_of(freedom: int) -> float:
    """97.5th percentile of Student's t, from a printed table."""
    return {1: 12.7062, 2: 4.30265, 3: 3.18245, 4: 2.77645}[freedom]


def counted(returned: dict[str, tuple[int, int]]) -> pd.DataFrame:
    """What ``by_age`` gives of groups with so many of so many back at age 1."""
    return pd.DataFrame(
        [
            {"group": name, "period": 1, "customers": of, "total": back}
            for name, (back, of) in returned.items()
        ]
    ).assign(squares=lambda f: f["total"], value=lambda f: f["total"] / f["customers"])


def test_a_pair_is_compared_by_newcombe_and_fisher_and_corrected_for_all_pairs():
    ages = counted({"web": (56, 70), "shop": (48, 80), "fax": (30, 60)})
    found = groups.pairs(ages, measure="retention", age=1)
    assert found[["group", "other"]].to_numpy().tolist() == [
        ["web", "fax"],
        ["shop", "web"],
        ["shop", "fax"],
    ]
    row = found.iloc[1]
    assert row["difference"] == pytest.approx(-0.2)
    assert (-row["high"], -row["low"]) == pytest.approx(newcombe(56, 70, 48, 80))
    assert row["p_value"] == pytest.approx(fisher(56, 70, 48, 80))
    assert row["adjusted_p_value"] == pytest.approx(2 * row["p_value"])
    assert found["adjusted_p_value"].iloc[0] == pytest.approx(
        3 * found["p_value"].iloc[0]
    )


def test_small_groups_and_the_tenth_largest_are_not_compared():
    sizes = {f"{n:02}": (5, 30 + n) for n in range(10)} | {"small": (1, 29)}
    found = groups.pairs(counted(sizes), measure="retention", age=1)
    assert len(found) == 9 * 8 / 2
    assert not {"00", "small"} & {*found["group"], *found["other"]}


@pytest.mark.parametrize("returned", [{}, {"web": (20, 40)}])
@pytest.mark.parametrize("measure", groups.MEASURES)
def test_fewer_than_two_groups_are_no_pair(returned, measure):
    ages = counted(returned) if returned else counted({"x": (1, 2)}).head(0)
    assert groups.pairs(ages, measure=measure, age=1).empty


RNG = 1979
PEOPLE = 600


def mixed() -> rc.Orders:
    """600 customers of three months, unequal in how often and how much they buy.

    The list of customers says of 300 that they are early, and puts all into five lots.
    """
    rng = np.random.default_rng(RNG)
    rows = []
    for place in range(PEOPLE):
        first, loyalty = place % 3, rng.beta(1, 2)
        for month in range(first, 6):
            if month == first or rng.random() < loyalty:
                day = f"2024-{month + 1:02}-{rng.integers(1, 28):02}"
                name = f"c{place:03}"
                rows.append((f"{name}-{month}", name, day, rng.gamma(2, 15)))
    orders = orders_of(rows, as_of=dt.date(2024, 6, 30))
    names = [f"c{place:03}" for place in range(PEOPLE)]
    lots = (rng.permutation(PEOPLE) % 5).astype(str)
    people = pd.DataFrame({"customer_id": names, "lot": lots})
    return replace(orders, customers=ibis.memtable(people))


@pytest.fixture(scope="module")
def outcomes() -> pd.DataFrame:
    """Whether each of them came back in the next month, what each had spent by then.

    And the lot of each, whose groups these outcomes add up to.
    """
    orders = mixed()
    bought = orders.run(orders.purchases)
    month = bought["ordered_at"].dt.month
    first = month.groupby(bought["customer_id"]).transform("min")
    spent = bought["amount"].where(month <= first + 1, 0)
    found = pd.DataFrame(
        {
            "retention": (month == first + 1).groupby(bought["customer_id"]).any(),
            "cumulative_revenue_per_customer": spent.groupby(
                bought["customer_id"]
            ).sum(),
        }
    ).astype(float)
    people = orders.run(orders.customers).set_index("customer_id")
    return found.join(people)


def at_age_1(outcomes: pd.DataFrame, measure: str, lots: np.ndarray) -> pd.DataFrame:
    """What ``by_age`` gives of these customers in these groups, at age 1."""
    each = outcomes[measure]
    found = pd.DataFrame({"group": lots, "total": each, "squares": each**2})
    found = found.groupby("group", as_index=False).agg(
        customers=("total", "size"), total=("total", "sum"), squares=("squares", "sum")
    )
    return found.assign(value=found["total"] / found["customers"], period=1)


SHUFFLED = ["retention", "cumulative_revenue_per_customer"]


@pytest.mark.parametrize("measure", SHUFFLED)
def test_what_is_shuffled_is_what_the_engine_adds_up(outcomes, measure):
    found = groups.by_age(mixed(), by="customer.lot", measure=measure)
    found = found[found["period"] == 1].set_index("group").sort_index()
    expected = at_age_1(outcomes, measure, outcomes["lot"].to_numpy())
    for name in ("customers", "total", "squares", "value"):
        assert found[name].to_numpy() == pytest.approx(expected[name].to_numpy())


@pytest.mark.parametrize("measure", SHUFFLED)
def test_groups_drawn_by_lot_differ_in_one_of_twenty_shops_at_most(outcomes, measure):
    rng, false = np.random.default_rng(RNG), 0
    for _ in range(RUNS):
        ages = at_age_1(outcomes, measure, rng.permutation(PEOPLE) % 5)
        found = groups.pairs(ages, measure=measure, age=1)
        assert len(found) == 10
        false += (found["adjusted_p_value"] <= CLEAR).any()
    assert false <= TOLERATED


def test_slices_drawn_by_lot_stand_out_in_one_of_twenty_shops_at_most(outcomes):
    rng, false = np.random.default_rng(RNG), 0
    for _ in range(RUNS):
        ages = at_age_1(outcomes, "retention", rng.permutation(PEOPLE) % 5)
        counts = ages.set_index("group").rename(columns={"total": "returned"})
        found = attention.beside_rest(counts.astype({"returned": int}))
        assert len(found) == 5
        false += (found["q_value"] <= CLEAR).any()
    assert false <= TOLERATED


@pytest.mark.parametrize("measure", SHUFFLED)
def test_a_real_difference_is_found_among_lots(outcomes, measure):
    # The lot's own number on top of chance: every fifth of its customers more.
    lots = outcomes["lot"].to_numpy()
    rng = np.random.default_rng(RNG)
    better = outcomes.copy()
    lifted = (lots == "3") & (rng.random(PEOPLE) < 0.4)
    better.loc[lifted, SHUFFLED] = [1.0, 150.0]
    found = groups.pairs(at_age_1(better, measure, lots), measure=measure, age=1)
    clear = found[found["adjusted_p_value"] <= CLEAR]
    assert len(clear) == 4
    assert all("3" in pair for pair in zip(clear["group"], clear["other"], strict=True))
