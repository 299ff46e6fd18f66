"""P(alive) of one customer through time."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import retention_core as rc
from retention_core.clv import models
from retention_core.clv.fitting import Fit
from retention_core.clv.paths import COLUMNS, alive_path
from tests.conftest import orders_of
from tests.core.shops import shops

PARAMS = {
    "bg/nbd": {"r": 0.2426, "alpha": 30.9, "a": 0.793, "b": 2.4259},
    "mbg/nbd": {"r": 0.525, "alpha": 43.3, "a": 0.891, "b": 1.614},
    "pareto/nbd": {"r": 0.553, "alpha": 74.0, "s": 0.606, "beta": 81.7},
}
MODELS = st.sampled_from([*PARAMS])


def fit_of(model: str) -> Fit:
    """A fit in days with the parameters published for CDNOW."""
    params = pd.Series(PARAMS[model])
    return Fit.from_json(
        {
            "model": model,
            "params": params.to_dict(),
            "standard_errors": params.to_dict(),
            "covariance": np.eye(4).tolist(),
            "log_likelihood": -1.0,
            "n_customers": 2357,
            "penalizer": 0.0,
            "rung": "plain",
        }
    )


@given(model=MODELS, rows=shops(), day=st.integers(0, 300))
def test_a_day_is_what_the_model_says_of_the_history_up_to_it(model, rows, day):
    orders, fit = orders_of(rows), fit_of(model)
    path = alive_path(orders, fit, "ann", horizon=90)
    day = min(day, len(path) - 1)
    row = path.iloc[day]
    then = orders.until(pd.Timestamp(row["day"]).date())
    known = orders.run(rc.clv.summary(then)).set_index("customer_id").loc["ann"]
    history = (known["frequency"], known["recency"], known["T"])
    assert row["purchases"] == known["frequency"] + 1
    alive = models.probability_alive(fit, *history)
    assert row["probability_alive"] == pytest.approx(float(alive[0]), abs=1e-12)
    expected = models.expected_purchases(fit, 90, *history)
    assert row["expected_purchases"] == pytest.approx(float(expected[0]))


@given(model=MODELS, rows=shops())
def test_laws(model, rows):
    orders = orders_of(rows)
    path = alive_path(orders, fit_of(model), "ann")
    assert path["probability_alive"].between(0, 1).all()
    first, last = path["day"].iloc[0], path["day"].iloc[-1]
    assert last == pd.Timestamp(orders.as_of)
    assert len(path) == (last - first).days + 1
    assert path["bought"].iloc[0]
    assert (path["purchases"].diff()[1:] == path["bought"][1:].astype(int)).all()
    silent = path["probability_alive"].diff()[~path["bought"]]
    assert (silent <= 1e-12).all()


def test_bg_nbd_is_sure_until_the_second_purchase(eight):
    """Ann bought on 5 January, 3 February and 1 March; the shop ends on 31 March."""
    path = alive_path(eight, fit_of("bg/nbd"), "ann").set_index("day")
    assert (path.loc[: dt.datetime(2024, 2, 2), "probability_alive"] == 1).all()
    assert (path.loc[dt.datetime(2024, 2, 3) :, "probability_alive"] < 1).all()
    bought = path.index[path["bought"]]
    assert bought.strftime("%d %b").tolist() == ["05 Jan", "03 Feb", "01 Mar"]
    assert path["purchases"].iloc[-1] == 3


def test_the_last_day_is_the_forecasts_own(eight):
    fit = fit_of("bg/nbd")
    known = eight.run(rc.clv.summary(eight)).set_index("customer_id")
    for customer, row in known.iterrows():
        alive = models.probability_alive(fit, row.frequency, row.recency, row["T"])
        path = alive_path(eight, fit, str(customer))
        assert path["probability_alive"].iloc[-1] == pytest.approx(float(alive[0]))


def test_published_probability_alive():
    """CDNOW's first customer (x = 2, t_x = 30.43, T = 38.86 weeks): 0.7266."""
    days = [0, 100, 213]
    start = dt.date(1997, 1, 1)
    rows = [
        (str(day), "one", str(start + dt.timedelta(days=day)), 20.0) for day in days
    ]
    orders = orders_of(rows, as_of=start + dt.timedelta(days=272))
    path = alive_path(orders, fit_of("bg/nbd"), "one", horizon=39 * 7)
    assert path["probability_alive"].iloc[-1] == pytest.approx(0.7266, abs=5e-4)
    assert path["expected_purchases"].iloc[-1] == pytest.approx(1.226, abs=2e-3)


def test_nobody_of_that_name(eight):
    for name in ("zoe", "'; DROP TABLE order_lines; --", ""):
        path = alive_path(eight, fit_of("bg/nbd"), name)
        assert path.empty
        assert list(path.columns) == COLUMNS
