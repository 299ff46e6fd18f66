"""The lifetime value that anyone can work out on paper, with its factors."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import ibis

from retention_core.clv.summary import summary
from retention_core.errors import NoOrdersError

if TYPE_CHECKING:
    from retention_core.orders import Orders

Source = Literal["churn", "observed", "capped", "floor"]

YEAR_DAYS = 365.25
LONGEST, SHORTEST = 10.0, 1.0


@dataclass(frozen=True)
class Simple:
    """Simple lifetime value: the product of the other figures.

    Attributes
    ----------
    average_order_value
        Net revenue per order of known customers, in the currency.
    orders_per_year
        Orders per customer over the 365 days up to ``as_of``, of those who ordered in
        them; over the whole history where it is shorter, and then not scaled up.
    lifespan_years
        How long a customer stays.
    lifespan_source
        ``"churn"``: 1 / (strict churn of the last complete year). ``"observed"``: the
        mean span from first to last order, which is longer. ``"capped"``: at most 10
        years. ``"floor"``: no complete year yet, or nobody in it; one year, the least
        that a churn rate can give.
    margin
        Share of revenue that is kept.
    value
        In the currency, per customer.
    """

    average_order_value: float
    orders_per_year: float
    lifespan_years: float
    lifespan_source: Source
    margin: float
    value: float


def simple(
    orders: Orders, *, margin: float = 1.0, window_days: int | None = None
) -> Simple:
    """Average order value × orders a year × years a customer stays × margin.

    Guests are left out. Needs no model, and so holds where there is too little data
    for one (definitions.md §5). ``window_days`` is the silence after which a customer
    is lost; from the data if not given.

    Raises
    ------
    NoOrdersError
        No known customer has an order.
    """
    known = orders.purchases.filter(orders.purchases.customer_id.notnull())
    year_ago = dt.datetime.combine(orders.as_of - dt.timedelta(days=364), dt.time())
    recent = known.ordered_at >= ibis.literal(year_ago)
    found = orders.run(
        known.agg(
            orders=known.count(),
            revenue=known.amount.sum(),
            recent_orders=known.count(where=recent),
            recent_customers=known.customer_id.nunique(where=recent),
        )
    ).iloc[0]
    if not found["orders"]:
        raise NoOrdersError
    order_value = float(found["revenue"]) / float(found["orders"])
    per_year = float(found["recent_orders"]) / max(float(found["recent_customers"]), 1)
    years, source = lifespan(
        _yearly_churn(orders, window_days), _observed_years(orders)
    )
    return Simple(
        average_order_value=order_value,
        orders_per_year=per_year,
        lifespan_years=years,
        lifespan_source=source,
        margin=margin,
        value=order_value * per_year * years * margin,
    )


def lifespan(churn: float | None, observed_years: float) -> tuple[float, Source]:
    """Years a customer stays, and where that comes from.

    Parameters
    ----------
    churn
        Share of the customers of a year who are lost in it; ``None`` where unknown.
    observed_years
        Mean span from first to last order.
    """
    expected = SHORTEST if churn is None else 1 / max(churn, 1 / (2 * LONGEST))
    years, source = max(
        (expected, "floor" if churn is None else "churn"), (observed_years, "observed")
    )
    if years > LONGEST:
        return LONGEST, "capped"
    return years, source  # type: ignore[return-value]


def _observed_years(orders: Orders) -> float:
    table = summary(orders)
    return float(orders.run(table.agg(d=table.recency.mean()))["d"].iloc[0]) / YEAR_DAYS


def _yearly_churn(orders: Orders, window_days: int | None) -> float | None:
    """Strict churn of the last complete year with a full start; ``None`` without."""
    from retention_core.churn import movement  # it may use this package

    years = movement(orders, grain="year", window_days=window_days)
    whole = years[years["complete"] & years["full_start"] & (years["starting"] > 0)]
    return None if whole.empty else float(whole["churn_rate"].iloc[-1])
