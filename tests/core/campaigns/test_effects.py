"""Intervals of two groups: published figures, laws, and a second computation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import fisher_exact
from scipy.stats import t as student

from retention_core.campaigns.effects import Group, money, shares


def of(customers, buyers, revenue=0.0, squares=0.0):
    return Group(*(np.array([float(n)]) for n in (customers, buyers, revenue, squares)))


def score_limits(k, n, m, o):
    """Miettinen and Nurminen's limits, the likelihood maximised by search."""
    z = 1.959963984540054

    def squared(difference):
        low, high = max(0.0, -difference), min(1.0, 1 - difference)

        def against(p):
            total = 0.0
            for successes, size, chance in ((k, n, p + difference), (m, o, p)):
                chance = np.clip(chance, 1e-15, 1 - 1e-15)
                total -= successes * np.log(chance)
                total -= (size - successes) * np.log(1 - chance)
            return total

        options = {"xatol": 1e-13}
        q = minimize_scalar(
            against, bounds=(low, high), method="bounded", options=options
        )
        p = q.x
        variance = (p + difference) * (1 - p - difference) / n + p * (1 - p) / o
        variance *= (n + o) / (n + o - 1)
        return (k / n - m / o - difference) ** 2 / variance - z**2

    middle = k / n - m / o
    return (
        brentq(squared, -1 + 1e-9, middle - 1e-7),
        brentq(squared, middle + 1e-7, 1 - 1e-9),
    )


@pytest.mark.parametrize(
    "table", [(10, 100, 3, 50), (1, 30, 4, 25), (250, 1000, 30, 200), (48, 50, 2, 9)]
)
def test_shares_against_a_search_of_the_likelihood(table):
    k, n, m, o = table
    found = shares(of(n, k), of(o, m))
    low, high = score_limits(*table)
    assert found.low[0] == pytest.approx(low, abs=1e-6)
    assert found.high[0] == pytest.approx(high, abs=1e-6)
    expected = fisher_exact([[k, n - k], [m, o - m]])[1]
    assert found.p_value[0] == pytest.approx(expected, abs=1e-9)


def test_shares_as_published():
    """Newcombe (1998), Statistics in Medicine 17, 873, table II, method 5: a, e."""
    found = shares(of(70, 56), of(80, 48))
    assert found.difference[0] == pytest.approx(0.2)
    assert found.low[0] == pytest.approx(0.0528, abs=5e-5)
    assert found.high[0] == pytest.approx(0.3382, abs=5e-5)
    none = shares(of(10, 0), of(20, 0))
    assert none.low[0] == pytest.approx(-0.1658, abs=5e-4)
    assert none.high[0] == pytest.approx(0.2844, abs=5e-4)


counts = st.integers(1, 400).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))


@given(one=counts, other=counts)
def test_sides_changed_is_the_sign_changed(one, other):
    for test, sides in (
        (shares, (of(*one), of(*other))),
        (money, (paying(*one), paying(*other))),
    ):
        there, back = test(*sides), test(*sides[::-1])
        np.testing.assert_allclose(there.difference, -back.difference, atol=1e-12)
        np.testing.assert_allclose(there.low, -back.high, atol=1e-7)
        np.testing.assert_allclose(there.p_value, back.p_value, atol=1e-7)
        assert np.all(~(there.low > there.difference))
        assert np.all(~(there.high < there.difference))


def paying(customers, buyers, each=30.0):
    spent = each * (1 + np.arange(buyers) % 3)
    return of(customers, buyers, spent.sum(), (spent**2).sum())


@given(one=counts, other=counts, factor=st.sampled_from([0.01, 3.0, 1000.0]))
def test_money_scales_with_the_currency(one, other, factor):
    plain = money(paying(*one), paying(*other))
    scaled = money(paying(*one, 30 * factor), paying(*other, 30 * factor))
    np.testing.assert_allclose(scaled.low, factor * plain.low, rtol=1e-9)
    np.testing.assert_allclose(scaled.high, factor * plain.high, rtol=1e-9)
    np.testing.assert_allclose(scaled.p_value, plain.p_value, atol=1e-9)


@given(one=counts, other=counts)
def test_money_that_is_the_same_for_all_is_the_share_of_buyers(one, other):
    """Who spends 1 or nothing has Wilson's interval, but for Student's t."""
    sides = [of(n, k, k, k) for n, k in (one, other)]
    found = money(*sides)
    total = one[1] + other[1]
    if total == 0:
        assert np.isnan(found.low[0])
        return
    z = student.ppf(0.975, max(total - 1, 1))
    ends = []
    for n, k in (one, other):
        p, s = k / n, z**2 / n
        half = np.sqrt(p * (1 - p) * s + s**2 / 4)
        ends.append((p, (p + s / 2 - half) / (1 + s), (p + s / 2 + half) / (1 + s)))
    (p, low, high), (q, other_low, other_high) = ends
    assert found.low[0] == pytest.approx(p - q - np.hypot(p - low, other_high - q))
    assert found.high[0] == pytest.approx(p - q + np.hypot(high - p, q - other_low))


@given(one=counts, other=counts)
def test_the_p_value_is_where_the_interval_ends_at_nothing(one, other):
    found = money(paying(*one), paying(*other))
    excluded = (found.low > 0) | (found.high < 0)
    sure = np.abs(found.p_value - 0.05) > 1e-6
    assert np.all(~sure | (excluded == (found.p_value < 0.05)) | np.isnan(found.low))


def test_large_samples_come_to_the_usual_interval():
    rng = np.random.default_rng(0)
    spent = [
        np.where(rng.random(n) < p, rng.lognormal(3, 0.8, n), 0.0)
        for n, p in ((60000, 0.2), (40000, 0.19))
    ]
    sides = [of(len(x), (x > 0).sum(), x.sum(), (x**2).sum()) for x in spent]
    error = np.sqrt(sum(x.var(ddof=1) / len(x) for x in spent))
    found = money(*sides)
    difference = spent[0].mean() - spent[1].mean()
    assert found.low[0] == pytest.approx(difference - 1.96 * error, abs=0.02 * error)
    assert found.high[0] == pytest.approx(difference + 1.96 * error, abs=0.02 * error)


def test_of_nobody_nothing_is_said():
    for test in (shares, money):
        found = test(of(0, 0), of(10, 1, 5, 25))
        assert np.isnan([found.difference, found.low, found.high, found.p_value]).all()
