"""Who brings the value to come: what is asked of the customers' forecast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retention_core import clv
from retention_core.clv import matrix, scores
from retention_core.clv.concentration import held_by, lorenz
from retention_core.clv.distribution import distribution
from retention_core.clv.forecast import MONTH_DAYS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import ibis.expr.types as ir
    import pandas as pd

    from retention_core.clv.distribution import Distribution
    from retention_core.orders import Orders


@dataclass(frozen=True)
class Brought:
    """Who brings it.

    ``curve``: ``share_of_customers``, best first, and ``share_of_value`` to come and
    ``share_of_revenue`` so far that they hold; ``customers``: the most valuable with
    80 % and 95 % intervals (:func:`clv.customer_intervals`) of all ``n_customers``;
    ``matrix``: :mod:`retention_core.clv.matrix`.
    """

    curve: pd.DataFrame
    customers: pd.DataFrame
    n_customers: int
    matrix: pd.DataFrame
    distribution: Distribution

    def held_by(self, share: float, of: str = "share_of_value") -> float:
        """What the first ``share`` of customers hold, 0-1, of a column of ``curve``."""
        curve = self.curve[["share_of_customers"]].assign(share=self.curve[of])
        return held_by(curve, share)


def brought(
    orders: Orders,
    *,
    fits: Mapping[str, Any],
    window_days: int,
    limit: int,
    **terms: Any,  # noqa: ANN401 the terms of clv.forecast
) -> Brought:
    """Answer who brings it; every customer is scored once for all of it."""
    known, asked = clv.Fits.from_json(fits), clv.Terms(**terms)
    with scores.held(orders, known, asked, window_days=window_days) as customers:
        curve = lorenz(orders, customers.clv)
        listed = orders.run(
            _listed(customers.drop("probability_in_window")).limit(limit)
        )
        cells = orders.run(matrix.frequency_recency(customers, window_days=window_days))
        spread = distribution(orders, customers)
    revenue = clv.concentration(orders)["share_of_revenue"]
    return Brought(
        curve=curve.rename(columns={"share": "share_of_value"}).assign(
            share_of_revenue=revenue
        ),
        customers=listed.join(clv.customer_intervals(known, listed, asked)),
        n_customers=int(cells["customers"].sum()),
        matrix=matrix.filled(
            cells,
            known.timing,
            months_days=float(asked.ends[-1]),
            window_days=window_days,
            oldest=orders.span_days - 1,
        ),
        distribution=spread,
    )


def rows(orders: Orders, *, fits: Mapping[str, Any], **terms: Any) -> pd.DataFrame:  # noqa: ANN401
    """List the forecast of every customer, most valuable first."""
    known, asked = clv.Fits.from_json(fits), clv.Terms(**terms)
    with scores.held(orders, known, asked) as customers:
        return orders.run(_listed(customers))


def alive_path(
    orders: Orders, *, fits: Mapping[str, Any], customer_id: str, months: int
) -> pd.DataFrame:
    """Answer how sure it was, day by day, that somebody is still a customer."""
    timing = clv.Fits.from_json(fits).timing
    return clv.alive_path(orders, timing, customer_id, horizon=MONTH_DAYS * months)


def _listed(scored: ir.Table) -> ir.Table:
    days = (scored["T"] - scored.recency).cast("int64")
    listed = scored.mutate(orders=scored.frequency + 1, days_since_last_order=days)
    return listed.order_by([listed.clv.desc(), listed.customer_id.asc()])


QUESTIONS: dict[str, Callable[..., Any]] = {
    "brought": brought,
    "brought_rows": rows,
    "alive_path": alive_path,
}
