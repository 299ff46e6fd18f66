"""The package ``lifetimes`` with our fits and scores: the one module that knows it.

Its fitters are the face of these models to many; the package is archived, fails on
small samples, overflows on frequent buyers and takes its time. These are subclasses
that can be swapped in: the same arguments, attributes and predictions, worked out by
:mod:`clv.models` on distinct histories.

>>> from retention_core.clv.companion import BetaGeoFitter
>>> fitter = BetaGeoFitter().fit(frequency, recency, T)  # doctest: +SKIP

What is not here is inherited, probabilities of n purchases say, and its plots work.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import pandas as pd

from retention_core.clv import models
from retention_core.clv.ahead import Ahead
from retention_core.clv.errors import UnknownModelError
from retention_core.clv.fitting import Fit, maximise
from retention_core.clv.histories import Histories
from retention_core.clv.special import slices
from retention_core.clv.spend import Spenders, expected_order_value, fit_spenders

with warnings.catch_warnings():  # the package silences some for everybody
    warnings.simplefilter("ignore")
    import lifetimes
    from lifetimes import generate_data

if TYPE_CHECKING:
    import numpy.typing as npt

    from retention_core.clv.special import Floats

MONTHS = {"H": 24 * 365.25 / 12, "D": 365.25 / 12, "W": 365.25 / 84, "M": 1.0}
ROWS = 2**18  # customers scored at once, so that memory stays bounded


class _Fitted:
    """What all fitters tell of a fit, by the names of ``lifetimes``."""

    fit_: Fit
    params_: pd.Series
    variance_matrix_: pd.DataFrame
    standard_errors_: pd.Series
    confidence_intervals_: pd.DataFrame

    def set_fit(self, fit: Fit) -> Self:
        """Take over a fit of ours."""
        names = fit.params.index
        values = fit.params.to_numpy(np.float64)
        variance = np.outer(values, values) * fit.covariance
        half = 1.96 * fit.standard_errors
        self.fit_, self.params_ = fit, fit.params
        self.variance_matrix_ = pd.DataFrame(variance, index=names, columns=names)
        self.standard_errors_ = fit.standard_errors
        self.confidence_intervals_ = pd.DataFrame(
            {"lower 95% bound": fit.params - half, "upper 95% bound": fit.params + half}
        )
        self._negative_log_likelihood_ = -fit.log_likelihood / max(fit.n_customers, 1)
        return self


class _TimingFitter(_Fitted):
    """A timing model, fitted and asked by :mod:`clv.models`.

    Without a ``penalizer_coef`` the ladder of :func:`clv.fit` penalises where it must;
    ``fit_`` says how much.
    """

    model: ClassVar[str]
    penalizer_coef: float

    def fit(
        self,
        frequency: npt.ArrayLike,
        recency: npt.ArrayLike,
        T: npt.ArrayLike,
        weights: npt.ArrayLike | None = None,
        **options: Any,  # noqa: ANN401 those of the optimiser there
    ) -> Self:
        """Fit to customers' histories, or to ``weights`` customers of each.

        Parameters
        ----------
        frequency, recency, T
            As of :func:`clv.summary`, in any unit of time.
        options
            ``index`` of :attr:`data`; those of another optimiser say nothing here.

        Raises
        ------
        InvalidSummaryError
            A history that no customer can have, or none at all.
        """
        columns = [np.asarray(each, np.float64) for each in (frequency, recency, T)]
        n = np.ones(columns[0].shape) if weights is None else weights
        columns.append(np.asarray(n, np.float64))
        histories = Histories(*columns)
        histories.check()
        distinct, coefficient = histories.merged(), self.penalizer_coef
        if coefficient:
            self.set_fit(_penalised(distinct, self.model, coefficient))
        else:
            self.set_fit(models.fit_histories(distinct, self.model))
        names = ("frequency", "recency", "T", "weights")
        named = dict(zip(names, columns, strict=True))
        self.data = pd.DataFrame(named, index=options.get("index"))
        return self

    def conditional_probability_alive(
        self, frequency: npt.ArrayLike, recency: npt.ArrayLike, T: npt.ArrayLike
    ) -> Floats:
        """P(still a customer at ``T``)."""

        def alive(*history: Floats) -> Floats:
            return models.probability_alive(fit_of(self), *history)

        return np.atleast_1d(np.asarray(_each(alive, frequency, recency, T)))

    def conditional_expected_number_of_purchases_up_to_time(
        self,
        t: npt.ArrayLike,
        frequency: npt.ArrayLike,
        recency: npt.ArrayLike,
        T: npt.ArrayLike,
    ) -> Any:  # noqa: ANN401 a number, an array or a Series, as what is asked
        """Expected purchases within ``t`` after ``T``, in the unit of ``T``."""
        ours = fit_of(self)

        def purchases(t: Floats, *history: Floats) -> Floats:
            found = np.empty(t.size)
            for end in np.unique(t):
                rows = t == end
                part = (column[rows] for column in history)
                found[rows] = models.expected_purchases(ours, float(end), *part)
            return found

        return _each(purchases, t, frequency, recency, T)

    predict = conditional_expected_number_of_purchases_up_to_time

    def expected_number_of_purchases_up_to_time(self, t: npt.ArrayLike) -> Any:  # noqa: ANN401 as there
        """Expected repeat purchases of a new customer within ``t``."""
        none = np.zeros(np.shape(t))
        return self.predict(t, none, none, none)

    def conditional_probability_alive_matrix(
        self, max_frequency: int | None = None, max_recency: int | None = None
    ) -> Floats:
        """P(alive) by recency (rows) and frequency at an age of ``max_recency``."""
        age = max_recency or int(self.data["T"].max())
        most = max_frequency or int(self.data["frequency"].max())
        recency, frequency = np.ogrid[: age + 1, : most + 1]
        return self.conditional_probability_alive(frequency, recency, age)

    def generate_new_data(self, size: int = 1) -> pd.DataFrame:
        """Customers simulated by ``lifetimes``, as old as those fitted."""
        drawn: pd.DataFrame = _GENERATORS[self.model](
            self.data["T"], *self.params_, size=size
        )
        return drawn


class BetaGeoFitter(_TimingFitter, lifetimes.BetaGeoFitter):  # type: ignore[misc]
    """``lifetimes.BetaGeoFitter``, by us."""

    model = "bg/nbd"


class ModifiedBetaGeoFitter(_TimingFitter, lifetimes.ModifiedBetaGeoFitter):  # type: ignore[misc]
    """``lifetimes.ModifiedBetaGeoFitter``, by us."""

    model = "mbg/nbd"


class ParetoNBDFitter(_TimingFitter, lifetimes.ParetoNBDFitter):  # type: ignore[misc]
    """``lifetimes.ParetoNBDFitter``, by us, with standard errors."""

    model = "pareto/nbd"


class GammaGammaFitter(_Fitted, lifetimes.GammaGammaFitter):  # type: ignore[misc]
    """``lifetimes.GammaGammaFitter``, by us."""

    def fit(
        self,
        frequency: npt.ArrayLike,
        monetary_value: npt.ArrayLike,
        weights: npt.ArrayLike | None = None,
        **options: Any,  # noqa: ANN401 those of the optimiser there
    ) -> Self:
        """Fit to repeat customers; who never repeated or never paid is left out.

        Raises
        ------
        NoRepeatSpendError
            Nobody has spent anything on a second day.
        """
        x, money = (
            np.asarray(each, np.float64) for each in (frequency, monetary_value)
        )
        n = np.ones(x.shape, int) if weights is None else np.asarray(weights)
        columns = {"monetary_value": money, "frequency": x, "weights": n}
        self.data = pd.DataFrame(columns, index=options.get("index"))
        each = (
            self.data.loc[np.repeat(self.data.index, n)] if n.max() > 1 else self.data
        )
        return self.set_fit(fit_spenders(Spenders.of(each)))

    def customer_lifetime_value(  # noqa: PLR0913, PLR0917 as there
        self,
        transaction_prediction_model: Any,  # noqa: ANN401 a fitter of either
        frequency: npt.ArrayLike,
        recency: npt.ArrayLike,
        T: npt.ArrayLike,
        monetary_value: npt.ArrayLike,
        time: int = 12,
        discount_rate: float = 0.01,
        freq: str = "D",
    ) -> pd.Series:
        """Discounted value of each customer over ``time`` months.

        Unlike there, a month is 1/12 of 365.25 days in the unit ``freq`` of ``T``.

        Parameters
        ----------
        transaction_prediction_model
            A fitted timing model, of this module or of ``lifetimes``.
        time
            Months.
        discount_rate
            A month, a share.
        freq
            Unit of ``T``: ``"H"``, ``"D"``, ``"W"`` or ``"M"``.
        """
        timing = fit_of(transaction_prediction_model)
        steps = np.arange(1.0, time + 1)
        discounts = (1 + discount_rate) ** -steps
        spend = fit_of(self)

        def value(x: Floats, t_x: Floats, T: Floats, money: Floats) -> Floats:
            bought = Ahead.of(timing, MONTHS[freq] * steps, (x, t_x, T))
            return expected_order_value(spend, x, money) * (discounts @ bought)

        index = getattr(frequency, "index", None)
        values = _each(value, frequency, recency, T, monetary_value)
        return pd.Series(np.atleast_1d(values), index=index, name="clv")


def _each(function: Any, *columns: npt.ArrayLike) -> Any:  # noqa: ANN401
    """``function`` of columns that are broadcast, part by part; a Series of Series."""
    arrays = np.broadcast_arrays(*(np.asarray(each, np.float64) for each in columns))
    flat = [np.ravel(each) for each in arrays]
    found = np.empty(flat[0].size)
    for part in slices(found.size, ROWS):
        found[part] = function(*(each[part] for each in flat))
    shaped = found.reshape(arrays[0].shape)
    labels = [each.index for each in columns if isinstance(each, pd.Series)]
    return pd.Series(shaped, index=labels[0]) if labels else shaped[()]


def _penalised(histories: Histories, name: str, coefficient: float) -> Fit:
    """Maximum likelihood less so much of the squared parameters per customer.

    Times are counted so that the longest ``T`` is 1, as in ``lifetimes``.
    """
    model, unit = models.model_of(name), float(histories.T.max()) or 1.0
    scaled, n = histories.in_unit(unit), histories.n_customers

    def likelihood(at: Floats) -> tuple[float, Floats]:
        value, gradient = model.log_likelihood(at, scaled)
        cost = n * coefficient * at
        return value - float(cost @ at), gradient - 2 * cost

    optimum = maximise(likelihood, n, model.starts)
    values = np.exp(optimum.log_parameters)
    values[list(model.in_time)] *= unit
    params = pd.Series(values, index=list(model.parameters))
    value, _ = model.log_likelihood(values, histories)
    held = replace(optimum, penalizer=coefficient)
    return Fit.of(name, params, value, n, held)


_GENERATORS = {
    "bg/nbd": generate_data.beta_geometric_nbd_model,
    "mbg/nbd": generate_data.modified_beta_geometric_nbd_model,
    "pareto/nbd": generate_data.pareto_nbd_model,
}
FITTERS: dict[str, type[Any]] = {
    "bg/nbd": BetaGeoFitter,
    "mbg/nbd": ModifiedBetaGeoFitter,
    "pareto/nbd": ParetoNBDFitter,
    "gamma-gamma": GammaGammaFitter,
}
# The modified one is a subclass of the other there: it comes first.
_NAMES = {
    lifetimes.ModifiedBetaGeoFitter: "mbg/nbd",
    lifetimes.BetaGeoFitter: "bg/nbd",
    lifetimes.ParetoNBDFitter: "pareto/nbd",
    lifetimes.GammaGammaFitter: "gamma-gamma",
}


def fitter_of(fit: Fit) -> Any:  # noqa: ANN401 one of FITTERS
    """A fit of ours as a fitter of ``lifetimes``, to be asked and plotted there."""
    return FITTERS[fit.model]().set_fit(fit)


def fit_of(fitter: Any) -> Fit:  # noqa: ANN401
    """A fitter of ``lifetimes``, ours or theirs, as a fit of ours.

    Theirs, and one whose ``params_`` were set by hand, has parameters only.

    Raises
    ------
    UnknownModelError
        None of the four.
    """
    known: Fit | None = getattr(fitter, "fit_", None)
    if known is not None and fitter.params_.equals(known.params):
        return known
    for kind, model in _NAMES.items():
        if isinstance(fitter, kind):
            return Fit(model, fitter.params_)
    raise UnknownModelError(model=type(fitter).__name__, known=list(FITTERS))
