"""The lifetime models behind one face: fit, then ask.

Times are in whatever unit the summary had; a fit remembers it in its parameters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd

from retention_core.clv.betageo import BG_NBD, MBG_NBD
from retention_core.clv.distinct import distinct_pairs
from retention_core.clv.errors import UnknownModelError
from retention_core.clv.fitting import PENALIZERS, Fit, Optimum, maximise
from retention_core.clv.histories import Histories
from retention_core.clv.paretonbd import PARETO_NBD

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir
    import numpy.typing as npt

    from retention_core.clv.special import Floats


class Model(Protocol):
    """What every timing model can be asked; parameters first, then the history."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def parameters(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def in_time(self) -> tuple[int, ...]: ...  # noqa: D102
    @property
    def starts(self) -> tuple[tuple[float, ...], ...]: ...  # noqa: D102

    def log_likelihood(  # noqa: D102
        self, parameters: Floats, histories: Histories
    ) -> tuple[float, Floats]: ...
    def probability_alive(  # noqa: D102
        self, parameters: Floats, x: Floats, t_x: Floats, T: Floats
    ) -> Floats: ...
    def buys_if_alive(  # noqa: D102
        self, parameters: Floats, horizon: float, x: Floats, T: Floats
    ) -> Floats: ...
    def purchases_if_alive(  # noqa: D102
        self, parameters: Floats, horizon: Floats | float, x: Floats, T: Floats
    ) -> Floats: ...
    def pairs_if_alive(  # noqa: D102
        self, parameters: Floats, horizon: float, x: Floats, T: Floats
    ) -> Floats: ...


SAMPLE = 5000
ALIKE = 1e4  # shape of rates that are practically the same for all
NOBODY = 1e-6  # leaves, practically
AGES = 16  # at which a fit is asked whether it reproduces the history
TIMES_OFF = 3.0  # times what was bought: a fit that is farther off says nothing

MODELS: dict[str, Model] = {
    model.name: model for model in (BG_NBD, MBG_NBD, PARETO_NBD)
}


def fit(summary: ir.Table | pd.DataFrame, model: str = "bg/nbd") -> Fit:
    """Fit a timing model by maximum likelihood.

    Never fails on possible histories, be they few or all alike: from plain likelihood
    it goes down the penaliser's ladder (0, 0.001, 0.01, 0.1), from several starts on
    each rung, to the pooled rate of :func:`pooled`, and says in ``rung`` and
    ``penalizer`` which one held.

    Parameters
    ----------
    summary
        Customers with ``frequency``, ``recency`` and ``T`` as of :func:`clv.summary`,
        in any time unit: an Ibis table or a frame.
    model
        ``"bg/nbd"`` (r, alpha, a, b), ``"mbg/nbd"`` (the same) or ``"pareto/nbd"``
        (r, alpha, s, beta).

    Raises
    ------
    InvalidSummaryError
        No customer, or a history that is impossible (recency beyond T …).
    UnknownModelError
        No such model.
    """
    model_of(model)
    return fit_histories(Histories.of(summary), model)


def fit_histories(histories: Histories, model: str) -> Fit:
    """:func:`fit` for histories that are distinct already."""
    chosen = model_of(model)
    unit = float(histories.T.max()) or 1.0
    scaled = histories.in_unit(unit)
    optimum = _maximise(chosen, scaled, chosen.starts)
    if optimum.rung == "boundary" and not _reproduces(chosen, optimum, scaled):
        optimum = pooled(chosen, scaled)
    units = np.ones(len(chosen.parameters))
    units[list(chosen.in_time)] = unit
    params = np.exp(optimum.log_parameters) * units
    value, _ = chosen.log_likelihood(params, histories)
    fitted = pd.Series(params, index=list(chosen.parameters))
    return Fit.of(model, fitted, value, histories.n_customers, optimum)


def pooled(model: Model, histories: Histories) -> Optimum:
    """Everyone buys at the rate of all together, and stays.

    The last rung: a closed form that no history can make fail. The pooled rate is
    purchases over the days in which they were possible, those who have left included,
    so that nobody need leave besides; half a purchase keeps it above 0.
    """
    bought = float(histories.customers @ histories.frequency) + 0.5
    age = float(histories.customers @ histories.T)
    rate = bought / (age or float(histories.n_customers))
    logs = np.log([ALIKE, ALIKE / rate, NOBODY, 1.0])
    covariance = np.zeros((4, 4))
    covariance[1, 1] = 1 / bought  # of the logarithm of the rate, by chance alone
    return Optimum(logs, covariance, PENALIZERS[-1], "pooled")


