"""Nothing fails: parts of CDNOW, simulated shops of every kind, the numerically hard.

40 random parts of each size are asked with ``KEPT_DEPTH=20``; every day it is two.
"""

from __future__ import annotations

import datetime as dt
import os
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest

import retention_core as rc
from retention_core.clv.fits import Fits
from retention_core.clv.forecast import Terms
from retention_core.clv.histories import Histories
from retention_core.clv.models import MODELS, fit_any, fit_histories, model_of, pooled
from retention_core.clv.spend import fit_spend
from tests.core.clv.simulated import draw
from tests.core.clv.test_models import exact, frame_of, given_params
from tests.core.shops import cdnow

if TYPE_CHECKING:
    import pandas as pd

DEPTH = float(os.environ.get("KEPT_DEPTH", "1"))
PARTS = range(round(2 * DEPTH))
SEEDS = range(max(1, round(DEPTH)))
RUNGS = {"plain", "penalized", "boundary", "pooled"}
YEAR = Terms(months=12, annual_discount_rate=0.1, margin=0.5)


@pytest.fixture(scope="module")
def days() -> pd.DataFrame:
    orders = cdnow().until(dt.date(1997, 9, 30))
    return orders.run(rc.clv.summary(orders).order_by("customer_id"))


def assert_sound(fit: rc.clv.Fit, frame: pd.DataFrame) -> None:
    """Finite throughout; more with time, never more active than alive."""
    assert fit.rung in RUNGS
    assert np.isfinite(fit.log_likelihood)
    for values in (fit.params, fit.standard_errors, fit.covariance):
        assert np.isfinite(np.asarray(values)).all()
    assert (fit.params > 0).all()
    past = frame["frequency"], frame["recency"], frame["T"]
    alive = rc.clv.probability_alive(fit, *past)
    sooner, later = (rc.clv.expected_purchases(fit, h, *past) for h in (90, 365))
    active = rc.clv.probability_active(fit, 365, *past)
    assert ((alive >= 0) & (alive <= 1)).all()
    assert ((active >= 0) & (active <= alive * (1 + 1e-9))).all()
    assert (sooner >= 0).all()
    assert (later >= sooner * (1 - 1e-9)).all()
    assert (later >= active * (1 - 1e-9)).all()
    assert np.isfinite(later).all()


def assert_monotone(fit: rc.clv.Fit) -> None:
    """Who bought later is likelier still there; who bought more expects more."""
    recency = np.linspace(0, 300, 31)
    alive = rc.clv.probability_alive(fit, np.full(31, 3), recency, np.full(31, 300))
    assert (np.diff(alive) >= -1e-12).all()
    x = np.arange(60)
    bought = rc.clv.expected_purchases(
        fit, 365, x, np.where(x > 0, 300, 0), x * 0 + 300
    )
    assert (np.diff(bought[1:]) >= -1e-9 * bought[1:-1]).all()


def assert_intervals(timing: rc.clv.Fit, frame: pd.DataFrame) -> None:
    """Of the first customers: in order, finite, none below 0."""
    known = Fits(timing, fit_spend(frame), float("nan"))
    found = rc.clv.customer_intervals(known, frame.head(50), YEAR)
    assert np.isfinite(found).all(axis=None)
    for what in ("purchases", "value"):
        low_95, low_80, high_80, high_95 = (
            found[f"{what}_{end}"] for end in ("low_95", "low_80", "high_80", "high_95")
        )
        assert (low_95 >= 0).all()
        assert ((low_95 <= low_80) & (low_80 <= high_80) & (high_80 <= high_95)).all()


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("size", [20, 50, 100, 200, 500])
def test_no_part_of_cdnow_fails(days, size, model):
    for part in PARTS:
        shop = days.sample(size, random_state=part)
        fit = fit_histories(Histories.of(shop), model)
        assert_sound(fit, shop)
        assert_monotone(fit)
    assert_intervals(fit, shop)


