"""What a new customer is worth: published, simulated, by group and by cohort."""

from __future__ import annotations

import datetime as dt
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import retention_core as rc
from retention_core.clv import maturing, newcomers, same_age, worth
from retention_core.clv.errors import InvalidTermsError
from retention_core.clv.forecast import MONTH_DAYS
from retention_core.clv.spend import population_mean
from retention_core.clv.standing_out import held_against_others
from retention_core.errors import NoOrdersError, TooSmallError
from retention_core.intervals import CLEAR
from tests.conftest import orders_of
from tests.core.shops import cdnow

CALIBRATION_END = dt.date(1997, 9, 30)
FIRST = pd.Timestamp("2022-01-01")
AS_OF = dt.date(2023, 12, 31)
SPEND = (6.0, 4.0, 15.0)


@pytest.fixture(scope="module")
def orders() -> rc.Orders:
    return cdnow()


@pytest.fixture(scope="module")
def calibration(orders) -> rc.Orders:
    return orders.until(CALIBRATION_END)


@pytest.fixture(scope="module")
def fits(calibration) -> rc.clv.Fits:
    return rc.clv.fits(calibration)


def drawn(
    groups: dict[str, tuple[int, tuple[float, ...], tuple[float, ...]]], seed: int = 1
) -> rc.Orders:
    """Orders of a shop over two years: customers, BG/NBD, Gamma-Gamma by channel."""
    rng = np.random.default_rng(seed)
    parts = []
    for name, (size, timing, spend) in groups.items():
        day, amount = simulated(timing, spend, size, 730, rng)
        begins = rng.integers(0, 700, size)
        rows = pd.DataFrame(
            {
                "customer_id": [f"{name}{each}" for each in range(size)],
                "day": [begins[i] + day[i] for i in range(size)],
                "amount": amount,
                "channel": name,
            }
        ).explode(["day", "amount"])
        parts.append(rows[rows["day"] < 730])
    lines = pd.concat(parts, ignore_index=True)
    lines["order_id"] = [str(each) for each in range(len(lines))]
    lines["ordered_at"] = FIRST + pd.to_timedelta(lines["day"].astype(float), unit="D")
    lines["amount"] = lines["amount"].astype(float)
    lines["channel"] = lines["channel"].astype("string")
    return orders_of(lines.drop(columns="day"), as_of=AS_OF, currency="EUR")


def simulated(timing, spend, size, days, rng):
    """Days of each customer's purchases, 0 first, within ``days``; their amounts."""
    (r, alpha, a, b), (p, q, v) = timing, spend
    rate, leaving = rng.gamma(r, 1 / alpha, size), rng.beta(a, b, size)
    mean = p * v / np.maximum(rng.gamma(q, 1, size), 1e-9)
    when, paid = [], []
    # Nobody buys more often than by chance alone, nor after having left.
    most = (rate * days + 10 * np.sqrt(rate * days) + 20).astype(int)
    count = np.minimum(most, rng.geometric(leaving))
    for each in range(size):
        later = np.cumsum(rng.exponential(1 / rate[each], count[each]))
        kept = np.array([0.0, *later])
        kept = np.floor(kept[kept < days])
        when.append(kept)
        paid.append(rng.gamma(p, mean[each] / p, kept.size))
    return when, paid


def test_expected_repeat_purchases_in_52_weeks_of_the_walkthrough(fits):
    found = newcomers.unfolding(fits.timing, rc.clv.Terms(12, 0.0, 1.0))[0][-1]
    assert rc.clv.new_customer_purchases(fits.timing, 364) == pytest.approx(
        1.4440, abs=5e-5
    )
    assert found == pytest.approx(
        rc.clv.new_customer_purchases(fits.timing, 365.25), rel=1e-9
    )


