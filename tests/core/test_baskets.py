"""Pairs of products: what counts as a basket, and which pairs are real."""

from __future__ import annotations

import itertools

import ibis
import mpmath
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ibis.config import Config
from mlxtend.frequent_patterns import association_rules, fpgrowth
from mlxtend.preprocessing import TransactionEncoder
from scipy.stats import fisher_exact

from retention_core import baskets
from tests.conftest import orders_of

NAMES = ["order_id", "customer_id", "ordered_at", "amount", "product"]
COLUMNS = [
    "antecedent",
    "consequent",
    "count",
    "antecedent_count",
    "consequent_count",
    "support",
    "confidence",
    "reverse_confidence",
    "lift",
    "leverage",
    "p_value",
    "q_value",
]
# Tea and cup lie together in two of five baskets; the fifth is a guest's.
FIVE = [
    ("1", "ann", "2024-01-01", 5.0, "tea"),
    ("1", "ann", "2024-01-01", 9.0, "cup"),
    ("2", "ben", "2024-01-02", 5.0, "tea"),
    ("2", "ben", "2024-01-02", 5.0, "tea"),
    ("2", "ben", "2024-01-02", 9.0, "cup"),
    ("3", "ann", "2024-01-20", 5.0, "tea"),
    ("4", "cat", "2024-01-20", 9.0, "cup"),
    ("5", None, "2024-01-21", 3.0, "jam"),
]
products = st.sampled_from("abcdef")
sets = st.lists(st.frozensets(products, min_size=1), min_size=1, max_size=25)


def shop(rows, **columns):
    return orders_of(pd.DataFrame(rows, columns=NAMES).assign(**columns))


def shop_of(contents):
    """A shop of guests, one order a set of products."""
    return shop(
        [
            (str(number), None, "2024-01-01", 1.0, product)
            for number, basket in enumerate(contents)
            for product in sorted(basket)
        ]
    )


def test_five_baskets_by_hand():
    found = baskets.pairs(shop(FIVE), min_count=1)
    assert list(found.columns) == COLUMNS
    assert len(found) == 1
    pair = found.iloc[0]
    assert (pair["antecedent"], pair["consequent"]) == ("cup", "tea")
    assert (pair["count"], pair["antecedent_count"], pair["consequent_count"]) == (
        2,
        3,
        3,
    )
    assert pair["support"] == pytest.approx(2 / 5)
    assert pair["confidence"] == pytest.approx(2 / 3)
    assert pair["lift"] == pytest.approx(5 * 2 / 9)
    assert pair["leverage"] == pytest.approx(2 / 5 - 9 / 25)
    assert pair["p_value"] == pytest.approx(7 / 10)  # 1 − P(X = 1), with P = 3/10
    assert baskets.size(shop(FIVE)) == baskets.Size(5, 3, 3)


def test_pairs_seen_too_rarely_are_not_tested():
    assert baskets.pairs(shop(FIVE), min_count=3).empty


def test_refunded_lines_stay_refunded_orders_go():
    lines = [*FIVE, ("1", "ann", "2024-01-03", -9.0, "cup")]
    refunded = pd.Series([pd.NaT] * 8 + [pd.Timestamp("2024-01-03")])
    part = shop(lines, refunded_at=refunded)
    pd.testing.assert_frame_equal(
        baskets.pairs(part, min_count=1), baskets.pairs(shop(FIVE), min_count=1)
    )
    whole = shop(
        [*lines, ("1", "ann", "2024-01-03", -5.0, "tea")],
        refunded_at=pd.concat(
            [refunded, pd.Series([pd.Timestamp("2024-01-03")])], ignore_index=True
        ),
    )
    assert baskets.size(whole).n_baskets == 4
    assert baskets.pairs(whole, min_count=1)["count"].item() == 1


def test_a_refund_alone_brings_no_product():
    lines = [*FIVE, ("4", "cat", "2024-01-25", -5.0, "tea")]
    refunded = pd.Series([pd.NaT] * 8 + [pd.Timestamp("2024-01-25")])
    found = baskets.pairs(shop(lines, refunded_at=refunded), min_count=1)
    assert found["count"].item() == 2


def test_left_out_products_leave_their_baskets():
    contents = [{"bag", "tea", "cup"}] * 3 + [{"bag"}] * 2
    found = baskets.pairs(shop_of(contents), min_count=1, leave_out=["bag"])
    assert found[["antecedent", "consequent"]].to_numpy().tolist() == [["cup", "tea"]]
    assert found["support"].item() == pytest.approx(3 / 5)


def test_ubiquitous_products_are_named_with_their_share():
    contents = [{"bag", "tea"}, {"bag"}, {"bag", "cup"}, {"jam"}]
    found = baskets.ubiquitous(shop_of(contents), share=0.5)
    assert found.to_dict("records") == [{"product": "bag", "baskets": 3, "share": 0.75}]


def test_baskets_of_a_customer_within_days():
    lines = [
        ("1", "ann", "2024-01-01", 5.0, "tea"),
        ("2", "ann", "2024-01-30", 9.0, "cup"),
        ("3", "ann", "2024-01-31", 9.0, "jam"),
        ("4", None, "2024-01-01", 5.0, "tea"),
        ("5", None, "2024-01-01", 9.0, "jam"),
    ]
    assert baskets.pairs(shop(lines), min_count=1).empty
    found = baskets.pairs(shop(lines), min_count=1, within_days=30)
    assert found[["antecedent", "consequent"]].to_numpy().tolist() == [["cup", "tea"]]
    assert baskets.size(shop(lines), within_days=30).n_baskets == 4
    assert baskets.size(shop(lines), within_days=31).n_baskets == 3