def of_model(*params: float, customers: int = 200, model: str = "bg/nbd"):
    return lambda rng: draw(model, params, customers, rng, whole_days=True).known


def seasonal(rng: np.random.Generator) -> pd.DataFrame:
    """Everyone buys in December, and now and then besides."""
    rows = []
    for first in rng.integers(0, 1000, 150):
        days = np.arange(first, 1096)
        chance = np.where(days % 365 > 334, 0.05, 0.001) * rng.gamma(1)
        bought = days[rng.random(days.size) < chance] - first
        bought = bought[bought > 0]
        rows.append((bought.size, bought.max(initial=0), 1096 - first))
    return frame_of(rows).assign(monetary_value=30.0)


def refunded(rng: np.random.Generator) -> pd.DataFrame:
    """Some means are 0 or below: what was bought was sent back."""
    frame = of_model(0.8, 40, 0.8, 2.5)(rng)
    money = frame["monetary_value"].where(rng.random(len(frame)) < 0.6, -5.0)
    return frame.assign(monetary_value=money.where(frame["frequency"] > 0, 0.0))


def heavy_and_old(rng: np.random.Generator) -> pd.DataFrame:
    """Hundreds of purchases over thousands of days."""
    frame = draw("bg/nbd", (3, 30, 0.3, 60), 80, rng, span=7000, whole_days=True).known
    assert frame["frequency"].max() > 300
    assert frame["T"].max() > 6000
    return frame


GRID = {
    "sparse": of_model(0.05, 60, 0.8, 2.5),
    "very sparse": of_model(0.01, 60, 0.8, 2.5, customers=500),
    "heavy": of_model(2, 10, 0.5, 10),
    "everyone alive": of_model(0.5, 30, 1e-3, 50),
    "everyone dead": of_model(2, 5, 50, 1),
    "everyone leaves alike": of_model(1, 30, 300, 2500),
    "everyone buys alike": of_model(500, 20_000, 0.8, 2.5),
    "a is 1": of_model(0.5, 30, 1, 2.5),
    "left at once": of_model(0.5, 40, 5, 1, model="mbg/nbd"),
    "left early": of_model(0.5, 40, 2, 5, model="pareto/nbd"),
    "never left": of_model(0.5, 40, 0.02, 900, model="pareto/nbd"),
    "a handful": of_model(1, 40, 0.8, 2.5, customers=5),
    "seasonal": seasonal,
    "refunded": refunded,
    "heavy and old": heavy_and_old,
}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("kind", GRID)
def test_no_simulated_shop_fails(kind, model):
    for seed in SEEDS:
        shop = GRID[kind](np.random.default_rng(seed))
        fit = fit_histories(Histories.of(shop), model)
        assert_sound(fit, shop)
        assert_monotone(fit)
        if ((shop["frequency"] > 0) & (shop["monetary_value"] > 0)).any():
            assert_intervals(fit, shop)


HARD = {
    "one customer who bought once": [(0, 0, 10)],
    "one customer who came today": [(0, 0, 0)],
    "one customer": [(5, 8, 10)],
    "one heavy customer": [(900, 8000, 8000)],
    "all bought once": [(0, 0, age) for age in range(1, 200)],
    "all bought once, today": [(0, 0, 0)] * 30,
    "all alike": [(3, 30, 40)] * 50,
    "all alike and just now": [(3, 40, 40)] * 50,
    "all bought just now": [(x, 40, 40) for x in range(1, 30)],
    "all gone since long": [(2, 3, 9000)] * 40,
}


@pytest.mark.parametrize(("shop", "model"), list(product(HARD, MODELS)))
def test_the_hardest_shops_never_fail(shop, model):
    frame = frame_of(HARD[shop])
    fit = fit_histories(Histories.of(frame), model)
    assert_sound(fit, frame)
    assert_monotone(fit)
    if frame["frequency"].any():
        assert_intervals(fit, frame.assign(monetary_value=20.0))


