"""What is worth a sentence: every planted story, nothing else, each number again."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

import retention_core as rc
from benchmarks import false_findings
from retention_core import contrasts
from retention_core.findings import Candidate, Looked, choose, groups, months
from retention_core.findings.correction import stepped
from retention_core.findings.history import histories
from retention_core.findings.outliers import standing_out
from tests.conftest import orders_of

NOBODY = {"fits": None, "window_days": 30}


@pytest.fixture(scope="module")
def sample():
    return rc.ingest([str(path) for path in rc.samples.sample_files()]).orders


@pytest.fixture(scope="module")
def looked(sample):
    days = rc.churn.window(sample).days
    fits = rc.clv.fits(sample)
    return [
        *rc.findings.of_customers(sample, window_days=days),
        *rc.findings.of_products(sample),
        *rc.findings.of_leaving(sample, fits=fits, window_days=days),
    ]


@pytest.fixture(scope="module")
def bought(sample):
    """Purchases of known customers in pandas."""
    known = sample.purchases.filter(sample.purchases.customer_id.notnull())
    frame = sample.run(known)
    return frame.assign(month=frame["ordered_at"].dt.to_period("M"))


def subjects(found, kind):
    return [each.candidate.subject for each in found if each.kind == kind]


def test_every_planted_story_is_found_and_nothing_else(looked):
    found = choose(looked)
    assert {each for pair in subjects(found, "pair") for each in pair} == {
        "Bamboo whisk",
        "Ceremonial matcha 30 g",
        "Hand grinder",
        "Espresso beans 250 g",
    }
    reorders = [each for each in found if each.kind == "reorder"]
    assert {each.subject[0] for each in (reorders[0].candidate, *reorders[0].same)} == {
        "Breakfast blend 100 g",
        "Earl Grey 100 g",
        "Sencha 100 g",
        "Rooibos 100 g",
    }
    assert sorted(subjects(found, "group")) == [
        ("channel", "Deal site"),
        ("product", "Christmas gift tin"),
        ("product", "Starter kit"),
    ]
    assert subjects(found, "month_return") == [("2025-03-01",)]
    assert subjects(found, "leaving") == [()]
    kinds = [each.kind for each in found]
    assert sorted(kinds) == sorted(
        ["leaving", "reorder", *["pair"] * 2, *["group"] * 3, "month_return"]
    )
    assert kinds[:2] == ["leaving", "reorder"]


def test_two_sentences_never_say_the_same(looked):
    same = {each.candidate.subject: each.same for each in choose(looked)}
    # The gift buyers of December 2024, the new customers of the crisis, the kits.
    assert [each.subject for each in same["product", "Christmas gift tin"]] == [
        ("2024-12-01",)
    ]
    assert [each.subject for each in same["2025-03-01",]] == [("2025-03-01",)]
    assert [each.subject for each in same["product", "Starter kit"]] == [
        ("category", "Sets and bags")
    ]


def test_groups_are_those_of_the_page_on_cohorts(sample, looked):
    beside = rc.attention.compare_each(sample, by=rc.slices.dimensions(sample))
    known = beside.set_index(["by", "slice"])
    told = [c for each in looked for c in each.candidates if c.kind == "group"]
    assert told
    for each in told:
        row = known.loc[each.subject]
        assert each.numbers["share"] == pytest.approx(row["share"])
        assert each.numbers["rest_share"] == pytest.approx(row["rest_share"])
        assert each.numbers["customers"] == row["customers"]
    assert next(each.tests for each in looked if each.family == "groups") == len(beside)


def test_the_crisis_is_counted_as_in_pandas(bought, looked):
    crisis = next(
        c for each in looked for c in each.candidates if c.kind == "month_return"
    )
    buyers = set(bought.loc[bought["month"] == "2025-03", "customer_id"])
    after = set(bought.loc[bought["month"] == "2025-04", "customer_id"])
    assert crisis.numbers["buyers"] == len(buyers)
    assert crisis.numbers["share"] == pytest.approx(len(buyers & after) / len(buyers))


def test_what_buyers_usually_do_is_worked_out_by_their_orders_so_far(sample, bought):
    days = bought.assign(day=bought["ordered_at"].dt.normalize())
    days = days.drop_duplicates(["customer_id", "day"]).sort_values("day")
    days["number"] = days.groupby("customer_id").cumcount() + 1
    last = days.groupby(["customer_id", "month"])["number"].max().reset_index()
    pairs = set(zip(last["customer_id"], last["month"], strict=True))
    last["returned"] = [
        (who, month + 1) in pairs
        for who, month in zip(last["customer_id"], last["month"], strict=True)
    ]
    last = last[(last["month"] > "2024-01") & (last["month"] < "2026-05")]
    edges = [0, 1, 2, 3, 5, 9, 10_000]
    last["so_far"] = pd.cut(last["number"], edges).astype(str)
    rate = last.groupby("so_far")["returned"].transform("mean")
    expected = rate.groupby(last["month"]).sum()
    with histories(sample) as held:
        found = months.expected_returns(sample, held)
    np.testing.assert_allclose(found["expected"], expected)
    counted = last.groupby("month")["returned"].sum()
    np.testing.assert_array_equal(found["returned"], counted)


def test_those_who_leave_are_the_list_and_did_leave_a_window_ago(sample, looked):
    leaving = next(c for each in looked for c in each.candidates if c.kind == "leaving")
    days = rc.churn.window(sample).days
    with rc.lists.people(sample, fits=rc.clv.fits(sample), window_days=days) as people:
        listed = rc.lists.members(sample, "valuable_leaving", people, window_days=days)
        frame = sample.run(listed)
    assert leaving.numbers["customers"] == len(frame)
    assert leaving.numbers["stake"] == pytest.approx(frame["stake"].sum())
    assert leaving.numbers["share"] < leaving.numbers["rest_share"]
    assert leaving.numbers["then"] >= 30


P_VALUES = st.lists(st.floats(1e-9, 1), min_size=1, max_size=9)


def of(family, p_values, tests=None):
    found = [
        Candidate("group", (family, str(i)), {}, p_value=p, customers=(family, str(i)))
        for i, p in enumerate(p_values)
    ]
    return Looked(family, len(p_values) if tests is None else tests, found)


@given(P_VALUES)
def test_one_family_is_corrected_as_holm_does(p_values):
    found = {c.subject[1]: p for c, p in stepped([of("one", p_values)])}
    expected = contrasts.holm(p_values)
    for i, p in enumerate(expected):
        assert found[str(i)] == pytest.approx(p)


@given(P_VALUES, P_VALUES, st.integers(0, 10_000))
def test_more_that_was_looked_at_makes_nothing_surer(one, other, more):
    few = {c.subject: p for c, p in stepped([of("a", one), of("b", other)])}
    many = [of("a", one), of("b", other, len(other) + more), of("c", [], 5)]
    for candidate, p in stepped(many):
        assert p >= few[candidate.subject] - 1e-12


def test_of_shops_in_which_nothing_is_told_apart_one_in_twenty_may_be_told():
    rng, wrong = np.random.default_rng(1), 0
    for _ in range(1000):
        families = [of(name, rng.random(n)) for name, n in [("a", 3), ("b", 50)]]
        wrong += bool(choose(families))
    assert wrong <= 67  # 50 expected at most; the 99th percentile of that


def test_few_claims_are_filled_up_with_descriptions_to_four():
    described = Looked(
        "described",
        0,
        [
            Candidate("concentration", (), {}),
            Candidate("came_back", (), {}),
            Candidate("next_order", (), {}),
        ],
    )
    sure, unsure = of("a", [1e-9]), of("a", [0.5])
    assert [each.kind for each in choose([sure, described])] == [
        "group",
        "concentration",
        "came_back",
        "next_order",
    ]
    assert len(choose([unsure, described])) == 3
    assert len(choose([of("a", [1e-9] * 3), described])) == 4
    assert len(choose([of("a", [1e-9] * 3), of("b", [1e-9]), described])) == 4


def test_one_bad_group_makes_no_other_look_good():
    counts = pd.DataFrame(
        {"customers": [2000, 1000, 1000, 1000], "returned": [400, 400, 410, 395]},
        index=["bad", "a", "b", "c"],
    )
    p_values = groups.one_by_one(counts)
    assert p_values["bad"] < 1e-20
    assert min(p_values[each] for each in "abc") > 0.05


def test_two_months_do_not_hide_each_other_and_restlessness_hides_both():
    rng = np.random.default_rng(5)
    level, variance = rng.normal(0.4, 0.02, 28), np.full(28, 0.02**2)
    level[[7, 19]] -= 0.2
    p_values = standing_out(level, variance)
    assert set(np.flatnonzero(p_values < 1e-6)) == {7, 19}
    restless = level + rng.normal(0, 0.2, 28)
    assert standing_out(restless, variance).min() > 0.001
    assert (standing_out(level[:7], variance[:7]) == 1).all()


def test_months_that_differ_by_chance_alone_seldom_stand_out():
    rng, n = np.random.default_rng(2), 24
    variance = np.full(n, 0.03**2)
    out = [
        (standing_out(0.4 + rng.normal(0, 0.03, n), variance) * n).min() <= 0.05
        for _ in range(400)
    ]
    assert np.mean(out) <= 0.05 + 2.5 * np.sqrt(0.05 * 0.95 / 400)


def test_a_group_whose_revenue_fell_is_found_with_its_change():
    rng = np.random.default_rng(3)
    start = pd.Timestamp("2022-01-01")
    rows = []
    for number in range(240):
        falls = number % 4 == 0
        for month in range(24):
            share = 0.35 if falls and month >= 12 else 0.8
            if rng.random() < share:
                day = start + pd.DateOffset(months=month, days=int(rng.integers(0, 28)))
                name = f"c{number}"
                rows.append((f"{name}-{month}", name, day, 20.0, "ab"[falls]))
    names = ["order_id", "customer_id", "ordered_at", "amount", "channel"]
    frame = pd.DataFrame(rows, columns=names).astype({"channel": "string"})
    orders = orders_of(frame, as_of=dt.date(2023, 12, 31))
    found = choose(rc.findings.of_customers(orders, window_days=60))
    fell = [each.candidate for each in found if each.kind == "value_fell"]
    assert [each.subject for each in fell] == [("channel", "b")]
    of_b = frame[frame["channel"] == "b"]
    by_year = of_b.groupby(of_b["ordered_at"].dt.year)["amount"].sum()
    assert fell[0].numbers["now"] == pytest.approx(by_year[2023])
    assert fell[0].numbers["before"] == pytest.approx(by_year[2022])


def growing(p, level=40.0):
    """Two years of 60 orders a month, whose size grows by ``p`` a month."""
    rng = np.random.default_rng(4)
    rows = [
        (f"{month}-{n}", f"c{month}-{n}", day, level * (1 + p) ** month * size)
        for month in range(24)
        for n, size in enumerate(rng.gamma(9, 1 / 9, 60))
        for day in [
            pd.Timestamp("2022-01-01") + pd.DateOffset(months=month, days=n % 28)
        ]
    ]
    return orders_of(
        pd.DataFrame(rows, columns=["order_id", "customer_id", "ordered_at", "amount"]),
        as_of=dt.date(2023, 12, 31),
    )


def test_a_trend_in_order_value_is_found_and_none_where_there_is_none():
    def told(orders):
        found = choose(rc.findings.of_customers(orders, window_days=60))
        return [c.candidate for c in found if c.kind == "order_value_trend"]

    up = told(growing(0.02))
    assert [each.subject for each in up] == [("up",)]
    frame = growing(0.02).run(growing(0.02).purchases)
    years = frame.groupby(frame["ordered_at"].dt.year)["amount"].mean()
    assert up[0].numbers["now"] == pytest.approx(years[2023])
    assert up[0].numbers["before"] == pytest.approx(years[2022])
    assert told(growing(0.0)) == []


def test_a_month_that_is_not_over_changes_nothing(sample):
    """Orders of June 2026 and the same file without them: the same is looked at."""
    lines = sample.run(sample.table.filter(sample.table.refunded_at.isnull()))
    lines = lines.drop(columns=["refunded_at", "sku", "discount"])
    whole = orders_of(lines, as_of=dt.date(2026, 6, 18))
    cut = whole.until(dt.date(2026, 5, 31))
    both = [rc.findings.of_customers(each, window_days=99) for each in (whole, cut)]
    for one, other in zip(*both, strict=True):
        if one.family in ("described", "trends"):  # of all days; as long as a window
            continue
        assert one.tests == other.tests
        for a, b in zip(one.candidates, other.candidates, strict=True):
            assert a.subject == b.subject
            assert a.numbers == pytest.approx(b.numbers)


@pytest.mark.parametrize("seed", range(3))
def test_a_shop_dealt_anew_is_told_nothing_of_its_groups(sample, seed):
    shop = false_findings.dealer(sample)
    rng = np.random.default_rng([7, seed])
    assert false_findings.false_claims(shop, false_findings.OF_GROUPS, rng) == []


def test_a_shop_drawn_from_the_model_is_told_nothing(sample):
    shop = false_findings.Model(sample).evenly
    wanted = false_findings.OF_TIME | false_findings.OF_ARRIVALS
    rng = np.random.default_rng(11)
    assert false_findings.false_claims(shop, wanted, rng) == []


TINY = {
    "one customer": [("1", "ann", "2024-01-05", 20.0), ("2", "ann", "2024-03-05", 9.0)],
    "one day": [(str(n), f"c{n}", "2024-01-05", 20.0) for n in range(40)],
    "guests": [(str(n), None, f"2024-0{1 + n % 9}-05", 20.0) for n in range(40)],
    "free": [(str(n), f"c{n % 7}", f"2024-0{1 + n % 9}-05", 0.0) for n in range(40)],
}


@pytest.mark.parametrize("name", TINY)
def test_of_a_tiny_shop_nothing_is_claimed(name):
    orders = orders_of(TINY[name])
    found = rc.findings.found(orders, **NOBODY)
    assert [each for each in found if each.adjusted_p_value is not None] == []


def test_a_shop_with_all_refunded_has_no_finding():
    frame = pd.DataFrame(
        {
            "order_id": ["1", "1"],
            "customer_id": ["ann", "ann"],
            "ordered_at": ["2024-01-05", "2024-01-05"],
            "refunded_at": pd.to_datetime([None, "2024-01-06"]),
            "amount": [20.0, -20.0],
        }
    )
    assert rc.findings.found(orders_of(frame), **NOBODY) == []


def test_holm_in_parts_is_the_normal_quantile_of_its_parts():
    """Two families of 1 and 10 tests: 0.025 for the one, 0.0025 for each of ten."""
    z = norm.isf(np.array([0.0249, 0.0026]) / 2)
    p_one, p_ten = 2 * norm.sf(z)
    both = stepped([of("one", [p_one]), of("ten", [p_ten], 10)])
    found = {c.subject[0]: p for c, p in both}
    assert found["one"] <= 0.05
    assert found["ten"] == pytest.approx(max(0.0026 * 10, found["one"]), rel=1e-6)


def test_a_group_keeps_its_numbers_whatever_the_engine_calls_it(sample):
    """Named dimensions, not their numbers, decide what is asked."""
    with histories(sample) as held:
        assert held.columns["channel"] in held.people.columns
        counts = groups.sliced(sample, held)["channel"]
    assert counts.loc["Deal site", "customers"] > 0
    lone = replace(sample, table=sample.table.mutate(other=ibis.null("string")))
    with histories(lone) as held:
        assert groups.sliced(lone, held)["other"].empty


def test_a_group_that_few_customers_carry_has_not_surely_fallen():
    """One in thirty still buys: a logarithm alone would be as sure as can be."""
    few = {"people": 30.0, "now": 1.0, "nn": 1.0, "before": 900.0, "bb": 800_000.0}
    rest = {"people": 300.0, "now": 9e3, "nn": 3e5, "before": 9e3, "bb": 3e5}
    frame = pd.DataFrame([few | {"nb": 0.0}, rest | {"nb": 1e5}], index=["few", "rest"])
    frame = frame.assign(customers=0.0, returned=0.0)
    assert groups.fallen({"channel": frame}, 12).candidates == []