def test_the_same_as_lifetimes_with_its_units_put_right(calibration, fits):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import lifetimes

        known = calibration.run(rc.clv.summary(calibration))
        timing = lifetimes.BetaGeoFitter().fit(
            *(known[name] / unit for name, unit in [("frequency", 1), ("recency", 7)]),
            known["T"] / 7,
        )
        again = known[(known["frequency"] > 0) & (known["monetary_value"] > 0)]
        spend = lifetimes.GammaGammaFitter().fit(
            again["frequency"], again["monetary_value"]
        )
        ends = MONTH_DAYS / 7 * np.arange(25)
        bought = np.array(
            [
                0.0 if not end else timing.expected_number_of_purchases_up_to_time(end)
                for end in ends
            ]
        )
    p, q, v = (spend.params_[name] for name in "pqv")
    monthly = 1.1 ** (1 / 12)
    later = np.cumsum(np.diff(bought) * monthly ** -np.arange(1.0, 25))
    day = calibration.run(calibration.purchase_days).sort_values("day")
    first = day.groupby("customer_id")["amount"].first().mean()
    expected = 0.4 * (first + p * v / (q - 1) * np.array([0, *later]))
    found = newcomers.newcomer(calibration, fits, months=24, margin=0.4)
    assert found.monthly["value"].to_numpy() == pytest.approx(expected, rel=1e-3)
    assert found.first.mean == pytest.approx(first)
    assert found.first.customers == 2357


@pytest.mark.parametrize("model", ["bg/nbd", "mbg/nbd", "pareto/nbd"])
def test_the_curve_rises_from_the_first_order_within_its_interval(calibration, model):
    fits = rc.clv.fits(calibration, model)
    found = newcomers.newcomer(calibration, fits, months=36)
    rows = found.monthly
    assert list(rows["month"]) == list(range(37))
    assert rows["value"].iloc[0] == pytest.approx(found.first.mean)
    assert rows["value"].is_monotonic_increasing
    for inner, outer in (("low_80", "low"), ("value", "low_80")):
        assert (rows[inner] >= rows[outer]).all()
    for inner, outer in (("high_80", "high"), ("value", "high_80")):
        assert (rows[inner] <= rows[outer]).all()


def test_the_value_is_what_simulated_customers_bring(calibration, fits):
    rng = np.random.default_rng(7)
    timing, spend = (
        tuple(each.params.to_numpy()) for each in (fits.timing, fits.spend)
    )
    size, months = 40_000, 12
    when, _ = simulated(timing, spend, size, months * MONTH_DAYS, rng)
    month = np.ceil((np.concatenate(when) + 1e-9) / MONTH_DAYS)
    discounts = 1.1 ** (-month / 12)
    customer = np.repeat(np.arange(size), [each.size for each in when])
    mean = spend[0] * spend[2] / np.maximum(rng.gamma(spend[1], 1, size), 1e-9)
    brought = np.bincount(customer, discounts, size) - 1.1 ** (-1 / 12)
    brought *= mean  # whole days round down: a later month at the most
    found = newcomers.newcomer(calibration, fits, months=months)
    later = found.value - found.first.mean
    error = brought.std() / np.sqrt(size)
    assert later == pytest.approx(brought.mean(), abs=4 * error + 0.01 * later)


def test_the_error_is_that_of_draws_from_the_parameters(fits):
    rng = np.random.default_rng(3)
    timing = fits.timing
    middle = np.log(timing.params.to_numpy())
    draws = np.exp(rng.multivariate_normal(middle, timing.covariance, 400))
    bought = [
        rc.clv.new_customer_purchases(
            replace(timing, params=pd.Series(draw, index=timing.params.index)), 365.25
        )
        for draw in draws
    ]
    found = newcomers.purchases_error(timing, np.array([365.25]))[0]
    assert found == pytest.approx(np.std(np.log(bought)), rel=0.15)


def test_margin_scales_and_discount_lowers_what_comes_later(calibration, fits):
    whole = newcomers.newcomer(calibration, fits).monthly["value"]
    half = newcomers.newcomer(calibration, fits, margin=0.5).monthly["value"]
    assert half.to_numpy() == pytest.approx(whole.to_numpy() / 2)
    dear = newcomers.newcomer(calibration, fits, annual_discount_rate=1.0).monthly
    assert dear["value"].iloc[0] == pytest.approx(whole.iloc[0])
    assert (dear["value"].iloc[1:] < whole.iloc[1:]).all()
    with pytest.raises(InvalidTermsError):
        newcomers.newcomer(calibration, fits, months=0)


def test_first_orders_are_those_of_the_first_day(eight):
    found = newcomers.first_orders(eight)
    assert (found.customers, found.mean) == (4, 21.25)
    assert found.error == pytest.approx(np.std([20, 10, 15, 40], ddof=1) / 2)
    later = [27.5, 15.0]  # ann and cat, on their later days
    sure = np.std(later, ddof=1) / np.sqrt(2) / np.mean(later)
    assert found.later_error == pytest.approx(sure)
    with pytest.raises(NoOrdersError):
        newcomers.first_orders(orders_of([("1", None, "2024-01-01", 5.0)]))