def _reproduces(model: Model, optimum: Optimum, histories: Histories) -> bool:
    """Whether new customers would have bought about as much as these have."""
    parameters = np.exp(optimum.log_parameters)
    order = np.argsort(histories.T)
    below = np.cumsum(histories.customers[order])
    steps = (np.arange(AGES) + 0.5) / AGES * below[-1]
    ages = histories.T[order][np.searchsorted(below, steps)]
    none = np.zeros(1)
    each = [model.purchases_if_alive(parameters, age, none, none)[0] for age in ages]
    expected = float(np.mean(each)) * histories.n_customers + 1
    bought = float(histories.customers @ histories.frequency) + 1
    return 1 / TIMES_OFF < expected / bought < TIMES_OFF


def _maximise(
    model: Model, histories: Histories, starts: Sequence[Sequence[float]]
) -> Optimum:
    """The optimum; of many histories, from where a sample of them has its own."""
    if histories.T.size > 2 * SAMPLE:
        sample = _maximise(model, histories.sample(SAMPLE), starts)
        starts = [tuple(np.exp(sample.log_parameters))]
    return maximise(
        lambda parameters: model.log_likelihood(parameters, histories),
        histories.n_customers,
        starts,
    )


def fit_any(histories: Histories, model: str) -> Fit:
    """``model``; where it has no proper maximum, the first of the others that has.

    Where none has, ``model`` as it is; the pooled rate only where all come to that.
    """
    fits = [fit_histories(histories, model)]
    if not fits[0].converged:
        fits += [fit_histories(histories, name) for name in MODELS if name != model]
    proper = [fit for fit in fits if fit.converged]
    some = [fit for fit in fits if fit.rung != "pooled"]
    return [*proper, *some, *fits][0]


def model_of(name: str) -> Model:
    """The model of that name."""
    if name not in MODELS:
        raise UnknownModelError(model=name, known=list(MODELS))
    return MODELS[name]


def probability_alive(
    fit: Fit, frequency: npt.ArrayLike, recency: npt.ArrayLike, T: npt.ArrayLike
) -> Floats:
    """P(still a customer at ``T``), 0-1, for each history.

    Under BG/NBD it is 1 for everyone who bought once: never a churn score by itself;
    take :func:`probability_active`.
    """
    x, t_x, T = _arrays(frequency, recency, T)
    return model_of(fit.model).probability_alive(_parameters(fit), x, t_x, T)


def probability_active(
    fit: Fit,
    horizon: float,
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    T: npt.ArrayLike,
) -> Floats:
    """P(at least one purchase within ``horizon`` after ``T``), 0-1.

    ``horizon`` is in the unit of ``recency`` and ``T``.
    """
    x, t_x, T = _arrays(frequency, recency, T)
    model, parameters = model_of(fit.model), _parameters(fit)
    alive = model.probability_alive(parameters, x, t_x, T)
    return alive * model.buys_if_alive(parameters, horizon, x, T)


def expected_purchases(
    fit: Fit,
    horizon: float,
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    T: npt.ArrayLike,
) -> Floats:
    """Expected purchases within ``horizon`` after ``T``, given each history.

    ``horizon`` is in the unit of ``recency`` and ``T``. Eq. 10 of Fader, Hardie & Lee
    (2005) for BG/NBD, eq. 41 of Fader & Hardie's note 009 for Pareto/NBD.
    """
    history = _arrays(frequency, recency, T)
    return np.asarray(expected_until(fit, [horizon], *history)[0])


def expected_until(
    fit: Fit, horizons: npt.ArrayLike, frequency: Floats, recency: Floats, T: Floats
) -> Floats:
    """:func:`expected_purchases` within each of the horizons (rows), by history."""
    model, parameters = model_of(fit.model), _parameters(fit)
    some_x, ages, rows = distinct_pairs(frequency, T)
    alive = model.probability_alive(parameters, frequency, recency, T)
    return np.stack(
        [
            alive * model.purchases_if_alive(parameters, end, some_x, ages)[rows]
            for end in np.asarray(horizons, np.float64)
        ]
    )


def expected_pairs(
    fit: Fit, horizon: float, frequency: Floats, recency: Floats, T: Floats
) -> Floats:
    """E[Y (Y - 1)] of the purchases Y within ``horizon`` after ``T``."""
    model, parameters = model_of(fit.model), _parameters(fit)
    some_x, ages, rows = distinct_pairs(frequency, T)
    each = model.pairs_if_alive(parameters, horizon, some_x, ages)
    alive = model.probability_alive(parameters, frequency, recency, T)
    return np.asarray(alive * each[rows])


def new_customer_purchases(fit: Fit, horizon: float) -> float:
    """E[X(t)]: expected repeat purchases of a new customer within ``horizon``.

    Eq. 9 of Fader, Hardie & Lee (2005): the conditional expectation of a history that
    has just begun.
    """
    return float(expected_purchases(fit, horizon, [0], [0], [0])[0])


def _parameters(fit: Fit) -> Floats:
    return fit.params.to_numpy(np.float64)


def _arrays(*columns: npt.ArrayLike) -> tuple[Floats, ...]:
    return tuple(np.atleast_1d(np.asarray(column, np.float64)) for column in columns)