@pytest.mark.parametrize(
    "contents",
    [[{"tea"}], [{"tea"}, {"cup"}], [{"tea"}] * 9],
    ids=["one product, one order", "never together", "one product"],
)
def test_nothing_to_pair_is_an_empty_frame(contents):
    found = baskets.pairs(shop_of(contents), min_count=1)
    assert found.empty
    assert list(found.columns) == COLUMNS


def test_a_file_without_products_has_no_baskets(eight):
    assert baskets.pairs(eight, min_count=1).empty
    assert baskets.size(eight) == baskets.Size(0, 0, 0)
    assert baskets.ubiquitous(eight).empty


def test_products_in_every_basket_are_no_finding():
    found = baskets.pairs(shop_of([{"a", "b"}] * 7), min_count=1)
    assert found[["lift", "p_value", "q_value"]].to_numpy().tolist() == [[1, 1, 1]]


@given(sets)
def test_supports_and_lifts_are_those_of_mlxtend(contents):
    encoder = TransactionEncoder()
    table = pd.DataFrame(
        encoder.fit_transform([sorted(basket) for basket in contents]),
        columns=encoder.columns_,
    )
    frequent = fpgrowth(table, min_support=1e-9, max_len=2, use_colnames=True)
    found = baskets.pairs(shop_of(contents), min_count=1)
    if found.empty:
        assert frequent["itemsets"].map(len).max() == 1
        return
    measures = ["support", "confidence", "lift", "leverage"]
    rules = association_rules(
        frequent, metric="support", min_threshold=0, return_metrics=measures
    )
    rules = rules.assign(
        antecedent=rules["antecedents"].map(min),
        consequent=rules["consequents"].map(min),
    )
    names = ["antecedent", "consequent"]
    rules = rules[rules["antecedent"] < rules["consequent"]].sort_values(names)
    ours = found.sort_values(names)
    assert ours[names].to_numpy().tolist() == rules[names].to_numpy().tolist()
    for name in measures:
        np.testing.assert_allclose(ours[name], rules[name], atol=1e-12)


@given(sets)
def test_laws_of_the_measures(contents):
    found = baskets.pairs(shop_of(contents), min_count=1)
    n = len(contents)
    counted = {
        pair: sum(set(pair) <= basket for basket in contents)
        for pair in itertools.combinations("abcdef", 2)
    }
    seen = {pair: count for pair, count in counted.items() if count}
    pairs = zip(found["antecedent"], found["consequent"], strict=True)
    assert dict(zip(pairs, found["count"], strict=True)) == seen
    assert (found["support"] <= found["confidence"] + 1e-12).all()
    assert (found["support"] <= found["reverse_confidence"] + 1e-12).all()
    backwards = found["reverse_confidence"] / (found["antecedent_count"] / n)
    np.testing.assert_allclose(found["lift"], backwards)
    assert found["leverage"].between(-0.25, 0.25).all()
    assert found["p_value"].between(0, 1).all()
    assert (found["q_value"] >= found["p_value"] - 1e-12).all()
    assert found["p_value"].is_monotonic_increasing
    assert found["q_value"].is_monotonic_increasing


@settings(max_examples=10)
@given(sets, st.randoms())
def test_the_order_of_rows_changes_nothing(contents, random):
    shuffled = list(contents)
    random.shuffle(shuffled)
    pd.testing.assert_frame_equal(
        baskets.pairs(shop_of(contents), min_count=1),
        baskets.pairs(shop_of(shuffled), min_count=1),
    )


@st.composite
def tables(draw):
    """Baskets in all, with either product, and with both."""
    n = draw(st.integers(1, 400))
    n_a, n_b = draw(st.integers(1, n)), draw(st.integers(1, n))
    least, most = max(0, n_a + n_b - n, 1), min(n_a, n_b)
    return draw(st.integers(least, max(least, most))), n_a, n_b, n


@given(st.lists(tables(), min_size=1, max_size=20))
def test_p_is_fishers(cases):
    got = baskets.fisher(*np.array(cases, dtype=float).T)
    expected = [
        fisher_exact(
            [[both, n_a - both], [n_b - both, n - n_a - n_b + both]],
            alternative="greater",
        ).pvalue
        for both, n_a, n_b, n in cases
    ]
    np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("count", "n_a", "n_b", "n"),
    [
        (130, 200, 300, 100_000),
        (100, 100, 120, 14_000),
        (2_000, 40_000, 45_000, 1_000_000),
        (251_000, 500_000, 500_000, 1_000_000),
        (5, 5, 5, 10_000_000),
    ],
)
def test_p_of_large_shops_against_fifty_digits(count, n_a, n_b, n):
    with mpmath.workdps(50):
        ways = sum(
            mpmath.binomial(n_b, k) * mpmath.binomial(n - n_b, n_a - k)
            for k in range(count, min(min(n_a, n_b), count + 4_000) + 1)
        )
        expected = float(ways / mpmath.binomial(n, n_a))
    got = baskets.fisher(*(np.array([float(each)]) for each in (count, n_a, n_b, n)))
    assert got[0] == pytest.approx(expected, rel=1e-7)


class Spark(Config):
    """What compiling for Spark asks for, where Spark is not installed."""

    treat_nan_as_null: bool = False


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "pyspark"])
@pytest.mark.parametrize("within_days", [None, 30])
def test_compiles_for_every_engine(dialect, within_days, monkeypatch):
    monkeypatch.setattr(ibis.options, "pyspark", Spark())
    items = baskets._items(shop(FIVE), within_days)
    sql = ibis.to_sql(baskets._pair_counts(items, 5, ["bag"]), dialect=dialect)
    assert "ROW_NUMBER" in sql
