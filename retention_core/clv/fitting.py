"""Maximum likelihood that always comes back, and says how it got there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from retention_core.clv.special import Floats

Rung = Literal["plain", "penalized", "boundary", "pooled"]
Likelihood = Callable[[Floats], tuple[float, Floats]]

PROPER = ("plain", "penalized")  # rungs with a proper maximum
PENALIZERS = (0.0, 0.001, 0.01, 0.1)
BOUND = 12.0  # of a log-parameter in rescaled units: a factor of 160,000 either way
HUGE = 8.0  # a log-parameter that is running away
ALIKE = 1e-7  # difference of two heights, per customer, that is none
FLAT = 1e-5  # largest slope, per customer, of a found maximum
WIDEST = 3.0  # standard error of a log-parameter beyond which data say nothing
DEAREST = 2.0  # log-likelihood that a penalty may cost; e^2 = 7 times less likely
LEFT = 1e-6  # log-likelihood that Newton's next step would still find at a maximum
NOWHERE = 1e10  # stands for a likelihood that is no number: never the least


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
    rung
        The step of the ladder: see :class:`Fit`.
    log_likelihood
        There, without the penalty.
    settled
        Whether it is a maximum, though maybe one in a direction in which the data say
        nothing.
    """

    log_parameters: Floats
    covariance: Floats
    penalizer: float
    rung: Rung
    log_likelihood: float = float("nan")
    settled: bool = False


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
    rung
        The step of the ladder that held: ``"plain"`` maximum likelihood;
        ``"penalized"``; ``"boundary"`` (no proper maximum: a parameter went to 0, say
        because nobody ever left; predictions are finite, standard errors say little);
        ``"pooled"`` (no fit reproduces the history it was fitted on: everyone buys at
        the rate of all together, :func:`clv.models.pooled`; of spend, everyone is drawn
        to the mean by a fixed rule).
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
    rung: Rung = "plain"
    n_customers: int = 0
    covariance: Floats = field(default_factory=lambda: np.zeros((0, 0)))

    @property
    def converged(self) -> bool:
        """Whether a proper maximum was found."""
        return self.rung in PROPER

    @property
    def steps(self) -> Floats:
        """One standard error of the log-parameters along each independent direction.

        A row a direction: an eigenvector of ``covariance``.
        """
        variance, directions = np.linalg.eigh(self.covariance)
        return np.asarray((directions * np.sqrt(np.maximum(variance, 0))).T)

    def to_json(self) -> dict[str, Any]:
        """Values that JSON knows; :meth:`from_json` undoes it to the last digit."""
        return {
            **vars(self),
            "params": self.params.to_dict(),
            "standard_errors": self.standard_errors.to_dict(),
            "covariance": self.covariance.tolist(),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Fit:
        """The fit of :meth:`to_json`."""
        return cls(
            **{
                **values,
                "params": pd.Series(values["params"], dtype=float),
                "standard_errors": pd.Series(values["standard_errors"], dtype=float),
                "covariance": np.array(values["covariance"], np.float64),
            }
        )

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
            rung=optimum.rung,
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
    maximum with ``sensible`` parameters is taken, unless the penalty has made the data
    e^``DEAREST`` times less likely: then they do say something, only not each parameter
    by itself (customers who all leave alike: large ``a`` and ``b``), and the plain one
    holds. Where no rung has a maximum, the first that runs away to nothing huge: a
    parameter of practically 0 (nobody ever leaves, nobody comes back) is an answer.
    """
    # Four parameters are no work for two threads: waking them takes twice the time.
    with threadpool_limits(limits=1, user_api="blas"):
        return _ladder(likelihood, n, starts, sensible)


def _ladder(
    likelihood: Likelihood,
    n: int,
    starts: Sequence[Sequence[float]],
    sensible: Callable[[Floats], bool],
) -> Optimum:
    edges: list[Optimum] = []
    for penalizer in PENALIZERS:
        objective = _objective(likelihood, n, penalizer)
        found = []
        for start in starts:
            value, optimum = _climb(objective, np.log(start), n, penalizer)
            fine = sensible(np.exp(optimum.log_parameters))
            if optimum.rung != "boundary" and fine:
                return _likelier(edges[:1], optimum, sensible)
            found.append((not fine, value, optimum))
            if _agreed(found):
                break  # a third start would go there too
        edges.append(min(found, key=lambda climb: climb[:2])[-1])
    finite = (edge for edge in edges if edge.log_parameters.max() < HUGE)
    return replace(next(finite, edges[-1]), rung="boundary")


def _agreed(found: Sequence[tuple[bool, float, Optimum]]) -> bool:
    """Whether the last two climbs, from afar, came to the same height."""
    heights = [value for _, value, _ in found[-2:]]
    return len(heights) > 1 and abs(heights[0] - heights[1]) < ALIKE


def _likelier(
    plain: Sequence[Optimum], found: Optimum, sensible: Callable[[Floats], bool]
) -> Optimum:
    """``found``, unless its penalty costs too much of the ``plain`` likelihood."""
    for edge in plain:
        dear = edge.log_likelihood - found.log_likelihood > DEAREST
        if dear and sensible(np.exp(edge.log_parameters)):
            return replace(edge, rung="plain" if edge.settled else "boundary")
    return found


def _objective(likelihood: Likelihood, n: int, penalizer: float) -> Likelihood:
    """What is minimised, by log-parameters: the penalty is that of ``lifetimes``."""

    def objective(log_parameters: Floats) -> tuple[float, Floats]:
        parameters = np.exp(log_parameters)
        value, gradient = likelihood(parameters)
        if not (np.isfinite(value) and np.isfinite(gradient).all()):
            return NOWHERE, np.zeros_like(parameters)
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
        options={"ftol": 1e-10, "gtol": 1e-6, "maxiter": 300},  # Newton does the rest
    )
    point, hessian = _polish(objective, answer.x)
    value, slope = objective(point)
    covariance, known, left = _covariance(hessian, slope, n)
    inside = bool(np.all(np.abs(point) < BOUND - 0.1))
    flat = bool(np.max(np.abs(slope)) < FLAT)
    rung: Rung = "penalized" if penalizer else "plain"
    if not (inside and flat and known):
        rung = "boundary"
    penalty = penalizer * float(np.exp(2 * point).sum())
    return value, Optimum(
        point,
        covariance,
        penalizer,
        rung,
        log_likelihood=n * (penalty - value),
        settled=inside and left < LEFT,
    )


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


def _covariance(hessian: Floats, slope: Floats, n: int) -> tuple[Floats, bool, float]:
    """The inverse of ``n * hessian``, bounded, and whether the bound was not needed.

    Last what Newton's next step would add to the log-likelihood: infinite where it
    still bends upwards.
    """
    information, directions = np.linalg.eigh(n * hessian)
    known = bool(information.min() > WIDEST**-2)
    variance = 1 / np.maximum(information, WIDEST**-2)
    left = float("inf")
    if information.min() > 0:
        left = float(((n * slope @ directions) ** 2 / information).sum() / 2)
    return (directions * variance) @ directions.T, known, left