def test_where_no_model_has_a_maximum_the_one_asked_for_holds():
    frame = frame_of(HARD["one customer"])
    fit = fit_any(Histories.of(frame), "mbg/nbd")
    assert fit.model == "mbg/nbd"
    assert not fit.converged


HISTORIES = {
    "hundreds of purchases": (640, 4100, 4200),
    "bought on the last day": (12, 365, 365),
    "bought on the last day, often": (480, 1500, 1500),
    "ages of thousands": (3, 2000, 7300),
    "one purchase, long ago": (0, 0, 7300),
}
PARAMS = {
    "bg/nbd": [(0.243, 30.9, 0.793, 2.426), (1.1, 68.3, 336.5, 2524), (2, 9, 1, 3)],
    "mbg/nbd": [(0.525, 43.3, 0.891, 1.614), (0.4, 20, 1 - 1e-9, 40)],
    "pareto/nbd": [(0.553, 74, 0.606, 81.7), (2, 9, 1 + 1e-9, 900), (1, 30, 1e-3, 50)],
}
CASES = [(model, params) for model in PARAMS for params in PARAMS[model]]


@pytest.mark.parametrize(("model", "params"), CASES)
@pytest.mark.parametrize("history", HISTORIES)
def test_hard_histories_are_scored_as_by_60_digits(model, params, history):
    past, fit = HISTORIES[history], given_params(model, params)
    known = exact(model, params, 365, past)
    likelihood, _ = model_of(model).log_likelihood(
        np.array(params), Histories.of(frame_of([past]))
    )
    found = {
        "alive": rc.clv.probability_alive(fit, *past)[0],
        "active": rc.clv.probability_active(fit, 365, *past)[0],
        "purchases": rc.clv.expected_purchases(fit, 365, *past)[0],
        "log_likelihood": likelihood,
    }
    assert found == pytest.approx(known, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("model", MODELS)
def test_the_pooled_rate_carries_all_purchases_on(days, model):
    """Twice the days bring twice the purchases, at the rate of all together."""
    histories = Histories.of(days)
    logs = pooled(model_of(model), histories).log_parameters
    fit = given_params(model, tuple(np.exp(logs)))
    past = days["frequency"], days["recency"], days["T"]
    rate = (days["frequency"].sum() + 0.5) / days["T"].sum()
    expected = rc.clv.expected_purchases(fit, 90, *past)
    assert expected == pytest.approx(np.full(len(days), 90 * rate), rel=0.01)
    assert_sound(fit_of(fit), days)


def fit_of(fit: rc.clv.Fit) -> rc.clv.Fit:
    return rc.clv.Fit(fit.model, fit.params, fit.params * 0, 0.0)


@pytest.mark.parametrize("model", MODELS)
def test_what_reproduces_nothing_is_pooled(model):
    """Two bought daily for 300 days, a thousand are five days old: it runs away."""
    frame = frame_of([(300, 300, 300)] * 2 + [(0, 0, 5)] * 1000)
    fit = rc.clv.fit(frame, model)
    assert fit.rung == "pooled"
    assert not fit.converged
    assert_sound(fit, frame)
    expected = rc.clv.expected_purchases(fit, 90, 0, 0, 5)[0]
    assert expected == pytest.approx(90 * 600.5 / 5600, rel=0.01)


def test_a_penalty_that_costs_too_much_is_not_paid():
    """All leave alike: a and b are large, and only their ratio is known."""
    shop = draw("bg/nbd", (1.1, 68, 340, 2500), 3000, np.random.default_rng(3))
    fit = fit_histories(Histories.of(shop.known), "bg/nbd")
    a, b = fit.params["a"], fit.params["b"]
    assert fit.rung in {"plain", "boundary"}
    assert a / (a + b) == pytest.approx(340 / 2840, rel=0.15)
    past = shop.known["frequency"], shop.known["recency"], shop.known["T"]
    expected = rc.clv.expected_purchases(fit, 365, *past).sum()
    assert expected == pytest.approx(shop.purchases(365).sum(), rel=0.1)
