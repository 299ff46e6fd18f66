"""Maximum likelihood that always comes back, and says how it got there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
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


@dataclass(frozen=True)
class Fit:
    """A fitted model.

    Attributes
    ----------
    model
        ``"bg/nbd"``, ``"mbg/nbd"``, ``"pareto/nbd"`` or ``"gamma-gamma"``.
    params
        By name, all above 0. Those of time are in the summary's own unit.
    standard_errors
        By name, from the Hessian at ``params``.
    log_likelihood
        Without any penalty and with every constant, at ``params``.
    penalizer
        Weight of the squared parameters (times rescaled so that the longest ``T`` is 1)
        per customer; 0 where plain maximum likelihood held.
    converged
        Whether a proper maximum was found. Where not, the parameters are the best
        there are, and the page should say so.
    n_customers
        How many histories it was fitted on.
    covariance
        Of the logarithms of ``params``.
    """

    model: str
    params: pd.Series
    standard_errors: pd.Series = field(default_factory=lambda: pd.Series(dtype=float))
    log_likelihood: float = float("nan")
    penalizer: float = 0.0
    converged: bool = True
    n_customers: int = 0
    covariance: Floats = field(default_factory=lambda: np.zeros((0, 0)))

    @property
    def rung(self) -> str:
        """The step of the ladder that held: ``plain``, ``penalized``, ``boundary``."""
        if not self.converged:
            return "boundary"
        return "penalized" if self.penalizer else "plain"

    @classmethod
    def of(
        cls,
        model: str,
        params: pd.Series,
        log_likelihood: float,
        n_customers: int,
        optimum: Optimum,
    ) -> Fit:
        """What was found, with standard errors by the delta method."""
        return cls(
            model=model,
            params=params,
            standard_errors=params * np.sqrt(np.diag(optimum.covariance)),
            log_likelihood=log_likelihood,
            penalizer=optimum.penalizer,
            converged=optimum.converged,
            n_customers=n_customers,
            covariance=optimum.covariance,
        )


def maximise(
    likelihood: Likelihood,
    n: int,
    starts: Sequence[Sequence[float]],
    sensible: Callable[[Floats], bool] = lambda _: True,
) -> Optimum:
    """Climb from several ``starts``, penalising step by step until one holds.

    ``likelihood`` gives the log-likelihood of ``n`` customers and its gradient, both by
    the parameters, in units in which these are neither huge nor tiny. The first proper
    maximum with ``sensible`` parameters on the lowest rung is taken; where no rung has
    one, the best of the last.
    """
    found: list[tuple[float, Optimum]] = []
    for penalizer in PENALIZERS:
        objective = _objective(likelihood, n, penalizer)
        found = []
        for start in starts:
            value, optimum = _climb(objective, np.log(start), n, penalizer)
            if optimum.converged and sensible(np.exp(optimum.log_parameters)):
                return optimum
            found.append((value, optimum))
    best = min(found, key=lambda pair: pair[0])[1]
    return replace(best, converged=False)


def _objective(likelihood: Likelihood, n: int, penalizer: float) -> Likelihood:
    """What is minimised, by log-parameters: the penalty is that of ``lifetimes``."""

    def objective(log_parameters: Floats) -> tuple[float, Floats]:
        parameters = np.exp(log_parameters)
        value, gradient = likelihood(parameters)
        penalty = penalizer * float(parameters @ parameters)
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
