"""What is asked about one customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis
import pandas as pd

from retention_core import clv, customer, lists, rfm
from retention_core.clv import scores
from retention_ui.questions.people import people
from retention_ui.questions.segments import breaks_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from retention_core.orders import Orders

CENTS = 2


def outlook(
    orders: Orders,
    *,
    customer_id: str,
    fits: Mapping[str, Any],
    window_days: int,
    **terms: Any,  # noqa: ANN401 the terms of clv.forecast
) -> dict[str, float]:
    """Answer what one customer should bring: the row of the forecast's own list.

    With ``probability_in_window``, and the 80 % and 95 % intervals of
    :func:`clv.customer_intervals`.
    """
    known, asked = clv.Fits.from_json(fits), clv.Terms(**terms)
    own = customer.alone(orders, customer_id)
    with scores.held(own, known, asked, window_days=window_days) as rows:
        frame = orders.run(rows)
    found = frame.join(clv.customer_intervals(known, frame, asked))
    told = found.drop(columns="customer_id").iloc[0]
    return {str(name): float(value) for name, value in told.items()}


def standing(
    orders: Orders,
    *,
    customer_id: str,
    fits: Mapping[str, Any] | None,
    window_days: int,
    **known: Any,  # noqa: ANN401 as of lists.members
) -> pd.DataFrame:
    """List the lists that one customer stands on, the first in priority first.

    ``list, act_on, product``, as of :func:`retention_core.lists.members`. By
    what is ``known`` of everybody (``learned, levels, tiers``): nobody else is looked
    at.
    """
    shown = ("list", "act_on", "product")
    with (
        customer.held(orders, customer_id) as own,
        people(own, fits=fits, window_days=window_days) as alone,
    ):
        parts = [
            lists.members(own, name, alone, window_days=window_days, **known).select(
                *shown, place=ibis.literal(place)
            )
            for place, name in enumerate(lists.NAMES)
        ]
        found = own.run(ibis.union(*parts).order_by("place"))
    return found[[*shown]]


def segment(
    orders: Orders, *, customer_id: str, breaks: Mapping[str, Sequence[float]]
) -> str:
    """Name the segment of one customer, by given breaks (``rfm_breaks``)."""
    own = customer.alone(orders, customer_id)
    found = orders.run(rfm.scored(own, breaks_of(breaks)))
    return str(found["segment"].iloc[0])


def first(orders: Orders, *, limit: int) -> pd.DataFrame:
    """List the customers who brought most, as :func:`customer.search` would."""
    bought = orders.purchases.filter(orders.purchases.customer_id.notnull())
    sums = bought.group_by("customer_id").agg(
        orders=bought.count(),
        last_order=bought.ordered_at.max().date(),
        revenue=bought.amount.sum().round(CENTS),
    )
    order = [sums.revenue.desc(), "customer_id"]
    return orders.run(sums.order_by(order).limit(limit).drop("revenue"))


def contacts(orders: Orders, *, customer_id: str) -> pd.DataFrame:
    """List when one customer was contacted, with what, latest first."""
    if orders.contacts is None:
        return pd.DataFrame()
    rows = orders.contacts
    own = rows.filter(rows.customer_id == customer_id)
    return orders.run(own.order_by([own.contacted_on.desc(), "campaign"]))


QUESTIONS: dict[str, Callable[..., Any]] = {
    "customer_search": customer.search,
    "customer_first": first,
    "customer": customer.one,
    "customer_outlook": outlook,
    "customer_standing": standing,
    "customer_segment": segment,
    "customer_contacts": contacts,
}
