"""Everybody the lists choose from: a row a known customer, worked out once."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import ibis
import numpy as np

from retention_core import engine
from retention_core.clv import models, scores
from retention_core.clv.forecast import Terms
from retention_core.clv.histories import Histories
from retention_core.risk import DIGITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import ibis.expr.types as ir

    from retention_core.clv.fits import Fits
    from retention_core.orders import Orders

USUAL = Terms(months=12, annual_discount_rate=0.10, margin=1.0)
A_YEAR = 365
PEOPLE = (
    "customer_id",
    "purchase_days",
    "first_order",
    "last_order",
    "days_since_last_order",
    "usual_gap_days",
    "revenue",
    "average_order_value",
    "frequency",
    "recency",
    "T",
    "monetary_value",
    "probability_alive",
    "probability_in_window",
    "expected",
    "stake",
)


@contextmanager
def people(
    orders: Orders, *, fits: Fits | None, window_days: int
) -> Iterator[ir.Table]:
    """Work out everybody with a purchase, once, for all lists; gone afterwards.

    Parameters
    ----------
    fits
        What :func:`clv.fits` found; None where there is too little data for a model.
    window_days
        The window ``w``, at least 1.

    Yields
    ------
    Ibis table, a row a known customer, of the columns ``PEOPLE``:

    ``customer_id``; ``purchase_days``, how many; ``first_order``, ``last_order``
    (dates); ``days_since_last_order``, from there to ``as_of``; ``usual_gap_days``,
    the median days between purchase days, null with fewer than two; ``revenue``, net,
    so far; ``average_order_value``, ``revenue`` a purchase day; ``frequency, recency,
    T, monetary_value`` as of :func:`clv.summary`;

    ``probability_alive``; ``probability_in_window``, of an order in the next
    ``window_days``; ``expected``, what the customer should bring in the next twelve
    months: ``clv`` by the forecast's usual terms (12 months, 10 % a year, margin 1);
    ``stake``, the same if the customer still is one. It is worked out as such, not
    as ``expected`` by ``probability_alive``, which may be 0.

    Without ``fits``: the three are null, and ``stake`` is the net revenue of the
    purchases of the last 365 days.
    """
    with engine.held(_standing(orders), orders.backend) as known:
        valued = known if fits is None else _forecast(known, fits, window_days)
        with engine.held(_whole(valued), orders.backend) as table:
            yield table


def silences(orders: Orders) -> ir.Table:
    """How often and how lately each customer bought: of :func:`people` the cheapest.

    ``customer_id, purchase_days, days_since_last_order``.
    """
    days = orders.purchase_days
    known = days.group_by("customer_id").agg(
        purchase_days=days.count(), last_order=days.day.max()
    )
    silence = ibis.literal(orders.as_of).delta(known.last_order, unit="day")
    return known.select(
        "customer_id", "purchase_days", days_since_last_order=silence.cast("int64")
    )


def _standing(orders: Orders) -> ir.Table:
    """What each customer has done so far, from one look at the purchase days."""
    days = orders.purchase_days
    order = ibis.window(group_by=days.customer_id, order_by=days.day)
    days = days.mutate(gap=days.day.delta(days.day.lag().over(order), unit="day"))
    year_ago = ibis.literal(orders.as_of - dt.timedelta(days=A_YEAR))
    known = days.group_by("customer_id").agg(
        purchase_days=days.count(),
        first_order=days.day.min(),
        last_order=days.day.max(),
        usual_gap_days=days.gap.median().cast("float64"),
        # Threads add up in any order: without it equals would differ in the last digit.
        revenue=days.amount.sum().round(DIGITS),
        of_a_year=days.amount.sum(where=days.day > year_ago).fill_null(0).round(DIGITS),
        repeats=days.amount.sum(where=days.gap.notnull()).fill_null(0),
    )
    as_of = ibis.literal(orders.as_of)
    frequency = (known.purchase_days - 1).cast("int64")
    mean = known.repeats / frequency.nullif(0)
    recency = known.last_order.delta(known.first_order, unit="day")
    silence = as_of.delta(known.last_order, unit="day")
    return known.mutate(
        days_since_last_order=silence.cast("int64"),
        average_order_value=known.revenue / known.purchase_days,
        frequency=frequency,
        recency=recency.cast("int64"),
        T=as_of.delta(known.first_order, unit="day").cast("int64"),
        monetary_value=ibis.ifelse(frequency > 0, mean, 0.0),
    )


def _forecast(known: ir.Table, fits: Fits, window_days: int) -> ir.Table:
    """Customers with their forecast: each history is scored once, joined here."""
    histories = Histories.distinct(known)
    history = (histories.frequency, histories.recency, histories.T)
    monthly = scores.by_month(fits.timing, histories, USUAL)
    staying = replace(monthly, alive=np.ones_like(monthly.alive))
    table = scores.of_histories(fits.timing, histories, USUAL, monthly).assign(
        probability_in_window=models.probability_active(
            fits.timing, window_days, *history
        ),
        staying=USUAL.discounts @ staying,
    )
    scored = scores.of_customers(known, table, fits.spend, USUAL.margin)
    stake = scored.expected_order_value * scored.staying * USUAL.margin
    scored = scored.select(
        "customer_id",
        "probability_alive",
        "probability_in_window",
        expected=scored.clv.round(DIGITS),
        stake=stake.round(DIGITS),
    )
    return known.join(scored, "customer_id")


def _whole(known: ir.Table) -> ir.Table:
    """All columns, in their order; without a forecast the last year is at stake."""
    if "stake" not in known.columns:
        names = ("probability_alive", "probability_in_window", "expected")
        none = dict.fromkeys(names, ibis.null("float64"))
        known = known.mutate(**none, stake=known.of_a_year)
    return known.select(*PEOPLE)