CURVE = pd.DataFrame(
    {
        "month": [0, 1, 2, 3],
        "value": [10.0, 20.0, 30.0, 36.0],
        "low": [8.0, 16.0, 24.0, 29.0],
        "high": [12.0, 24.0, 36.0, 44.0],
    }
)


@pytest.mark.parametrize(
    ("cost", "months"),
    [(10.0, (0, 0, 1)), (25.0, (2, 2, 3)), (36.0, (3, 2, None)), (50.0, (None,) * 3)],
)
def test_payback_is_the_first_month_that_covers_the_cost(cost, months):
    found = newcomers.payback(CURVE, cost)
    assert (found.month, found.earliest, found.latest) == months
    assert found.ratio == pytest.approx(36.0 / cost)
    assert found.low < found.ratio < found.high


@pytest.mark.parametrize("cost", [0.0, -1.0, float("nan")])
def test_what_costs_nothing_has_no_payback(cost):
    with pytest.raises(TooSmallError):
        newcomers.payback(CURVE, cost)


@given(cost=st.floats(0.01, 100), more=st.floats(0, 100))
def test_dearer_customers_are_earned_back_later(cost, more):
    one, other = (newcomers.payback(CURVE, each) for each in (cost, cost + more))
    assert other.ratio <= one.ratio
    assert (other.month is None) or (one.month is not None and one.month <= other.month)


USUAL = (0.9, 60.0, 0.8, 2.4)
KEEN = (2.7, 60.0, 0.8, 2.4)


@pytest.fixture(scope="module")
def apart() -> rc.Orders:
    groups = {
        "ads": (500, USUAL, SPEND),
        "friends": (400, KEEN, SPEND),
        "deals": (450, USUAL, (6.0, 4.0, 6.0)),
        "leaflet": (60, USUAL, SPEND),
        "radio": (50, USUAL, SPEND),
    }
    return drawn(groups)


@pytest.fixture(scope="module")
def found_apart(apart) -> worth.Worths:
    return worth.by_dimension(apart, rc.clv.fits(apart), by="channel")


def truth(timing, spend) -> float:
    """Worth over 24 months at 10 % a year, first order apart."""
    names = ["r", "alpha", "a", "b"]
    fit = rc.clv.Fit("bg/nbd", pd.Series(timing, index=names))
    later = newcomers.unfolding(fit, rc.clv.Terms(24, 0.1, 1.0))[1][-1]
    return float(population_mean(np.array(spend)) * (1 + later))


def test_groups_that_differ_are_found_and_small_ones_pooled(found_apart):
    groups = found_apart.groups.set_index("group")
    assert list(groups.index) == ["friends", "ads", "deals"]
    assert groups["adjusted_p_value"]["friends"] <= CLEAR
    assert groups["adjusted_p_value"]["deals"] <= CLEAR
    assert (groups["p_value"] <= groups["adjusted_p_value"]).all()
    assert groups["rest_value"]["friends"] < groups["value"]["friends"]
    assert found_apart.small_groups == 2
    assert found_apart.small_customers == 110
    assert found_apart.others is not None
    assert found_apart.others["customers"] == 110
    # What is left over is no group to buy more or less of.
    assert found_apart.others[["p_value", "adjusted_p_value"]].isna().all()
    assert groups["share"].sum() + found_apart.others["share"] == pytest.approx(1)


def test_each_group_is_worth_what_it_was_drawn_with(found_apart):
    groups = found_apart.groups.set_index("group")
    for name, timing, spend in [
        ("ads", USUAL, SPEND),
        ("friends", KEEN, SPEND),
        ("deals", USUAL, (6.0, 4.0, 6.0)),
    ]:
        row = groups.loc[name]
        deviation = (row["high"] - row["low"]) / (2 * 1.96)
        assert row["value"] == pytest.approx(
            truth(timing, spend), abs=3 * deviation + 0.02 * row["value"]
        )


def test_alike_groups_are_not_told_apart():
    shop = drawn(dict.fromkeys("abcd", (300, USUAL, SPEND)), seed=5)
    found = worth.by_dimension(shop, rc.clv.fits(shop), by="channel")
    assert len(found.groups) == 4
    assert found.others is None
    assert found.small_groups == 0
    assert (found.groups["adjusted_p_value"] > CLEAR).all()


def held(value, deviation=5.0, customers=100.0) -> pd.DataFrame:
    names = (customers, value, deviation)
    columns = (np.broadcast_to(each, len(value)).astype(float) for each in names)
    return held_against_others(*columns)


