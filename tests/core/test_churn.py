"""Window, movement, rates: by hand, by law, and against a count without any engine."""

from __future__ import annotations

import datetime as dt
import itertools
import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import retention_core as rc
from retention_core import churn, clv, periods
from retention_core.errors import TooSmallError
from retention_core.periods import GRAINS
from tests.conftest import EIGHT, orders_of
from tests.core.shops import cdnow, shops

GRAIN = st.sampled_from(GRAINS)
WINDOW = st.integers(1, 150)
COUNTS = ["starting", "new", "reactivated", "lost", "ending", "new_and_lapsed"]
RATES = [
    "starting",
    "strict_retention_rate",
    "churn_rate",
    "revenue_churn_rate",
    "quick_ratio",
    "lost",
]


@pytest.mark.parametrize(
    ("starting", "ending", "new", "rate"), [(100, 105, 15, 0.9), (150, 200, 80, 0.8)]
)
def test_retention_rate_of_the_worked_examples(starting, ending, new, rate):
    assert churn.retention_rate(starting, ending, new) == rate


def test_nobody_at_the_start_has_no_retention_rate():
    assert math.isnan(churn.retention_rate(0, 5, 5))


def test_movement_of_eight_orders(eight):
    # With 31 days: ann is active throughout, ben is lost on 20 February; cat's
    # order of 10 February reaches 12 March, her next one the end of the data.
    frame = churn.movement(eight, window_days=31)
    assert frame["period_start"].dt.month.tolist() == [1, 2, 3]
    assert frame[COUNTS].to_numpy().tolist() == [
        [0, 2, 0, 0, 2, 0],
        [2, 1, 0, 1, 2, 0],
        [2, 1, 0, 0, 3, 0],
    ]
    assert frame["full_start"].tolist() == [False, False, True]
    assert frame["complete"].tolist() == [True, True, True]
    february = frame.iloc[1]
    assert february["retention_rate"] == 0.5
    assert february["strict_retention_rate"] == 0.5
    assert february["churn_rate"] == 0.5
    assert february["quick_ratio"] == 1.0
    # Ben's 10 of the 30 that both had spent.
    assert february["revenue_churn_rate"] == pytest.approx(1 / 3)


def test_rates_are_null_where_they_would_divide_by_zero(eight):
    first = churn.movement(eight, window_days=31).iloc[0]
    rates = first[["retention_rate", "strict_retention_rate", "churn_rate"]]
    assert rates.isna().all()
    assert math.isnan(first["revenue_churn_rate"])
    assert math.isnan(first["quick_ratio"])


def test_a_customer_is_active_on_the_last_day_of_the_window_and_lost_after_it():
    first = dt.date(2024, 1, 1)
    for days, lost in ((30, [0, 0]), (31, [0, 1]), (59, [0, 1]), (60, [0, 0])):
        orders = orders_of(
            [("1", "ann", "2024-01-01", 5.0)], as_of=dt.date(2024, 2, 29)
        )
        frame = churn.movement(orders, window_days=days)
        ends = [dt.date(2024, 2, 1), dt.date(2024, 3, 1)]
        active = [int(first + dt.timedelta(days=days) >= end) for end in ends]
        assert frame["ending"].tolist() == active
        assert frame["lost"].tolist() == lost
        # Where the window does not reach its end, she came and went within January.
        assert frame["new_and_lapsed"].tolist() == [int(days < 31), 0]


def test_who_comes_back_after_the_window_is_reactivated():
    orders = orders_of(
        [("1", "ann", "2024-01-20", 5.0), ("2", "ann", "2024-03-20", 5.0)],
        as_of=dt.date(2024, 3, 31),
    )
    frame = churn.movement(orders, window_days=15)
    assert frame["lost"].tolist() == [0, 1, 0]
    assert frame["reactivated"].tolist() == [0, 0, 1]
    assert frame["new"].tolist() == [1, 0, 0]
    # She is the only one who could come back.
    assert frame["lapsed"].tolist() == [0, 0, 1]
    assert frame["reactivation_rate"].iloc[-1] == 1
    assert frame["reactivation_rate"].iloc[:-1].isna().all()


