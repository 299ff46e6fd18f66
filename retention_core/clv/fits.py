"""A shop's fitted models: worked out once, asked many times."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from retention_core import engine
from retention_core.clv import models
from retention_core.clv.enough import make_sure
from retention_core.clv.fitting import Fit
from retention_core.clv.histories import Histories
from retention_core.clv.spend import Spenders, fit_spenders
from retention_core.clv.summary import summary
from retention_core.clv.uncertainty import Unexplained

if TYPE_CHECKING:
    from collections.abc import Mapping

    import ibis.expr.types as ir

    from retention_core.orders import Orders


@dataclass(frozen=True)
class Fits:
    """Both models of a shop, and what is known against them.

    Attributes
    ----------
    timing
        The timing model; it may be another than asked for.
    spend
        Gamma-Gamma.
    independence
        Pearson r between frequency and spend, which the models take to be 0; NaN where
        one is all alike.
    unexplained
        By how much the timing model missed the shop's own past beyond what its own
        interval explains; by nothing where that was not looked at, or all is explained:
        ``Comparison.counted_in`` of :func:`clv.compare`. Intervals of totals count it
        in.
    """

    timing: Fit
    spend: Fit
    independence: float
    unexplained: Unexplained = field(default_factory=Unexplained)

    def to_json(self) -> dict[str, Any]:
        """Values that JSON knows; :meth:`from_json` undoes it to the last digit."""
        return {
            "timing": self.timing.to_json(),
            "spend": self.spend.to_json(),
            "independence": self.independence,
            "unexplained": list(self.unexplained),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Fits:
        """The fits of :meth:`to_json`."""
        return cls(
            Fit.from_json(values["timing"]),
            Fit.from_json(values["spend"]),
            float(values["independence"]),
            Unexplained(*values["unexplained"]),
        )


def fits(orders: Orders, model: str = "bg/nbd") -> Fits:
    """Fit a timing model and the spend model to all known customers.

    Parameters
    ----------
    model
        As of :func:`clv.forecast`.

    Raises
    ------
    TooLittleDataError
        Before anything is fitted: fewer than 50 repeat customers, or a history of less
        than 3 median purchase intervals.
    NoRepeatSpendError
        Repeat customers never paid anything.
    UnknownModelError
        No such model.
    """
    models.model_of(model)
    with engine.held(nameless(orders), orders.backend) as known:
        return fits_of(orders, known, model)


def nameless(orders: Orders) -> ir.Table:
    """Every customer's summary; who they are takes most of the room, and no part."""
    return summary(orders).drop("customer_id")


def fits_of(orders: Orders, known: ir.Table, model: str) -> Fits:
    """:func:`fits` of the shop's summary, worked out already."""
    histories = Histories.distinct(known)
    make_sure(orders, histories)
    spenders = Spenders.of(known)
    return Fits(
        timing=models.fit_any(histories, model),
        spend=fit_spenders(spenders),
        independence=spenders.independence,
    )