def test_one_low_group_makes_no_other_one_stand_out():
    value = np.array([145.0, 144.0, 137.0, 75.0])
    found = held(value)
    clear = found["adjusted_p_value"] <= CLEAR
    assert clear.tolist() == [False, False, False, True]
    assert found["rest_value"].tolist() == pytest.approx([140.5, 141.0, 144.5, 142.0])
    high = held(-value)
    assert (high["adjusted_p_value"] <= CLEAR).tolist() == clear.tolist()


def test_who_stands_out_of_those_left_is_found_and_who_lies_between_is_not():
    found = held(np.array([200.0, 150.0, 100.0]))
    assert (found["adjusted_p_value"] <= CLEAR).tolist() == [True, False, True]
    assert found.iloc[1].isna().all()
    both = held(np.array([200.0, 100.0]))
    assert (both["adjusted_p_value"] <= CLEAR).all()
    assert held(np.array([100.0])).isna().all(axis=None)


@given(st.integers(0, 2**32 - 1))
def test_no_step_is_surer_than_its_test(seed):
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 9))
    value, customers = rng.normal(100, 20, size), rng.integers(50, 900, size)
    found = held_against_others(customers * 1.0, value, rng.uniform(2, 20, size))
    known = found.dropna()
    assert (known["adjusted_p_value"] >= known["p_value"]).all()
    assert known["adjusted_p_value"].between(0, 1).all()


def test_groups_that_are_alike_stand_out_at_most_once_in_twenty():
    rng = np.random.default_rng(2)
    found = [held(rng.normal(100, 5, 5)) for _ in range(1000)]
    some = [(each["adjusted_p_value"] <= CLEAR).any() for each in found]
    assert np.mean(some) <= 0.065


def test_two_groups_are_one_test():
    shop = drawn(dict.fromkeys("ab", (300, USUAL, SPEND)), seed=6)
    found = worth.by_dimension(shop, rc.clv.fits(shop), by="channel").groups
    assert found["p_value"][0] == found["p_value"][1]
    assert (found["adjusted_p_value"] == found["p_value"]).all()
    assert found["rest_value"].tolist() == pytest.approx(found["value"][::-1].tolist())


def test_groups_all_too_small_are_taken_together():
    sizes = {f"g{each}": (40, USUAL, SPEND) for each in range(8)}
    shop = drawn(sizes, seed=7)
    found = worth.by_dimension(shop, rc.clv.fits(shop), by="channel")
    assert found.groups.empty
    assert found.small_groups == 8
    assert found.others is not None


def test_a_loosely_held_fit_of_the_same_customers_is_the_fit(calibration, fits):
    histories = newcomers_of(calibration)
    again = worth.fit_near(histories, fits.timing)
    assert again.params.to_numpy() == pytest.approx(fits.timing.params, rel=1e-3)
    assert again.rung == "plain"


def newcomers_of(orders):
    from retention_core.clv.histories import Histories

    return Histories.of(rc.clv.summary(orders))


def test_what_was_paid_by_an_age_is_counted_by_hand(orders):
    fits = rc.clv.fits(orders)
    found = maturing.by_day(orders, fits, months=6, margin=0.5)
    day = orders.run(orders.purchase_days).astype({"day": "datetime64[s]"})
    first = day.groupby("customer_id")["day"].transform("min")
    age = (day["day"] - first).dt.days
    kept = day[age < 6 * MONTH_DAYS].assign(first=first)
    months = np.ceil(age[kept.index] / MONTH_DAYS)
    kept["paid"] = kept["amount"] * 0.5 * 1.1 ** (-months / 12)
    by_hand = kept.groupby("first")["paid"].sum()
    assert found["paid"].to_numpy() == pytest.approx(by_hand.to_numpy())
    assert found["customers"].sum() == 2357
    assert (found["expected"] == 0).all()
    rows = maturing.by_cohort(found, grain="month", as_of=orders.as_of)
    assert list(rows["customers"]) == [781, 857, 719]
    assert (rows["low"] == rows["high"]).all()
    assert rows["complete"].all()