def test_the_unfinished_period_ends_with_the_data():
    orders = orders_of(EIGHT, as_of=dt.date(2024, 3, 20))
    last = churn.movement(orders, window_days=31).iloc[-1]
    assert not last["complete"]
    assert (last["starting"], last["new"], last["lost"], last["ending"]) == (2, 1, 0, 3)


def test_a_full_start_has_a_whole_window_before_it():
    orders = orders_of(EIGHT, as_of=dt.date(2024, 3, 31))
    frame = churn.movement(orders, window_days=27)
    assert frame["full_start"].tolist() == [False, True, True]


def test_the_window_of_too_few_returns_is_half_the_span(eight):
    found = churn.window(eight)
    assert (found.days, found.source) == ((31 + 29 + 31 - 5) // 2, "default")
    assert found.curve.empty
    assert list(found.curve.columns) == ["days", "returned", "return_later"]


def test_the_window_without_returns_is_at_most_a_year():
    rows = [(str(n), f"c{n}", "2020-01-01", 5.0) for n in range(100)]
    found = churn.window(orders_of(rows, as_of=dt.date(2024, 1, 1)))
    assert (found.days, found.source) == (365, "default")


def punctual(customers: int, gap: int, orders: int) -> rc.Orders:
    """Customers who all come every ``gap`` days, and then never again."""
    first = dt.date(2022, 1, 1)
    rows = [
        (f"{n}-{k}", f"c{n}", str(first + dt.timedelta(days=k * gap)), 5.0)
        for n in range(customers)
        for k in range(orders)
    ]
    return orders_of(rows, as_of=dt.date(2024, 1, 1))


def test_the_window_of_the_punctual_is_their_gap():
    found = churn.window(punctual(customers=40, gap=12, orders=4))
    assert (found.days, found.source) == (12, "data")
    later = found.curve.set_index("days")["return_later"]
    assert later[11] == pytest.approx(0.75)
    assert later[12] == 0
    assert found.curve["days"].iloc[-1] == 730 - 36


def test_the_window_is_never_under_a_week():
    assert churn.window(punctual(customers=40, gap=2, orders=4)).days == 7


def test_no_curve_is_read_with_fewer_than_30_waiting():
    assert churn.window(punctual(customers=29, gap=12, orders=1)).source == "default"


def test_guests_only_have_no_movement_and_a_default_window():
    guests = orders_of([("1", None, "2024-01-05", 3.0)], as_of=dt.date(2024, 3, 31))
    assert churn.movement(guests).empty
    assert list(churn.movement(guests).columns) == list(churn.MOVEMENT)
    assert churn.window(guests).source == "default"


def test_one_day_of_data_has_a_window_of_one_day():
    orders = orders_of([("1", "ann", "2024-01-05", 3.0)])
    assert churn.window(orders).days == 1
    assert churn.movement(orders)["ending"].tolist() == [1]


def risks(orders: rc.Orders, **options: int) -> pd.DataFrame:
    return orders.run(churn.risk(orders, **options)).set_index("customer_id")


def test_risk_of_eight_orders_has_no_model_but_the_rule(eight):
    found = risks(eight, window_days=30).loc[["ann", "ben", "cat", "dan"]]
    assert found["days_since_last_order"].tolist() == [30, 71, 16, 11]
    assert found["recency_rule"].tolist() == ["lost", "lost", "active", "active"]
    assert found["usual_gap_days"].tolist() == pytest.approx(
        [28, math.nan, 34, math.nan], nan_ok=True
    )
    assert found["revenue"].tolist() == [75, 10, 30, 40]
    assert found[["probability_active", "churn_score"]].isna().to_numpy().all()


def test_guests_are_at_no_risk():
    assert risks(orders_of([("1", None, "2024-01-05", 3.0)])).empty


def test_risk_is_the_models_and_the_rule_is_the_movements():
    orders = cdnow()
    found = risks(orders)
    history = orders.run(clv.summary(orders)).set_index("customer_id").loc[found.index]
    expected = clv.probability_active(
        clv.fit(clv.summary(orders)),
        churn.window(orders).days,
        *(history[name] for name in ("frequency", "recency", "T")),
    )
    assert found["probability_active"].to_numpy() == pytest.approx(expected, abs=1e-9)
    assert (found["churn_score"] == 1 - found["probability_active"]).all()
    active = (found["recency_rule"] == "active").sum()
    assert active == churn.movement(orders)["ending"].iloc[-1]


def test_churn_score_ranks_who_comes_back_on_cdnow():
    # oracles.md: AUC .7569 for P(active in 39 weeks) fitted to 30 September 1997.
    orders = cdnow()
    cutoff = pd.Timestamp("1997-09-30")
    calibration = orders.until(cutoff.date())
    score = risks(calibration, window_days=273)["probability_active"]
    days = orders.run(orders.purchase_days)
    later = days.loc[days["day"] > cutoff, "customer_id"].unique()
    ranks = score.rank()
    back = ranks.index.isin(later)
    wins = ranks[back].sum() - back.sum() * (back.sum() + 1) / 2
    assert wins / (back.sum() * (~back).sum()) == pytest.approx(0.7569, abs=0.0005)


def moved_by_hand(orders: rc.Orders, rows: list, grain: str, days: int) -> list[list]:
    """The movement's counts from sets of customers at each boundary."""
    bought: dict[str, list[dt.date]] = {}
    for _, customer, day, _ in rows:
        if customer is not None:
            bought.setdefault(customer, []).append(dt.date.fromisoformat(day))

    def active(at: dt.date) -> set[str]:
        since = at - dt.timedelta(days=days)
        return {
            customer
            for customer, each in bought.items()
            if any(since <= day < at for day in each)
        }

    starts = periods.starts(orders.first_day, orders.as_of, grain)
    ends = [*starts[1:], orders.as_of + dt.timedelta(days=1)]
    found = []
    for start, end in zip(starts, ends, strict=True):
        before, after = active(start), active(end)
        firsts = {c for c, each in bought.items() if start <= min(each) < end}
        returned = {c for c in after - before if min(bought[c]) < start}
        counts = (before, firsts & after, returned, before - after, after)
        lapsed = {c for c, each in bought.items() if min(each) < start} - before
        found.append([*map(len, counts), len(firsts - after), len(lapsed)])
    return found


@given(shops(), GRAIN, WINDOW)
def test_movement_is_what_counting_by_hand_gives(rows, grain, days):
    orders = orders_of(rows)
    frame = churn.movement(orders, grain=grain, window_days=days)
    expected = moved_by_hand(orders, rows, grain, days)
    assert frame[[*COUNTS, "lapsed"]].to_numpy().tolist() == expected
    assert frame["reactivation_rate"].dropna().between(0, 1).all()


@given(shops(), GRAIN, WINDOW)
def test_ending_is_starting_and_won_less_lost_whatever_the_window(rows, grain, days):
    frame = churn.movement(orders_of(rows), grain=grain, window_days=days)
    won = frame["new"] + frame["reactivated"]
    assert (frame["ending"] == frame["starting"] + won - frame["lost"]).all()
    assert (frame["starting"].iloc[1:].array == frame["ending"].iloc[:-1].array).all()
    kept = frame["strict_retention_rate"].dropna()
    assert kept.between(0, 1).all()
    assert (kept + frame["churn_rate"].dropna()).to_numpy() == pytest.approx(1)


@given(shops(), WINDOW)
def test_revenue_churn_is_that_of_the_window_before_the_start(rows, days):
    orders = orders_of(rows)
    frame = churn.movement(orders, window_days=days)
    spent = pd.DataFrame(rows, columns=["id", "customer", "day", "amount"])
    spent = spent.dropna(subset="customer").assign(day=pd.to_datetime(spent["day"]))
    ends = [*frame["period_start"][1:], pd.Timestamp(orders.as_of) + pd.Timedelta("1D")]
    window = pd.Timedelta(days=days)
    for start, end, rate in zip(
        frame["period_start"], ends, frame["revenue_churn_rate"], strict=True
    ):
        trailing = spent[spent["day"].between(start - window, start, inclusive="left")]
        later = spent["day"].between(end - window, end, inclusive="left")
        gone = ~trailing["customer"].isin(spent.loc[later, "customer"])
        whole = trailing["amount"].sum()
        expected = trailing.loc[gone, "amount"].sum() / whole if whole > 0 else math.nan
        assert rate == pytest.approx(expected, nan_ok=True)


@given(shops(), GRAIN, WINDOW)
def test_sensitivity_is_the_movement_at_half_and_double_the_window(rows, grain, days):
    orders = orders_of(rows)
    found = churn.sensitivity(orders, grain=grain, window_days=days)
    half = max(math.ceil(days / 2), min(7, days))
    windows = sorted({half, days, 2 * days})
    last = churn.movement(orders, grain=grain, window_days=days)
    if not last["complete"].any():
        assert found.empty
        return
    assert found["window_days"].tolist() == windows
    for (_, row), each in zip(found.iterrows(), windows, strict=True):
        moved = churn.movement(orders, grain=grain, window_days=each)
        done = moved[moved["complete"]].iloc[-1]
        assert row["period_start"] == done["period_start"]
        assert row["full_start"] == done["full_start"]
        if done["full_start"]:
            expected = done[RATES].astype(float).tolist()
            assert row[RATES].astype(float).tolist() == pytest.approx(
                expected, nan_ok=True
            )
        else:
            assert row[RATES].isna().all()


def test_sensitivity_of_a_week_has_no_shorter_half():
    found = churn.sensitivity(orders_of(EIGHT), window_days=7)
    assert found["window_days"].tolist() == [7, 14]
    assert churn.sensitivity(orders_of(EIGHT), window_days=9)[
        "window_days"
    ].tolist() == [
        7,
        9,
        18,
    ]


def leaving(months: int) -> rc.Orders:
    """A shop that a month of ten customers joins and k of them never come again."""
    first = dt.date(2022, 1, 1)
    rows = []
    for month in range(months):
        for n in range(40):
            # The n-th customer comes every 20 days, for more or fewer months.
            stays = months - n * months // 60
            if month < stays:
                for day in (0, 15):
                    when = first + dt.timedelta(days=30 * month + day)
                    rows.append((f"{month}-{n}-{day}", f"c{n}", str(when), 5.0))
    return orders_of(rows)


def test_the_trend_of_churn_needs_six_periods_and_tells_its_direction():
    found = churn.sensitivity(leaving(24), window_days=30).set_index("window_days")
    moved = churn.movement(leaving(24), window_days=30)
    known = moved[moved["complete"] & moved["full_start"]].tail(12)
    pairs = list(itertools.combinations(known["churn_rate"], 2))
    concordant = sum(a < b for a, b in pairs) - sum(a > b for a, b in pairs)
    assert found["trend_periods"].iloc[0] == 12
    assert math.copysign(1, found["trend"][30]) == math.copysign(1, concordant)
    short = churn.sensitivity(leaving(6), window_days=30)
    assert short["trend"].isna().all()


@pytest.mark.parametrize("ask", [churn.movement, churn.risk, churn.sensitivity])
def test_a_window_has_at_least_a_day(ask):
    with pytest.raises(TooSmallError, match="window_days is 0"):
        ask(orders_of(EIGHT), window_days=0)
