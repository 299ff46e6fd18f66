"""Maximum likelihood that always comes back, and says how it got there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from retention_core.clv.special import Floats

Likelihood = Callable[[Floats], tuple[float, Floats]]

PENALIZERS = (0.0, 0.001, 0.01, 0.1)
BOUND = 12.0  # of a log-parameter in rescaled units: a factor of 160,000 either way
FLAT = 1e-5  # largest slope, per customer, of a found maximum
WIDEST = 3.0  # standard error of a log-parameter beyond which data say nothing


@dataclass(frozen=True)
class Optimum:
    """Where the likelihood is highest.

    Attributes
    ----------
    log_parameters
        Logarithms of the parameters.
    covariance
        Of ``log_parameters``: the inverse Hessian of the (penalised) log-likelihood.
        Directions in which the data say nothing have a standard error of at most
        ``WIDEST``.
    penalizer
        Weight of the sum of squared parameters, per customer; 0 is plain maximum
        likelihood.
    converged
        Whether it is a proper inner maximum.
    """

    log_parameters: Floats
    covariance: Floats
    penalizer: float
    converged: bool


def maximise(
    likelihood: Likelihood, n: int, starts: Sequence[Sequence[float]]
) -> Optimum:
    """Climb from several ``starts``, penalising step by step until one holds.

    ``likelihood`` gives the log-likelihood of ``n`` customers and its gradient, both by
    the parameters, in units in which these are neither huge nor tiny. The first proper
    maximum on the lowest rung is taken; where no rung has one, the best of the last.
    """
    found: list[tuple[float, Optimum]] = []
    for penalizer in PENALIZERS:
        objective = _objective(likelihood, n, penalizer)
        found = []
        for start in starts:
            value, optimum = _climb(objective, np.log(start), n, penalizer)
            if optimum.converged:
                return optimum
            found.append((value, optimum))
    return min(found, key=lambda pair: pair[0])[1]


def _objective(likelihood: Likelihood, n: int, penalizer: float) -> Likelihood:
    """What is minimised, by log-parameters: the penalty is that of ``lifetimes``."""

    def objective(log_parameters: Floats) -> tuple[float, Floats]:
        parameters = np.exp(log_parameters)
        value, gradient = likelihood(parameters)
        penalty = penalizer * parameters @ parameters
        slope = (-gradient / n + 2 * penalizer * parameters) * parameters
        return -value / n + penalty, slope

    return objective


def _climb(
    objective: Likelihood, start: Floats, n: int, penalizer: float
) -> tuple[float, Optimum]:
    answer = minimize(
        objective,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(-BOUND, BOUND)] * len(start),
        options={"ftol": 1e-15, "gtol": 1e-8, "maxiter": 1000},
    )
    point, hessian = _polish(objective, answer.x)
    value, slope = objective(point)
    covariance, known = _covariance(hessian, n)
    inside = bool(np.all(np.abs(point) < BOUND - 0.1))
    flat = bool(np.max(np.abs(slope)) < FLAT)
    return value, Optimum(point, covariance, penalizer, inside and flat and known)


def _polish(objective: Likelihood, point: Floats) -> tuple[Floats, Floats]:
    """Newton's steps for the last digits; the point and the Hessian there."""
    hessian = _hessian(objective, point)
    for _ in range(2):
        value, slope = objective(point)
        step = np.linalg.lstsq(hessian, slope, rcond=1e-10)[0]
        better = np.clip(point - step, -BOUND, BOUND)
        if np.max(np.abs(step)) > 0.1 or objective(better)[0] > value:
            break
        point = better
    return point, hessian


def _hessian(objective: Likelihood, point: Floats, width: float = 1e-4) -> Floats:
    """Central differences of the gradient, made symmetric."""
    rows = [
        (objective(point + step)[1] - objective(point - step)[1]) / (2 * width)
        for step in np.eye(point.size) * width
    ]
    hessian = np.array(rows)
    return (hessian + hessian.T) / 2


def _covariance(hessian: Floats, n: int) -> tuple[Floats, bool]:
    """The inverse of ``n * hessian``, bounded, and whether the bound was not needed."""
    information, directions = np.linalg.eigh(n * hessian)
    known = bool(information.min() > WIDEST**-2)
    variance = 1 / np.maximum(information, WIDEST**-2)
    return (directions * variance) @ directions.T, known
