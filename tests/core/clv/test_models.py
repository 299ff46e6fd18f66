"""Models against slow exact computation, against the reference package, at the edge."""

from __future__ import annotations

import warnings
from itertools import product

import mpmath as mp
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import gammaln

import retention_core as rc
from retention_core.clv import Fit, models
from retention_core.clv.errors import InvalidSummaryError, UnknownModelError
from retention_core.clv.fitting import maximise
from retention_core.clv.histories import Histories
from retention_core.clv.models import MODELS, expected_pairs, model_of
from retention_core.clv.spend import Spenders
from tests.core.shops import cdnow

PARAMS = {
    "bg/nbd": {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426},
    "mbg/nbd": {"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614},
    "pareto/nbd": {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669},
}
HARD = [
    (0, 0, 0.5),
    (0, 0, 2000),
    (1, 1e-3, 900),
    (2, 30.43, 38.86),
    (26, 30.86, 31),
    (40, 90, 90),
    (200, 38, 40),
    (300, 900, 1000),
    (700, 4900, 5000),
]
HARD_PARAMS = [
    ("bg/nbd", (0.243, 4.414, 0.793, 2.426)),
    ("bg/nbd", (5.0, 60.0, 1.0, 2.0)),
    ("bg/nbd", (0.01, 0.05, 1 + 1e-9, 0.3)),
    ("bg/nbd", (2.0, 300.0, 0.05, 20.0)),
    ("mbg/nbd", (0.525, 6.183, 0.891, 1.614)),
    ("mbg/nbd", (3.0, 9.0, 30.0, 90.0)),
    ("pareto/nbd", (0.553, 10.578, 0.606, 11.669)),
    ("pareto/nbd", (5.0, 100.0, 1.0, 2.0)),
    ("pareto/nbd", (0.2, 1.0, 3.0, 500.0)),
]


def given_params(model: str, params: tuple[float, ...]) -> Fit:
    return Fit(model, pd.Series(params, index=list(model_of(model).parameters)))


def frame_of(rows: list[tuple[float, float, float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["frequency", "recency", "T"])


def exact(
    model: str, params: tuple[float, ...], horizon: float, past: tuple[float, ...]
) -> dict[str, float]:
    """P(alive), P(active), expected purchases and log-likelihood, 60 digits."""
    with mp.workdps(60):
        # At a = 1 exactly the closed form is 0 / 0, though its limit is harmless.
        values = [mp.mpf(v) + mp.mpf(10) ** -25 for v in params]
        x, t_x, T = (mp.mpf(v) for v in past)
        h = mp.mpf(horizon)
        solve = exact_pareto if model == "pareto/nbd" else exact_beta_geometric
        args = (int(x) + (model == "mbg/nbd"),) if model != "pareto/nbd" else ()
        return {k: float(v) for k, v in solve(values, h, (x, t_x, T), *args).items()}


def exact_beta_geometric(params, h, past, k):
    r, alpha, a, b = params
    x, t_x, T = past
    counts = mp.loggamma(r + x) - mp.loggamma(r) + r * mp.log(alpha)
    counts += mp.log(mp.beta(a, b + k) / mp.beta(a, b))
    gone = (
        a / (b + k - 1) * ((alpha + T) / (alpha + t_x)) ** (r + x) if k else mp.mpf(0)
    )
    still = ((alpha + T) / (alpha + T + h)) ** (r + x)
    z = h / (alpha + T + h)
    series = mp.hyp2f1(r + x, b + k, a + b + k - 1, z, maxterms=10**6)
    bought = (a + b + k - 1) / (a - 1) * (1 - still * series)
    return {
        "alive": 1 / (1 + gone),
        "active": (1 - still) / (1 + gone),
        "purchases": bought / (1 + gone),
        "log_likelihood": counts - (r + x) * mp.log(alpha + T) + mp.log(1 + gone),
    }


def exact_pareto(params, h, past):
    r, alpha, s, beta = params
    x, t_x, T = past

    def integral(first, m, second, power, end):
        points = [0, *(end * mp.mpf(10) ** -k for k in range(9, -1, -1))]
        return mp.quad(lambda y: (first + y) ** -m * (second + y) ** -power, points)

    stayed = (alpha + T) ** -(r + x) * (beta + T) ** -s
    gone = s * integral(alpha + t_x, r + x, beta + t_x, s + 1, T - t_x)
    alive = stayed / (stayed + gone)
    rate, leave = alpha + T, beta + T
    buys = (r + x) * rate ** (r + x) * leave**s
    buys *= integral(rate, r + x + 1, leave, s, h)
    time = mp.quad(lambda y: (leave / (leave + y)) ** s, [0, h])
    counts = mp.loggamma(r + x) - mp.loggamma(r) + r * mp.log(alpha) + s * mp.log(beta)
    return {
        "alive": alive,
        "active": alive * buys,
        "purchases": alive * (r + x) / rate * time,
        "log_likelihood": counts + mp.log(stayed + gone),
    }


@pytest.mark.parametrize(("model", "params"), HARD_PARAMS)
@pytest.mark.parametrize("horizon", [0.5, 400.0])
def test_equal_to_a_slow_exact_computation(model, params, horizon):
    fit = given_params(model, params)
    for past in HARD:
        known = exact(model, params, horizon, past)
        likelihood, _ = model_of(model).log_likelihood(
            np.array(params), Histories.of(frame_of([past]))
        )
        found = {
            "alive": rc.clv.probability_alive(fit, *past)[0],
            "active": rc.clv.probability_active(fit, horizon, *past)[0],
            "purchases": rc.clv.expected_purchases(fit, horizon, *past)[0],
            "log_likelihood": likelihood,
        }
        assert found == pytest.approx(known, rel=1e-6, abs=1e-12), past


@pytest.mark.parametrize("model", MODELS)
def test_the_second_moment_of_purchases_is_that_of_simulated_customers(model):
    """30,000 futures of one history, drawn from the posterior of its two rates."""
    fit = Fit(model, pd.Series(PARAMS[model]))
    rng = np.random.default_rng(7)
    history = (np.array([3.0]), np.array([35.0]), np.array([39.0]))
    drawn = simulated(model, rng, history, 60.0)
    pairs = drawn * (drawn - 1)
    expected = expected_pairs(fit, 60.0, *history)[0]
    error = pairs.std() / np.sqrt(pairs.size)
    assert pairs.mean() == pytest.approx(expected, abs=4 * error)
    mean = rc.clv.expected_purchases(fit, 60.0, *history)[0]
    error = drawn.std() / np.sqrt(drawn.size)
    assert drawn.mean() == pytest.approx(mean, abs=4 * error)


def simulated(model, rng, history, horizon, size=30_000):
    r, alpha, third, fourth = PARAMS[model].values()
    x, _, T = (float(column[0]) for column in history)
    fit = Fit(model, pd.Series(PARAMS[model]))
    alive = rng.random(size) < rc.clv.probability_alive(fit, *history)[0]
    rate = rng.gamma(r + x, 1 / (alpha + T), size)
    if model == "pareto/nbd":
        leaving = rng.gamma(third, 1 / (fourth + T), size)
        left = rng.exponential(1 / leaving)
        return rng.poisson(rate * np.minimum(left, horizon)) * alive
    p = rng.beta(third, fourth + x + (model == "mbg/nbd"), size)
    possible = rng.poisson(rate * horizon)
    return np.minimum(possible, rng.geometric(p)) * alive


@pytest.mark.parametrize(("model", "params"), HARD_PARAMS)
def test_the_gradient_is_that_of_the_likelihood(model, params):
    histories = Histories.of(frame_of(HARD))
    check_gradient(
        lambda at: model_of(model).log_likelihood(at, histories), np.array(params)
    )


def test_the_gradient_of_spend():
    rows = [(1, 5.0), (3, 80.0), (250, 12.0)]
    spenders = Spenders.of(pd.DataFrame(rows, columns=["frequency", "monetary_value"]))
    check_gradient(spenders.log_likelihood, np.array([6.25, 3.74, 15.44]))


def test_spenders_grouped_say_what_they_say_one_by_one():
    rng = np.random.default_rng(3)
    x = rng.integers(1, 40, 4000).astype(float)
    money = rng.gamma(2, 20, x.size) / rng.gamma(3, 1, x.size)
    spenders = Spenders.of(pd.DataFrame({"frequency": x, "monetary_value": money}))
    for p, q, v in [(6.25, 3.74, 15.44), (0.3, 1.1, 0.01), (90.0, 40.0, 4000.0)]:
        each = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v)
        each += (p * x - 1) * np.log(money) + p * x * np.log(x)
        each -= (p * x + q) * np.log(x * money + v)
        found, _ = spenders.log_likelihood(np.array([p, q, v]))
        assert found == pytest.approx(each.sum(), rel=1e-9)
    assert spenders.n_customers == x.size
    assert spenders.mean == pytest.approx(x @ money / x.sum(), rel=1e-12)
    correlation = np.corrcoef(x, money)[0, 1]
    assert spenders.independence == pytest.approx(correlation, abs=1e-12)


def check_gradient(likelihood, params):
    _, gradient = likelihood(params)
    for i, step in enumerate(np.diag(1e-5 * params)):
        up, down = likelihood(params + step)[0], likelihood(params - step)[0]
        slope = (up - down) / (2 * step[i])
        assert gradient[i] == pytest.approx(slope, rel=1e-4, abs=1e-5)


def test_the_stable_likelihood_of_note_027():
    model, params = model_of("bg/nbd"), np.array([0.25, 4.0, 0.8, 2.5])
    heavy, _ = model.log_likelihood(params, Histories.of(frame_of([(200, 38, 40)])))
    light, _ = model.log_likelihood(params, Histories.of(frame_of([(0, 0, 40)])))
    assert heavy == pytest.approx(100.7957, abs=5e-5)
    assert light == pytest.approx(-0.59947, abs=5e-6)


@pytest.fixture(scope="module")
def weeks() -> pd.DataFrame:
    orders = cdnow().until(pd.Timestamp("1997-09-30").date())
    frame = orders.run(rc.clv.summary(orders).order_by("customer_id"))
    return frame.assign(recency=frame["recency"] / 7, T=frame["T"] / 7)


@pytest.mark.parametrize("penalizer", [0.0, 0.01])
def test_the_reference_package_agrees(weeks, penalizer):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import lifetimes

        reference = lifetimes.BetaGeoFitter(penalizer).fit(
            weeks["frequency"], weeks["recency"], weeks["T"]
        )
        purchases = reference.predict(
            39, weeks["frequency"], weeks["recency"], weeks["T"]
        )
    histories = Histories.of(weeks).in_unit(weeks["T"].max())
    model = model_of("bg/nbd")
    likelihood = model.log_likelihood
    ours = (
        rc.clv.fit(weeks).params
        if not penalizer
        else penalised(lambda at: likelihood(at, histories), weeks, penalizer)
    )
    assert ours.to_numpy() == pytest.approx(reference.params_.to_numpy(), rel=1e-3)
    fit = Fit("bg/nbd", reference.params_)
    found = rc.clv.expected_purchases(
        fit, 39, weeks["frequency"], weeks["recency"], weeks["T"]
    )
    finite = purchases.notna().to_numpy()  # it fails on some where a is near 1
    assert finite.sum() > 900
    assert found[finite] == pytest.approx(purchases[finite].to_numpy(), rel=1e-6)


def penalised(likelihood, weeks, penalizer):
    def with_penalty(at):
        value, gradient = likelihood(at)
        n = len(weeks)
        return value - n * penalizer * at @ at, gradient - 2 * n * penalizer * at

    starts = model_of("bg/nbd").starts
    params = np.exp(maximise(with_penalty, len(weeks), starts).log_parameters)
    params[1] *= weeks["T"].max()
    return pd.Series(params)


@pytest.mark.parametrize("model", MODELS)
def test_rescaling_time_rescales_only_what_is_in_time(weeks, model):
    fit = rc.clv.fit(weeks, model=model)
    longer = weeks.assign(recency=weeks["recency"] * 7, T=weeks["T"] * 7)
    rescaled = rc.clv.fit(longer, model=model)
    factor = np.ones(4)
    factor[list(model_of(model).in_time)] = 7
    expected = fit.params.to_numpy() * factor
    assert rescaled.params.to_numpy() == pytest.approx(expected, rel=1e-6)


def test_a_table_and_a_frame_give_the_same_fit(weeks):
    orders = cdnow().until(pd.Timestamp("1997-09-30").date())
    table = rc.clv.summary(orders)
    of_table, of_frame = rc.clv.fit(table), rc.clv.fit(orders.run(table))
    assert of_table.params.to_numpy() == pytest.approx(of_frame.params.to_numpy())


@pytest.mark.parametrize("size", [20, 50, 100, 200])
@pytest.mark.parametrize("model", MODELS)
def test_small_shops_never_fail(weeks, size, model):
    for seed in range(2):
        shop = weeks.sample(size, random_state=seed)
        fit = rc.clv.fit(shop, model=model)
        assert fit.rung in {"plain", "penalized", "boundary"}
        assert_sound(fit, shop)


DEGENERATE = {
    "one customer who bought once": [(0, 0, 10)],
    "one customer": [(5, 8, 10)],
    "everyone bought once": [(0, 0, age) for age in range(1, 60)],
    "everyone alike": [(3, 30, 40)] * 50,
    "everyone joined today": [(0, 0, 0)] * 3,
    "all bought just now": [(x, 40, 40) for x in range(1, 30)],
    "heavy and old": [(300, 900, 900), (500, 1200, 1500), (2, 4, 9000)] * 20,
}


@pytest.mark.parametrize(("shop", "model"), list(product(DEGENERATE, MODELS)))
def test_degenerate_shops_never_fail(shop, model):
    frame = frame_of(DEGENERATE[shop])
    assert_sound(rc.clv.fit(frame, model=model), frame)


def assert_sound(fit, frame):
    history = frame["frequency"], frame["recency"], frame["T"]
    assert (fit.params > 0).all()
    assert np.isfinite(fit.params).all()
    assert np.isfinite(fit.standard_errors).all()
    assert np.isfinite(fit.log_likelihood)
    alive = rc.clv.probability_alive(fit, *history)
    active = rc.clv.probability_active(fit, 52, *history)
    purchases = rc.clv.expected_purchases(fit, 52, *history)
    assert ((alive >= 0) & (alive <= 1)).all()
    assert ((active >= 0) & (active <= alive + 1e-12)).all()
    assert (purchases >= active - 1e-9).all()
    assert np.isfinite(purchases).all()


positive = st.floats(0.02, 50)
pasts = st.tuples(st.integers(0, 400), st.floats(0, 1), st.floats(0.1, 5000)).map(
    lambda past: (past[0], past[1] * past[2] * (past[0] > 0), past[2])
)


@given(
    st.sampled_from(sorted(MODELS)),
    st.tuples(positive, positive, positive, positive),
    pasts,
    st.floats(0.01, 2000),
)
def test_laws(model, params, past, horizon):
    fit = given_params(model, params)
    alive = rc.clv.probability_alive(fit, *past)[0]
    sooner, later = (
        rc.clv.expected_purchases(fit, h, *past)[0] for h in (horizon, 2 * horizon)
    )
    active = rc.clv.probability_active(fit, horizon, *past)[0]
    assert 0 <= active <= alive * (1 + 1e-9)
    assert 0 <= alive <= 1
    assert active <= sooner * (1 + 1e-9)
    assert sooner <= later * (1 + 1e-9)
    assert np.isfinite(later)


@pytest.mark.parametrize(
    "row",
    [(1, 5, 4), (-1, 0, 4), (0.5, 1, 4), (0, 1, 4), (1, np.nan, 4), (1, 1, np.inf)],
)
def test_impossible_histories_are_refused(row):
    with pytest.raises(InvalidSummaryError, match="1 of 2 customer histories"):
        rc.clv.fit(frame_of([(0, 0, 4), row]))


def test_no_history_is_refused():
    with pytest.raises(InvalidSummaryError):
        rc.clv.fit(frame_of([]))


def test_unknown_models_are_named():
    with pytest.raises(UnknownModelError, match="There is no model 'arima'"):
        rc.clv.fit(frame_of([(0, 0, 4)]), model="arima")


def alive_then(fit, _, *past):
    return rc.clv.probability_alive(fit, *past)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    "question",
    [
        alive_then,
        rc.clv.probability_active,
        rc.clv.expected_purchases,
        expected_pairs,
    ],
)
def test_many_ages_are_scored_as_one_by_one(model, question):
    """Of many customers ages lie between Chebyshev points; of one they do not."""
    fit = Fit(model, pd.Series(PARAMS[model]))
    x, ages = (
        column.ravel().astype(float)
        for column in np.meshgrid([0, 1, 7, 90], np.arange(1, 1500, 7))
    )
    recency = np.where(x > 0, 0.9 * ages, 0)
    together = question(fit, 365, x, recency, ages)
    for row in range(0, x.size, 37):
        part = slice(row, row + 1)
        alone = question(fit, 365, x[part], recency[part], ages[part])
        assert together[part] == pytest.approx(alone, rel=1e-8)


@pytest.mark.parametrize(
    "params", [params for name, params in HARD_PARAMS if name == "pareto/nbd"]
)
def test_what_histories_share_adds_up_to_what_each_says(params):
    """The likelihood of many is interpolated, that of one integrated."""
    rng = np.random.default_rng(5)
    T = rng.integers(1, 1100, 3000).astype(float)
    x = np.floor(40 * rng.random(T.size) ** 4)
    t_x = np.where(x > 0, np.floor(T * rng.random(T.size)), 0)
    model, at = model_of("pareto/nbd"), np.array(params)
    columns = (x, t_x, T, np.ones_like(T))
    alone = [
        model.log_likelihood(at, Histories(*(column[[row]] for column in columns)))
        for row in range(T.size)
    ]
    value, gradient = model.log_likelihood(at, Histories(*columns))
    assert value == pytest.approx(sum(one[0] for one in alone), rel=1e-10)
    assert gradient == pytest.approx(sum(one[1] for one in alone), rel=1e-8)


@pytest.mark.parametrize("model", MODELS)
def test_starting_from_a_sample_ends_at_the_same_optimum(weeks, model, monkeypatch):
    everybody = rc.clv.fit(weeks, model=model)
    monkeypatch.setattr(models, "SAMPLE", 200)
    sampled = rc.clv.fit(weeks, model=model)
    assert sampled.params.to_numpy() == pytest.approx(
        everybody.params.to_numpy(), rel=1e-6
    )


@pytest.mark.parametrize("model", MODELS)
def test_of_nobody_nothing_is_expected(model):
    fit = given_params(model, tuple(PARAMS[model].values()))
    assert rc.clv.probability_alive(fit, [], [], []).shape == (0,)
    assert rc.clv.probability_active(fit, 30, [], [], []).shape == (0,)
    assert rc.clv.expected_purchases(fit, 30, [], [], []).shape == (0,)
