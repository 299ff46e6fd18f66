"""Who is at risk, and how far to trust that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retention_core import risk as core
from retention_core.columns import CONTACTS
from retention_core.errors import TooLittleDataError
from retention_ui.forecasts import TooLittle
from retention_ui.questions.people import with_details

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import ibis.expr.types as ir
    import pandas as pd

    from retention_core.orders import Orders


@dataclass(frozen=True)
class Fitted:
    """The model of the score: ``r, alpha, a, b``; whether it is a proper maximum."""

    params: list[float]
    converged: bool


def fitted(orders: Orders) -> Fitted | TooLittle:
    """Fit the model that every other question here is given, or say why there is none.

    Fitted once for a shop: list, quadrants and counts take its parameters.
    """
    try:
        found = core.fitted(orders)
    except TooLittleDataError as error:
        return TooLittle(error.code, error.fields)
    return Fitted([float(each) for each in found.params], found.converged)


def hit_rate(orders: Orders, *, window_days: int) -> core.HitRate | TooLittle:
    """Test score and rule on the last ``window_days``, or say why that cannot be."""
    try:
        return core.hit_rate(orders, window_days=window_days)
    except TooLittleDataError as error:
        return TooLittle(error.code, error.fields)


def risk(
    orders: Orders,
    *,
    window_days: int,
    params: Sequence[float] | None,
    quarter: str | None = None,
    limit: int | None = None,
) -> pd.DataFrame:
    """List customers: those that rule and score disagree on first, then by revenue.

    Of one of ``risk.QUARTERS`` only, where ``quarter`` is given.
    """
    table = core.scored_by(orders, window_days=window_days, params=params)
    if quarter is not None:
        table = core.placed(table)
        table = table.filter(table.quarter == quarter).drop("quarter", "revenue_fifth")
    shown = table.order_by(_by_risk(table))
    shown = shown if limit is None else shown.limit(limit)
    listed = with_details(core.with_usual_gap(shown, orders), orders, CONTACTS)
    return orders.run(listed.order_by(_by_risk(listed)))


def _by_risk(table: ir.Table) -> list[ir.Value | str]:
    hidden = core.undecided(table).fill_null(False)
    return [hidden.desc(), table.revenue.desc(), "customer_id"]


QUESTIONS: dict[str, Callable[..., Any]] = {
    "fitted": fitted,
    "hit_rate": hit_rate,
    "quadrants": core.quadrants,
    "risk": risk,
}