def test_what_is_expected_until_an_age_is_summed_customer_by_customer(
    calibration, fits
):
    found = maturing.by_day(calibration, fits, months=12).set_index("day")["expected"]
    known = calibration.run(rc.clv.summary(calibration))
    age = 200
    some = known[known["T"] == age]
    value = rc.clv.expected_order_value(
        fits.spend, some["frequency"], some["monetary_value"]
    )
    history = some["frequency"], some["recency"], some["T"]
    left = 12 - age / MONTH_DAYS
    total, before = 0.0, 0.0
    for month in range(1, 13):
        until = rc.clv.expected_purchases(fits.timing, MONTH_DAYS * month, *history)
        part = min(max(left - (month - 1), 0), 1)
        discount = 1.1 ** (-(age / MONTH_DAYS + month) / 12)
        total += float((value * (until - before)).sum()) * part * discount
        before = until
    day = pd.Timestamp(calibration.as_of) - pd.Timedelta(days=age)
    assert found[day] == pytest.approx(total)


def test_a_young_cohort_is_uncertain_and_none_is_worth_less_than_it_paid(apart):
    found = maturing.by_day(apart, rc.clv.fits(apart), months=24)
    rows = maturing.by_cohort(found, grain="quarter", as_of=AS_OF)
    assert (rows["expected"].iloc[::2].diff().dropna() > 0).all()
    assert (rows["value"] >= rows["paid"]).all()
    assert ((rows["high"] - rows["low"]) > 0).all()
    assert (rows["low"] <= rows["value"]).all()
    together = maturing.by_cohort(found, grain="year", as_of=AS_OF)
    assert together["customers"].sum() == rows["customers"].sum()


def test_those_who_reached_the_age_say_what_it_came_to(apart):
    found = maturing.by_day(apart, rc.clv.fits(apart), months=12)
    reached = maturing.reached(found, as_of=AS_OF, months=12)
    old = found[found["day"] <= pd.Timestamp("2022-12-30")]
    assert reached is not None
    assert reached.customers == old["customers"].sum()
    assert reached.value == pytest.approx(old["paid"].sum() / old["customers"].sum())
    assert reached.low < reached.value < reached.high
    assert maturing.reached(found, as_of=AS_OF, months=36) is None


def test_two_years_of_the_same_customers_do_not_differ(apart):
    found = maturing.by_day(apart, rc.clv.fits(apart), months=12)
    same = maturing.younger(found, as_of=AS_OF)
    assert same is not None
    assert same.first == dt.date(2023, 1, 1)
    assert same.last == dt.date(2023, 12, 1)
    assert same.p_value > CLEAR
    assert same.low < 0 < same.high
    late = dt.date(2022, 2, 1)
    assert maturing.younger(found, as_of=AS_OF, since=late) is None


def test_who_pays_half_in_the_second_year_is_seen(apart):
    found = maturing.by_day(apart, rc.clv.fits(apart), months=12)
    late = found["day"] >= pd.Timestamp("2023-01-01")
    for name in ("paid", "expected"):
        found[name] = found[name].where(~late, found[name] / 2)
    found["paid_squared"] = found["paid_squared"].where(
        ~late, found["paid_squared"] / 4
    )
    less = maturing.younger(found, as_of=AS_OF)
    assert less is not None
    assert less.value < less.before
    assert less.p_value <= CLEAR


def test_what_was_seen_of_both_years_is_of_one_age(apart):
    found = same_age.seen(apart, margin=0.5)
    assert found is not None
    assert (found.first, found.last) == (dt.date(2023, 1, 1), dt.date(2023, 12, 1))
    days = apart.run(apart.purchase_days).astype({"day": "datetime64[s]"})
    first = days.groupby("customer_id")["day"].transform("min")
    months = np.ceil((days["day"] - first).dt.days / MONTH_DAYS)
    days["paid"] = days["amount"] * 0.5 * 1.1 ** (-months / 12)
    early = days[days["day"] < "2023-01-01"]
    late = days[first >= "2023-01-01"]
    for rows, value in ((early, found.before), (late, found.value)):
        by_hand = rows["paid"].sum() / rows["customer_id"].nunique()
        assert value == pytest.approx(by_hand)
    assert found.low < found.value - found.before < found.high
    assert same_age.seen(apart, since=dt.date(2022, 2, 1)) is None


def test_new_customers_who_pay_half_are_seen_to(apart):
    shop = apart.cut(
        lambda rows: rows.mutate(
            amount=(rows.ordered_at >= pd.Timestamp("2023-01-01")).ifelse(
                rows.amount / 2, rows.amount
            )
        )
    )
    found = same_age.seen(shop)
    assert found is not None
    assert found.p_value <= CLEAR
    assert found.value < found.before
