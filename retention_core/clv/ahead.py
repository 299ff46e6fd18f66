"""Purchases expected between several horizons, without a matrix of all histories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, overload

import numpy as np

from retention_core.clv.distinct import distinct_pairs
from retention_core.clv.models import model_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from retention_core.clv.fitting import Fit
    from retention_core.clv.special import Floats


@dataclass(frozen=True)
class Ahead:
    """Expected purchases in each of several periods to come, by history.

    A matrix of periods (rows) by histories (columns) in two factors: customers of one
    frequency and age differ only in whether they still are customers, so that it is a
    table by these, and one chance for each of millions of histories. It is multiplied
    (``@``) and summed as if it were there.

    Attributes
    ----------
    alive
        P(still a customer) of each history.
    rows
        Which frequency and age it has.
    if_alive
        Expected purchases in each period (rows) by frequency and age (columns).
    """

    alive: Floats
    rows: np.ndarray
    if_alive: Floats

    @classmethod
    def of(
        cls, fit: Fit, ends: npt.ArrayLike, history: tuple[Floats, Floats, Floats]
    ) -> Ahead:
        """From now to the first of the ``ends``, from there to the next ...

        They are in the unit of the ``history``: frequency, recency, T.
        """
        model, parameters = model_of(fit.model), fit.params.to_numpy(np.float64)
        x, ages, rows = distinct_pairs(history[0], history[2])
        each = np.asarray(ends, np.float64)
        until = model.purchases_if_alive(
            parameters,
            np.repeat(each, x.size),
            *(np.tile(c, each.size) for c in (x, ages)),
        )
        alive = model.probability_alive(parameters, *history)
        by_end = until.reshape(each.size, x.size)
        return cls(alive, rows, np.diff(by_end, axis=0, prepend=0))

    # Arrays leave ``weights @ ahead`` to it.
    __array_ufunc__: ClassVar[None] = None

    def __matmul__(self, weights: Floats) -> Floats:
        """In each period: the sum over histories, times the ``weights`` of these."""
        some = np.bincount(self.rows, self.alive * weights, self.if_alive.shape[1])
        return np.asarray(self.if_alive @ some)

    def __rmatmul__(self, weights: Floats) -> Floats:
        """Of each history: the sum over periods, times the ``weights`` of these."""
        return np.asarray(self.alive * (weights @ self.if_alive)[self.rows])

    @overload
    def sum(self, axis: Literal[0]) -> Floats: ...
    @overload
    def sum(self) -> np.float64: ...
    def sum(self, axis: Literal[0] | None = None) -> Floats | np.float64:
        """Over all periods, of each history (``axis`` 0) or of all."""
        each = np.ones(len(self.if_alive)) @ self
        return each if axis == 0 else each.sum()
